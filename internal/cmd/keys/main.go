// Command keys prints docs/keys.md from the console's own key table, so that
// the page cannot say what the keys do not do. `make docs` writes the file and
// CI compares it.
package main

import (
	"fmt"

	"rondb-tui/tui"
)

func main() { fmt.Print(tui.KeysMarkdown()) }

package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	maxFileLines     = 400
	maxFuncLines     = 70
	maxUpdateLines   = 60
	minPackageDoc    = 3
	repositoryRoot   = "../.."
	issueMarkPattern = `\b(TODO|FIXME|XXX)\b`
)

// source is one Go file of ours.
type source struct {
	path string // from the root
	text string
	file *ast.File
	set  *token.FileSet
}

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if n := strings.Count(s.text, "\n"); n > maxFileLines {
			t.Errorf("%s has %d lines, at most %d", s.path, n, maxFileLines)
		}
		if strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		for _, decl := range s.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			limit := maxFuncLines
			if fn.Name.Name == "Update" && strings.HasPrefix(s.path, "tui/") {
				limit = maxUpdateLines
			}
			lines := s.set.Position(fn.End()).Line - s.set.Position(fn.Pos()).Line + 1
			if lines > limit {
				t.Errorf("%s: %s has %d lines, at most %d", s.path, fn.Name.Name, lines, limit)
			}
		}
	}
}

func TestEveryPackageStatesItsContract(t *testing.T) {
	docs := map[string]int{}
	for _, s := range sources(t) {
		dir := filepath.Dir(s.path)
		if strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		if _, seen := docs[dir]; !seen {
			docs[dir] = 0
		}
		if s.file.Doc == nil {
			continue
		}
		if docs[dir] > 0 {
			t.Errorf("%s has a second package comment, in %s", dir, s.path)
		}
		docs[dir] = strings.Count(strings.TrimSpace(s.file.Doc.Text()), "\n") + 1
	}
	for dir, lines := range docs {
		if lines < minPackageDoc {
			t.Errorf("%s: its package comment has %d lines, at least %d that state the contract", dir, lines, minPackageDoc)
		}
	}
}

func TestNothingIsLeftToDoWithoutAnIssue(t *testing.T) {
	mark := regexp.MustCompile(issueMarkPattern)
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			if text := group.Text(); mark.MatchString(text) && !strings.Contains(text, "issue ") {
				t.Errorf("%s: %q names no issue", s.set.Position(group.Pos()), strings.TrimSpace(text))
			}
		}
	}
}

// TestDriversKnowEveryAction holds that an action added to the vocabulary is
// handled by the driver, not dropped.
func TestDriversKnowEveryAction(t *testing.T) {
	all := sources(t)
	var actions []string
	for _, s := range all {
		if s.path != "engine/action.go" {
			continue
		}
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "appendText" && fn.Recv.List[0].Type.(*ast.Ident).Name != "Slot" {
				actions = append(actions, fn.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	if len(actions) < 10 {
		t.Fatalf("only %d actions found in engine/action.go", len(actions))
	}
	for _, driver := range []string{"simdrv", "internal/filedrv", "dockerdrv"} {
		for _, action := range actions {
			known := false
			for _, s := range all {
				if filepath.Dir(s.path) == driver && !strings.HasSuffix(s.path, "_test.go") {
					known = known || regexp.MustCompile(`case [^:]*\bengine\.`+action+`\b|\.\(engine\.`+action+`\)`).MatchString(s.text)
				}
			}
			if !known {
				t.Errorf("%s has no case for engine.%s", driver, action)
			}
		}
	}
}

func sources(t *testing.T) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(repositoryRoot, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		if ast.IsGenerated(file) {
			return nil // agentproto/*.proto is the source
		}
		rel, err := filepath.Rel(repositoryRoot, path)
		found = append(found, source{path: filepath.ToSlash(rel), text: string(text), file: file, set: set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

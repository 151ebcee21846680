package config

import (
	"fmt"
	"strings"
)

// Auto is the name that lets Choose pick the size.
const Auto = "auto"

// autoLargest is the largest size that Auto picks; what is larger is asked for.
const autoLargest = "large"

// Shape is how many containers of each kind a cluster has, and the machine's
// processors (0: not known).
type Shape struct {
	Flavour                           Flavour
	DataNodes, Management, MySQL, API int
	CPUs                              int
}

// Bill is the memory that a cluster takes, as its containers' limits, next to
// what there is. All in bytes.
type Bill struct {
	Size      string
	Lines     []BillLine
	Reserve   int64 // left to the machine itself
	Available int64
}

// BillLine is one kind of container.
type BillLine struct {
	What  string // in the plural: "data nodes"
	Count int
	Each  int64
}

// MemoryFor adds up what a shape takes in a size.
func MemoryFor(size Size, shape Shape, available int64) Bill {
	b := Bill{Size: size.Name, Available: available, Reserve: max(512*mib, available/20/mib*mib)}
	for _, line := range []BillLine{
		{"data nodes", shape.DataNodes, size.DataNode.Memory},
		{"management servers", shape.Management, size.Management.Memory},
		{"MySQL servers", shape.MySQL, size.MySQL.Memory},
		{"API nodes", shape.API, size.API.Memory},
	} {
		if line.Count > 0 {
			b.Lines = append(b.Lines, line)
		}
	}
	return b
}

// Sum is what the containers and the machine itself take.
func (b Bill) Sum() int64 {
	sum := b.Reserve
	for _, line := range b.Lines {
		sum += int64(line.Count) * line.Each
	}
	return sum
}

// Fits says whether there is memory enough.
func (b Bill) Fits() bool { return b.Sum() <= b.Available }

// String is the arithmetic: "mini: 4 data nodes × 2500M + 1 management servers ×
// 50M + 512M for the machine = 10562M of 16384M".
func (b Bill) String() string {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "%s: ", b.Size)
	for _, line := range b.Lines {
		what := line.What
		if line.Count == 1 {
			what = strings.TrimSuffix(what, "s")
		}
		_, _ = fmt.Fprintf(&text, "%d %s × %s + ", line.Count, what, mebibytes(line.Each))
	}
	_, _ = fmt.Fprintf(&text, "%s for the machine = %s of %s",
		mebibytes(b.Reserve), mebibytes(b.Sum()), mebibytes(b.Available))
	return text.String()
}

// mebibytes keeps one unit in the arithmetic, so that a reader can check it.
func mebibytes(bytes int64) string { return fmt.Sprintf("%dM", bytes/mib) }

// NoFitError is why a size does not fit, with the arithmetic.
type NoFitError struct{ Bill Bill }

func (e *NoFitError) Error() string {
	return fmt.Sprintf("there is not enough memory for this cluster: %s. "+
		"Ask for fewer node groups, replicas or MySQL servers, or give Docker %s more",
		e.Bill, mebibytes(e.Bill.Sum()-e.Bill.Available+mib-1))
}

// Fit picks the size for what memory there is (bytes): the largest one, up to
// "large", that leaves half of it to others, else the smallest if it fits at all.
// The error is a *NoFitError.
func Fit(available int64, shape Shape) (Size, error) {
	sizes := Sizes(shape.Flavour)
	smallest := MemoryFor(sizes[0], shape, available)
	if !smallest.Fits() {
		return Size{}, &NoFitError{Bill: smallest}
	}
	best := sizes[0]
	for _, size := range sizes {
		if bill := MemoryFor(size, shape, available); bill.Fits() && bill.Sum() <= available/2 {
			best = size
		}
		if size.Name == autoLargest {
			break
		}
	}
	return best.OnCPUs(shape.CPUs), nil
}

// Choose is Fit for the name "auto" or "", and otherwise the size of that name,
// if it fits.
func Choose(name string, available int64, shape Shape) (Size, error) {
	if name == Auto || name == "" {
		return Fit(available, shape)
	}
	size, known := SizeNamed(shape.Flavour, name)
	if !known {
		var names []string
		for _, s := range Sizes(shape.Flavour) {
			names = append(names, s.Name)
		}
		return Size{}, fmt.Errorf("there is no size %q; choose one of %s, %s", clip(name), strings.Join(names, ", "), Auto)
	}
	if bill := MemoryFor(size, shape, available); !bill.Fits() {
		return Size{}, &NoFitError{Bill: bill}
	}
	return size.OnCPUs(shape.CPUs), nil
}

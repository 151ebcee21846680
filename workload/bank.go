package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// Kind names a workload.
type Kind string

// The workloads.
const (
	Bank Kind = "bank" // transfers between accounts whose total never changes
	KV   Kind = "kv"   // single rows written and read
)

// draw is one operation as chance chose it, so that a retry does the same.
type draw struct {
	readOnly bool
	a, b     int64 // rows; b is noRow for kv
	amount   int64
}

// kind is what differs between the workloads.
type kind struct {
	name    Kind
	table   string
	rows    int64
	opening int64 // the amount in each row at first
	total   int64 // the sum of all amounts, always; 0 if it may change
	draw    func(rng *rand.Rand) draw
	// apply does the operation's reads and writes of data and says what it added.
	apply func(ctx context.Context, tx Tx, d draw) (effect, error)
}

func kindOf(name Kind) (kind, error) {
	switch name {
	case Bank:
		return kind{
			name: Bank, table: tableAccounts, rows: bankAccounts, opening: openingBalance,
			total: bankAccounts * openingBalance, draw: drawTransfer, apply: transfer,
		}, nil
	case KV:
		return kind{name: KV, table: tablePairs, rows: kvPairs, draw: drawPair, apply: writePair}, nil
	default:
		return kind{}, fmt.Errorf("unknown workload %q: bank and kv are known", name)
	}
}

func drawTransfer(rng *rand.Rand) draw {
	a := rng.Int64N(bankAccounts)
	b := rng.Int64N(bankAccounts - 1)
	if b >= a { // the second account is another one
		b++
	}
	return draw{a: a, b: b, amount: 1 + rng.Int64N(maxAmount)}
}

// transfer moves an amount from account a to b, or as much of it as a has. Both
// are locked in the order of their numbers, so that transfers never wait for
// each other in a circle.
func transfer(ctx context.Context, tx Tx, d draw) (effect, error) {
	first, second := min(d.a, d.b), max(d.a, d.b)
	rowFirst, err := lockRow(ctx, tx, tableAccounts, first)
	if err != nil {
		return effect{}, err
	}
	rowSecond, err := lockRow(ctx, tx, tableAccounts, second)
	if err != nil {
		return effect{}, err
	}
	from, to := rowFirst, rowSecond
	if d.a != first {
		from, to = rowSecond, rowFirst
	}
	amount := min(d.amount, from.amount)
	e := effect{rowA: d.a, deltaA: -amount, rowB: d.b, deltaB: amount}
	if err := from.add(-amount).put(ctx, tx, tableAccounts, d.a); err != nil {
		return e, err
	}
	return e, to.add(amount).put(ctx, tx, tableAccounts, d.b)
}

// dataRow is a row of data.
type dataRow struct{ amount, version int64 }

func (r dataRow) add(delta int64) dataRow { return dataRow{r.amount + delta, r.version + 1} }

func (r dataRow) put(ctx context.Context, tx Tx, table string, id int64) error {
	return tx.Put(ctx, table, Key{id}, Values{r.amount, r.version})
}

// lockRow reads a row for update. A row that is not there was lost, or is about
// to be seeded again after a system restart; no retry brings it back.
func lockRow(ctx context.Context, tx Tx, table string, id int64) (dataRow, error) {
	values, there, err := tx.Read(ctx, table, Key{id}, true)
	if err != nil {
		return dataRow{}, err
	}
	if !there {
		return dataRow{}, &Failure{Class: Permanent, Op: "read " + table, Err: fmt.Errorf("row %d is not there", id)}
	}
	return dataRow{amount: values[0], version: values[1]}, nil
}

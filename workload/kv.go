package workload

import (
	"context"
	"math/rand/v2"
)

// kvReads is how many of a hundred kv operations only read.
const kvReads = 50

// kvValues bounds the numbers kv writes.
const kvValues = 1 << 31

func drawPair(rng *rand.Rand) draw {
	return draw{
		readOnly: rng.IntN(100) < kvReads,
		a:        rng.Int64N(kvPairs),
		b:        noRow,
		amount:   rng.Int64N(kvValues),
	}
}

// writePair gives a pair a new value, or only reads it. The receipt holds the
// difference to the value it replaced, so that audits compute pairs as they
// compute accounts.
func writePair(ctx context.Context, tx Tx, d draw) (effect, error) {
	if d.readOnly {
		_, _, err := tx.Read(ctx, tablePairs, Key{d.a}, false)
		return effect{}, err
	}
	row, err := lockRow(ctx, tx, tablePairs, d.a)
	if err != nil {
		return effect{}, err
	}
	delta := d.amount - row.amount
	return effect{rowA: d.a, deltaA: delta, rowB: noRow}, row.add(delta).put(ctx, tx, tablePairs, d.a)
}

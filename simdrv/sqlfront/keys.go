package sqlfront

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// A row's key in the data nodes is the text of its primary key's values, one
// after another. Equal values have equal texts, whatever spelling their collation
// lets pass as equal, and no two different keys share one. Numbers, times and
// binary text also sort as SQL sorts them, so that a scan returns rows in the
// order people expect.

const (
	signBit    = 1 << 63
	escape     = 0x00 // in text: a zero byte, or the end
	escapeZero = 0xff
	escapeEnd  = 0x01
)

// key is the key of a row.
func (d *definition) key(row sql.Row) (string, error) {
	var buf []byte
	for _, ordinal := range d.schema.PkOrdinals {
		var err error
		if buf, err = appendKey(buf, d.schema.Schema[ordinal].Type, row[ordinal]); err != nil {
			return "", err
		}
	}
	return string(buf), nil
}

// keyOf is the key made of the values of all primary key columns, in the key's
// order. The values may be of other types; ok is false if one of them cannot be
// a value of its column, so that no row has that key.
func (d *definition) keyOf(ctx *sql.Context, values []any) (key string, ok bool, err error) {
	var buf []byte
	for i, ordinal := range d.schema.PkOrdinals {
		typ := d.schema.Schema[ordinal].Type
		converted, inRange, err := typ.Convert(ctx, values[i])
		if err != nil || inRange != sql.InRange || converted == nil {
			return "", false, nil //nolint:nilerr // such a value is in no row
		}
		if buf, err = appendKey(buf, typ, converted); err != nil {
			return "", false, err
		}
	}
	return string(buf), true, nil
}

func appendKey(buf []byte, typ sql.Type, value any) ([]byte, error) {
	switch v := value.(type) {
	case int8:
		return appendInt(buf, int64(v)), nil
	case int16:
		return appendInt(buf, int64(v)), nil
	case int32:
		return appendInt(buf, int64(v)), nil
	case int64:
		return appendInt(buf, v), nil
	case types.Timespan:
		return appendInt(buf, int64(v)), nil
	case time.Time:
		return appendInt(buf, v.UnixMicro()), nil
	case uint8:
		return binary.BigEndian.AppendUint64(buf, uint64(v)), nil
	case uint16:
		return binary.BigEndian.AppendUint64(buf, uint64(v)), nil
	case uint32:
		return binary.BigEndian.AppendUint64(buf, uint64(v)), nil
	case uint64:
		return binary.BigEndian.AppendUint64(buf, v), nil
	case float32:
		return appendFloat(buf, float64(v)), nil
	case float64:
		return appendFloat(buf, v), nil
	case []byte:
		return appendText(buf, v), nil
	case string:
		return appendCollated(buf, typ, v)
	case fmt.Stringer: // decimals: their text has no trailing zeros
		return appendText(buf, []byte(v.String())), nil
	default:
		return nil, internal("make key", "a primary key cannot hold %T", value)
	}
}

func appendInt(buf []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(buf, uint64(v)^signBit) //nolint:gosec // the bits are wanted
}

func appendFloat(buf []byte, v float64) []byte {
	bits := math.Float64bits(v + 0) // the sum turns -0 into 0
	if bits&signBit != 0 {
		return binary.BigEndian.AppendUint64(buf, ^bits)
	}
	return binary.BigEndian.AppendUint64(buf, bits|signBit)
}

// appendCollated uses the weights of the characters where a collation makes
// different texts equal.
func appendCollated(buf []byte, typ sql.Type, text string) ([]byte, error) {
	collated, ok := typ.(sql.TypeWithCollation)
	if !ok {
		return appendText(buf, []byte(text)), nil
	}
	switch collation := collated.Collation(); collation {
	case sql.Collation_binary, sql.Collation_utf8mb4_0900_bin, sql.Collation_utf8mb4_bin:
		return appendText(buf, []byte(text)), nil
	default:
		var weights bytes.Buffer
		if err := collation.WriteWeightString(&weights, text); err != nil {
			return nil, err
		}
		return appendText(buf, weights.Bytes()), nil
	}
}

func appendText(buf, text []byte) []byte {
	for _, b := range text {
		buf = append(buf, b)
		if b == escape {
			buf = append(buf, escapeZero)
		}
	}
	return append(buf, escape, escapeEnd)
}

package sqlfront

import (
	"cmp"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"pgregory.net/rapid"
)

// keyed is a definition whose columns are all in the key, in their order.
func keyed(columns ...sql.Type) *definition {
	var schema sql.Schema
	for _, typ := range columns {
		schema = append(schema, &sql.Column{Name: "c", Type: typ, PrimaryKey: true})
	}
	return newDefinition("d", "t", sql.NewPrimaryKeySchema(schema), sql.Collation_Default, "")
}

// TestKeysSortAsTheirValues holds with it that different keys differ.
func TestKeysSortAsTheirValues(t *testing.T) {
	d := keyed(types.Int64, types.LongBlob, types.Float64)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) sql.Row {
			return sql.Row{
				rapid.SampledFrom([]int64{math.MinInt64, -1, 0, 1, 256, math.MaxInt64}).Draw(t, name+" number"),
				rapid.StringOfN(rapid.SampledFrom([]rune{0, 1, 'a', 'b'}), 0, 3, -1).Draw(t, name+" text"),
				rapid.SampledFrom([]float64{math.Inf(-1), -2.5, -1, 0, 0.5, 3}).Draw(t, name+" real"),
			}
		}
		a, b := draw("a"), draw("b")
		want := cmp.Or(cmp.Compare(a[0].(int64), b[0].(int64)), strings.Compare(a[1].(string), b[1].(string)),
			cmp.Compare(a[2].(float64), b[2].(float64)))
		if got := strings.Compare(mustKey(t, d, a), mustKey(t, d, b)); got != want {
			t.Fatalf("%v and %v: keys compare %d, values %d", a, b, got, want)
		}
	})
}

func mustKey(t interface{ Fatal(...any) }, d *definition, row sql.Row) string {
	key, err := d.key(row)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestEqualValuesHaveEqualKeys(t *testing.T) {
	general := types.MustCreateString(types.Text.Type(), 20, sql.Collation_utf8mb4_general_ci)
	for _, tc := range []struct {
		typ        sql.Type
		a, b       any
		wantsEqual bool
	}{
		{general, "Straße", "STRAßE", true},
		{general, "a", "b", false},
		{types.Text, "a", "A", false},
		{types.Float64, 0.0, math.Copysign(0, -1), true},
		{types.Datetime, time.Unix(9, 0).UTC(), time.Unix(9, 0).In(time.FixedZone("", 3600)), true},
		{types.Uint64, uint64(7), uint8(7), true},
		{types.Int64, int64(7), int8(7), true},
	} {
		d := keyed(tc.typ)
		if got := mustKey(t, d, sql.Row{tc.a}) == mustKey(t, d, sql.Row{tc.b}); got != tc.wantsEqual {
			t.Errorf("%s: keys of %v and %v are equal: %v", tc.typ, tc.a, tc.b, got)
		}
	}
	if _, err := keyed(types.JSON).key(sql.Row{struct{}{}}); err == nil {
		t.Error("a value that cannot be a key made one")
	}
}

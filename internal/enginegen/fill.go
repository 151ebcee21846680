package enginegen

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"pgregory.net/rapid"

	"rondb-tui/engine"
)

// The most that Any draws into one list or map.
const maxItems = 3

// Any draws a value of a type by its fields, so that a new field is drawn as
// well. Every field is zero, or empty, or filled with what the engine's types
// allow: known kinds, finite numbers, times in UTC, text in UTF-8. The values
// need not make sense together. actions and intents are what interface fields
// are drawn from: one value of each type of the sealed sets.
func Any[T any](actions []engine.Action, intents []engine.Intent) *rapid.Generator[T] {
	return rapid.Custom(func(t *rapid.T) T {
		var value T
		filler{t: t, actions: actions, intents: intents}.fill(reflect.ValueOf(&value).Elem(), "value")
		return value
	})
}

type filler struct {
	t       *rapid.T
	actions []engine.Action
	intents []engine.Intent
}

// fill sets a value of a type for which the engine has rules; others by their kind.
func (f filler) fill(v reflect.Value, label string) {
	switch into := v.Addr().Interface().(type) {
	case *time.Time:
		if rapid.Bool().Draw(f.t, label) {
			*into = Now.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(f.t, label)))
		}
	case *engine.NodeKind:
		*into = engine.NodeKind(rapid.Uint8Range(0, uint8(engine.KindAPI)).Draw(f.t, label))
	case *engine.NodeStatus:
		*into = engine.NodeStatus(rapid.Uint8Range(0, uint8(engine.StatusPaused)).Draw(f.t, label))
	case *engine.Severity:
		*into = engine.Severity(rapid.Uint8Range(0, uint8(engine.SeverityAlert)).Draw(f.t, label))
	case *engine.RequirementKind:
		*into = engine.RequirementKind(rapid.Uint8Range(0, uint8(engine.RequireNotServing)).Draw(f.t, label))
	case *engine.Action:
		f.member(v, reflect.ValueOf(rapid.SampledFrom(f.actions).Draw(f.t, label)), label)
	case *engine.Intent:
		f.member(v, reflect.ValueOf(rapid.SampledFrom(f.intents).Draw(f.t, label)), label)
	default:
		f.byKind(v, label)
	}
}

// member sets an interface to a value of the type of a sample.
func (f filler) member(v, sample reflect.Value, label string) {
	one := reflect.New(sample.Type()).Elem()
	f.fill(one, label)
	v.Set(one)
}

func (f filler) byKind(v reflect.Value, label string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Slice:
		if rapid.Bool().Draw(f.t, label) { // else nil, which is not the same as empty
			v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, maxItems).Draw(f.t, label), maxItems))
		}
		for i := range v.Len() {
			f.fill(v.Index(i), label)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(f.t, label) {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), label)
		}
	case reflect.Map:
		f.fillMap(v, label)
	case reflect.String:
		v.SetString(rapid.SampledFrom(uglyTexts()).Draw(f.t, label))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(f.t, label))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.SampledFrom([]int64{0, 1, -1, math.MaxInt64, math.MinInt64}).Draw(f.t, label))
	case reflect.Uint64:
		v.SetUint(rapid.SampledFrom([]uint64{0, 1, math.MaxUint64}).Draw(f.t, label))
	case reflect.Float64:
		v.SetFloat(rapid.SampledFrom([]float64{0, 0.1, -1e-9, math.MaxFloat64, math.SmallestNonzeroFloat64}).Draw(f.t, label))
	default:
		panic(fmt.Sprintf("enginegen: no generator for %s %s", label, v.Type()))
	}
}

func (f filler) fillMap(v reflect.Value, label string) {
	if !rapid.Bool().Draw(f.t, label) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range rapid.IntRange(0, maxItems).Draw(f.t, label) {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, label)
		f.fill(value, label)
		v.SetMapIndex(key, value)
	}
}

// uglyTexts are what careless quoting breaks.
func uglyTexts() []string {
	return []string{"", "data node 2", `say "no" \ </b>&`, "\x00\x1b[2J\r\n\t\u2028", "Größe 数 \U0001F4BE", "\ufffd", "null", "0"}
}

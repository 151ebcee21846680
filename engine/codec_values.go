package engine

import (
	"encoding/json"
	"math"
)

// finite replaces what JSON has no number for by 0: a rate or a share that is
// NaN or infinite says nothing, and must not keep a whole snapshot from a view.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// MarshalJSON implements json.Marshaler; a Progress that is no number becomes 0.
func (n NodeObservation) MarshalJSON() ([]byte, error) {
	type plain NodeObservation
	n.Progress = finite(n.Progress)
	return json.Marshal(plain(n))
}

// MarshalJSON implements json.Marshaler; a rate that is no number becomes 0.
func (v LoadView) MarshalJSON() ([]byte, error) {
	type plain LoadView
	v.OpsPerSecond = finite(v.OpsPerSecond)
	return json.Marshal(plain(v))
}

// MarshalJSON implements json.Marshaler; a rate that is no number becomes 0.
func (s ServerLoad) MarshalJSON() ([]byte, error) {
	type plain ServerLoad
	s.OpsPerSecond = finite(s.OpsPerSecond)
	return json.Marshal(plain(s))
}

// MarshalText writes the kind's words.
func (k ErrorKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a kind's words; any other text is an error of KindInvalid
// and leaves k as it was.
func (k *ErrorKind) UnmarshalText(text []byte) error {
	return fromText(k, KindInvalid, "error kind", text)
}

// MarshalText writes the severity's word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a severity's word; any other text is an error of
// KindInvalid.
func (s *Severity) UnmarshalText(text []byte) error {
	return fromText(s, SeverityAlert, "severity", text)
}

// MarshalText writes the demand's name.
func (k RequirementKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a demand's name; any other text is an error of
// KindInvalid.
func (k *RequirementKind) UnmarshalText(text []byte) error {
	return fromText(k, RequireNotServing, "requirement", text)
}

// fromText finds the value, up to the last, that has the text.
func fromText[T interface {
	~uint8
	String() string
}](into *T, last T, what string, text []byte) error {
	for value := range last + 1 {
		if value.String() == string(text) {
			*into = value
			return nil
		}
	}
	return Errorf(KindInvalid, "read JSON", 0, "unknown %s %q", what, text)
}

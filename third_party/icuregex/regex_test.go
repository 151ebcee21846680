package regex

import "testing"

func compile(t *testing.T, pattern, text string, flags RegexFlags) Regex {
	t.Helper()
	re := CreateRegex(0)
	if err := re.SetRegexString(t.Context(), pattern, flags); err != nil {
		t.Fatal(err)
	}
	if err := re.SetMatchString(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	return re
}

func TestPositionsCountCharacters(t *testing.T) {
	re := compile(t, "a+", "åäa-aa-aaa", RegexFlags_None)
	for _, tc := range []struct {
		start, occurrence int
		end               bool
		want              int
	}{{1, 1, false, 3}, {1, 1, true, 4}, {1, 2, false, 5}, {4, 1, false, 5}, {1, 9, false, 0}, {99, 1, false, 0}} {
		if got, err := re.IndexOf(t.Context(), tc.start, tc.occurrence, tc.end); err != nil || got != tc.want {
			t.Errorf("%+v: got %d, %v", tc, got, err)
		}
	}
	if s, ok, err := re.Substring(t.Context(), 1, 3); s != "aaa" || !ok || err != nil {
		t.Errorf("third match: got %q, %v, %v", s, ok, err)
	}
}

func TestMatchesTakesThePositionFromZero(t *testing.T) {
	if ok, err := compile(t, "^b", "Bc", RegexFlags_Case_Insensitive).Matches(t.Context(), 0, 0); !ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
	if ok, err := compile(t, "^b", "ab", RegexFlags_None).Matches(t.Context(), 0, 0); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestReplaceKeepsWhatIsBeforeThePosition(t *testing.T) {
	re := compile(t, "(x)", "xyxyx", RegexFlags_None)
	for _, tc := range []struct {
		position, occurrence int
		want                 string
	}{{1, 0, "[x]y[x]y[x]"}, {2, 0, "xy[x]y[x]"}, {1, 2, "xy[x]yx"}, {9, 0, "xyxyx"}} {
		if got, err := re.Replace(t.Context(), "[$1]", tc.position, tc.occurrence); err != nil || got != tc.want {
			t.Errorf("%+v: got %q, %v", tc, got, err)
		}
	}
}

func TestMisuseIsAnError(t *testing.T) {
	re := CreateRegex(0)
	if _, err := re.Matches(t.Context(), 0, 0); err == nil {
		t.Error("no pattern: want an error")
	}
	if err := re.SetRegexString(t.Context(), `(?=look)`, RegexFlags_None); err == nil {
		t.Error("look-around: want an error, not a wrong match")
	}
	if err := re.SetRegexString(t.Context(), `a`, RegexFlags_None); err != nil {
		t.Fatal(err)
	}
	if _, err := re.Matches(t.Context(), 0, 0); err == nil {
		t.Error("no text: want an error")
	}
}

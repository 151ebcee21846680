package sqlfront

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/dolthub/vitess/go/mysql"

	"rondb-tui/engine"
	"rondb-tui/simdrv"
)

// MySQL error numbers that the library has no name for.
const (
	erUnknownStorageEngine  = 1286
	erSavepointDoesNotExist = 1305
	stateTableExists        = "42S01"
	stateInvalidDatetime    = "22007"
	stateReadOnly           = "25006"
)

// unknownOutcome says that nobody may tell the client how its transaction ended.
func unknownOutcome(err error) bool {
	var ndb *simdrv.NDBError
	if errors.As(err, &ndb) {
		return ndb.Outcome == simdrv.OutcomeUnknown
	}
	return errors.Is(err, simdrv.ErrServerKilled)
}

// answer words an error of the data nodes as a MySQL server does. Errors that
// are MySQL's already stay as they are.
func answer(err error) error {
	var ndb *simdrv.NDBError
	var told *mysql.SQLError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told):
		return told
	case errors.As(err, &ndb):
		return mysql.NewSQLError(ndb.MySQL, mysql.SSUnknownSQLState, "%s", ndb.Error())
	case errors.Is(err, simdrv.ErrServerKilled):
		return mysql.NewSQLError(mysql.ERServerShutdown, mysql.SSServerShutdown, "Server shutdown in progress")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return interrupted()
	default:
		return mysql.NewSQLError(mysql.ERUnknownError, mysql.SSUnknownSQLState, "%s", err.Error())
	}
}

func interrupted() error {
	return mysql.NewSQLError(mysql.ERQueryInterrupted, mysql.SSQueryInterrupted, "Query execution was interrupted")
}

// refused is MySQL's answer to what it understands and does not do.
func refused(format string, args ...any) error {
	return mysql.NewSQLError(mysql.ERNotSupportedYet, mysql.SSClientError, "The simulated cluster does not support "+format, args...)
}

// internal is a bug of ours as a client sees it.
func internal(op string, format string, args ...any) error {
	return answer(engine.Errorf(engine.KindInternal, op, 0, format, args...))
}

// duplicatePrefix is what the library puts before the text of a duplicate key.
const duplicatePrefix = "duplicate primary key given: "

// states gives the SQL states that MySQL sends with errors for which the library
// sends the general one.
var states = map[int]string{
	mysql.ERBadDb:                       mysql.SSClientError,
	mysql.ERBadFieldError:               mysql.SSBadFieldError,
	mysql.ERBadNullError:                mysql.SSConstraintViolation,
	mysql.ERDupEntry:                    mysql.SSDupKey,
	mysql.ERNoSuchTable:                 mysql.SSUnknownTable,
	mysql.ERTruncatedWrongValueForField: mysql.SSUnknownSQLState,
	1792:                                stateReadOnly,
}

// unnumbered are errors of the library without a number of MySQL's, known by
// their texts. A text of our own replaces those that say it otherwise, or would
// repeat a value of any length.
var unnumbered = []struct {
	says   *regexp.Regexp
	number int
	state  string
	text   string
}{
	{regexp.MustCompile(`^syntax error`), mysql.ERParseError, mysql.SSClientError, ""},
	{regexp.MustCompile(`^context canceled`), mysql.ERQueryInterrupted, mysql.SSQueryInterrupted, "Query execution was interrupted"},
	{regexp.MustCompile(`^table with name .* already exists`), mysql.ERTableExists, stateTableExists, ""},
	{regexp.MustCompile(`^no database selected`), mysql.ERNoDb, mysql.SSNoDB, "No database selected"},
	{regexp.MustCompile(`^Field '.*' doesn't have a default`), mysql.ERNoDefaultForField, mysql.SSUnknownSQLState, ""},
	{regexp.MustCompile(`^duplicate column name`), mysql.ERDupFieldName, mysql.SSDupFieldName, ""},
	{regexp.MustCompile(`^column ".*" could not be found`), mysql.ERBadFieldError, mysql.SSBadFieldError, ""},
	{regexp.MustCompile(`^string '(?s:.*)' is too large for column`), mysql.ERDataTooLong, mysql.SSDataTooLong, "Data too long for column"},
	{regexp.MustCompile(`^(?s:.*) out of range for \w+`), mysql.ERWarnDataOutOfRange, mysql.SSDataOutOfRange, "Out of range value for column"},
	{regexp.MustCompile(`^number of values does not match`), mysql.ERWrongValueCountOnRow, mysql.SSWrongValueCountOnRow, "Column count doesn't match value count"},
	{regexp.MustCompile(`^Incorrect datetime value`), mysql.ERTruncatedWrongValue, stateInvalidDatetime, ""},
}

// mend corrects what the library makes of an error: numbers, states and texts
// that clients look at.
func mend(err error) error {
	var told *mysql.SQLError
	if !errors.As(err, &told) {
		return err
	}
	fixed := *told
	if state, known := states[fixed.Num]; known {
		fixed.State = state
	}
	fixed.Message = strings.TrimPrefix(fixed.Message, duplicatePrefix)
	if name, unknown := strings.CutPrefix(fixed.Message, "table not found: "); unknown {
		fixed.Message = "Table '" + name + "' doesn't exist"
	}
	if fixed.Num != mysql.ERUnknownError {
		return &fixed
	}
	for _, u := range unnumbered {
		if !u.says.MatchString(fixed.Message) {
			continue
		}
		fixed.Num, fixed.State = u.number, u.state
		if u.text != "" {
			fixed.Message = u.text
		}
		return &fixed
	}
	return &fixed
}

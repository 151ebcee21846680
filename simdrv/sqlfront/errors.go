package sqlfront

import (
	"context"
	"errors"
	"strings"

	"github.com/dolthub/vitess/go/mysql"

	"rondb-tui/engine"
	"rondb-tui/simdrv"
)

// MySQL error numbers that the library has no name for.
const (
	erUnknownStorageEngine  = 1286
	erSavepointDoesNotExist = 1305
	erReadOnlyTransaction   = 1792
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

func interrupted() *mysql.SQLError {
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

// stateOf gives the SQL state that MySQL sends with errors for which the library
// sends the general one.
func stateOf(number int) (state string, known bool) {
	switch number {
	case mysql.ERBadDb:
		return mysql.SSClientError, true
	case mysql.ERBadFieldError:
		return mysql.SSBadFieldError, true
	case mysql.ERBadNullError, mysql.ERDupEntry:
		return mysql.SSConstraintViolation, true
	case mysql.ERNoSuchTable:
		return mysql.SSUnknownTable, true
	case erReadOnlyTransaction:
		return stateReadOnly, true
	default:
		return "", false
	}
}

// recognize finds the errors for which the library has a text of its own and no
// number. Texts that would repeat a value of any length are replaced.
func recognize(text string) *mysql.SQLError {
	switch {
	case strings.HasPrefix(text, "syntax error"):
		return mysql.NewSQLError(mysql.ERParseError, mysql.SSClientError, "%s", text)
	case strings.HasPrefix(text, "context canceled"):
		return interrupted()
	case strings.HasPrefix(text, "table with name ") && strings.HasSuffix(text, " already exists"):
		return mysql.NewSQLError(mysql.ERTableExists, stateTableExists, "%s", text)
	case strings.HasPrefix(text, "no database selected"):
		return mysql.NewSQLError(mysql.ERNoDb, mysql.SSNoDB, "No database selected")
	case strings.HasPrefix(text, "Field '") && strings.HasSuffix(text, "doesn't have a default value"):
		return mysql.NewSQLError(mysql.ERNoDefaultForField, mysql.SSUnknownSQLState, "%s", text)
	case strings.HasPrefix(text, "duplicate column name"):
		return mysql.NewSQLError(mysql.ERDupFieldName, mysql.SSDupFieldName, "%s", text)
	case strings.HasPrefix(text, "column \"") && strings.Contains(text, "could not be found"):
		return mysql.NewSQLError(mysql.ERBadFieldError, mysql.SSBadFieldError, "%s", text)
	case strings.HasPrefix(text, "string '") && strings.Contains(text, "is too large for column"):
		return mysql.NewSQLError(mysql.ERDataTooLong, mysql.SSDataTooLong, "Data too long for column")
	case strings.Contains(text, " out of range for "):
		return mysql.NewSQLError(mysql.ERWarnDataOutOfRange, mysql.SSDataOutOfRange, "Out of range value for column")
	case strings.HasPrefix(text, "number of values does not match"):
		return mysql.NewSQLError(mysql.ERWrongValueCountOnRow, mysql.SSWrongValueCountOnRow, "Column count doesn't match value count")
	case strings.HasPrefix(text, "Incorrect datetime value"):
		return mysql.NewSQLError(mysql.ERTruncatedWrongValue, stateInvalidDatetime, "%s", text)
	default:
		return nil
	}
}

// mend corrects what the library makes of an error: numbers, states and texts
// that clients look at.
func mend(err error) error {
	var told *mysql.SQLError
	if !errors.As(err, &told) {
		return err
	}
	if told.Num == mysql.ERUnknownError {
		if known := recognize(told.Message); known != nil {
			return known
		}
		return told
	}
	fixed := *told
	if state, known := stateOf(fixed.Num); known {
		fixed.State = state
	}
	fixed.Message = strings.TrimPrefix(fixed.Message, duplicatePrefix)
	if name, missing := strings.CutPrefix(fixed.Message, "table not found: "); missing {
		fixed.Message = "Table '" + name + "' doesn't exist"
	}
	return &fixed
}

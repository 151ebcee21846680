package sqlfront

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStatements(t *testing.T) {
	c, db := withTable(t,
		"CREATE TABLE t (a INT, b VARCHAR(20), n INT UNSIGNED NOT NULL DEFAULT 7, PRIMARY KEY (a, b)) ENGINE=NDB COMMENT='two keys'",
		"CREATE TABLE u (id BIGINT PRIMARY KEY AUTO_INCREMENT, v TEXT) ENGINE=NDBCLUSTER",
		"CREATE TABLE plain (id INT PRIMARY KEY, v INT)")
	other := c.dial(t, serverB, "d", "")
	run(t, db,
		"INSERT INTO t (a, b, n) VALUES (1, 'x', 10), (1, 'y', 20), (2, 'x', 30)",
		"INSERT INTO t (a, b) VALUES (3, 'z')")
	expect(t, other, "SELECT a, b, n FROM t ORDER BY a, b", "1,x,10;1,y,20;2,x,30;3,z,7")
	expect(t, other, "SELECT n FROM t WHERE a = 1 AND b = 'y'", "20")
	expect(t, other, "SELECT n FROM t WHERE a = ? AND b = ?", "20", 1, "y")
	expect(t, other, "SELECT n FROM t WHERE b = 'x' ORDER BY n DESC", "30;10")
	expect(t, other, "SELECT a, COUNT(*), SUM(n) FROM t GROUP BY a ORDER BY a", "1,2,30;2,1,30;3,1,7")
	expect(t, other, "SELECT n FROM t WHERE (a, b) IN ((1, 'x'), (2, 'x'), (9, 'x')) ORDER BY n", "10;30")

	run(t, other, "UPDATE t SET n = n + 1 WHERE a = 1", "DELETE FROM t WHERE a = 2 AND b = 'x'")
	expect(t, db, "SELECT a, b, n FROM t ORDER BY a, b", "1,x,11;1,y,21;3,z,7")
	run(t, db, "UPDATE t SET b = 'w' WHERE a = 3")
	expect(t, db, "SELECT b, n FROM t WHERE a = 3", "w,7")
	run(t, db, "REPLACE INTO t VALUES (3, 'w', 70), (4, 'q', 80)")
	run(t, db, "INSERT INTO t VALUES (4, 'q', 1) ON DUPLICATE KEY UPDATE n = n + 5")
	run(t, db, "INSERT IGNORE INTO t VALUES (4, 'q', 1), (5, 'r', 90)")
	expect(t, other, "SELECT a, n FROM t WHERE a > 2 ORDER BY a", "3,70;4,85;5,90")

	run(t, db, "INSERT INTO u (v) VALUES ('one'), ('two')", "INSERT INTO u (id, v) VALUES (10, 'ten')")
	run(t, other, "INSERT INTO u (v) VALUES ('eleven')", "ALTER TABLE u AUTO_INCREMENT = 20", "INSERT INTO u (v) VALUES ('twenty')")
	expect(t, db, "SELECT id, v FROM u ORDER BY id", "1,one;2,two;10,ten;11,eleven;20,twenty")
	expect(t, db, "SELECT t.a, u.v FROM t JOIN u ON u.id = t.a WHERE t.b = 'x'", "1,one")
	expect(t, db, "SELECT u.v, SUM(t.n) FROM u JOIN t ON t.a = u.id GROUP BY u.v ORDER BY u.v", "one,32")
	run(t, db, "UPDATE t JOIN u ON u.id = t.a SET t.n = 1, u.v = 'uno' WHERE t.a = 1")
	expect(t, other, "SELECT t.n, u.v FROM t JOIN u ON u.id = t.a ORDER BY t.b", "1,uno;1,uno")

	run(t, db, "INSERT INTO plain SELECT id, 2 * id FROM u")
	expect(t, db, "SELECT SUM(v) FROM plain", "88")
	run(t, db, "DELETE FROM plain WHERE id IN (SELECT id FROM u WHERE v = 'two')")
	expect(t, db, "SELECT COUNT(*) FROM plain", "4")
	run(t, db, "TRUNCATE plain", "INSERT INTO plain VALUES (1, NULL)")
	expect(t, db, "SELECT id, v FROM plain", "1,-")
	run(t, db, "DROP TABLE plain")
	expect(t, other, "SHOW TABLES", "t;u")
	run(t, db, "CREATE DATABASE gone", "CREATE TABLE gone.x (id INT PRIMARY KEY)", "DROP DATABASE gone")
	expect(t, other, "SHOW DATABASES", "d;information_schema;ndbinfo")
}

func TestColumnTypes(t *testing.T) {
	c, db := withTable(t, `CREATE TABLE v (
		id INT PRIMARY KEY, i8 TINYINT, u16 SMALLINT UNSIGNED, i64 BIGINT, d DECIMAL(10,2), f FLOAT, g DOUBLE,
		c CHAR(5), s VARCHAR(10) COLLATE utf8mb4_general_ci, x TEXT, b VARBINARY(4), y BLOB, day DATE,
		dt DATETIME, ts TIMESTAMP DEFAULT CURRENT_TIMESTAMP, tm TIME, j JSON, e ENUM('red','green'), ok BOOLEAN) ENGINE=NDB`)
	run(t, db, `INSERT INTO v VALUES (1, -5, 65535, -9000000000, '12.50', 1.5, 2.25, 'ab', 'Text', 'long', x'00ff', x'01',
		'2026-11-20', '2026-11-20 13:14:15', '2026-11-20 01:02:03', '10:11:12', '{"k": [1, 2]}', 'green', TRUE)`)
	expect(t, c.dial(t, serverB, "d", ""),
		"SELECT i8, u16, i64, d, f, g, c, s, x, HEX(b), HEX(y), day, dt, ts, tm, JSON_EXTRACT(j, '$.k[1]'), e, ok FROM v",
		"-5,65535,-9000000000,12.50,1.5,2.25,ab,Text,long,00FF,01,2026-11-20,2026-11-20 13:14:15,2026-11-20 01:02:03,10:11:12,2,green,1")
	run(t, db, "INSERT INTO v (id) VALUES (2)")
	expect(t, db, "SELECT i8, x, ts IS NOT NULL FROM v WHERE id = 2", "-,-,1")
}

func TestPrimaryKeysOfManyTypes(t *testing.T) {
	_, db := withTable(t,
		"CREATE TABLE k1 (k VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT)",
		"CREATE TABLE k2 (k DECIMAL(8,2) PRIMARY KEY)",
		"CREATE TABLE k3 (k DATETIME PRIMARY KEY)",
		"CREATE TABLE k4 (k BINARY(2) PRIMARY KEY)",
		"CREATE TABLE k5 (k ENUM('a','b') PRIMARY KEY)",
		"CREATE TABLE k6 (k INT PRIMARY KEY)")
	run(t, db, "INSERT INTO k1 VALUES ('Abc', 1)")
	expect(t, db, "SELECT v FROM k1 WHERE k = 'aBC'", "1")
	if state, _ := expectError(t, db, "INSERT INTO k1 VALUES ('ABC', 2)", 1062); state != "23000" {
		t.Errorf("a duplicate has SQL state %s", state)
	}
	run(t, db, "INSERT INTO k2 VALUES (1.50), (-2)", "INSERT INTO k3 VALUES ('2026-01-02 03:04:05')",
		"INSERT INTO k4 VALUES (x'0001'), (x'0100')", "INSERT INTO k5 VALUES ('b')", "INSERT INTO k6 VALUES (2), (-1), (10)")
	expect(t, db, "SELECT k FROM k2 WHERE k = 1.5", "1.50")
	expect(t, db, "SELECT k FROM k3 WHERE k = '2026-01-02 03:04:05'", "2026-01-02 03:04:05")
	expect(t, db, "SELECT HEX(k) FROM k4 WHERE k = x'0001'", "0001")
	expect(t, db, "SELECT k FROM k5 WHERE k = 'b'", "b")
	expect(t, db, "SELECT k FROM k6", "-1;2;10")
	expect(t, db, "SELECT k FROM k6 WHERE k = '2'", "2")
	expect(t, db, "SELECT k FROM k6 WHERE k = 1.5", "")
	expect(t, db, "SELECT k FROM k6 WHERE k BETWEEN 0 AND 5", "2")
	expect(t, db, "SELECT k FROM k6 WHERE k = 99999999999", "")
}

func TestWhatIsRefusedLeavesNothingBehind(t *testing.T) {
	_, db := withTable(t)
	for _, tc := range []struct {
		query  string
		number uint16
		says   string
	}{
		{"CREATE TABLE x (a INT PRIMARY KEY) ENGINE=InnoDB", 1286, "ENGINE=NDB"},
		{"CREATE TABLE x (a INT)", 1173, "primary key"},
		{"CREATE TABLE x (a INT PRIMARY KEY, b INT, KEY (b))", 1235, "index"},
		{"CREATE TABLE x (a INT PRIMARY KEY, b INT, UNIQUE KEY (b))", 1235, "index"},
		{"CREATE TABLE x (a INT PRIMARY KEY, b INT UNIQUE)", 1235, "index"},
		{"CREATE TABLE x (a INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES y (a))", 1235, "foreign keys"},
		{"CREATE TABLE x (a INT PRIMARY KEY, CHECK (a > 0))", 1235, "checks"},
		{"CREATE TABLE x (a INT PRIMARY KEY, b INT AS (a + 1))", 1235, "generated"},
		{"ALTER TABLE x ADD COLUMN c INT", 1235, "ALTER TABLE"},
		{"ALTER TABLE x ENGINE=InnoDB", 1235, "ALTER TABLE"},
		{"CALL nothing()", 1235, "procedures"},
		{"CREATE VIEW x AS SELECT 1", 1235, "views"},
		{"SELECT 1 FOR UPDATE SKIP LOCKED", 1235, "skip locked"},
		{"CREATE TABLE ndbinfo.x (a INT PRIMARY KEY)", 1105, ""},
	} {
		if _, text := expectError(t, db, tc.query, tc.number); !strings.Contains(text, tc.says) {
			t.Errorf("%s: %q does not say %q", tc.query, text, tc.says)
		}
	}
	expect(t, db, "SHOW TABLES", "")
	expect(t, db, "SELECT DATABASE()", "d")
}

// TestFilesStayOutOfReach matters because everybody on this machine may connect.
func TestFilesStayOutOfReach(t *testing.T) {
	_, db := withTable(t, "CREATE TABLE t (a VARCHAR(200) PRIMARY KEY)")
	dir := t.TempDir()
	secret, stolen := filepath.Join(dir, "secret"), filepath.Join(dir, "stolen")
	if err := os.WriteFile(secret, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		"LOAD DATA INFILE '" + secret + "' INTO TABLE t",
		"SELECT LOAD_FILE('" + secret + "')",
		"SELECT 'x' INTO OUTFILE '" + stolen + "'",
		"SELECT 'x' INTO DUMPFILE '" + stolen + "'",
		"SET GLOBAL secure_file_priv = ''",
	} {
		if _, err := db.ExecContext(t.Context(), query); err == nil {
			t.Errorf("%s succeeded", query)
		}
	}
	if _, err := os.Stat(stolen); err == nil {
		t.Error("a statement wrote a file")
	}
	expect(t, db, "SELECT COUNT(*) FROM t", "0")
}

func TestShow(t *testing.T) {
	c, pool := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v VARCHAR(9)) COMMENT='InnoDB is not here'")
	db := connection(t, pool)
	if got := read(t, db, "SHOW CREATE TABLE t"); !strings.Contains(got, "ENGINE=ndbcluster") || strings.Contains(got, "ENGINE=InnoDB") {
		t.Errorf("SHOW CREATE TABLE: %s", got)
	}
	if got := read(t, db, "SHOW ENGINES"); !strings.HasPrefix(got, "ndbcluster,DEFAULT") {
		t.Errorf("SHOW ENGINES: %s", got)
	}
	if got := read(t, db, "SHOW ENGINE NDB STATUS"); !strings.Contains(got, "number_of_ready_data_nodes=4") {
		t.Errorf("SHOW ENGINE NDB STATUS: %s", got)
	}
	expect(t, db, "SELECT engine FROM information_schema.tables WHERE table_name = 't'", "ndbcluster")
	run(t, db, "USE information_schema")
	expect(t, db, "SELECT engine FROM tables WHERE table_name = 't'", "ndbcluster")
	expect(t, db, "SELECT VERSION()", "8.0.35-rondb-"+c.spec.RonDBVersion)
	if got := read(t, db, "SELECT @@version_comment"); !strings.Contains(got, "SIMULATED") {
		t.Errorf("version_comment %q does not say what this is", got)
	}
}

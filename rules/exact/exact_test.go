package exact_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"

	"github.com/takeback-chat/takeback/rules/exact"
	"github.com/takeback-chat/takeback/rules/fold"
	"github.com/takeback-chat/takeback/rules/keyed"
)

func secret() []byte { return bytes.Repeat([]byte{7}, 32) }

func salt() []byte { return bytes.Repeat([]byte{9}, keyed.SaltSize) }

// options are of the columns, the first of which is the primary one.
func options(tb testing.TB, need int, columns ...string) exact.Options {
	tb.Helper()
	o := exact.Options{ID: "customers", Title: "Customers", Category: "custom", Severity: "high", Need: need, Near: 100}
	for i, s := range columns {
		c, err := exact.ParseColumn(s)
		if err != nil {
			tb.Fatal(err)
		}
		if i == 0 {
			o.Primary = c
		} else {
			o.Also = append(o.Also, c)
		}
	}
	return o
}

func build(tb testing.TB, table string, o exact.Options) (*exact.Index, exact.Report) {
	tb.Helper()
	data, report, err := exact.Build(strings.NewReader(table), o, secret(), salt())
	if err != nil {
		tb.Fatal(err)
	}
	x, err := exact.Open(data, secret())
	if err != nil {
		tb.Fatal(err)
	}
	return x, report
}

// found returns the matches of a text as the primary values and how many others
// stand with them.
func found(x *exact.Index, text string) []string {
	folded := fold.Fold(text)
	var out []string
	for _, m := range x.Find([]byte(folded)) {
		out = append(out, fmt.Sprintf("%s+%d", folded[m.Start:m.End], m.Others))
	}
	return out
}

const customers = `account,name,born,city
12-3456-789,Jane Doe,1985-03-01,Oslo
AB998877,张三,1990年5月17日,上海
77 66 55 44 33,"O'Neill, Shaquille",1972-12-24,Bergen
`

func TestNumbers(t *testing.T) {
	x, report := build(t, customers, options(t, 0, "account"))
	if report.Rows != 3 || report.Left != 0 {
		t.Fatalf("report %+v", report)
	}
	cases := map[string][]string{
		"his account is 123456789":         {"123456789+0"},
		"his account is 12 34 56 789, no?": {"12 34 56 789+0"},
		"1 2 3 4 5 6 7 8 9":                {"1 2 3 4 5 6 7 8 9+0"},
		"账号１２３４５６７８９谢谢":                    {"123456789+0"},
		"ab-99/88_77":                      {"ab-99/88_77+0"},
		"7766554433 and AB998877":          {"7766554433+0", "AB998877+0"},
		"1234567890":                       nil, // part of a longer number
		"x123456789":                       nil, // part of a word
		"123456788":                        nil, // another number
		"123 then 456789":                  nil, // a word between
		"12345678":                         nil,
		"":                                 nil,
		"lunch at 12?":                     nil,
		"12📞34📞56📞789":                     {"12📞34📞56📞789+0"},
		"12\n3456\n789":                    {"12\n3456\n789+0"},
		strings.Repeat("12 ", 3000) + "AB 99 88 77": {"AB 99 88 77+0"},
	}
	for text, want := range cases {
		if diff := cmp.Diff(want, found(x, text)); diff != "" {
			t.Errorf("%.60q:\n%s", text, diff)
		}
	}
}

func TestOthersNearBy(t *testing.T) {
	x, _ := build(t, customers, options(t, 2, "account:alnum", "name:words", "born:date", "city:words"))
	cases := map[string][]string{
		"Jane Doe, born 1 March 1985, account 12-3456-789":             {"12-3456-789+2"},
		"123456789 Doe, Jane (01/03/1985) from Oslo":                   {"123456789+3"},
		"123456789 03/01/85 oslo":                                      {"123456789+2"},
		"123456789 JANE DOE":                                           nil, // one of two
		"123456789 Jane Smith 1985-03-02 Bergen":                       nil,
		"123456789 Shaquille O'Neill 24.12.1972":                       nil, // another row's
		"account 7766554433: Shaquille O Neill, 24.12.1972":            {"7766554433+2"},
		"客户张三，1990年5月17日生，账号 AB998877，住上海":                             {"AB998877+3"},
		"客户张三，19900517，账号 AB998877":                                    {"AB998877+2"},
		"123456789" + strings.Repeat(" x", 60) + "Jane Doe 1985-03-01": nil, // too far
	}
	for text, want := range cases {
		if diff := cmp.Diff(want, found(x, text)); diff != "" {
			t.Errorf("%.80q:\n%s", text, diff)
		}
	}
}

func TestNamesWithDates(t *testing.T) {
	x, _ := build(t, customers, options(t, 1, "name:words", "born:date-dmy"))
	cases := map[string][]string{
		"jane doe turned 39 on 2024-03-01; she is from 1985-03-01": {"jane doe+1"},
		"DOE JANE 01.03.1985":                  {"DOE JANE+1"},
		"我叫张三，生日1990/5/17":                     {"张三+1"},
		"张 三 1990.05.17":                       {"张 三+1"},
		"张三丰 1990.05.17":                       {"张三+1"}, // Han has no borders between words
		"Jane Doe was here":                    nil,
		"Jane X Doe 1985-03-01":                nil,
		"Shaquille O'Neill, 24th of Dec. 1972": {"Shaquille O'Neill+1"},
		"Jane Doe Dec 24, 1972":                nil, // another's date
	}
	for text, want := range cases {
		if diff := cmp.Diff(want, found(x, text)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

// TestEqualNames: each of two people with one name is found with a date of their own.
func TestEqualNames(t *testing.T) {
	x, report := build(t, "n,d\n王伟,1980-01-02\n王伟,1999-12-31\n王伟,1980/1/2\n", options(t, 1, "n:words", "d:date"))
	if report.Rows != 2 || report.Left != 1 {
		t.Errorf("report %+v", report)
	}
	for text, want := range map[string]int{"王伟 1980-01-02": 1, "王伟 1999-12-31": 1, "王伟 1981-01-02": 0} {
		if got := len(found(x, text)); got != want {
			t.Errorf("%q: %d found, want %d", text, got, want)
		}
	}
}

func TestRefusedRows(t *testing.T) {
	table := "id;born\n" + // the columns are parted by semicolons
		"1234567;1985-03-01\n" +
		";1985-03-01\n" +
		"12345;\n" +
		"1111111;\n" +
		"12-34-567;1985-03-01\n" +
		"7654321;31 Feb 1985\n" +
		"7654322;03/04/1985\n" +
		strings.Repeat("9", 70) + ";\n"
	_, report := build(t, table, options(t, 0, "ID:digits", "born:date"))
	want := []exact.Refused{
		{Line: 3, Why: "ID is empty"},
		{Line: 4, Why: "ID has fewer than 6 letters and digits"},
		{Line: 5, Why: "ID has fewer than 3 different characters"},
		{Line: 6, Why: "the same values stand in line 2"},
		{Line: 7, Why: "born is no date", Kept: true},
		{Line: 8, Why: "born can be read as two dates: write the year with four digits, or say date-dmy or date-mdy", Kept: true},
		{Line: 9, Why: "ID has more than 63 letters and digits"},
	}
	slices.SortFunc(report.Refused, func(a, b exact.Refused) int { return a.Line - b.Line })
	if diff := cmp.Diff(want, report.Refused); diff != "" {
		t.Error(diff)
	}
	if report.Read != 8 || report.Rows != 3 || report.Left != 5 {
		t.Errorf("read %d, kept %d, left %d", report.Read, report.Rows, report.Left)
	}
}

func TestRefusedTables(t *testing.T) {
	cases := map[string]struct {
		table   string
		need    int
		columns []string
		words   string
	}{
		"empty":            {"", 0, []string{"a"}, "empty"},
		"no such column":   {"b\n1\n", 0, []string{"a"}, `no column "a"`},
		"column twice":     {"a,A\n1,2\n", 0, []string{"a"}, "two columns"},
		"open quotation":   {"a\n1234567\n\"7654321\n111\n", 0, []string{"a"}, "line 3 of the table"},
		"nothing left":     {"a\n1\n", 0, []string{"a"}, "no row"},
		"a date alone":     {"a\n1\n", 0, []string{"a:date"}, "cannot be the primary"},
		"a name alone":     {"a\n1\n", 0, []string{"a:words"}, "at least one other"},
		"too much to need": {"a,b\n1,2\n", 2, []string{"a", "b"}, "2 other values are needed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, _, err := exact.Build(strings.NewReader(tc.table), options(t, tc.need, tc.columns...), secret(), salt())
			if err == nil || !strings.Contains(err.Error(), tc.words) {
				t.Errorf("Build = %v, want %q", err, tc.words)
			}
		})
	}
	for _, s := range []string{"", ":digits", "a:number"} {
		if _, err := exact.ParseColumn(s); err == nil {
			t.Errorf("the column %q was taken", s)
		}
	}
}

func TestEncodings(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(customers)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := utf16.UTF16(utf16.BigEndian, utf16.UseBOM).NewEncoder().String(customers)
	if err != nil {
		t.Fatal(err)
	}
	for name, table := range map[string]string{"UTF-8": customers, "BOM": "\uFEFF" + customers, "GBK": gbk, "UTF-16": wide} {
		x, report := build(t, table, options(t, 1, "name:words", "born:date"))
		if report.Rows != 3 {
			t.Errorf("%s: %+v", name, report)
		}
		if got := found(x, "张三 1990-05-17"); len(got) != 1 {
			t.Errorf("%s: found %q", name, got)
		}
	}
}

// TestFileHoldsNoValue looks for every value, in all the forms it goes through.
func TestFileHoldsNoValue(t *testing.T) {
	o := options(t, 1, "account:alnum", "name:words", "born:date", "city:words")
	data, _, err := exact.Build(strings.NewReader(customers), o, secret(), salt())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{
		"123456789", "3456", "ab998877", "AB99", "Jane", "jane", "doe", "张三", "neill", "1985", "19850301", "0301", "Oslo", "oslo", "上海", string(secret()),
	} {
		if bytes.Contains(data, []byte(v)) {
			t.Errorf("the file holds %q", v)
		}
	}
	again, _, _ := exact.Build(strings.NewReader(customers), o, secret(), bytes.Repeat([]byte{1}, keyed.SaltSize))
	rows := len(data) - 32 - 3*(8+3*4) // the seal, and three rows with three others
	if bytes.Contains(again, data[rows:rows+8]) {
		t.Error("two files of one table have a part in common")
	}
}

func TestAWarningWhereAnyNumberIsFound(t *testing.T) {
	var table strings.Builder
	table.WriteString("n\n")
	for i := range 500 {
		fmt.Fprintln(&table, 123000+i*7)
	}
	if _, report := build(t, table.String(), options(t, 0, "n:digits")); !strings.Contains(report.Warning, "--need 1") {
		t.Errorf("no warning: %q", report.Warning)
	}
}

package validators

// nzRange is the branches of a bank of New Zealand and the way in which its
// account numbers are checked.
type nzRange struct {
	bank, low, high int
	way             byte
}

// nzBanks are the banks and branches. Source: Inland Revenue, bank account
// number validation in its payday filing specification.
var nzBanks = []nzRange{
	{1, 1, 999, 'A'},
	{1, 1100, 1199, 'A'},
	{1, 1800, 1899, 'A'},
	{2, 1, 999, 'A'},
	{2, 1200, 1299, 'A'},
	{3, 1, 999, 'A'},
	{3, 1300, 1399, 'A'},
	{3, 1500, 1599, 'A'},
	{3, 1700, 1799, 'A'},
	{3, 1900, 1999, 'A'},
	{4, 2000, 2099, 'A'},
	{6, 1, 999, 'A'},
	{6, 1400, 1499, 'A'},
	{8, 6500, 6599, 'D'},
	{9, 0, 0, 'E'},
	{11, 5000, 6499, 'A'},
	{11, 6600, 8999, 'A'},
	{12, 3000, 3299, 'A'},
	{12, 3400, 3499, 'A'},
	{12, 3600, 3699, 'A'},
	{13, 4900, 4999, 'A'},
	{14, 4700, 4799, 'A'},
	{15, 3900, 3999, 'A'},
	{16, 4400, 4499, 'A'},
	{17, 3300, 3399, 'A'},
	{18, 3500, 3599, 'A'},
	{19, 4600, 4649, 'A'},
	{20, 4100, 4199, 'A'},
	{21, 4800, 4899, 'A'},
	{22, 4000, 4049, 'A'},
	{23, 3700, 3799, 'A'},
	{24, 4300, 4349, 'A'},
	{25, 2500, 2599, 'F'},
	{26, 2600, 2699, 'G'},
	{27, 3800, 3849, 'A'},
	{28, 2100, 2149, 'G'},
	{29, 2150, 2299, 'G'},
	{30, 2900, 2949, 'A'},
	{31, 2800, 2849, 'X'},
	{33, 6700, 6799, 'F'},
	{35, 2400, 2499, 'A'},
	{38, 9000, 9499, 'A'},
	{88, 8800, 8805, 'A'},
}

// nzParts splits an account number into bank, branch, account of eight digits
// and suffix of four, and finds its way.
func nzParts(v string) (d string, way byte) {
	d = Digits(v)
	switch len(d) {
	case 15, 16: // account of seven digits, suffix of two or three
		d = d[:6] + "0" + d[6:13] + ("0000" + d[13:])[len(d)-13:]
	case 17, 18:
		d = d[:14] + ("0000" + d[14:])[len(d)-14:]
	default:
		return "", 0
	}
	for _, r := range nzBanks {
		if asiaNumber(d[:2]) == r.bank && asiaBetween(d[2:6], r.low, r.high) {
			return d, r.way
		}
	}
	return d, 0
}

func hasNewZealandBranch(v string) bool {
	_, way := nzParts(v)
	return way != 0
}

// isNewZealandBank checks an account number the way of its bank. Accounts from
// 990000 on leave the branch out of the sum.
func isNewZealandBank(v string) bool {
	d, way := nzParts(v)
	if way == 'A' && d[6:14] >= "00990000" {
		way = 'B'
	}
	switch way {
	case 'A':
		return asiaSum(d, 0, 0, 6, 3, 7, 9, 0, 0, 10, 5, 8, 4, 2, 1)%11 == 0
	case 'B':
		return asiaSum(d, 0, 0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1)%11 == 0
	case 'D':
		return asiaSum(d, 0, 0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	case 'E':
		return nzCrossed(d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 0, 1)%11 == 0
	case 'F':
		return asiaSum(d, 0, 0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1)%10 == 0
	case 'G':
		return nzCrossed(d, 0, 0, 0, 0, 0, 0, 0, 1, 3, 7, 1, 3, 7, 1, 0, 3, 7, 1)%10 == 0
	}
	return way == 'X'
}

// nzCrossed adds up the products, each as the sum of its digits until one is
// left.
func nzCrossed(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		n := int(d[i]-'0') * w
		for n > 9 {
			n = n/10 + n%10
		}
		sum += n
	}
	return sum
}

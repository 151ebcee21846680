package chaos

// Nearest gives the known word most like another, the first of several; none if
// more than a third of the other would have to change.
func Nearest(known []string, word string) (near string, found bool) {
	limit := max(len(word)/3, 1)
	for _, candidate := range known {
		if d := changes(candidate, word); d < limit || d == limit && !found {
			near, found, limit = candidate, true, d
		}
	}
	return near, found
}

// changes counts the bytes to insert, delete or replace to turn one word into
// another.
func changes(from, to string) int {
	previous, current := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(from) {
		current[0] = i + 1
		for j := range len(to) {
			if from[i] == to[j] {
				current[j+1] = previous[j]
				continue
			}
			current[j+1] = 1 + min(previous[j], previous[j+1], current[j])
		}
		previous, current = current, previous
	}
	return previous[len(to)]
}

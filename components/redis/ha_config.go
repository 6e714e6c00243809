package redis

import (
	"crypto/sha256"
	"fmt"
)

const haUsersFile = "users.acl"

// haConfiguration is what the operator includes at the end of its own redis.conf: the same as in mode single.
func haConfiguration(s Spec) string {
	memory := s.Memory.Value()
	return fmt.Sprintf(`maxmemory %d
maxmemory-policy %s

# An empty one first, or these would add to the operator's own.
save ""
save 900 1 300 10 60 10000
appendonly yes
appendfsync everysec
`, memory.Value()/4*3, s.Eviction)
}

// haUsers is the access list. The clients' user is also that of the operator, of the sentinels and of the replicas, for none of which the
// operator knows another: beside what it may in mode single, it may say who is primary, and follow the primary's data.
func haUsers(password string) string {
	return fmt.Sprintf("user default on #%x ~* &* +@all -@admin -flushall -flushdb -swapdb +config|get +config|rewrite "+
		"+client|list +client|kill +role +replicaof +slaveof +psync +replconf\n", sha256.Sum256([]byte(password)))
}

package redis

import (
	"crypto/sha256"
	"fmt"
)

const (
	port       = 6379
	dataPath   = "/data"
	configPath = "/etc/redis"
	secretPath = "/run/secrets/redis"
	usersFile  = "users.acl"
)

// configuration returns redis.conf.
func configuration(s Spec) string {
	memory := s.Memory.Value()
	return fmt.Sprintf(`bind * -::*
port %d
dir %s
aclfile %s/%s

# What is left of the memory is for copy-on-write while a child process saves, for clients' buffers and for fragmentation.
# Redis' own advice for instances that persist is to leave 25%% and more:
# https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/memory-optimization/
maxmemory %d
maxmemory-policy %s

save 900 1 300 10 60 10000
appendonly yes
appendfsync everysec
`, port, dataPath, secretPath, usersFile, memory.Value()/4*3, s.Eviction)
}

// users returns the access list, with the passwords' digests in place of the passwords: as they are random and long, a digest
// does not give them away.
func users(password, exporterPassword string) string {
	return fmt.Sprintf(`user default on #%x ~* &* +@all -@admin -flushall -flushdb -swapdb +config|get +client|list
user exporter on #%x resetkeys resetchannels -@all +ping +info +config|get +client|setname +command|info `+
		`+slowlog|len +slowlog|get +latency|latest +latency|histogram
`, sha256.Sum256([]byte(password)), sha256.Sum256([]byte(exporterPassword)))
}

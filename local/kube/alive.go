package kube

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// alive tells whether a process runs. One that has ended and that its parent has not yet asked about does not: where
// the first process of a container asks about nobody, such remains stay for ever.
func alive(pid int) bool {
	if pid <= 0 || syscall.Kill(pid, 0) != nil {
		return false
	}
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
}

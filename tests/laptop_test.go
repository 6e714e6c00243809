package tests

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/stacks/platform"
	"github.com/plinth-iac/plinth/tests/mocks"
)

// The clouds' SDKs take longer to compile than all else together, and a laptop has no use for them.
func TestRehearsalsNeedNoCloudSDK(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "github.com/plinth-iac/plinth/stacks/platform").CombinedOutput()
	require.NoError(t, err, string(out))
	packages := strings.Fields(string(out))
	require.Contains(t, packages, "github.com/plinth-iac/plinth/components/postgres", "the list is not what it should be")
	for _, name := range packages {
		for _, sdk := range []string{"pulumi-aws/", "pulumi-gcp/", "pulumi-azure-native-sdk/"} {
			assert.NotContains(t, name, sdk)
		}
	}
}

func TestProgramWithoutACloudSaysWhatToDo(t *testing.T) {
	t.Parallel()
	err := mocks.Fail(t, platform.On(nil), onCloud(t, "prod", "aws")...)
	require.ErrorContains(t, err, "plinth:cloud: found aws, allowed in this program is one of [existing]")
	assert.ErrorContains(t, err, "run stacks.Platform")
}

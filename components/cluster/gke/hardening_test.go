package gke

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plinth-iac/plinth/tests/mocks"
)

// expectation is of one input of every resource of a type.
type expectation struct {
	typ, path string
	holds     func(v any) bool
}

// row is one of the table for gcp in cloud-facts.md.
type row struct {
	rules string
	want  []expectation
}

func is(want any) func(any) bool { return func(v any) bool { return v == want } }

func oneOf(want ...any) func(any) bool {
	return func(v any) bool {
		for _, w := range want {
			if v == w {
				return true
			}
		}
		return false
	}
}

func notTrue(v any) bool { return v == nil || v == false }

// set also holds for what is unknown until it is made.
func set(v any) bool { return v == mocks.Unknown || v != nil && v != "" }

func listed(want ...any) func(any) bool {
	return func(v any) bool { return assert.ObjectsAreEqual(want, v) }
}

// allowed holds for ranges that are named and are not the whole internet.
func allowed(v any) bool {
	blocks, _ := v.([]any)
	for _, block := range blocks {
		cidr, _ := block.(map[string]any)["cidrBlock"].(string)
		if cidr == "" || strings.HasSuffix(cidr, "/0") {
			return false
		}
	}
	return len(blocks) > 0
}

func nonEmptyMap(v any) bool { m, _ := v.(map[string]any); return len(m) > 0 }

var rows = []row{
	{"1 CKV_GCP_25 CKV_GCP_64 GCP-0059 CIS 5.6.5", []expectation{{clusterType, "privateClusterConfig.enablePrivateNodes", is(true)}}},
	// Row 2 asks for a private endpoint or for row 3, which is asked for always. TestEndpoint has both.
	{"2 CIS 5.6.4", []expectation{
		{clusterType, "privateClusterConfig.enablePrivateEndpoint", oneOf(true, false)},
		{clusterType, "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled", is(false)},
	}},
	{"3 CKV_GCP_20 CKV_GCP_18 GCP-0061 GCP-0053 CIS 5.6.3", []expectation{{clusterType, "masterAuthorizedNetworksConfig.cidrBlocks", allowed}}},
	{"4 CKV_GCP_12 GCP-0056", []expectation{{clusterType, "datapathProvider", is("ADVANCED_DATAPATH")}, {clusterType, "networkPolicy.enabled", is(false)}}},
	{"5 CKV_GCP_61 CIS 5.6.1", []expectation{{clusterType, "enableIntranodeVisibility", is(true)}}},
	{"6 CKV_GCP_23 GCP-0049", []expectation{
		{clusterType, "ipAllocationPolicy.clusterSecondaryRangeName", is("pods")},
		{clusterType, "ipAllocationPolicy.servicesSecondaryRangeName", is("services")},
	}},
	{"7 CIS 5.2.2", []expectation{{clusterType, "workloadIdentityConfig.workloadPool", is("acme.svc.id.goog")}}},
	// † The agent's grant first: cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets. TestDestroyOrder has the order.
	{"8 CIS 5.3.1", []expectation{
		{clusterType, "databaseEncryption.state", is("ENCRYPTED")},
		{clusterType, "databaseEncryption.keyName", set},
		{keyRoleType, "role", is("roles/cloudkms.cryptoKeyEncrypterDecrypter")},
	}},
	{"9 CKV_GCP_66", []expectation{{clusterType, "binaryAuthorization.evaluationMode", is("PROJECT_SINGLETON_POLICY_ENFORCE")}}},
	{"10 CKV_GCP_70 CIS 5.5.4", []expectation{{clusterType, "releaseChannel.channel", oneOf("REGULAR", "STABLE")}}},
	{"11 CKV_GCP_71 GCP-0055", []expectation{{clusterType, "enableShieldedNodes", is(true)}}},
	{"12 CKV_GCP_7 GCP-0062", []expectation{{clusterType, "enableLegacyAbac", notTrue}}},
	{"13 CKV_GCP_13 GCP-0064", []expectation{{clusterType, "masterAuth.clientCertificateConfig.issueClientCertificate", is(false)}}},
	{"14 CKV_GCP_1 CKV_GCP_8 GCP-0060 GCP-0052", []expectation{
		{clusterType, "loggingConfig.enableComponents", listed("SYSTEM_COMPONENTS", "WORKLOADS")},
		{clusterType, "monitoringConfig.enableComponents", listed("SYSTEM_COMPONENTS")},
	}},
	// † BASIC is what the API calls "applies security posture features" (SecurityPostureConfig.Mode, Google.Cloud.Container.V1).
	{"15 CIS 5.10.4", []expectation{{clusterType, "securityPostureConfig.mode", is("BASIC")}}},
	{"17 CKV2_GCP_19 CKV_GCP_21", []expectation{{clusterType, "enableKubernetesAlpha", notTrue}, {clusterType, "resourceLabels", nonEmptyMap}}},
	{"19", []expectation{{clusterType, "maintenancePolicy.recurringWindow", nonEmptyMap}}},
	{"20 CKV_GCP_123", []expectation{{clusterType, "removeDefaultNodePool", is(true)}, {clusterType, "initialNodeCount", is(1.0)}}},
	{"21 CKV_GCP_9 CKV_GCP_10 GCP-0063 GCP-0058", []expectation{{poolType, "management.autoRepair", is(true)}, {poolType, "management.autoUpgrade", is(true)}}},
	{"22 CKV_GCP_68 CKV_GCP_72", everyNode("shieldedInstanceConfig.enableSecureBoot", is(true), "shieldedInstanceConfig.enableIntegrityMonitoring", is(true))},
	{"23 CKV_GCP_69 GCP-0057", everyNode("workloadMetadataConfig.mode", is("GKE_METADATA"))},
	{"24 GCP-0050 CIS 5.2.1", append(everyNode("serviceAccount", set), expectation{
		projectRoleType, "role", oneOf("roles/container.defaultNodeServiceAccount", "roles/container.clusterViewer"),
	})},
	{"25 CKV_GCP_22 GCP-0054 CIS 5.9.2", everyNode("imageType", is("COS_CONTAINERD"), "bootDiskKmsKey", set)},
	{"26", []expectation{
		{poolType, "upgradeSettings.strategy", is("SURGE")},
		{poolType, "upgradeSettings.maxSurge", is(1.0)},
		{poolType, "upgradeSettings.maxUnavailable", is(0.0)},
	}},
	{"27 CKV_GCP_26 CKV_GCP_74 GCP-0029", []expectation{{subnetType, "logConfig", nonEmptyMap}, {subnetType, "privateIpGoogleAccess", is(true)}}},
	{"28 CKV_GCP_43 GCP-0065", []expectation{{keyType, "rotationPeriod", is("7776000s")}}},
	{"29", []expectation{{natType, "logConfig.enable", is(true)}}},
	{"30 CKV2_GCP_18", []expectation{{networkType, "autoCreateSubnetworks", is(false)}}},
}

// everyNode expects something of the pools' nodes and of the short-lived default pool's.
func everyNode(pathsAndHolds ...any) []expectation {
	var all []expectation
	for i := 0; i < len(pathsAndHolds); i += 2 {
		path, holds := "nodeConfig."+pathsAndHolds[i].(string), pathsAndHolds[i+1].(func(any) bool)
		all = append(all, expectation{poolType, path, holds}, expectation{clusterType, path, holds})
	}
	return all
}

// TestHardening holds the rows over every environment, new and in preview. None is excepted in stage and dev but 18.
func TestHardening(t *testing.T) {
	t.Parallel()
	for environment, args := range environments {
		t.Run(environment, func(t *testing.T) {
			t.Parallel()
			mocks.Modes(t, func(t *testing.T, run func(testing.TB, pulumi.RunFunc, ...mocks.Option) *mocks.Recording) {
				rec := run(t, program(args()), answers()...)
				for _, row := range rows {
					t.Run(row.rules, func(t *testing.T) { row.check(t, rec) })
				}
				t.Run("18", func(t *testing.T) {
					made := rec.Get(t, clusterType, "cluster-gke")
					assert.Equal(t, environment == "prod", made.Inputs["deletionProtection"])
					assert.Equal(t, environment == "prod", made.Protect)
				})
			})
		})
	}
}

func (r row) check(t *testing.T, rec *mocks.Recording) {
	require.NotEmpty(t, r.want)
	for _, want := range r.want {
		found := rec.ByType(want.typ)
		require.NotEmpty(t, found, "no %s", want.typ)
		for _, res := range found {
			assert.True(t, want.holds(res.At(want.path)), "%s %s is %v", res.Name, want.path, res.At(want.path))
		}
	}
}

// TestGroups is row 16.
func TestGroups(t *testing.T) {
	t.Parallel()
	t.Run("16 CKV_GCP_65", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "gke-security-groups@med.example",
			up(t, prod()).Get(t, clusterType, "cluster-gke").At("authenticatorGroupsConfig.securityGroup"))
		args := prod()
		args.Admins = []string{"user:ann@med.example"}
		assert.Nil(t, up(t, args).Get(t, clusterType, "cluster-gke").At("authenticatorGroupsConfig"))
	})
}

// TestEndpoint is rows 2 and 3 for both kinds of endpoint.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allow   []string
		private bool
		ranges  []string
	}{
		"public to an office": {[]string{"203.0.113.0/24"}, false, []string{"203.0.113.0/24"}},
		"private":             {nil, true, []string{"10.0.0.0/16"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := prod()
			args.Spec.API.Allow = c.allow
			made := up(t, args).Get(t, clusterType, "cluster-gke")
			assert.Equal(t, c.private, made.At("privateClusterConfig.enablePrivateEndpoint"))
			assert.Equal(t, "10.0.240.0/28", made.At("privateClusterConfig.masterIpv4CidrBlock"))
			var ranges []string
			for _, block := range made.At("masterAuthorizedNetworksConfig.cidrBlocks").([]any) {
				ranges = append(ranges, block.(map[string]any)["cidrBlock"].(string))
			}
			assert.Equal(t, c.ranges, ranges)
		})
	}
}

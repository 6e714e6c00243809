package main

import (
	"regexp"
	"slices"
	"strings"
)

// azureEnums are the enums of strings of azure-native. Its Go SDK has the enums but does not tell which property takes which, where the
// API takes other strings too for later versions' sake: by struct and property, from the API's own definitions. An empty name is
// none, for properties that an enum of the same name is not meant for.
var azureEnums = map[string]string{
	"Sku.name": "SkuName",
	// Several in one string; and one in lower case, which azure-native itself fills in.
	"NetworkRuleSet.bypass":                        "",
	"VaultProperties.publicNetworkAccess":          "",
	"agentPoolArgs.mode":                           "AgentPoolMode",
	"agentPoolArgs.type":                           "AgentPoolType",
	"ManagedClusterAgentPoolProfile.mode":          "AgentPoolMode",
	"ManagedClusterAgentPoolProfile.type":          "AgentPoolType",
	"ManagedClusterSKU.name":                       "ManagedClusterSKUName",
	"ManagedClusterSKU.tier":                       "ManagedClusterSKUTier",
	"AzureKeyVaultKms.keyVaultNetworkAccess":       "KeyVaultNetworkAccessTypes",
	"WeeklySchedule.dayOfWeek":                     "WeekDay",
	"SecurityRuleType.access":                      "SecurityRuleAccess",
	"SecurityRuleType.direction":                   "SecurityRuleDirection",
	"SecurityRuleType.protocol":                    "SecurityRuleProtocol",
	"publicIPAddressArgs.publicIPAllocationMethod": "IPAllocationMethod",
	"PublicIPAddressSku.name":                      "PublicIPAddressSkuName",
	"NatGatewaySku.name":                           "NatGatewaySkuName",
	"FlowLogFormatParameters.type":                 "FlowLogFormatType",
	"storageAccountArgs.kind":                      "Kind",
	"Encryption.keySource":                         "KeySource",
	"ManagementPolicyRule.type":                    "RuleType",
	"KeyProperties.kty":                            "JsonWebKeyType",
	"roleAssignmentArgs.principalType":             "PrincipalType",
	"managementLockByScopeArgs.level":              "LockLevel",
	"RetentionPolicy.status":                       "PolicyStatus",
	"QuarantinePolicy.status":                      "PolicyStatus",
	"taskArgs.status":                              "TaskStatus",
	"TimerTrigger.status":                          "TriggerStatus",
	"PlatformProperties.os":                        "OS",
	"PlatformProperties.architecture":              "Architecture",
	"WorkspaceSku.name":                            "WorkspaceSkuNameEnum",
	"diskEncryptionSetArgs.encryptionType":         "DiskEncryptionSetType",
	"EncryptionSetIdentity.type":                   "DiskEncryptionSetIdentityType",
	"dataCollectionRuleArgs.kind":                  "KnownDataCollectionRuleResourceKind",
}

// written are enums that neither SDK nor comments list. Sources: for gcp the reference of the Kubernetes Engine API, v1, resources Cluster
// and NodePool (cloud.google.com/kubernetes-engine/docs/reference/rest/v1); for aws that of the EKS API (Nodegroup, LogSetup) and of the EC2
// API (LaunchTemplateInstanceMetadataOptionsRequest).
var written = map[string][]string{
	"databaseInstanceArgs.databaseVersion": nil, // the comment is older than the versions
	// None is Private Service Connect.
	"forwardingRuleArgs.loadBalancingScheme": {"", "EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL", "INTERNAL_MANAGED"},

	"clusterArgs.datapathProvider":                                                   {"LEGACY_DATAPATH", "ADVANCED_DATAPATH"},
	"ClusterReleaseChannel.channel":                                                  {"UNSPECIFIED", "RAPID", "REGULAR", "STABLE"},
	"ClusterDatabaseEncryption.state":                                                {"ENCRYPTED", "DECRYPTED"},
	"ClusterBinaryAuthorization.evaluationMode":                                      {"DISABLED", "PROJECT_SINGLETON_POLICY_ENFORCE"},
	"NodePoolUpgradeSettings.strategy":                                               {"SURGE", "BLUE_GREEN"},
	"NodePoolAutoscaling.locationPolicy":                                             {"BALANCED", "ANY"},
	"NodePoolNodeConfigTaint.effect":                                                 {"NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"},
	"ClusterNodeConfigWorkloadMetadataConfig.mode":                                   metadata,
	"NodePoolNodeConfigWorkloadMetadataConfig.mode":                                  metadata,
	"NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfig.gpuDriverVersion": {"INSTALLATION_DISABLED", "DEFAULT", "LATEST"},

	"clusterArgs.enabledClusterLogTypes":       {"api", "audit", "authenticator", "controllerManager", "scheduler"},
	"LaunchTemplateMetadataOptions.httpTokens": {"optional", "required"},
	"nodeGroupArgs.amiType": {
		"AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "AL2023_x86_64_NVIDIA", "AL2023_ARM_64_NVIDIA", "AL2023_x86_64_NEURON",
		"BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64", "BOTTLEROCKET_x86_64_NVIDIA", "BOTTLEROCKET_ARM_64_NVIDIA",
		"BOTTLEROCKET_x86_64_FIPS", "BOTTLEROCKET_ARM_64_FIPS", "CUSTOM",
	},
}

var metadata = []string{"GCE_METADATA", "GKE_METADATA"}

// common are names so common that an enum called the same seldom is the one meant.
var common = []string{"code", "kind", "mode", "name", "protocol", "reason", "state", "status", "type"}

// enumOf is what a property of strings takes: what is written here, else the enum of the package called as the property is, else what
// the property's comment lists.
func (p *goPackage) enumOf(object, property, doc string) []string {
	if values, said := written[object+"."+property]; said {
		return values
	}
	if name, said := azureEnums[object+"."+property]; said {
		return p.enums[name]
	}
	if len(p.enums) > 0 && !slices.Contains(common, property) {
		for name, values := range p.enums {
			if strings.EqualFold(name, property) {
				return values
			}
		}
	}
	return listed(doc)
}

var (
	quoted = "(?:`[^`]+`)"
	series = quoted + "(?:(?:,? (?:and|or) |, ?)" + quoted + ")+"
	// values are the sentences that list all that a property takes. The comments come from the providers' own checks in gcp, and from the
	// documentation in aws.
	values   = regexp.MustCompile(`(?:(?:Possible|Valid|Accepted|Allowed|Supported) [Vv]alues(?: are| include)?|Options are|Available options include|Can be(?: one of)?|Must be one of):? (` + series + `)\s*(?:\.|$)`)
	conflict = regexp.MustCompile(`[Cc]onflicts with (` + quoted + "(?:(?:,? (?:and|or) |, ?)" + quoted + `)*)`)
	one      = regexp.MustCompile("`([^`]+)`")
)

// listed are the values that a comment says are all.
func listed(doc string) []string {
	return names(values.FindStringSubmatch(strings.Join(strings.Fields(doc), " ")))
}

// excluded are the properties that a comment says it conflicts with.
func excluded(doc string) []string {
	return names(conflict.FindStringSubmatch(strings.Join(strings.Fields(doc), " ")))
}

func names(match []string) []string {
	if match == nil {
		return nil
	}
	var all []string
	for _, m := range one.FindAllStringSubmatch(match[1], -1) {
		all = append(all, strings.Trim(m[1], `"`))
	}
	return all
}

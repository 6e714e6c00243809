package aks

import (
	"fmt"

	containerservice "github.com/pulumi/pulumi-azure-native-sdk/containerservice/v2/v20240901"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// maintenanceHours is how long AKS may take for its own upgrades of a Sunday. Four hours is the least that it accepts
// (learn.microsoft.com/azure/aks/planned-maintenance); pools of many nodes need more.
const maintenanceHours = 8

// maintenance says when AKS may upgrade by itself. It comes after the last pool: while AKS works on one, it may refuse other changes.
func (b *builder) maintenance(plane *containerservice.ManagedCluster, last pulumi.Resource) error {
	for name, config := range map[string]string{"patches": "aksManagedAutoUpgradeSchedule", "images": "aksManagedNodeOSUpgradeSchedule"} {
		_, err := containerservice.NewMaintenanceConfiguration(b.ctx, b.name+"-"+name, &containerservice.MaintenanceConfigurationArgs{
			ResourceGroupName: b.group.Name, ResourceName: plane.Name, ConfigName: pulumi.String(config),
			MaintenanceWindow: containerservice.MaintenanceWindowArgs{
				DurationHours: pulumi.Int(maintenanceHours), StartTime: pulumi.String("01:00"), UtcOffset: pulumi.String("+00:00"),
				Schedule: containerservice.ScheduleArgs{Weekly: containerservice.WeeklyScheduleArgs{
					DayOfWeek: pulumi.String("Sunday"), IntervalWeeks: pulumi.Int(1),
				}},
			},
		}, b.children(pulumi.DependsOn([]pulumi.Resource{last}))...)
		if err != nil {
			return fmt.Errorf("making maintenance window %s: %w", name, err)
		}
	}
	return nil
}

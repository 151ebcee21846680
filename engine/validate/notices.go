package validate

import "rondb-tui/engine"

// NotActedOn is what every notice of Notices starts with. Where more is known, a
// reason in parentheses follows.
const NotActedOn = "accepted, not acted on yet"

// Notices tells which fields of a legal desired state no pass of the planner acts
// on yet. Some ask for something by being set: they come first. The others only
// by differing from what the cluster runs with, which is old, nil for a cluster
// that has not run: its first start takes them as they are.
func Notices(old *engine.Spec, next engine.Spec) []engine.Notice {
	var notices []engine.Notice
	for _, field := range append(asking(&next), changing(old, &next)...) {
		if field.asks {
			text := NotActedOn
			if field.reason != "" {
				text += " (" + field.reason + ")"
			}
			notices = append(notices, engine.Notice{Field: field.path, Text: text})
		}
	}
	return notices
}

// passive is a field without a pass: whether it asks for something, and what
// happens instead.
type passive struct {
	path   string
	asks   bool
	reason string
}

// asking lists the fields that ask for something as soon as they are set.
func asking(s *engine.Spec) []passive {
	fields := []passive{
		{"Image", s.Image != "", "no image is used"},
		{"RonDBDownloadLink", s.RonDBDownloadLink != "", "nothing is downloaded"},
		{"NdbAgentVersion", s.NdbAgentVersion != "", "no agent runs"},
		{"NdbAgentDownloadLink", s.NdbAgentDownloadLink != "", "nothing is downloaded"},
		{"OnDemandBackups", len(s.OnDemandBackups) > 0, "no backup is taken"},
		{"RestoreFromBackup", s.RestoreFromBackup != nil, "the cluster starts empty"},
		{"Parameters", len(s.Parameters) > 0, "the defaults hold"},
		{"AllowRequestingTemporaryVms", s.AllowRequestingTemporaryVms, "no plan asks for a temporary replica"},
		{"Region", s.Region != "", ""},
		{"AvailabilityZones", len(s.AvailabilityZones) > 0, "replicas are not spread over zones"},
	}
	types, storage := machineFields(s)
	for _, field := range types {
		fields = append(fields, passive{field.path, field.value != "", ""})
	}
	for _, field := range storage {
		fields = append(fields, passive{field.path, field.value != 0, ""})
	}
	return fields
}

// changing lists the fields that ask for something only where they change.
func changing(old, s *engine.Spec) []passive {
	if old == nil {
		return nil
	}
	return []passive{
		{"RonDBVersion", s.RonDBVersion != old.RonDBVersion, "the cluster keeps its version"},
		{"RonDBRunningSince", s.RonDBRunningSince != old.RonDBRunningSince, "no rolling restart is made"},
		{"NdbAgentRunningSince", s.NdbAgentRunningSince != old.NdbAgentRunningSince, "no agent runs"},
		{"TotalMemoryConfig", s.TotalMemoryConfig != old.TotalMemoryConfig, "the data nodes keep their memory"},
		{"NumNodeGroups", s.NumNodeGroups != old.NumNodeGroups, "no node group is added"},
	}
}

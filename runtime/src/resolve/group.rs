//! A k8s config group on its own: metadata, mount paths and the names in it.

use std::collections::BTreeMap;

use crate::labels;
use crate::names;
use crate::problem::Problems;
use crate::spec::K8sConfigGroup;

pub(super) fn check(group: &K8sConfigGroup<'_>, path: &str, problems: &mut Problems) {
    metadata(group, path, problems);
    services(group, path, problems);
    storage(group, path, problems);
    retention(group, path, problems);
    for (index, variable) in group.env.unwrap_or_default().iter().enumerate() {
        let illegal = |c: char| c == '=' || c.is_control();
        if variable.name.is_empty() || variable.name.contains(illegal) {
            problems.add(
                format!("{path}.env[{index}].name"),
                format!("`{}` cannot name a variable", variable.name.escape_debug()),
            );
        }
    }
}

/// Metadata of the user's must neither shadow the runtime's nor be refused later.
fn metadata(group: &K8sConfigGroup<'_>, path: &str, problems: &mut Problems) {
    if let Some(metadata) = group.pod_metadata {
        let path = format!("{path}.podMetadata");
        for (key, value) in metadata.labels.iter().flatten() {
            let path = format!("{path}.labels");
            if is_free(key, &path, problems) && !names::is_label_value(value) {
                problems.add(
                    path,
                    format!(
                        "`{}` cannot be the value of label `{}`: it has at most 63 letters, digits, `-`, `_` and `.`, and starts and ends with a letter or digit",
                        value.escape_debug(),
                        key.escape_debug()
                    ),
                );
            }
        }
        annotations(
            metadata.annotations.as_ref(),
            &format!("{path}.annotations"),
            problems,
        );
    }
    annotations(
        group.ingress_annotations,
        &format!("{path}.ingressAnnotations"),
        problems,
    );
    annotations(
        group.workload_annotations,
        &format!("{path}.workloadAnnotations"),
        problems,
    );
}

fn annotations(entries: Option<&BTreeMap<String, String>>, path: &str, problems: &mut Problems) {
    for key in entries.into_iter().flat_map(BTreeMap::keys) {
        is_free(key, path, problems);
    }
}

/// Whether a resource may set this label or annotation.
fn is_free(key: &str, path: &str, problems: &mut Problems) -> bool {
    let shown = key.escape_debug();
    if labels::is_reserved(key) {
        problems.add(path, format!("`{shown}` belongs to the operator"));
    } else if !names::is_qualified_name(key) {
        problems.add(path, format!("`{shown}` cannot be a key of metadata"));
    } else {
        return true;
    }
    false
}

/// The Services beside the first.
fn services(group: &K8sConfigGroup<'_>, path: &str, problems: &mut Problems) {
    let all = group.services.unwrap_or_default();
    for (index, service) in all.iter().enumerate() {
        let path = format!("{path}.services[{index}]");
        let name = service.name.escape_debug();
        if !names::is_dns_label(&service.name) {
            problems.add(
                format!("{path}.name"),
                format!(
                    "`{name}` must consist of at most 63 lower-case letters, digits and `-`, and start and end with a letter or digit"
                ),
            );
        }
        let earlier = all.iter().take(index);
        if let Some(first) = earlier.clone().position(|known| known.name == service.name) {
            problems.add(
                format!("{path}.name"),
                format!("`{name}` is the name of entry [{first}] already"),
            );
        }
        annotations(
            service.annotations.as_ref(),
            &format!("{path}.annotations"),
            problems,
        );
    }
}

fn retention(group: &K8sConfigGroup<'_>, path: &str, problems: &mut Problems) {
    let (deleted, scaled) = group.retention();
    for (field, policy) in [("whenDeleted", deleted), ("whenScaled", scaled)] {
        if let Some(policy) = policy
            && !matches!(policy, "Retain" | "Delete")
        {
            problems.add(
                format!("{path}.persistentVolumeClaimRetentionPolicy.{field}"),
                format!(
                    "is `{}`; it must be `Retain` or `Delete`",
                    policy.escape_debug()
                ),
            );
        }
    }
}

fn storage(group: &K8sConfigGroup<'_>, path: &str, problems: &mut Problems) {
    for (index, entry) in group.storage().iter().enumerate() {
        let path = format!("{path}.storageConfig[{index}]");
        let name = entry.name.escape_debug();
        if !names::is_dns_label(&entry.name) {
            problems.add(
                format!("{path}.name"),
                format!(
                    "`{name}` must consist of at most 63 lower-case letters, digits and `-`, and start and end with a letter or digit"
                ),
            );
        }
        let earlier = group.storage().iter().take(index);
        if let Some(first) = earlier.clone().position(|known| known.name == entry.name) {
            problems.add(
                format!("{path}.name"),
                format!("`{name}` is the name of entry [{first}] already"),
            );
        }
        if let Some(fault) = names::path_fault(&entry.mount_path) {
            problems.add(
                format!("{path}.mountPath"),
                format!("`{}` {fault}", entry.mount_path.escape_debug()),
            );
        }
    }
    for (index, mount) in group.volume_mount.unwrap_or_default().iter().enumerate() {
        if let Some(fault) = names::path_fault(&mount.mount_path) {
            problems.add(
                format!("{path}.volumeMount[{index}].mountPath"),
                format!("`{}` {fault}", mount.mount_path.escape_debug()),
            );
        }
    }
}

//! What pods may do to the machine that they run on: taken over as it is, and named.

use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::container::Site;

/// Values of a security context that give more than a process has otherwise: the field, the value, what it means.
const LOOSE: &[(&[&str], &str, &str)] = &[
    (
        &["privileged"],
        "true",
        "the container may do what root may on its machine",
    ),
    (
        &["allowPrivilegeEscalation"],
        "true",
        "a process may get more rights than the one that started it",
    ),
    (&["runAsUser"], "0", "it runs as root"),
    (&["runAsGroup"], "0", "it runs in the group of root"),
    (&["runAsNonRoot"], "false", "it may run as root"),
    (
        &["procMount"],
        "Unmasked",
        "it sees more of the machine below /proc",
    ),
    (
        &["seccompProfile", "type"],
        "Unconfined",
        "it may make every call of the kernel",
    ),
    (
        &["appArmorProfile", "type"],
        "Unconfined",
        "no profile of the machine keeps it in bounds",
    ),
    (
        &["windowsOptions", "hostProcess"],
        "true",
        "it runs on the machine itself",
    ),
];
/// Fields of a security context that say themselves what a process may do.
const STATED: &[(&str, &str)] = &[
    ("seLinuxOptions", "it has a label of its own"),
    ("sysctls", "it changes settings of the kernel"),
    (
        "supplementalGroups",
        "it may read and write what these groups may",
    ),
];

/// Notes the rights of a pod beyond others'.
pub(super) fn of_pod(pod: &Yaml, title: &str, losses: &mut Losses) {
    for (key, means) in [
        (
            "hostNetwork",
            "pods have the network of the machine, and reach all that listens there",
        ),
        ("hostPID", "pods see every process of the machine"),
        ("hostIPC", "pods share memory with processes of the machine"),
        (
            "shareProcessNamespace",
            "containers of a pod see each other's processes and files",
        ),
    ] {
        if pod.get(key) == Some(&Yaml::Bool(true)) {
            losses.add(
                Weight::Security,
                format!("{title}, {key}: true"),
                &format!("it is taken over: {means}, and a namespace may refuse them"),
                &format!("take `{key}` out of `pod`, if the program runs without it"),
            );
        }
    }
    if let Some(context) = pod.get("securityContext") {
        of_context(context, &format!("{title}, securityContext"), losses);
    }
}

/// The same of a container.
pub(super) fn of_container(site: &Site<'_>, container: &Yaml, losses: &mut Losses) {
    let Some(context) = container.get("securityContext") else {
        return;
    };
    let from = site.at(container, "securityContext");
    let added = context.items_at(&["capabilities", "add"]).iter();
    let added: Vec<&str> = added.filter_map(Yaml::text).collect();
    if !added.is_empty() {
        losses.add(
            Weight::Security,
            format!("{from}, capabilities {}", added.join(", ")),
            "they are taken over: the container has more rights than others, and a namespace may refuse it",
            "take them out of the `securityContext`, if the program runs without them",
        );
    }
    of_context(context, &from, losses);
}

fn of_context(context: &Yaml, from: &str, losses: &mut Losses) {
    const INSTEAD: &str = "take it out of the `securityContext`, if the program runs without it";
    for (path, value, means) in LOOSE {
        let written = context.at(path).and_then(Yaml::words);
        if written.as_deref() == Some(value) {
            losses.add(
                Weight::Security,
                format!("{from}, {}: {value}", path.join(".")),
                &format!("it is taken over: {means}, and a namespace may refuse it"),
                INSTEAD,
            );
        }
    }
    for (key, means) in STATED {
        let Some(value) = context.get(key) else {
            continue;
        };
        if !value.items().is_empty() || !value.entries().is_empty() {
            losses.add(
                Weight::Security,
                format!("{from}, {key}"),
                &format!("it is taken over: {means}, and a namespace may refuse it"),
                INSTEAD,
            );
        }
    }
}

//! What pods may do to the machine that they run on: taken over as it is, and named.

use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::container::Site;

/// Notes the rights of a pod beyond others'.
pub(super) fn of_pod(pod: &Yaml, title: &str, losses: &mut Losses) {
    for (key, means) in [
        (
            "hostNetwork",
            "pods have the network of the machine, and reach all that listens there",
        ),
        ("hostPID", "pods see every process of the machine"),
        ("hostIPC", "pods share memory with processes of the machine"),
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
    let context = pod.get("securityContext");
    root(context, &format!("{title}, securityContext"), losses);
}

/// The same of a container.
pub(super) fn of_container(site: &Site<'_>, container: &Yaml, losses: &mut Losses) {
    let Some(context) = container.get("securityContext") else {
        return;
    };
    let from = site.at(container, "securityContext");
    if context.get("privileged") == Some(&Yaml::Bool(true)) {
        losses.add(
            Weight::Security,
            format!("{from}, privileged: true"),
            "it is taken over: the container may do what root may on its machine, and a namespace may refuse it",
            "take it out of the `securityContext`, if the program runs without it",
        );
    }
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
    root(Some(context), &from, losses);
}

fn root(context: Option<&Yaml>, from: &str, losses: &mut Losses) {
    let user = context.and_then(|context| context.get("runAsUser"));
    if user.and_then(Yaml::int) == Some(0) {
        losses.add(
            Weight::Security,
            format!("{from}, runAsUser: 0"),
            "it is taken over: it runs as root, and a namespace may refuse it",
            "another `runAsUser`, if the program runs as one",
        );
    }
}

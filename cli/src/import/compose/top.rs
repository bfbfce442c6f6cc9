//! What stands in a compose file beside its services: noted, with the place that it belongs to.

use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;

/// Notes what stands beside the services.
pub(super) fn note(root: &Yaml, losses: &mut Losses) {
    for (key, value) in root.entries() {
        match key.as_str() {
            // What an old file says of its own form.
            "services" | "version" | "name" => {}
            "configs" => unused(root, value, losses),
            "volumes" => {
                for (volume, options) in value.entries() {
                    if !options.entries().is_empty() {
                        losses.add(
                            Weight::Resource,
                            format!("volume {volume}, its options"),
                            "size and class of a claim",
                            "`k8sConfigGroup[].storageConfig`",
                        );
                    }
                }
            }
            "networks" => networks(value, losses),
            "secrets" => losses.add(
                Weight::LeftOut,
                "secrets",
                "secrets are not read",
                "make a Secret in the namespace of each custom resource",
            ),
            "include" => losses.add(
                Weight::LeftOut,
                "include",
                "no other file is read",
                "import it by itself",
            ),
            key if key.starts_with("x-") => losses.add(
                Weight::LeftOut,
                key,
                "it has a meaning only where the file takes it up, and there it was taken over",
                "",
            ),
            key => losses.add(
                Weight::LeftOut,
                key,
                "an operator has nothing like it, so it has no effect any more",
                "",
            ),
        }
    }
}

/// Notes the networks: several, or one without a way out, keep services apart.
fn networks(networks: &Yaml, losses: &mut Losses) {
    let internal =
        |(_, network): &(String, Yaml)| network.get("internal") == Some(&Yaml::Bool(true));
    let apart = networks.entries().len() > 1 || networks.entries().iter().any(internal);
    let names: Vec<&str> = networks
        .entries()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    losses.add(
        if apart {
            Weight::Security
        } else {
            Weight::LeftOut
        },
        format!("networks {}", names.join(", ")),
        "pods reach each other without them, and nothing keeps them apart",
        "`k8sConfigGroup[].networkPolicy` restricts who may",
    );
}

/// Notes the configs that no service has.
fn unused(root: &Yaml, configs: &Yaml, losses: &mut Losses) {
    for (config, _) in configs.entries() {
        let services = root.entries_at(&["services"]).iter();
        let mut taken = services.flat_map(|(_, spec)| spec.items_at(&["configs"]));
        let used = taken.any(|one| {
            let source = one.text().or_else(|| one.text_at(&["source"]));
            source == Some(config)
        });
        if !used {
            losses.add(
                Weight::LeftOut,
                format!("config {config}"),
                "no service has it",
                "",
            );
        }
    }
}

//! The images of the source → `cluster.image` where all node types have one, else what each custom resource says.
//!
//! A manifest has one image for all node types. Another one for each is a field of the custom resource, which asks for it
//! where the manifest has none: so no node type runs the image of another because nobody thought of it.

use super::app::{App, Hints};
use super::draft::{Draft, Part};
use super::lost::{Losses, Weight};

impl App {
    /// Settles the image of the manifest, and says in a comment which one a node type had.
    pub(super) fn settle_image(&mut self, hints: &Hints, losses: &mut Losses) {
        let known = self.node_types.iter().map(|one| one.image.as_deref());
        let known: Vec<Option<&str>> = known.collect();
        let first = known.iter().flatten().next().copied();
        let all_agree = known.iter().all(|image| *image == first);
        let common = first.filter(|_| all_agree).map(str::to_owned);
        let chosen = hints.image.clone().or(common);
        if let Some(image) = &chosen {
            self.image = Some(Part::new("image", Draft::text(image.as_str())).from("the image"));
        }
        for node_type in &mut self.node_types {
            let Some(image) = &node_type.image else {
                continue;
            };
            if Some(image) == chosen.as_ref() {
                continue;
            }
            let what = format!("{}, image {image}", node_type.from);
            let why = if chosen.is_some() {
                "the manifest has another image, from the command line"
            } else {
                "a manifest names one image for all node types, or leaves it to each custom resource, as this one"
            };
            let instead = format!(
                "write `image: {image}` into the `k8sConfigGroup` of its `{}` nodes",
                node_type.name
            );
            losses.add(Weight::Resource, what, why, &instead);
            node_type.remark(&format!("its image was {image}"));
        }
    }

    /// Says at each node type that does not start as it is that it does not.
    pub(super) fn mark_stopped(&mut self, losses: &Losses) {
        for node_type in &mut self.node_types {
            let stopped = losses.stops().any(|lost| {
                let rest = lost.what.strip_prefix(node_type.from.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(','))
            });
            if stopped {
                node_type.remark("it does not work as it is: see the end of this file");
            }
        }
    }
}

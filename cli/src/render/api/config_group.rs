//! `src/api/app_config_group.rs`: the application's own settings.

use super::Writer;
use super::source::Source;
use crate::model::Field;
use crate::render::crd::layer;

impl Writer<'_> {
    pub(super) fn config_group(&self) -> String {
        let name = format!("{}Config", self.kind());
        let mut source = Source::new("the application's own settings");
        source.doc(
            0,
            match self.cluster.common.config {
                Some(_) => "A named group of application settings, with what all groups share.",
                None => "A named group of application settings.",
            },
        );
        source.derive(false);
        source.open(&name);
        source.plain("name", "name", "String", "What nodes call it.");
        source.struct_fields(&self.cluster.config, &name);
        source.close();
        source.pending(&self.cluster.config, &name);
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        source.text.push_str(&format!(
            "\nimpl AppConfigGroup for {name} {{\n    fn name(&self) -> &str {{\n        &self.name\n    }}\n}}\n"
        ));
        if self.cluster.common.config.is_some() {
            let layers: Vec<Field> = self.cluster.config.iter().map(layer).collect();
            for (name, doc, named) in [
                (
                    self.config_type(),
                    "A group as the custom resource has it: it lies over what all groups share.",
                    true,
                ),
                (
                    format!("{}CommonConfig", self.kind()),
                    "Application settings under those of every group.",
                    false,
                ),
            ] {
                source.text.push('\n');
                source.doc(0, doc);
                source.derive(false);
                source.open(&name);
                if named {
                    source.plain("name", "name", "String", "What nodes call it.");
                }
                source.struct_fields(&layers, &name);
                source.close();
            }
        }
        source.finish()
    }
}

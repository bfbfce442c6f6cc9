//! `src/api/K.rs`: the spec of a kind outside of Kubernetes.

use super::Writer;
use super::source::Source;
use crate::model::Resource;

impl Writer<'_> {
    pub(super) fn resource(&self, resource: &Resource) -> String {
        let kind = resource.kind.as_str();
        let spec = format!("{kind}Spec");
        let mut source = Source::new(&format!("the spec of a `{kind}`"));
        source.doc(
            0,
            resource
                .doc
                .as_deref()
                .unwrap_or("Something that a server outside of Kubernetes keeps."),
        );
        self.custom_resource(
            &mut source,
            [kind, resource.plural.as_str(), resource.singular.as_str()],
            &resource.short_names,
            "ExternalStatus",
        );
        source.open(&spec);
        source.struct_fields(&resource.spec, &spec);
        source.close();
        source.pending(&resource.spec, &spec);
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        let crd = format!("../../config/crd/{}.yaml", resource.plural);
        source.text.push_str(&format!(
            "\nimpl ExternalResource for {kind} {{\n    \
             /// The definition of the kind, as it is in `config/crd`.\n    \
             const CRD: &'static str = include_str!({crd:?});\n}}\n"
        ));
        source.finish()
    }
}

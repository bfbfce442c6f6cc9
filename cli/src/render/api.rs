//! `src/api`: the types of the custom resource, derived from the same model as its schema.
//!
//! These files are data: rustfmt leaves them alone, so a long line costs nobody a merge.

mod config_group;
mod external;
mod k8s_group;
mod node;
mod resource;
mod source;
mod spec;
mod types;
mod wire;

use std::collections::BTreeMap;

use crate::model::{Cluster, Operator};

/// The modules by name, `api.rs` itself without one.
pub(super) fn modules(operator: &Operator) -> BTreeMap<String, String> {
    let writer = Writer {
        cluster: &operator.cluster,
        operator,
    };
    let mut out = BTreeMap::from(
        [
            ("app_config_group", writer.config_group()),
            ("k8s_config_group", writer.k8s_group()),
            ("node", writer.node()),
            ("spec", writer.spec()),
            ("wire", writer.wire()),
        ]
        .map(|(name, text)| (name.to_owned(), text)),
    );
    if !operator.cluster.external.is_empty() {
        out.insert("external".to_owned(), writer.externals());
    }
    let mut raw = BTreeMap::new();
    for resource in &operator.resources {
        let file = super::resource_file(resource);
        raw.insert(file.clone(), resource.ident.as_str());
        out.insert(file, writer.resource(resource));
    }
    let module = |name: &str| raw.get(name).copied().unwrap_or(name).to_owned();
    let mut root = format!(
        "//! src/api.rs — the custom resource `{}`, as its schema in `config/crd` has it.\n//!\n\
         //! Written from `dsoi.yaml`: change the manifest, not these files.\n\n",
        operator.cluster.kind
    );
    for name in out.keys() {
        root.push_str(&format!("mod {};\n", module(name)));
    }
    root.push('\n');
    for name in out.keys().filter(|name| *name != "wire") {
        root.push_str(&format!("pub use self::{}::*;\n", module(name)));
    }
    out.insert(String::new(), root);
    out
}

struct Writer<'m> {
    cluster: &'m Cluster,
    operator: &'m Operator,
}

impl Writer<'_> {
    fn kind(&self) -> &str {
        self.cluster.kind.as_str()
    }

    /// The type of an app config group as the custom resource has it.
    fn config_type(&self) -> String {
        let layer = match self.cluster.common.config {
            Some(_) => "Layer",
            None => "",
        };
        format!("{}Config{layer}", self.kind())
    }
}

const OPTIONAL: &str = "default, skip_serializing_if = \"Option::is_none\"";

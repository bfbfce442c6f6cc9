//! `src/api`: the types of the custom resource, derived from the same model as its schema.
//!
//! These files are data: rustfmt leaves them alone, so a long line costs nobody a merge.

use std::collections::BTreeMap;

use super::crd::{any_case, layer, literal};
use super::rust::literal as quoted;
use super::source::{comment, use_names};
use crate::model::{
    Cluster, EnumType, External, ExternalShape, Field, Form, K8sField, K8sGroupField, K8sType,
    Literal, Operator, StructType, Type, Variant,
};
use crate::schema;

/// The modules by name, `api.rs` itself without one.
pub(super) fn modules(operator: &Operator) -> BTreeMap<&'static str, String> {
    let writer = Writer {
        cluster: &operator.cluster,
        operator,
    };
    let mut out = BTreeMap::from([
        ("app_config_group", writer.config_group()),
        ("k8s_config_group", writer.k8s_group()),
        ("node", writer.node()),
        ("spec", writer.spec()),
        ("wire", writer.wire()),
    ]);
    if !operator.cluster.external.is_empty() {
        out.insert("external", writer.externals());
    }
    let mut root = format!(
        "//! src/api.rs — the custom resource `{}`, as its schema in `config/crd` has it.\n//!\n\
         //! Written from `dsoi.yaml`: change the manifest, not these files.\n\n",
        operator.cluster.kind
    );
    for name in out.keys() {
        root.push_str(&format!("mod {name};\n"));
    }
    root.push('\n');
    for name in out.keys().filter(|name| **name != "wire") {
        root.push_str(&format!("pub use self::{name}::*;\n"));
    }
    out.insert("", root);
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

    fn spec(&self) -> String {
        let cluster = self.cluster;
        let kind = self.kind();
        let words = &cluster.spelling;
        let mut source = Source::new("the spec of the custom resource");
        source.doc(
            0,
            cluster
                .doc
                .as_deref()
                .unwrap_or(&format!("A {kind} cluster.")),
        );
        source.line("#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]");
        let mut kube = format!(
            "group = {}, version = {}, kind = {}, plural = {}, singular = {}, namespaced, schema = \"disabled\", status = \"ClusterStatus\"",
            quoted(self.operator.api.group.as_str()),
            quoted(self.operator.api.version.as_str()),
            quoted(kind),
            quoted(cluster.plural.as_str()),
            quoted(cluster.singular.as_str()),
        );
        for name in &cluster.short_names {
            kube.push_str(&format!(", shortname = {}", quoted(name.as_str())));
        }
        source.line(&format!("#[kube({kube},"));
        source.line("    derive = \"PartialEq\",");
        source.line("    crates(kube = \"dsoi_runtime::kube\", kube_core = \"dsoi_runtime::kube::core\", k8s_openapi = \"dsoi_runtime::k8s_openapi\",");
        source.line("        serde = \"serde\", serde_json = \"serde_json\"))]");
        source.open(&format!("{kind}Spec"));
        source.plain(
            words.k8s_config_group.wire.as_str(),
            words.k8s_config_group.ident.as_str(),
            &format!("Vec<{kind}K8sConfigGroup>"),
            "Groups of pod settings; nodes refer to them by name.",
        );
        source.plain(
            words.app_config_group.wire.as_str(),
            words.app_config_group.ident.as_str(),
            &format!("Vec<{}>", self.config_type()),
            "Groups of application settings; nodes refer to them by name.",
        );
        if let Some(word) = &cluster.common.k8s {
            source.doc(1, "Pod settings under those of every group.");
            let ty = format!("Option<{kind}CommonK8s>");
            source.field(word.wire.as_str(), word.ident.as_str(), &ty, OPTIONAL);
            source.uses.insert(format!("super::{kind}CommonK8s"));
        }
        if let Some(word) = &cluster.common.config {
            source.doc(1, "Application settings under those of every group.");
            let ty = format!("Option<{kind}CommonConfig>");
            source.field(word.wire.as_str(), word.ident.as_str(), &ty, OPTIONAL);
            source.uses.insert(format!("super::{kind}CommonConfig"));
        }
        source.plain(
            words.nodes.wire.as_str(),
            words.nodes.ident.as_str(),
            &format!("Vec<{kind}Node>"),
            "The nodes of the cluster.",
        );
        source.doc(1, "In which order an upgrade rolls through the cluster.");
        source.field(
            words.deployment_order.wire.as_str(),
            words.deployment_order.ident.as_str(),
            "Vec<String>",
            "default, skip_serializing_if = \"Vec::is_empty\"",
        );
        if !cluster.external.is_empty() {
            source.doc(1, "What the cluster depends on.");
            let optional = cluster.external.iter().all(|external| external.optional);
            let serde = if optional { "default" } else { "" };
            source.field(
                words.external.wire.as_str(),
                words.external.ident.as_str(),
                &format!("{kind}External"),
                serde,
            );
        }
        source.doc(
            1,
            "How upgrades go, where it is not as the operator was made.",
        );
        // By its path: a kind `Rollout` has a spec of that name.
        source.field(
            "rollout",
            "rollout",
            "Option<dsoi_runtime::spec::RolloutSpec>",
            OPTIONAL,
        );
        source.doc(1, "Whether the cluster has no pods for now.");
        source.field("stopped", "stopped", "Option<bool>", OPTIONAL);
        source.struct_fields(&cluster.spec, &format!("{kind}Spec"));
        source.close();
        source.pending(&cluster.spec, &format!("{kind}Spec"));
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        for ty in [
            format!("{kind}K8sConfigGroup"),
            self.config_type(),
            format!("{kind}Node"),
        ] {
            source.uses.insert(format!("super::{ty}"));
        }
        if !cluster.external.is_empty() {
            source.uses.insert(format!("super::{kind}External"));
        }
        source.finish()
    }

    /// The type of an app config group as the custom resource has it.
    fn config_type(&self) -> String {
        let layer = match self.cluster.common.config {
            Some(_) => "Layer",
            None => "",
        };
        format!("{}Config{layer}", self.kind())
    }

    fn k8s_group(&self) -> String {
        let mut source = Source::new("what Kubernetes is told about a node's pods");
        let name = format!("{}K8sConfigGroup", self.kind());
        self.k8s_struct(&mut source, &name, None);
        if let Some(word) = &self.cluster.common.k8s {
            source.text.push('\n');
            let name = format!("{}CommonK8s", self.kind());
            self.k8s_struct(&mut source, &name, Some(word.wire.as_str()));
        }
        source.finish()
    }

    /// A struct of the fields that the manifest exposes; `common` is the name of the one that lies under all groups.
    fn k8s_struct(&self, source: &mut Source, name: &str, common: Option<&str>) {
        match common {
            None => source.doc(0, "A named group of pod settings."),
            Some(_) => source.doc(0, "Pod settings under those of every group."),
        }
        source.derive(false);
        source.open(name);
        if common.is_none() {
            source.plain("name", "name", "String", "What nodes call it.");
        }
        let required = |field: &K8sGroupField| field.required && self.cluster.common.k8s.is_none();
        for field in &self.cluster.k8s_group.fields {
            let (form, ty) = field.field.form();
            let inner = match ty {
                "string" => "String".to_owned(),
                "int" => "i64".to_owned(),
                ty => source.k8s(ty),
            };
            let ty = match form {
                Form::One => inner,
                Form::List => format!("Vec<{inner}>"),
                Form::Map => {
                    source.uses.insert("std::collections::BTreeMap".to_owned());
                    format!("BTreeMap<String, {inner}>")
                }
            };
            let (ty, serde) = if required(field) {
                (ty, String::new())
            } else {
                (format!("Option<{ty}>"), OPTIONAL.to_owned())
            };
            source.field(field.wire.as_str(), field.ident.as_str(), &ty, &serde);
        }
        source.close();

        let mut body = String::new();
        for field in &self.cluster.k8s_group.fields {
            let ident = field.ident.as_str();
            let (form, ty) = field.field.form();
            let value = match (form, ty, required(field)) {
                (Form::One, "int", true) => format!("Some(self.{ident})"),
                (Form::One, "int", false) => format!("self.{ident}"),
                (_, _, true) => format!("Some(&self.{ident})"),
                (Form::One, "string", false) | (Form::List, _, false) => {
                    format!("self.{ident}.as_deref()")
                }
                (Form::One | Form::Map, _, false) => format!("self.{ident}.as_ref()"),
            };
            body.push_str(&format!(
                "            {}: {value},\n",
                superset(field.field)
            ));
        }
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        let group = common.map_or_else(|| "&self.name".to_owned(), quoted);
        source.text.push_str(&format!(
            "\nimpl K8sConfigGroupFields for {name} {{\n    fn group(&self) -> K8sConfigGroup<'_> {{\n        \
             K8sConfigGroup {{\n            name: {group},\n{body}            ..K8sConfigGroup::default()\n        }}\n    }}\n}}\n"
        ));
    }

    fn config_group(&self) -> String {
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

    fn node(&self) -> String {
        let name = format!("{}Node", self.kind());
        let words = &self.cluster.spelling;
        let mut source = Source::new("an entry of the list of nodes");
        source.doc(0, "One node: a workload with its groups.");
        source.derive(false);
        source.open(&name);
        source.plain("name", "name", "String", "Its name, unique in the cluster.");
        source.plain(
            words.kind.wire.as_str(),
            words.kind.ident.as_str(),
            "WorkloadKind",
            "The workload that runs its pods.",
        );
        source.plain(
            words.node_type.wire.as_str(),
            words.node_type.ident.as_str(),
            "String",
            "What it does in the cluster.",
        );
        source.plain(
            words.replicas.wire.as_str(),
            words.replicas.ident.as_str(),
            "i32",
            "How many pods it has.",
        );
        source.plain(
            words.k8s_config_group.wire.as_str(),
            words.k8s_config_group.ident.as_str(),
            "String",
            "Its group of pod settings.",
        );
        source.plain(
            words.app_config_group.wire.as_str(),
            words.app_config_group.ident.as_str(),
            "String",
            "Its group of application settings.",
        );
        source.struct_fields(&self.cluster.node, &name);
        source.close();
        source.pending(&self.cluster.node, &name);
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        let mut body = String::new();
        for (method, result, word, borrow) in [
            ("name", "&str", "name", "&"),
            ("kind", "WorkloadKind", words.kind.ident.as_str(), ""),
            ("node_type", "&str", words.node_type.ident.as_str(), "&"),
            ("replicas", "i32", words.replicas.ident.as_str(), ""),
            (
                "k8s_config_group",
                "&str",
                words.k8s_config_group.ident.as_str(),
                "&",
            ),
            (
                "app_config_group",
                "&str",
                words.app_config_group.ident.as_str(),
                "&",
            ),
        ] {
            if !body.is_empty() {
                body.push('\n');
            }
            body.push_str(&format!(
                "    fn {method}(&self) -> {result} {{\n        {borrow}self.{word}\n    }}\n"
            ));
        }
        source
            .text
            .push_str(&format!("\nimpl NodeFields for {name} {{\n{body}}}\n"));
        source.finish()
    }

    fn externals(&self) -> String {
        let name = format!("{}External", self.kind());
        let mut source = Source::new("what the cluster depends on");
        let optional = self
            .cluster
            .external
            .iter()
            .all(|external| external.optional);
        source.doc(0, "The dependencies of a cluster.");
        source.derive(optional);
        source.open(&name);
        for external in &self.cluster.external {
            let ty = external.type_ident.as_str();
            let (ty, serde) = if external.optional {
                (format!("Option<{ty}>"), OPTIONAL)
            } else {
                (ty.to_owned(), "")
            };
            source.field(external.wire.as_str(), external.ident.as_str(), &ty, serde);
        }
        source.close();
        for external in &self.cluster.external {
            dependency(&mut source, external);
        }
        source.finish()
    }

    fn wire(&self) -> String {
        let kind = self.kind();
        let words = &self.cluster.spelling;
        let crd = format!("../../config/crd/{}.yaml", self.cluster.plural);
        let spelling = [
            ("nodes", &words.nodes),
            ("node_type", &words.node_type),
            ("k8s_config_group", &words.k8s_config_group),
            ("app_config_group", &words.app_config_group),
            ("deployment_order", &words.deployment_order),
        ]
        .map(|(field, word)| format!("        {field}: {},\n", quoted(word.wire.as_str())))
        .concat();
        let common = &self.cluster.common;
        let k8s_common = common.k8s.as_ref().map_or_else(String::new, |word| {
            format!(
                "fn k8s_common(&self) -> Option<K8sConfigGroup<'_>> {{\n        \
                 self.spec.{}.as_ref().map(K8sConfigGroupFields::group)\n    }}\n\n    ",
                word.ident
            )
        });
        let groups = words.app_config_group.ident.as_str();
        let configs = match &common.config {
            None => format!("Ok(Cow::Borrowed(&self.spec.{groups}))"),
            Some(word) => format!(
                "dsoi_runtime::spec::over_common(self.spec.{}.as_ref(), &self.spec.{groups})\n            \
                 .map(Cow::Owned)\n            \
                 .map_err(|(index, message)| Problem {{ path: Self::SPELLING.config_group(index), message }})",
                word.ident
            ),
        };
        format!(
            "//! src/api/wire.rs — how the runtime reads the custom resource.\n\n\
             use std::borrow::Cow;\n\n\
             use dsoi_runtime::prelude::*;\n\n\
             use super::{{{kind}, {kind}Config, {kind}Node}};\n\n\
             impl ClusterResource for {kind} {{\n    \
             type Config = {kind}Config;\n    type Node = {kind}Node;\n\n    \
             const CRD: &'static str = include_str!({crd:?});\n    \
             const SPELLING: Spelling = Spelling {{\n{spelling}    }};\n\n    \
             fn nodes(&self) -> &[{kind}Node] {{\n        &self.spec.{nodes}\n    }}\n\n    \
             fn k8s_config_groups(&self) -> Vec<K8sConfigGroup<'_>> {{\n        \
             self.spec.{k8s}.iter().map(K8sConfigGroupFields::group).collect()\n    }}\n\n    \
             {k8s_common}fn app_config_groups(&self) -> Result<Cow<'_, [{kind}Config]>, Problem> {{\n        {configs}\n    }}\n\n    \
             fn deployment_order(&self) -> &[String] {{\n        &self.spec.{order}\n    }}\n\n    \
             fn rollout(&self) -> Option<&dsoi_runtime::spec::RolloutSpec> {{\n        self.spec.rollout.as_ref()\n    }}\n\n    \
             fn stopped(&self) -> bool {{\n        self.spec.stopped.unwrap_or(false)\n    }}\n}}\n",
            nodes = words.nodes.ident,
            k8s = words.k8s_config_group.ident,
            order = words.deployment_order.ident,
        )
    }
}

fn dependency(source: &mut Source, external: &External) {
    let name = external.type_ident.as_str();
    source.text.push('\n');
    source.doc(0, &format!("The dependency `{}`.", external.wire));
    match &external.shape {
        ExternalShape::One(ty) => {
            source.derive(false);
            source.open(name);
            source.field("spec", "spec", ty.ident.as_str(), "");
            source.close();
            source.structure(ty);
        }
        ExternalShape::List { item, .. } => {
            source.derive(false);
            source.open(name);
            source.field("spec", "spec", &format!("Vec<{}>", item.ident), "");
            source.close();
            source.structure(item);
        }
        ExternalShape::OneOf { common, variants } => {
            source
                .uses
                .insert("serde::{Deserialize, Serialize}".to_owned());
            source.line("#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]");
            source.line("#[serde(tag = \"type\", content = \"spec\")]");
            source.line(&format!("pub enum {name} {{"));
            for variant in variants {
                source.line(&format!(
                    "    #[serde(rename = {})]",
                    quoted(variant.wire.as_str())
                ));
                source.line(&format!("    {0}({0}),", variant.type_ident));
            }
            source.line("}");
            source.line(&format!("\nimpl {name} {{"));
            for variant in variants {
                source.line(&format!(
                    "    pub fn {}(&self) -> Option<&{1}> {{\n        match self {{\n            Self::{1}(spec) => Some(spec),\n            #[allow(unreachable_patterns)]\n            _ => None,\n        }}\n    }}\n",
                    variant.ident, variant.type_ident
                ));
            }
            for field in &common.fields {
                let ty = source.ty(&field.ty);
                source.text.push_str(&shared(field, variants, &ty));
            }
            source.text.push_str(&words(variants));
            source.line("}");
            source.line(&format!(
                "\nimpl std::fmt::Display for {name} {{\n    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        f.write_str(self.as_str())\n    }}\n}}"
            ));
            for variant in variants {
                let mut fields = common.fields.clone();
                fields.extend(variant.fields.iter().cloned());
                source.structure(&StructType {
                    ident: variant.type_ident.clone(),
                    fields,
                });
            }
        }
    }
}

/// The method that gives a field which every variant of a dependency has.
fn shared(field: &Field, variants: &[Variant], ty: &str) -> String {
    let name = &field.ident;
    let (ty, value) = if field.optional {
        (format!("Option<&{ty}>"), format!("spec.{name}.as_ref()"))
    } else {
        (format!("&{ty}"), format!("&spec.{name}"))
    };
    let arms: String = variants
        .iter()
        .map(|variant| {
            format!(
                "            Self::{}(spec) => {value},\n",
                variant.type_ident
            )
        })
        .collect();
    format!(
        "    pub fn {name}(&self) -> {ty} {{\n        match self {{\n{arms}        }}\n    }}\n\n"
    )
}

/// The method that says which variant of a dependency was chosen.
fn words(variants: &[Variant]) -> String {
    let arms: String = variants
        .iter()
        .map(|variant| {
            let word = quoted(variant.wire.as_str());
            format!("            Self::{}(_) => {word},\n", variant.type_ident)
        })
        .collect();
    format!(
        "    /// Its `type` in JSON.\n    pub fn as_str(&self) -> &'static str {{\n        match self {{\n{arms}        }}\n    }}\n"
    )
}

/// The field of the runtime's superset.
fn superset(field: K8sField) -> String {
    heck::AsSnakeCase(field.word()).to_string()
}

const OPTIONAL: &str = "default, skip_serializing_if = \"Option::is_none\"";

/// A module under construction.
struct Source {
    title: String,
    uses: std::collections::BTreeSet<String>,
    text: String,
}

impl Source {
    fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            uses: std::collections::BTreeSet::new(),
            text: String::new(),
        }
    }

    fn finish(self) -> String {
        let mut out = format!("//! {}.\n\n", upper(&self.title));
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in &self.uses {
            if let Some((module, name)) = path.split_once("::{") {
                let names = name.trim_end_matches('}').split(", ");
                modules.entry(module).or_default().extend(names);
            } else if let Some((module, name)) = path.rsplit_once("::") {
                modules.entry(module).or_default().push(name);
            }
        }
        let group = |module: &str| match module.split("::").next() {
            Some("std") => 0,
            Some("super") => 2,
            _ => 1,
        };
        for wanted in 0..3 {
            let uses = modules.iter().filter(|(module, _)| group(module) == wanted);
            let lines: String = uses
                .map(|(module, names)| use_names(module, names))
                .collect();
            if !lines.is_empty() {
                out.push_str(&format!("{lines}\n"));
            }
        }
        out.push_str(self.text.trim_start_matches('\n'));
        out
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn doc(&mut self, level: usize, text: &str) {
        let pad = "    ".repeat(level);
        let text = comment(text, &format!("{pad}/// "));
        self.line(&format!("{pad}/// {text}"));
    }

    fn derive(&mut self, default: bool) {
        self.uses
            .insert("serde::{Deserialize, Serialize}".to_owned());
        let default = if default { "Default, " } else { "" };
        self.line(&format!(
            "#[derive(Clone, Debug, {default}PartialEq, Deserialize, Serialize)]"
        ));
    }

    fn open(&mut self, name: &str) {
        self.uses
            .insert("serde::{Deserialize, Serialize}".to_owned());
        self.line("#[serde(rename_all = \"camelCase\")]");
        self.line(&format!("pub struct {name} {{"));
    }

    fn close(&mut self) {
        self.line("}");
    }

    fn plain(&mut self, wire: &str, ident: &str, ty: &str, doc: &str) {
        self.doc(1, doc);
        self.field(wire, ident, ty, "");
    }

    fn field(&mut self, wire: &str, ident: &str, ty: &str, serde: &str) {
        let mut parts = Vec::new();
        if camel(ident) != wire {
            parts.push(format!("rename = {}", quoted(wire)));
        }
        if !serde.is_empty() {
            parts.push(serde.to_owned());
        }
        if !parts.is_empty() {
            self.line(&format!("    #[serde({})]", parts.join(", ")));
        }
        self.line(&format!("    pub {ident}: {ty},"));
    }

    /// Declares the fields of a struct of the manifest.
    fn struct_fields(&mut self, fields: &[Field], owner: &str) {
        for field in fields {
            if let Some(doc) = &field.doc {
                self.doc(1, doc);
            }
            let ty = self.ty(&field.ty);
            if field.optional {
                self.field(
                    field.wire.as_str(),
                    field.ident.as_str(),
                    &format!("Option<{ty}>"),
                    OPTIONAL,
                );
            } else if field.default.is_some() {
                let path = format!("default = \"{}\"", default_function(owner, field));
                self.field(field.wire.as_str(), field.ident.as_str(), &ty, &path);
            } else {
                self.field(field.wire.as_str(), field.ident.as_str(), &ty, "");
            }
        }
    }

    /// Declares what the fields refer to: defaults, structs and enums.
    fn pending(&mut self, fields: &[Field], owner: &str) {
        for field in fields {
            if let Some(default) = &field.default {
                let ty = self.ty(&field.ty);
                let value = default_value(default, &field.ty);
                let name = default_function(owner, field);
                self.text
                    .push_str(&format!("\nfn {name}() -> {ty} {{\n    {value}\n}}\n"));
            }
            self.declare(&field.ty, field.any_case);
        }
    }

    fn declare(&mut self, ty: &Type, any: bool) {
        match ty {
            Type::List(inner) | Type::Map(inner) => self.declare(inner, any),
            Type::KeyedList { item, .. } => {
                self.text.push('\n');
                self.doc(0, "One entry of a keyed list.");
                self.structure_here(item);
            }
            Type::Struct(item) => {
                self.text.push('\n');
                self.structure_here(item);
            }
            Type::Enum(ty) => self.enumeration(ty, any),
            _ => {}
        }
    }

    fn structure(&mut self, ty: &StructType) {
        self.text.push('\n');
        self.structure_here(ty);
    }

    fn structure_here(&mut self, ty: &StructType) {
        self.derive(false);
        self.open(ty.ident.as_str());
        self.struct_fields(&ty.fields, ty.ident.as_str());
        self.close();
        self.pending(&ty.fields, ty.ident.as_str());
    }

    fn enumeration(&mut self, ty: &EnumType, any: bool) {
        self.uses
            .insert("serde::{Deserialize, Serialize}".to_owned());
        let name = ty.ident.as_str();
        self.text.push('\n');
        self.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]");
        self.line(&format!("pub enum {name} {{"));
        for value in &ty.values {
            let mut serde = format!("rename = {}", quoted(&value.wire));
            if any {
                for word in any_case(&value.wire)
                    .iter()
                    .filter(|word| **word != value.wire)
                {
                    serde.push_str(&format!(", alias = {}", quoted(word)));
                }
            }
            self.line(&format!("    #[serde({serde})]\n    {},", value.ident));
        }
        let arms: String = ty
            .values
            .iter()
            .map(|value| {
                format!(
                    "            Self::{} => {},\n",
                    value.ident,
                    quoted(&value.wire)
                )
            })
            .collect();
        self.text.push_str(&format!(
            "}}\n\nimpl {name} {{\n    /// Its text in JSON.\n    pub fn as_str(self) -> &'static str {{\n        \
             match self {{\n{arms}        }}\n    }}\n}}\n\n\
             impl std::fmt::Display for {name} {{\n    \
             fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        \
             f.write_str(self.as_str())\n    }}\n}}\n"
        ));
    }

    fn k8s(&mut self, ty: &str) -> String {
        match schema::module(ty) {
            Some(module) => self
                .uses
                .insert(format!("dsoi_runtime::k8s_openapi::{module}::{ty}")),
            None => self.uses.insert("dsoi_runtime::prelude::*".to_owned()),
        };
        ty.to_owned()
    }

    fn ty(&mut self, ty: &Type) -> String {
        match ty {
            // Only expressions are nodes or pods.
            Type::String
            | Type::Json(_)
            | Type::Duration
            | Type::NodeType
            | Type::Node
            | Type::Pod => "String".to_owned(),
            Type::Int => "i64".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Port => "u16".to_owned(),
            Type::Quantity => self.k8s("Quantity"),
            Type::Tree => "serde_json::Map<String, serde_json::Value>".to_owned(),
            Type::SecretKey => self.k8s("SecretKeyRef"),
            Type::SecretRef => self.k8s("SecretRef"),
            Type::K8s(ty) => {
                let ty: &K8sType = ty;
                self.k8s(ty.as_str())
            }
            Type::List(item) => format!("Vec<{}>", self.ty(item)),
            Type::KeyedList { item, .. } => format!("Vec<{}>", item.ident),
            Type::Map(value) => {
                self.uses.insert("std::collections::BTreeMap".to_owned());
                format!("BTreeMap<String, {}>", self.ty(value))
            }
            Type::Enum(ty) => ty.ident.to_string(),
            Type::Struct(ty) => ty.ident.to_string(),
        }
    }
}

fn default_function(owner: &str, field: &Field) -> String {
    let owner = heck::AsSnakeCase(owner).to_string();
    let name = field.ident.as_str();
    format!(
        "default_{owner}_{}",
        name.strip_prefix("r#").unwrap_or(name)
    )
}

fn default_value(value: &Literal, ty: &Type) -> String {
    match (value, ty) {
        (Literal::String(text), Type::Enum(ty)) => {
            let found = ty.values.iter().find(|value| value.wire == *text);
            let ident = found
                .or(ty.values.first())
                .map(|value| value.ident.as_str());
            format!("{}::{}", ty.ident, ident.unwrap_or_default())
        }
        (Literal::String(text), Type::Quantity) => format!("Quantity({}.to_owned())", quoted(text)),
        (Literal::String(text), _) => format!("{}.to_owned()", quoted(text)),
        (Literal::Int(value), Type::Quantity) => format!("Quantity(\"{value}\".to_owned())"),
        (Literal::Int(value), Type::String | Type::Duration) => format!("\"{value}\".to_owned()"),
        (Literal::Int(value), _) => value.to_string(),
        (Literal::Bool(value), _) => value.to_string(),
        (Literal::List(items), Type::List(item)) => {
            let items: Vec<_> = items
                .iter()
                .map(|value| default_value(value, item))
                .collect();
            format!("vec![{}]", items.join(", "))
        }
        // What the schema says is JSON of this type: it was checked, so it decodes.
        (value, _) => {
            let text = literal(value).to_string();
            format!(
                "serde_json::from_str({}).expect(\"the manifest's default is of this type\")",
                quoted(&text)
            )
        }
    }
}

/// What serde's `camelCase` makes of a field's name.
fn camel(ident: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in ident.strip_prefix("r#").unwrap_or(ident).chars() {
        if c == '_' {
            upper = !out.is_empty();
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

//! The files of a project as text, all in memory.
//!
//! In: the model and the plan. Out: a tree. Pure: no clock, no randomness, no disk, so the same manifest gives
//! the same bytes. What fails here is a mistake of ours, never the author's.

mod api;
mod cluster;
mod crd;
pub mod docs;
pub mod editor;
mod encode;
mod env;
mod hooks;
mod k8s;
mod lock;
pub mod manager;
mod meaning;
mod node;
mod outside;
pub mod project;
pub mod rbac;
mod rust;
pub mod sample;
mod source;
#[cfg(test)]
mod testing;
mod value;
mod vendor;
mod yaml;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Compare, NodeType, Operator, Resource};
use crate::plan::{Owner, PlannedFile, Runtime, What};
use crate::write::{Tree, TreeError, digest};

pub(crate) use crd::{access, cel};
pub(crate) use encode::shell_word;
pub use env::TemplateError;
pub(crate) use hooks::stubs;
pub(crate) use yaml::quoted;

/// Head of a generated YAML file.
const GENERATED: &str = "# Written from dsoi.yaml: change the manifest, not this file.\n";

/// What a project is made with, beside its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the runtime comes from.
    pub runtime: Runtime,
    /// The version of Kubernetes whose types the operator is built with: `1.36`.
    pub kubernetes: String,
}

/// Why a project could not be rendered: a mistake of ours.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("the embedded runtime is incomplete: {0}")]
    Runtime(&'static str),
}

/// Renders every planned file, and `.dsoi/` with what the next update needs.
///
/// `manifest` is the text of the manifest that `operator` was read from.
pub fn render(
    operator: &Operator,
    manifest: &str,
    settings: &Settings,
    plan: &[PlannedFile],
) -> Result<Tree, Error> {
    let renderer = Renderer::load()?;
    let rendering = renderer.of(operator, manifest, settings);
    let mut tree = Tree::new();
    let mut lock = Vec::new();
    for file in plan {
        let Some(text) = rendering.file(&file.what)? else {
            continue;
        };
        lock.push((file.path.clone(), file.owner, digest(&text)));
        if file.owner == Owner::Scaffold {
            tree.add(&format!(".dsoi/base/{}", file.path), text.clone())?;
        }
        tree.add(&file.path, text)?;
    }
    tree.add(".dsoi/dsoi.yaml", manifest.to_owned())?;
    tree.add(".dsoi/lock", lock::project_lock(&lock, settings))?;
    Ok(tree)
}

/// Renders files one by one, of as many models as are given to it.
pub struct Renderer {
    templates: env::Templates,
}

impl Renderer {
    /// Loads the templates.
    ///
    /// # Errors
    /// One of them is broken.
    pub fn load() -> Result<Self, Error> {
        Ok(Self {
            templates: env::Templates::load()?,
        })
    }

    /// The files of one model.
    pub fn of<'a>(
        &'a self,
        operator: &'a Operator,
        manifest: &'a str,
        settings: &'a Settings,
    ) -> Rendering<'a> {
        Rendering {
            templates: &self.templates,
            operator,
            manifest,
            settings,
            facts: Facts::new(operator, settings),
            api: OnceCell::new(),
        }
    }
}

/// The files of one model.
pub struct Rendering<'a> {
    templates: &'a env::Templates,
    operator: &'a Operator,
    manifest: &'a str,
    settings: &'a Settings,
    facts: Facts,
    /// All modules come of one walk.
    api: OnceCell<BTreeMap<String, String>>,
}

impl Rendering<'_> {
    /// The text of a file; `None` where the model has no such node type.
    ///
    /// # Errors
    /// A template that is broken.
    pub fn file(&self, what: &What) -> Result<Option<String>, Error> {
        let Self {
            templates,
            operator,
            facts,
            ..
        } = self;
        Ok(Some(match what {
            What::Manifest => self.manifest.to_owned(),
            What::Template(name) => templates.render(name, facts)?,
            What::Rbac(name) => templates.render(name, &rbac::rbac(operator))?,
            What::Manager(name) => templates.render(name, &manager::manager(operator))?,
            What::Project(name) => {
                templates.render(name, &project::project(operator, &self.settings.runtime))?
            }
            What::Api(name) => {
                let api = self.api.get_or_init(|| api::modules(operator));
                api.get(name.as_str()).cloned().unwrap_or_default()
            }
            What::CargoLock => lock::cargo_lock(&facts.name, !operator.resources.is_empty()),
            What::Main => cluster::main(templates, operator)?,
            What::Cluster => cluster::module(templates, operator)?,
            What::Hooks => hooks::module(templates, operator)?,
            What::External => outside::root(templates, operator)?,
            What::Resource(index)
            | What::ResourceCrd(index)
            | What::ResourceSample(index)
            | What::ResourceSchema(index)
            | What::ResourceDocs(index) => match operator.resources.get(*index) {
                Some(resource) => self.resource(what, resource)?,
                None => return Ok(None),
            },
            What::Nodes => cluster::nodes(templates, &operator.cluster)?,
            What::Node(index) => match operator.cluster.node_types.get(*index) {
                Some(node_type) => node::module(templates, &operator.cluster, node_type)?,
                None => return Ok(None),
            },
            What::Crd => format!("{GENERATED}{}", crd::document(operator).print()),
            What::Sample => sample::sample(operator),
            What::ManifestSchema => editor::manifest(),
            What::Schema => editor::cluster(operator),
            What::FieldsMarkdown => {
                templates.render("docs/reference/fields.md", &docs::docs(operator))?
            }
            What::FieldsJson => docs::fields_json(operator),
            What::Vendored(path) => vendor::file(path)?,
        }))
    }

    /// A file of a kind outside of Kubernetes.
    fn resource(&self, what: &What, resource: &Resource) -> Result<String, Error> {
        let operator = self.operator;
        Ok(match what {
            What::ResourceCrd(_) => {
                format!("{GENERATED}{}", crd::resource(operator, resource).print())
            }
            What::ResourceSample(_) => sample::resource(operator, resource),
            What::ResourceSchema(_) => editor::resource(operator, resource),
            What::ResourceDocs(_) => self.templates.render(
                "docs/reference/resource.md",
                &docs::resource(operator, resource),
            )?,
            _ => outside::module(self.templates, operator, resource)?,
        })
    }
}

/// What the templates of the code need to know.
#[derive(Serialize)]
struct Facts {
    name: String,
    krate: String,
    kind: String,
    file: String,
    plural: String,
    namespace: String,
    /// Where cargo tells a test that the operator is, with the blank or line break before it.
    binary: String,
    /// The text of the sample, likewise.
    sample: String,
    runtime: String,
    feature: String,
    /// Whether any node type, or kind outside of Kubernetes, has a hook.
    hooks: bool,
    /// The kinds outside of Kubernetes.
    resources: Vec<ResourceFacts>,
    /// `use` of all kinds.
    uses: String,
    /// Whether it makes claims that stand alone.
    claims: bool,
}

/// What the templates need to know of a kind outside of Kubernetes.
#[derive(Serialize)]
struct ResourceFacts {
    kind: String,
    file: String,
    plural: String,
}

/// `use crate_name::api::{…};` with every kind.
fn uses(operator: &Operator) -> String {
    let resources = operator.resources.iter().map(|known| known.kind.as_str());
    let mut kinds: Vec<&str> = resources.collect();
    kinds.push(operator.cluster.kind.as_str());
    kinds.sort_unstable();
    source::use_names(&format!("{}::api", crate_ident(operator)), &kinds)
        .trim_end()
        .to_owned()
}

impl Facts {
    fn new(operator: &Operator, settings: &Settings) -> Self {
        let cluster = &operator.cluster;
        let binary = format!("env!(\"CARGO_BIN_EXE_{}\")", operator.name);
        let sample = format!(
            "include_str!(\"../config/samples/{}.yaml\")",
            cluster.singular
        );
        Self {
            name: operator.name.to_string(),
            krate: crate_ident(operator),
            kind: cluster.kind.to_string(),
            file: cluster.singular.to_string(),
            plural: cluster.plural.to_string(),
            namespace: rbac::namespace(operator),
            binary: rust::Expr::atom(binary).print_assigned(0, "const OPERATOR: &str =".len()),
            sample: rust::Expr::atom(sample).print_assigned(0, "const SAMPLE: &str =".len()),
            hooks: has_hooks(operator),
            resources: operator
                .resources
                .iter()
                .map(|resource| ResourceFacts {
                    kind: resource.kind.to_string(),
                    file: resource_file(resource),
                    plural: resource.plural.to_string(),
                })
                .collect(),
            uses: uses(operator),
            claims: rbac::has_claims_of_its_own(operator),
            runtime: vendor::dependency(&settings.runtime),
            feature: format!("k8s-{}", settings.kubernetes.replace('.', "-")),
        }
    }
}

/// The schema of the custom resource, as its definition has it.
pub(crate) fn schema(operator: &Operator) -> serde_json::Value {
    crd::schema(operator)
}

/// Whether anything has a hook.
pub(crate) fn has_hooks(operator: &Operator) -> bool {
    let mut types = operator.cluster.node_types.iter();
    let mut resources = operator.resources.iter();
    types.any(|node_type| !node_type.hooks.is_empty())
        || resources.any(|resource| resource.compare == Compare::Hook)
}

/// The file of a kind outside of Kubernetes, without its extension.
pub(crate) fn resource_file(resource: &Resource) -> String {
    outside::module_file(resource)
}

/// The generated crate as Rust names it.
fn crate_ident(operator: &Operator) -> String {
    operator.name.as_str().replace('-', "_")
}

/// The modules of `src/api`; the empty name is `api.rs`.
pub(crate) fn api_modules(operator: &Operator) -> Vec<String> {
    api::modules(operator).into_keys().collect()
}

/// The file of a node type's module, without its extension.
pub(crate) fn module_file(node_type: &NodeType) -> String {
    let ident = node_type.ident.as_str();
    ident.strip_prefix("r#").unwrap_or(ident).to_owned()
}

/// How a project's `Cargo.toml` takes the runtime.
pub(crate) fn dependency(runtime: &Runtime) -> String {
    vendor::dependency(runtime)
}

/// The files of the bundled runtime.
pub(crate) fn vendored_files() -> Vec<&'static str> {
    vendor::files()
}

#[cfg(test)]
mod tests;

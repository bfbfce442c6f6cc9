//! THE table of a project's files.

use super::Runtime;
use crate::model::Operator;
use crate::render::editor;

/// Who may change a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// `dsoi`: it is written anew; one that a person edited is refused.
    Generated,
    /// Both: a change of the manifest is merged into what the person made of it.
    Scaffold,
    /// The person: written once, and anew only as long as nobody has edited it.
    Once,
}

impl Owner {
    /// Its name in the lock file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Scaffold => "scaffold",
            Self::Once => "once",
        }
    }
}

/// A file that the project will have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    pub path: String,
    pub owner: Owner,
    pub what: What,
}

/// How a file comes to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The manifest as its author wrote it.
    Manifest,
    /// A template with the facts of the operator.
    Template(&'static str),
    /// A template about the project as a whole: README, image, checks.
    Project(&'static str),
    /// A template about rights.
    Rbac(&'static str),
    /// A template about how the operator is deployed.
    Manager(&'static str),
    /// A module of `src/api`; the empty name is `api.rs`.
    Api(String),
    CargoLock,
    Main,
    Cluster,
    Nodes,
    /// Stubs for code of the author's.
    Hooks,
    /// The module of a node type, by its index.
    Node(usize),
    Crd,
    Sample,
    /// What editors know of the manifest, and of the custom resource.
    ManifestSchema,
    Schema,
    /// `src/external.rs`.
    External,
    /// The module of a kind outside of Kubernetes, by its index; its definition, its sample, its reference and what
    /// editors know of it likewise.
    Resource(usize),
    ResourceCrd(usize),
    ResourceSample(usize),
    ResourceSchema(usize),
    ResourceDocs(usize),
    FieldsMarkdown,
    FieldsJson,
    /// A file of the bundled runtime, by its path there.
    Vendored(&'static str),
}

type Row = (&'static str, Owner, What);

/// Files whose path is the same in every project.
const FIXED: &[Row] = {
    use Owner::{Generated, Once, Scaffold};
    use What::{
        Cluster, FieldsJson, FieldsMarkdown, Main, Manager, Manifest, ManifestSchema, Nodes,
        Project, Rbac, Template,
    };
    &[
        ("dsoi.yaml", Once, Manifest),
        ("Cargo.toml", Scaffold, Template("Cargo.toml")),
        ("Dockerfile", Scaffold, Project("Dockerfile")),
        (".dockerignore", Scaffold, Project("dot/dockerignore")),
        (".gitignore", Once, Project("dot/gitignore")),
        (".gitattributes", Scaffold, Project("dot/gitattributes")),
        (
            ".github/workflows/ci.yaml",
            Scaffold,
            Project("github/workflows/ci.yaml"),
        ),
        ("README.md", Once, Project("README.md")),
        (
            "rust-toolchain.toml",
            Scaffold,
            Project("rust-toolchain.toml"),
        ),
        ("src/main.rs", Scaffold, Main),
        ("src/lib.rs", Scaffold, Template("src/lib.rs")),
        ("src/cluster.rs", Scaffold, Cluster),
        ("src/nodes.rs", Scaffold, Nodes),
        (
            "config/rbac/service_account.yaml",
            Scaffold,
            Rbac("config/rbac/service_account.yaml"),
        ),
        (
            "config/rbac/role.yaml",
            Generated,
            Rbac("config/rbac/role.yaml"),
        ),
        (
            "config/rbac/role_binding.yaml",
            Scaffold,
            Rbac("config/rbac/role_binding.yaml"),
        ),
        (
            "config/rbac/leader_election.yaml",
            Scaffold,
            Rbac("config/rbac/leader_election.yaml"),
        ),
        (
            "config/rbac/metrics.yaml",
            Scaffold,
            Rbac("config/rbac/metrics.yaml"),
        ),
        (
            "config/rbac/viewer.yaml",
            Scaffold,
            Rbac("config/rbac/viewer.yaml"),
        ),
        (
            "config/rbac/editor.yaml",
            Scaffold,
            Rbac("config/rbac/editor.yaml"),
        ),
        (
            "config/rbac/admin.yaml",
            Scaffold,
            Rbac("config/rbac/admin.yaml"),
        ),
        (
            "config/rbac/kustomization.yaml",
            Scaffold,
            Rbac("config/rbac/kustomization.yaml"),
        ),
        (
            "config/components/namespaced/kustomization.yaml",
            Scaffold,
            Rbac("config/components/namespaced/kustomization.yaml"),
        ),
        (
            "config/components/namespaced/watch_namespace.yaml",
            Scaffold,
            Rbac("config/components/namespaced/watch_namespace.yaml"),
        ),
        (
            "config/components/namespaced/role.yaml",
            Scaffold,
            Rbac("config/components/namespaced/role.yaml"),
        ),
        (
            "config/components/namespaced/role_binding.yaml",
            Scaffold,
            Rbac("config/components/namespaced/role_binding.yaml"),
        ),
        (editor::MANIFEST, Generated, ManifestSchema),
        (
            "config/crd/kustomization.yaml",
            Scaffold,
            Manager("config/crd/kustomization.yaml"),
        ),
        (
            "config/default/kustomization.yaml",
            Scaffold,
            Manager("config/default/kustomization.yaml"),
        ),
        (
            "config/manager/kustomization.yaml",
            Scaffold,
            Manager("config/manager/kustomization.yaml"),
        ),
        (
            "config/manager/namespace.yaml",
            Scaffold,
            Manager("config/manager/namespace.yaml"),
        ),
        (
            "config/manager/deployment.yaml",
            Scaffold,
            Manager("config/manager/deployment.yaml"),
        ),
        (
            "config/manager/metrics_service.yaml",
            Scaffold,
            Manager("config/manager/metrics_service.yaml"),
        ),
        ("docs/reference/fields.md", Generated, FieldsMarkdown),
        ("docs/reference/fields.json", Generated, FieldsJson),
        ("tests/children.rs", Once, Template("tests/children.rs")),
        ("tests/rbac.rs", Once, Template("tests/rbac.rs")),
        ("tests/schema.rs", Once, Template("tests/schema.rs")),
        ("tests/cluster.rs", Once, Template("tests/cluster.rs")),
    ]
};

/// Every file of a project, sorted by path.
pub(super) fn all(operator: &Operator, runtime: &Runtime) -> Vec<PlannedFile> {
    let cluster = &operator.cluster;
    let mut files: Vec<PlannedFile> = FIXED
        .iter()
        .map(|(path, owner, what)| PlannedFile {
            path: (*path).to_owned(),
            owner: *owner,
            what: what.clone(),
        })
        .collect();
    let mut add = |path: String, owner, what| files.push(PlannedFile { path, owner, what });
    if runtime.locked() {
        add("Cargo.lock".to_owned(), Owner::Once, What::CargoLock);
    }
    add(
        format!("config/crd/{}.yaml", cluster.plural),
        Owner::Generated,
        What::Crd,
    );
    add(
        format!("config/samples/{}.yaml", cluster.singular),
        // Its author keeps trying things in it, and a node type that is added belongs into it all the same.
        Owner::Scaffold,
        What::Sample,
    );
    add(
        editor::path(cluster.singular.as_str()),
        Owner::Generated,
        What::Schema,
    );
    if crate::render::has_hooks(operator) {
        add("src/hooks.rs".to_owned(), Owner::Once, What::Hooks);
    }
    for name in crate::render::api_modules(operator) {
        let path = match name.as_str() {
            "" => "src/api.rs".to_owned(),
            name => format!("src/api/{name}.rs"),
        };
        add(path, Owner::Generated, What::Api(name));
    }
    for (index, node_type) in cluster.node_types.iter().enumerate() {
        let path = format!("src/nodes/{}.rs", crate::render::module_file(node_type));
        add(path, Owner::Scaffold, What::Node(index));
    }
    if !operator.resources.is_empty() {
        add(
            "src/external.rs".to_owned(),
            Owner::Scaffold,
            What::External,
        );
    }
    for (index, resource) in operator.resources.iter().enumerate() {
        let file = crate::render::resource_file(resource);
        let (plural, singular) = (&resource.plural, &resource.singular);
        for (path, owner, what) in [
            (
                format!("src/external/{file}.rs"),
                Owner::Scaffold,
                What::Resource(index),
            ),
            (
                format!("config/crd/{plural}.yaml"),
                Owner::Generated,
                What::ResourceCrd(index),
            ),
            (
                format!("config/samples/{singular}.yaml"),
                Owner::Scaffold,
                What::ResourceSample(index),
            ),
            (
                editor::path(singular.as_str()),
                Owner::Generated,
                What::ResourceSchema(index),
            ),
            (
                format!("docs/reference/{singular}.md"),
                Owner::Generated,
                What::ResourceDocs(index),
            ),
        ] {
            add(path, owner, what);
        }
    }
    if *runtime == Runtime::Vendored {
        for path in crate::render::vendored_files() {
            add(
                format!("vendor/dsoi-runtime/{path}"),
                Owner::Generated,
                What::Vendored(path),
            );
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

//! A small operator for tests of the stages after `check`: the quick start, built by hand.

use super::{
    AbsolutePath, Access, Api, ChildKind, ChildPath, Cluster, Common, Cond, ConfigKey, Container,
    Content, CrPath, CrateName, DnsLabel, DnsSubdomain, Effect, EnumType, EnumValue, Expr,
    ExprKind, External, ExternalShape, Field, File, Form, Format, HeadlessService, ImageName,
    K8sField, K8sGroup, K8sGroupField, K8sType, KindName, KubernetesVersion, Layer, MainService,
    MissingOrder, Mount, Names, NodeRules, NodeType, NodeTypeName, OnChange, Operator, Order,
    OrderBy, Path, Port, PortName, ReplicaRule, Rollout, Root, RustIdent, Scope, SecurityProfile,
    Services, Spelling, Step, StorageMode, StorageModes, StructType, Type, TypeIdent, WireName,
    Word, WorkloadKind,
};
use crate::model::Change;

/// The Tally operator.
pub(crate) fn tally() -> Operator {
    Operator {
        servers: Vec::new(),
        resources: Vec::new(),
        name: CrateName::new("tally-operator").unwrap(),
        image: ImageName::new("ghcr.io/example/tally-operator").unwrap(),
        lease: None,
        ignore_annotation: None,
        deny_list: Vec::new(),
        watch: Vec::new(),
        resync: None,
        kubernetes: KubernetesVersion { minor: 33 },
        rules: Vec::new(),
        api: Api {
            group: DnsSubdomain::new("example.com").unwrap(),
            version: label("v1alpha1"),
        },
        cluster: cluster(),
        effects: effects(),
    }
}

fn cluster() -> Cluster {
    Cluster {
        kind: KindName::new("Tally").unwrap(),
        ident: ident("tally"),
        plural: label("tallies"),
        singular: label("tally"),
        short_names: Vec::new(),
        categories: Vec::new(),
        columns: Vec::new(),
        app: label("tally"),
        image: Some(ImageName::new("ghcr.io/example/tally:2.1").unwrap()),
        doc: None,
        spelling: Spelling {
            nodes: word("nodes", "nodes"),
            node_type: word("nodeType", "node_type"),
            kind: word("kind", "kind"),
            replicas: word("replicas", "replicas"),
            k8s_config_group: word("k8sConfigGroup", "k8s_config_group"),
            app_config_group: word("appConfigGroup", "app_config_group"),
            deployment_order: word("deploymentOrder", "deployment_order"),
            external: word("external", "external"),
        },
        common: Common::default(),
        k8s_group: K8sGroup {
            fields: K8sField::ALL.iter().copied().map(k8s_field).collect(),
            max_storage: None,
        },
        config: vec![log_level(), optional("extra", Type::Tree)],
        spec: Vec::new(),
        node: Vec::new(),
        external: vec![External {
            wire: wire("database"),
            ident: ident("database"),
            type_ident: type_ident("DatabaseExternal"),
            optional: false,
            shape: ExternalShape::One(StructType {
                ident: type_ident("Database"),
                fields: vec![field("url", Type::String)],
            }),
        }],
        order: Order {
            by: OrderBy::NodeType,
            default: None,
            missing: MissingOrder::Append,
        },
        rollout: Rollout::default(),
        names: Names::default(),
        labels: None,
        unlabelled: Vec::new(),
        security: SecurityProfile::Restricted,
        events: None,
        rules: Vec::new(),
        limits: Vec::new(),
        reserved_suffixes: vec!["-headless".to_owned(), "-config".to_owned()],
        status: Vec::new(),
        config_maps: Vec::new(),
        node_types: vec![
            node_type("store", &[WorkloadKind::StatefulSet]),
            node_type(
                "gateway",
                &[WorkloadKind::StatefulSet, WorkloadKind::Deployment],
            ),
        ],
        child_kinds: vec![
            ChildKind::ConfigMap,
            ChildKind::Service,
            ChildKind::StatefulSet,
            ChildKind::Deployment,
            ChildKind::NetworkPolicy,
            ChildKind::Pod,
            ChildKind::ControllerRevision,
            ChildKind::PodDisruptionBudget,
            ChildKind::HorizontalPodAutoscaler,
            ChildKind::Ingress,
        ],
    }
}

fn node_type(name: &str, kinds: &[WorkloadKind]) -> NodeType {
    NodeType {
        name: type_name(name),
        aliases: Vec::new(),
        type_name: type_name(name),
        like: None,
        ident: ident(name),
        type_ident: type_ident(&heck::AsUpperCamelCase(name).to_string()),
        doc: None,
        rules: NodeRules {
            kinds: kinds.to_vec(),
            min_nodes: 0,
            max_nodes: None,
            replicas: ReplicaRule::Range { min: 0, max: None },
            storage: StorageModes {
                stateful_set: StorageMode::Template,
                deployment: StorageMode::Refuse,
            },
            volumes: Vec::new(),
        },
        container: Container {
            ports: vec![Port {
                name: Some(PortName::new("http").unwrap()),
                number: 8080,
                protocol: "TCP",
            }],
            ..Container::default()
        },
        init_containers: Vec::new(),
        sidecars: Vec::new(),
        pod: Vec::new(),
        workload: Vec::new(),
        files: vec![app_file()],
        config_maps: Vec::new(),
        hooks: Vec::new(),
        services: Services {
            main: Some(MainService {
                when: None,
                governing: false,
                spec: Vec::new(),
                annotations: Vec::new(),
                object_name: None,
            }),
            headless: Some(HeadlessService { governing: true }),
            more: Vec::new(),
        },
    }
}

fn app_file() -> File {
    let extra = Expr {
        kind: ExprKind::Path(Path {
            root: Root::Config,
            steps: vec![Step {
                access: Access::Field {
                    wire: wire("extra"),
                    ident: ident("extra"),
                },
                ty: Type::Tree,
                optional: true,
            }],
        }),
        ty: Type::Tree,
        optional: true,
    };
    File {
        name: label("app"),
        ident: ident("app"),
        when: None::<Cond>,
        path: AbsolutePath::new("/etc/tally/app.yaml").unwrap(),
        key: ConfigKey::new("app.yaml").unwrap(),
        content: Content::Tree {
            format: Format::Yaml,
            layers: vec![Layer::User(extra)],
        },
        scope: Scope::Node,
        mount: Mount::File,
        mode: 0o444,
        on_change: OnChange::Restart,
        config_map_name: None,
    }
}

fn effects() -> Vec<Effect> {
    let effect = |field: &str, kind, path: &str, restarts| Effect {
        field: CrPath(field.to_owned()),
        children: vec![ChildPath {
            node_type: None,
            from: None,
            kind,
            path: path.to_owned(),
            restarts,
        }],
    };
    vec![
        effect(
            "spec.appConfigGroup[].logLevel",
            ChildKind::ConfigMap,
            "data[\"app.yaml\"]",
            true,
        ),
        effect(
            "spec.nodes[].replicas",
            ChildKind::StatefulSet,
            "spec.replicas",
            false,
        ),
    ]
}

fn log_level() -> Field {
    let values = ["debug", "info", "warn"].map(|value| EnumValue {
        wire: value.to_owned(),
        ident: type_ident(&heck::AsUpperCamelCase(value).to_string()),
    });
    Field {
        default: Some(super::Literal::String("info".to_owned())),
        ..field(
            "logLevel",
            Type::Enum(EnumType {
                ident: type_ident("LogLevel"),
                values: values.to_vec(),
            }),
        )
    }
}

/// A required field.
pub(crate) fn field(name: &str, ty: Type) -> Field {
    Field {
        wire: wire(name),
        ident: ident(&heck::AsSnakeCase(name).to_string()),
        ty,
        optional: false,
        default: None,
        doc: None,
        pattern: None,
        min: None,
        max: None,
        change: Change::Free,
        any_case: false,
    }
}

/// An optional field.
pub(crate) fn optional(name: &str, ty: Type) -> Field {
    Field {
        optional: true,
        ..field(name, ty)
    }
}

/// A field of the k8s config group under its own name.
pub(crate) fn k8s_field(field: K8sField) -> K8sGroupField {
    let (form, name) = field.form();
    let inner = match name {
        "string" => Type::String,
        "int" => Type::Int,
        other => Type::K8s(K8sType::new(other)),
    };
    K8sGroupField {
        field,
        wire: wire(field.word()),
        ident: ident(&heck::AsSnakeCase(field.word()).to_string()),
        ty: match form {
            Form::One => inner,
            Form::List => Type::List(Box::new(inner)),
            Form::Map => Type::Map(Box::new(inner)),
        },
        required: false,
    }
}

pub(crate) fn word(name: &str, rust: &str) -> Word {
    Word {
        wire: wire(name),
        ident: ident(rust),
    }
}

pub(crate) fn type_name(text: &str) -> NodeTypeName {
    NodeTypeName::new(text).unwrap()
}

pub(crate) fn label(text: &str) -> DnsLabel {
    DnsLabel::new(text).unwrap()
}

pub(crate) fn wire(text: &str) -> WireName {
    WireName::new(text).unwrap()
}

fn ident(text: &str) -> RustIdent {
    RustIdent::new(text).unwrap()
}

fn type_ident(text: &str) -> TypeIdent {
    TypeIdent::new(text).unwrap()
}

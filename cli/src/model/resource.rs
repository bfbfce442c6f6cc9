//! Kinds whose truth is outside of Kubernetes, and the servers that keep it (MF-17).

use std::time::Duration;

use super::{
    Column, Cond, DnsLabel, Expr, Field, KindName, LabelKey, Literal, RustIdent, Template, Text,
    WireName,
};

/// One kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    pub kind: KindName,
    /// Its module in generated Rust.
    pub ident: RustIdent,
    pub plural: DnsLabel,
    pub singular: DnsLabel,
    pub short_names: Vec<DnsLabel>,
    pub columns: Vec<Column>,
    pub doc: Option<String>,
    pub spec: Vec<Field>,
    /// The function of one of [`Server`].
    pub server: RustIdent,
    /// The name of the cluster's custom resource that it belongs to; `None`: to none.
    pub parent: Option<Text>,
    pub id: Text,
    pub body: Payload,
    pub get: Call,
    pub create: Call,
    /// `None`: it cannot be changed.
    pub update: Option<Call>,
    /// `None`: its deletion asks for nothing.
    pub delete: Option<Call>,
    /// An answer 200 of exactly this means that it is not there.
    pub absent: Option<Literal>,
    pub compare: Compare,
    pub status: Vec<StatusField>,
    /// The status has the last outcome in fields of its own too.
    pub flat_condition: bool,
    pub policy: Policy,
    /// `None`: the runtime's.
    pub finalizer: Option<LabelKey>,
    /// `None`: the API group with `/paused`.
    pub ignore_annotation: Option<LabelKey>,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// The text of a required `json` field of the spec.
    Field(Box<Field>),
    Tree(Template),
}

/// A request. Values in its path are percent-encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub verb: Verb,
    /// Begins with `/`.
    pub path: Text,
}

/// The verb of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    /// As HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What decides about an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// What is asked for is in the answer; all else there is the server's own.
    Owned,
    /// A hook turns the answer into what would have been sent, and then likewise.
    Hook,
}

/// A field of the status, written after success.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusField {
    pub wire: WireName,
    pub value: StatusValue,
}

/// What it says.
#[derive(Clone, Debug, PartialEq)]
pub enum StatusValue {
    /// What was sent, as text.
    Body,
    /// A value that has one text, with its type kept.
    Value(Expr),
}

/// What becomes of what is there already, and of what is left (NC-15, NC-18, PN-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Policy {
    pub adopt: Adopt,
    pub deletion: Deletion,
    pub parent_gone: ParentGone,
    /// `None`: the operator's.
    pub resync: Option<Duration>,
}

/// What becomes of something that is there before its custom resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Adopt {
    #[default]
    Adopt,
    Observe,
    Refuse,
}

/// What becomes of it when its custom resource goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Deletion {
    #[default]
    Delete,
    Orphan,
}

/// What becomes of a custom resource that goes after its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ParentGone {
    #[default]
    Release,
    Keep,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// What the manifest calls it.
    pub name: DnsLabel,
    /// Its function in generated Rust.
    pub ident: RustIdent,
    /// Whether it belongs to a custom resource of the cluster's kind, which its expressions see.
    pub of_parent: bool,
    pub place: ServerPlace,
    pub auth: Option<Auth>,
    /// `None`: the runtime's ten seconds.
    pub timeout: Option<Duration>,
}

/// Where an endpoint is.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerPlace {
    /// The first Service of the namespace with these labels.
    Labels {
        labels: Vec<(LabelKey, Text)>,
        port: u16,
    },
    /// The Service of this name.
    Named { name: Text, port: u16 },
    /// A URL; hosts are listed where it comes from a custom resource.
    Url { url: Text, hosts: Vec<String> },
}

/// What a request proves itself by.
#[derive(Clone, Debug, PartialEq)]
pub struct Auth {
    pub when: Option<Cond>,
    /// A `secretRef`, or a text that is the name of a Secret.
    pub secret: Expr,
    pub keys: AuthKeys,
}

/// Which keys of the Secret are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthKeys {
    Basic { username: String, password: String },
    Bearer { token: String },
}

impl Resource {
    /// The requests with what each is for.
    pub fn calls(&self) -> impl Iterator<Item = (&'static str, &Call)> {
        [("get", Some(&self.get)), ("create", Some(&self.create))]
            .into_iter()
            .chain([
                ("update", self.update.as_ref()),
                ("delete", self.delete.as_ref()),
            ])
            .filter_map(|(name, call)| Some((name, call?)))
    }
}

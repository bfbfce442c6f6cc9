//! `resources`: kinds whose truth is outside of Kubernetes (MF-17).
//!
//! In: the kinds as written, and the servers that could be made. Out: the kinds of the model. Each has expressions of its own: in
//! them `spec` are its own fields, so each is typed with facts of its own.

mod made;
mod merge;
mod needs;
mod own;
mod request;

use std::collections::BTreeSet;

use super::facts::Facts;
use super::fields::{Fields, Reserved};
use super::ident;
use super::report::Report;
use super::typer::Typer;
use super::{cluster, node_type};
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Manifest, Resource as Written, Spanned};
use crate::model::{
    Adopt, Compare, Deletion, DnsLabel, DnsSubdomain, ParentGone, Policy, Resource, Server,
};
use crate::write::RelPath;

use made::Made;
pub(super) use request::is_value;

/// Modules of `src/api` and names of the prelude that a kind's would clash with.
const MODULES: &[&str] = &[
    "app_config_group",
    "external",
    "k8s_config_group",
    "node",
    "spec",
    "wire",
];

/// What the resources share.
pub(super) struct Outside<'r, 'm> {
    pub(super) report: &'r Report<'m>,
    pub(super) manifest: &'m Manifest,
    /// Those that could be made.
    pub(super) servers: &'r [Server],
    /// The cluster's: its names of types are taken.
    pub(super) fields: &'r Fields<'r, 'm>,
    pub(super) group: Option<&'r DnsSubdomain>,
    /// The plural of the cluster's kind.
    pub(super) plural: &'r str,
    pub(super) minor: u16,
}

impl<'m> Outside<'_, 'm> {
    /// Every kind.
    pub(super) fn resources(&self, cluster: &Typer<'_, 'm>) -> Vec<Resource> {
        let every = self.manifest.every_resource.as_ref();
        let merged: Vec<Written> = self
            .manifest
            .resources
            .iter()
            .map(|own| merge::lay(every, own))
            .collect();
        let mut plurals = BTreeSet::from([self.plural.to_owned()]);
        let mut modules: BTreeSet<String> = MODULES.iter().map(ToString::to_string).collect();
        let made: Vec<Option<Resource>> = merged
            .iter()
            .map(|written| self.resource(cluster, written, &mut plurals, &mut modules))
            .collect();
        made.into_iter().flatten().collect()
    }

    fn resource(
        &self,
        cluster: &Typer<'_, 'm>,
        written: &Written,
        plurals: &mut BTreeSet<String>,
        modules: &mut BTreeSet<String>,
    ) -> Option<Resource> {
        let report = self.report;
        let kind = report.kind(&written.kind)?;
        let singular = kind.as_str().to_lowercase();
        let ident = ident::field(kind.as_str())?;
        let taken = |why: String| {
            report.push(
                Problem::new(Code::E0605, why)
                    .at(written.kind.span, "already taken")
                    .help("choose another kind"),
            );
        };
        if node_type::PRELUDE.contains(&kind.as_str()) || OUTSIDE.contains(&kind.as_str()) {
            taken(format!("`{kind}` is a type of the runtime"));
            return None;
        }
        if !self.fields.take_kind(kind.as_str()) {
            taken(format!("`{kind}` is a type of the cluster's already"));
            return None;
        }
        let file = ident.as_str().trim_start_matches("r#").to_owned();
        if !modules.insert(file.clone()) || RelPath::new(format!("{singular}.yaml")).is_err() {
            taken(format!("`{file}` is the name of another file already"));
            return None;
        }
        let label = |text: &Spanned<String>, what: &str| report.name(text, what, DnsLabel::new);
        let plural = match &written.plural {
            Some(plural) => report.name_or(plural, "a plural", DnsLabel::new),
            None => DnsLabel::new(Facts::default_plural(&singular)).ok(),
        }?;
        if !plurals.insert(plural.to_string()) {
            taken(format!("`{plural}` is the plural of another kind"));
            return None;
        }
        let facts = self.facts(written, kind.as_str());
        let typer = Typer::new(report, &facts);
        let missing = self.missing(written);
        let parent = Made::of(written.parent.as_ref(), |parent| {
            let known = cluster.is_cluster(&parent.kind);
            let name = typer.present(&parent.name);
            known.and(name)
        });
        let server = self.server(written, parent.is_there());
        let id = written.id.as_ref().map(|id| typer.id(id));
        let payload = if written.spec.is_empty() && written.body.is_none() {
            None
        } else {
            typer.payload(written, &facts.spec)
        };
        let [get, create, update, delete] = ["get", "create", "update", "delete"].map(|name| {
            let there = written.calls.iter().any(|call| call.name.value == name);
            (there, typer.call(written, name))
        });
        let status = typer.status(written);
        let finalizer = Made::of(written.finalizer.as_ref(), |finalizer| {
            self.finalizer(&typer, finalizer)
        });
        let absent = written
            .absent
            .as_ref()
            .and_then(|absent| absent.body.as_ref());
        let absent = Made::of(absent, |body| self.constant(body));
        // A request that is there and wrong was reported.
        if missing || update.0 != update.1.is_some() || delete.0 != delete.1.is_some() {
            return None;
        }
        let id = id??;
        let spec = own::fixed(&facts.spec, &id);
        Some(Resource {
            ident,
            plural,
            singular: DnsLabel::new(singular.as_str()).ok()?,
            short_names: written
                .short_names
                .iter()
                .filter_map(|name| label(name, "a short name"))
                .collect(),
            columns: cluster::columns(report, &written.columns),
            doc: written.doc.as_ref().map(|doc| doc.value.clone()),
            spec,
            server: server?,
            parent: parent.sound().ok()?,
            id,
            body: payload?,
            get: get.1?,
            create: create.1?,
            update: update.1,
            delete: delete.1,
            absent: absent.sound().ok()?,
            compare: match written.compare.as_ref().map(|word| word.value) {
                Some(ast::Compare::Hook) => Compare::Hook,
                Some(ast::Compare::Owned) | None => Compare::Owned,
            },
            status: status?,
            flat_condition: written
                .flat_condition
                .as_ref()
                .is_some_and(|flag| flag.value),
            policy: policy(&written.policy),
            finalizer: finalizer.sound().ok()?,
            ignore_annotation: self.ignore_annotation(&typer),
            kind,
        })
    }

    /// What expressions of a resource may refer to: its own fields.
    fn facts(&self, written: &Written, kind: &str) -> Facts<'m> {
        let declared = self
            .manifest
            .resources
            .iter()
            .find(|own| own.kind.span == written.kind.span)
            .map_or(&[][..], |own| own.spec.as_slice());
        let none = Reserved {
            words: &[],
            reason: "",
        };
        let fields = self.fields.of_resource(kind);
        let spec = fields.group(&written.spec, "", &none);
        Facts::of_resource(
            self.manifest,
            &kind.to_lowercase(),
            declared,
            spec,
            self.minor,
        )
    }
}

/// Names of the runtime that generated modules of resources use.
const OUTSIDE: &[&str] = &[
    "Adopt",
    "Arc",
    "Auth",
    "Box",
    "Call",
    "Deletion",
    "Duration",
    "External",
    "ExternalController",
    "ExternalPolicy",
    "ExternalResource",
    "ExternalStatus",
    "HttpRemote",
    "NoParent",
    "Ok",
    "ParentGone",
    "Problem",
    "Remote",
    "Result",
    "Server",
    "Target",
    "Value",
];

fn policy(written: &ast::Policy) -> Policy {
    let adopt = written.adopt.as_ref().map(|word| word.value);
    let deletion = written.deletion.as_ref().map(|word| word.value);
    let parent_gone = written.parent_gone.as_ref().map(|word| word.value);
    Policy {
        adopt: match adopt {
            Some(ast::Adopt::Observe) => Adopt::Observe,
            Some(ast::Adopt::Refuse) => Adopt::Refuse,
            Some(ast::Adopt::Adopt) | None => Adopt::Adopt,
        },
        deletion: match deletion {
            Some(ast::Deletion::Orphan) => Deletion::Orphan,
            Some(ast::Deletion::Delete) | None => Deletion::Delete,
        },
        parent_gone: match parent_gone {
            Some(ast::ParentGone::Keep) => ParentGone::Keep,
            Some(ast::ParentGone::Release) | None => ParentGone::Release,
        },
        resync: written.resync.as_ref().map(|resync| resync.value),
    }
}

//! Files and config maps of a node type or of the cluster.

mod config_map;
mod content;

pub(super) use config_map::optional_maps;

use super::container::WORKLOADS;
use super::facts::TypeFacts;
use super::ident;
use super::scope::{Place, Reach, Scope, mark_used};
use super::tree::constant_text;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Part, Text as WrittenText};
use crate::manifest::{self as ast, Per, Span};
use crate::model::{
    AbsolutePath, ChildKind, ConfigKey, DnsLabel, File, Mount, NameTemplate, OnChange, RustIdent,
    Scope as ChildScope,
};

/// Directories that a mount would hide from the program; a single file in them is fine.
pub(super) const SYSTEM: &[&str] = &[
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt", "/proc", "/root",
    "/run", "/sbin", "/sys", "/usr", "/var",
];

impl Typer<'_, '_> {
    /// The paths of a node type's files, which are constants: name, path, and whether the file may be absent.
    pub(super) fn file_paths(&self, node_type: &TypeFacts) -> Vec<(String, String, bool)> {
        let scope = Scope::new(Reach::Constant, Place::Name, Some(node_type));
        node_type
            .written
            .files
            .iter()
            .filter_map(|file| {
                let Some(path) = &file.path else {
                    self.report.push(
                        Problem::new(
                            Code::E0515,
                            format!("file `{}` has no path", file.name.value),
                        )
                        .at(file.name.span, "needs `path`"),
                    );
                    return None;
                };
                let text = constant_text(&self.whole_text(&scope, path)?)?;
                let spanned = ast::Spanned::new(text, inner_span(path));
                let made = self
                    .report
                    .name(&spanned, "the path of a file", AbsolutePath::new);
                // What is in it is looked at all the same, in the format that its name says.
                let path = made.or_else(|| {
                    let name = spanned.value.rsplit('/').next()?;
                    let stand_in = format!("/standin{}/{name}", path.span.start);
                    self.report.stands_for(&stand_in, &spanned.value);
                    AbsolutePath::new(stand_in).ok()
                })?;
                Some((
                    file.name.value.clone(),
                    path.to_string(),
                    file.condition.is_some(),
                ))
            })
            .collect()
    }

    /// The files of a node type.
    pub(super) fn files(&self, node_type: &TypeFacts) -> Vec<File> {
        let files: Vec<(File, Span)> = node_type
            .written
            .files
            .iter()
            .filter_map(|file| Some((self.file(node_type, file)?, file.path.as_ref()?.span)))
            .collect();
        self.file_clashes(&files);
        files.into_iter().map(|(file, _)| file).collect()
    }

    fn file(&self, node_type: &TypeFacts, written: &ast::File) -> Option<File> {
        let name = self
            .report
            .name(&written.name, "the name of a file", DnsLabel::new);
        let (_, path, _) = node_type
            .files
            .iter()
            .find(|(name, ..)| *name == written.name.value)?;
        let path = AbsolutePath::new(path.as_str()).ok()?;
        let span = written.path.as_ref()?.span;
        let key = self.report.name(
            &ast::Spanned::new(path.file_name().to_owned(), span),
            "a key of a config map",
            ConfigKey::new,
        )?;
        let mount = match written.mount.as_ref().map(|mount| mount.value) {
            Some(ast::Mount::Dir) => Mount::Directory,
            _ => Mount::File,
        };
        if mount == Mount::Directory && SYSTEM.contains(&path.directory()) {
            self.report.push(
                Problem::new(
                    Code::E0507,
                    format!("a mount of `{}` would hide what is in it", path.directory()),
                )
                .at(
                    written.mount.as_ref().map_or(span, |mount| mount.span),
                    "the whole directory is mounted",
                )
                .help("give the file a directory of its own, or drop `mount: dir`"),
            );
            return None;
        }
        let on_change = match written.on_change.as_ref().map(|change| change.value) {
            Some(ast::OnChange::Keep) => OnChange::Keep,
            _ => OnChange::Restart,
        };
        let (scope, mut inner) = scope_of(
            written.per.as_ref().map(|per| per.value),
            Place::File,
            node_type,
        );
        inner = inner.to(
            &[ChildKind::ConfigMap],
            format!("data[\"{key}\"]"),
            on_change == OnChange::Restart,
        );
        let pod = "spec.template.spec";
        let mounts = format!("{pod}.containers[0].volumeMounts");
        let mounted = inner
            .clone()
            .to(WORKLOADS, format!("{pod}.volumes"), true)
            .and(WORKLOADS, mounts, true);
        self.note_presence(&mounted, written.condition.as_ref());
        let (when, inner) = self.when(&inner, written.condition.as_ref())?;
        let content = if let Some(content) = &written.content {
            self.content(&inner, written, content, &path)
        } else {
            self.report.push(
                Problem::new(
                    Code::E0515,
                    format!("file `{}` has no content", written.name.value),
                )
                .at(written.name.span, "needs `content`"),
            );
            None
        };
        let when = finish(when, &inner);
        let config_map_name = self.map_name(node_type, &written.name.value, scope);
        let name = name?;
        Some(File {
            ident: variable(&name, "file")?,
            name,
            when,
            path,
            key,
            content: content?,
            scope,
            mount,
            mode: written.mode.as_ref().map_or(0o444, |mode| mode.value),
            on_change,
            config_map_name,
        })
    }

    /// `configMaps.F` without data names the config map of file `F`.
    fn map_name(
        &self,
        node_type: &TypeFacts,
        file: &str,
        scope: ChildScope,
    ) -> Option<NameTemplate> {
        let map = node_type
            .written
            .config_maps
            .iter()
            .find(|map| map.key.value == file && map.data.is_none())?;
        self.object_name(
            map.name.as_ref()?,
            scope,
            ChildKind::ConfigMap,
            Some(node_type),
        )
    }

    /// The condition of a file or config map, and its surroundings inside.
    pub(super) fn when<'a>(
        &self,
        scope: &Scope<'a>,
        written: Option<&crate::expr::Cond>,
    ) -> Option<(Option<crate::model::Cond>, Scope<'a>)> {
        let Some(written) = written else {
            return Some((None, scope.clone()));
        };
        let (cond, narrowed) = self.cond(scope, written)?;
        Some((Some(cond), scope.with_narrowed(&narrowed)))
    }

    /// Notes that a condition decides whether something stands at the places of a scope.
    pub(super) fn note_presence(&self, scope: &Scope<'_>, written: Option<&crate::expr::Cond>) {
        let Some(written) = written else { return };
        let quiet = self.report.aside();
        let typer = Typer::new(&quiet, self.facts);
        // What is wrong with it is said where it is written.
        if typer.cond(scope, written).is_some() {
            for (field, child) in typer.noted() {
                self.effect(&field, child);
            }
        }
    }

    /// `E0505`, `E0506`, `E0514`: files that cannot be mounted together.
    fn file_clashes(&self, files: &[(File, Span)]) {
        for (index, (file, span)) in files.iter().enumerate() {
            for (other, _) in files.iter().take(index) {
                if file.path == other.path {
                    self.report.push(
                        Problem::new(Code::E0505, "two files have the same path")
                            .at(*span, format!("so has `{}`", other.name)),
                    );
                } else if file.path.directory() == other.path.directory()
                    && file.mount != other.mount
                {
                    self.report.push(
                        Problem::new(Code::E0506, format!("`{}` is mounted as a directory and file by file", file.path.directory()))
                            .at(*span, format!("`{}` is mounted the other way", other.name))
                            .help("a pod with both cannot start: give all files of the directory the same `mount`"),
                    );
                } else if file.key == other.key
                    && file.scope == other.scope
                    && file.config_map_name == other.config_map_name
                {
                    self.report.push(
                        Problem::new(
                            Code::E0514,
                            format!("two files would be `{}` in one config map", file.key),
                        )
                        .at(*span, format!("so would `{}`", other.name))
                        .help(format!(
                            "name the config map of one of them: `configMaps: {{{}: {{name: …}}}}`",
                            file.name
                        )),
                    );
                }
            }
        }
    }
}

/// The scope of a child of a node type, and what it sees.
fn scope_of(per: Option<Per>, place: Place, node_type: &TypeFacts) -> (ChildScope, Scope<'_>) {
    match per {
        None | Some(Per::Node) => (
            ChildScope::Node,
            Scope::new(Reach::Node, place, Some(node_type)),
        ),
        Some(Per::ConfigGroup) => (
            ChildScope::ConfigGroup,
            Scope::new(Reach::ConfigGroup, place, Some(node_type)),
        ),
        Some(Per::Cluster) => (ChildScope::Cluster, Scope::new(Reach::Cluster, place, None)),
    }
}

pub(super) fn finish(
    mut when: Option<crate::model::Cond>,
    inner: &Scope<'_>,
) -> Option<crate::model::Cond> {
    if let Some(cond) = &mut when {
        mark_used(cond, &inner.narrowed);
    }
    when
}

/// The variable of generated code for a file or config map.
fn variable(name: &DnsLabel, what: &str) -> Option<RustIdent> {
    const TAKEN: &[&str] = &[
        "node", "server", "headless", "main", "shared", "cr", "external",
    ];
    let ident = ident::field(name.as_str())?;
    if TAKEN.contains(&ident.as_str()) {
        return RustIdent::new(format!("{ident}_{what}")).ok();
    }
    Some(ident)
}

/// The place of a text without its quotes.
pub(super) fn inner_span(text: &WrittenText) -> Span {
    let span = |part: &Part| match part {
        Part::Literal(literal) => literal.span,
        Part::Value(value) => value.span,
    };
    match (text.parts.first(), text.parts.last()) {
        (Some(first), Some(last)) => span(first).to(span(last)),
        _ => text.span,
    }
}

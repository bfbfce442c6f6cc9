//! From a line of a generated file back to the places of the manifest that it comes from.
//!
//! Found by trying, not by marking: each value of the manifest is changed a little, the file is rendered again, and the lines
//! that differ come from that value. So no renderer has to say where its words come from, and none can forget to; what a
//! value does by way of the model (a limit that is computed from a name, a right that follows from a field) is found as well.
//! One file of one model takes about a millisecond, and a model that is the same as before is not rendered at all.
//!
//! Where every other value is a mistake (a node type whose pods are named elsewhere has to be a StatefulSet), it is tried in
//! spite of that, but only for lines that nothing else is found for: such a model lacks more than the value.

use similar::{DiffTag, TextDiff};

use super::trial::Trial;
use super::{entries, unwritten, variants};
use crate::args::KUBERNETES;
use crate::check;
use crate::manifest::{self, Source, Span};
use crate::plan::{self, Runtime, What};
use crate::render::{Error, Renderer, Settings};

/// A place of the manifest, and the lines that come from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `cluster.nodeTypes.broker.args[0]`
    pub path: String,
    pub span: Span,
    /// The lines of the file, from 1; sorted.
    pub lines: Vec<usize>,
    /// Whether it was tried in spite of mistakes that come of it.
    pub refused: bool,
    /// Of a key that is not written, what is true without it.
    pub unwritten: Option<&'static str>,
}

impl Cause {
    /// Whether the line comes from here.
    pub fn has(&self, line: usize) -> bool {
        self.lines.binary_search(&line).is_ok()
    }
}

/// What of the place the lines come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Another value there makes other lines.
    Value,
    /// Without the entry the lines would not be there, or be others.
    Presence,
}

/// Where the lines of one file come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// The file as it is rendered.
    pub text: String,
    /// What values decide, in the order of the manifest.
    pub values: Vec<Cause>,
    /// What entries bring by being there at all, likewise; empty where nobody asked for it.
    pub entries: Vec<Cause>,
    /// What the settings of the project decide, and the lines.
    pub settings: Vec<(Setting, Vec<usize>)>,
}

/// What a project is made with, beside its manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Runtime,
    Kubernetes,
}

impl Setting {
    /// What changes it.
    pub fn command(self) -> &'static str {
        match self {
            Self::Runtime => "dsoi update --runtime vendor|path=DIR|version=V|git=URL",
            Self::Kubernetes => "dsoi update --k8s VERSION",
        }
    }
}

/// How much is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Of every line what values say of it and what entries do.
    All,
    /// Of one line of the file on disk; of entries only where values say nothing of it.
    Line(usize),
}

impl Origins {
    /// Finds where a file of the project comes from; `None` where the manifest has mistakes or no such file. `line` is the
    /// line of the rendered file that is asked for, by its text.
    ///
    /// # Errors
    /// A template is broken.
    pub fn find(
        source: &Source,
        settings: &Settings,
        path: &str,
        depth: impl FnOnce(&str) -> Option<Depth>,
    ) -> Result<Option<Self>, Error> {
        let Ok((_, operator)) = check::read(source) else {
            return Ok(None);
        };
        let plan = plan::plan(&operator, &settings.runtime);
        let Some(planned) = plan.into_iter().find(|file| file.path == path) else {
            return Ok(None);
        };
        let Some(root) = manifest::tree(source) else {
            return Ok(None);
        };
        let renderer = Renderer::load()?;
        let rendering = renderer.of(&operator, source.text(), settings);
        let Some(text) = rendering.file(&planned.what)? else {
            return Ok(None);
        };
        let mut origins = Self {
            text,
            values: Vec::new(),
            entries: Vec::new(),
            settings: Vec::new(),
        };
        // What is copied as it stands comes from no key.
        let is_copy = matches!(planned.what, What::Manifest | What::Vendored(_));
        let Some(depth) = depth(&origins.text).filter(|_| !is_copy) else {
            return Ok(Some(origins));
        };
        let trial = Trial {
            source,
            settings,
            operator: &operator,
            renderer: &renderer,
            what: &planned.what,
            path,
            text: &origins.text,
        };
        let wanted = |causes: &[Cause]| match depth {
            Depth::All => true,
            Depth::Line(line) => having(causes, line, false).is_empty(),
        };
        let mut sites = variants::values(source, &root);
        // Behind the others: what is written says more.
        sites.extend(unwritten::keys(source, &root));
        origins.values = trial.all(&sites, wanted);
        origins.settings = trial.settings(&other_settings(settings))?;
        if wanted(&origins.values) {
            origins.entries = trial.all(&entries::all(source, &root), wanted);
        }
        Ok(Some(origins))
    }

    /// The settings of the project that a line comes from.
    pub fn settings_of(&self, line: usize) -> impl Iterator<Item = Setting> {
        let having = self
            .settings
            .iter()
            .filter(move |(_, lines)| lines.contains(&line));
        having.map(|(setting, _)| *setting)
    }

    /// Where a line comes from, the places that say least else first: values, or, where none changes the line, the smallest
    /// entry without which it would not be there, or the value that nobody may change, whichever says less else.
    pub fn of(&self, line: usize) -> (Why, Vec<&Cause>) {
        let values = having(&self.values, line, false);
        if !values.is_empty() {
            return (Why::Value, values);
        }
        let legal = having(&self.entries, line, false).into_iter().next();
        let refused = [(Why::Value, &self.values), (Why::Presence, &self.entries)];
        let refused = refused.into_iter().filter_map(|(why, causes)| {
            let mut found = having(causes, line, true).into_iter();
            // A manifest with a mistake lacks more than the value: where a legal one explains the line, only what is in the
            // entry that it lacks may say more.
            let says_more = |cause: &&Cause| {
                let is_carried = why == Why::Value && self.is_carried(cause, line);
                legal.is_none_or(|legal| is_below(cause, legal)) && !is_carried
            };
            Some((why, found.find(says_more)?))
        });
        let smallest = refused
            .chain(legal.map(|legal| (Why::Presence, legal)))
            .min_by_key(|(why, cause)| (cause.lines.len(), cause.refused, *why));
        match smallest {
            None => (Why::Presence, Vec::new()),
            Some((Why::Presence, first)) if first.refused => {
                (Why::Presence, self.alike(first, line))
            }
            Some((why, cause)) => (why, vec![cause]),
        }
    }

    /// The refused entries that bring as many lines as this one: nothing tells them apart. Of one in another, the outer one.
    fn alike(&self, first: &Cause, line: usize) -> Vec<&Cause> {
        let mut found = having(&self.entries, line, true);
        found.retain(|cause| cause.lines.len() == first.lines.len());
        let all = found.clone();
        found.retain(|inner| !all.iter().any(|outer| is_below(inner, outer)));
        found
    }

    /// Whether a refused value only takes along what another entry brings: all of its lines are among those of the entry.
    fn is_carried(&self, value: &Cause, line: usize) -> bool {
        let mut entries = having(&self.entries, line, true).into_iter();
        let is_more = |entry: &Cause| {
            let (all, own) = (entry.lines.len(), value.lines.len());
            all >= own && value.lines.iter().all(|line| entry.has(*line))
        };
        entries.any(|entry| !is_below(value, entry) && entry.path != value.path && is_more(entry))
    }
}

/// The settings, each with another value.
fn other_settings(settings: &Settings) -> Vec<(Setting, Settings)> {
    let runtime = match &settings.runtime {
        Runtime::Path(path) => Runtime::Path(format!("{path}/x")),
        Runtime::Version(version) => Runtime::Version(format!("{version}1")),
        Runtime::Git(url) => Runtime::Git(format!("{url}x")),
        Runtime::Vendored => Runtime::Path("x".to_owned()),
    };
    let kubernetes = KUBERNETES
        .into_iter()
        .find(|other| *other != settings.kubernetes);
    let kubernetes = kubernetes.unwrap_or_default().to_owned();
    vec![
        (
            Setting::Runtime,
            Settings {
                runtime,
                ..settings.clone()
            },
        ),
        (
            Setting::Kubernetes,
            Settings {
                kubernetes,
                ..settings.clone()
            },
        ),
    ]
}

/// Whether a place is a part of another one.
fn is_below(inner: &Cause, outer: &Cause) -> bool {
    let rest = inner.path.strip_prefix(&outer.path);
    rest.is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// The causes of a line, those that say least else first.
fn having(causes: &[Cause], line: usize, refused: bool) -> Vec<&Cause> {
    let mut found: Vec<&Cause> = causes
        .iter()
        .filter(|cause| cause.refused == refused && cause.has(line))
        .collect();
    found.sort_by_key(|cause| (cause.unwritten.is_some(), cause.lines.len(), cause.span));
    found
}

/// The line of `from` that a line of `to` is, both from 1; `None` where `to` has it alone.
pub(crate) fn same_line(from: &str, to: &str, line: usize) -> Option<usize> {
    let diff = TextDiff::from_lines(from, to);
    diff.ops().iter().find_map(|op| {
        let (old, new) = (op.old_range(), op.new_range());
        let index = line.checked_sub(1)?;
        (op.tag() == DiffTag::Equal && new.contains(&index))
            .then(|| old.start + (index - new.start) + 1)
    })
}

//! From a line of a generated file back to the places of the manifest that it comes from.
//!
//! Found by trying, not by marking: each value of the manifest is changed a little, the file is rendered again, and the lines
//! that differ come from that value. So no renderer has to say where its words come from, and none can forget to; what a
//! value does by way of the model (a limit that is computed from a name, a right that follows from a field) is found as well.
//! One file of one model takes about a millisecond, and a model that is the same as before is not rendered at all.

use std::thread;

use similar::{Algorithm, DiffTag, TextDiff};

use super::variants::{self, Site, replaced};
use crate::check;
use crate::manifest::{self, Source, Span};
use crate::model::Operator;
use crate::plan::{self, What};
use crate::render::{Error, Renderer, Settings};

/// A place of the manifest, and the lines that come from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `cluster.nodeTypes.broker.args[0]`
    pub path: String,
    pub span: Span,
    /// The lines of the file, from 1; sorted.
    pub lines: Vec<usize>,
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
        let values = trial.all(&variants::values(source, &root));
        let more = match depth {
            Depth::All => true,
            Depth::Line(line) => !values.iter().any(|cause| cause.has(line)),
        };
        let entries = if more {
            trial.all(&variants::entries(source, &root))
        } else {
            Vec::new()
        };
        (origins.values, origins.entries) = (values, entries);
        Ok(Some(origins))
    }

    /// Where a line comes from, the places that say least else first: values, or, where none changes the line, the smallest
    /// entry without which it would not be there.
    pub fn of(&self, line: usize) -> (Why, Vec<&Cause>) {
        let of = |causes: &'_ [Cause]| {
            let mut found: Vec<usize> = (0..causes.len())
                .filter(|index| causes.get(*index).is_some_and(|cause| cause.has(line)))
                .collect();
            found.sort_by_key(|index| {
                causes
                    .get(*index)
                    .map(|cause| (cause.lines.len(), cause.span))
            });
            found
        };
        let values: Vec<&Cause> = of(&self.values)
            .into_iter()
            .filter_map(|index| self.values.get(index))
            .collect();
        if !values.is_empty() {
            return (Why::Value, values);
        }
        let smallest = of(&self.entries).into_iter().next();
        let entries = smallest.and_then(|index| self.entries.get(index));
        (Why::Presence, entries.into_iter().collect())
    }
}

/// One file, and what it is tried with.
struct Trial<'a> {
    source: &'a Source,
    settings: &'a Settings,
    operator: &'a Operator,
    renderer: &'a Renderer,
    what: &'a What,
    path: &'a str,
    text: &'a str,
}

impl Trial<'_> {
    /// Tries all places; each on its own, so that they can be tried side by side.
    fn all(&self, sites: &[Site]) -> Vec<Cause> {
        let workers = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(8);
        let share = sites.len().div_ceil(workers).max(1);
        thread::scope(|scope| {
            let parts: Vec<_> = sites
                .chunks(share)
                .map(|part| {
                    scope.spawn(move || -> Vec<Cause> {
                        part.iter().filter_map(|site| self.one(site)).collect()
                    })
                })
                .collect();
            parts
                .into_iter()
                // A panic is the worker's own, and goes on in the caller.
                .flat_map(|part| {
                    part.join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        })
    }

    fn one(&self, site: &Site) -> Option<Cause> {
        let lines = site
            .tries
            .iter()
            .find_map(|(span, new)| self.lines(*span, new))?;
        (!lines.is_empty()).then(|| Cause {
            path: site.path.clone(),
            span: site.span,
            lines,
        })
    }

    /// The lines that differ with that change; `None` where it is no manifest any more.
    fn lines(&self, span: Span, new: &str) -> Option<Vec<usize>> {
        let text = replaced(self.source.text(), span, new)?;
        let source = Source::new(self.source.name(), text.into_bytes()).ok()?;
        let (_, operator) = check::read(&source).ok()?;
        if operator == *self.operator {
            return Some(Vec::new());
        }
        let plan = plan::plan(&operator, &self.settings.runtime);
        // A file that is named after the value is still the same file; a node type that went moves the others up.
        let planned = plan
            .iter()
            .find(|file| file.path == self.path)
            .or_else(|| plan.iter().find(|file| file.what == *self.what));
        let Some(planned) = planned else {
            return Some((1..=self.text.lines().count()).collect());
        };
        let rendering = self.renderer.of(&operator, source.text(), self.settings);
        // What cannot be rendered with that value says nothing of the line.
        let text = rendering.file(&planned.what).ok()??;
        Some(different(self.text, &text))
    }
}

/// The lines of a text that another one has not, from 1; sorted.
fn different(text: &str, other: &str) -> Vec<usize> {
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), other.lines().collect());
    // What is the same on both ends is most of it, and costs a comparison only.
    let alike = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(alike).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(alike)
        .count();
    let old = old.get(head..old.len() - tail).unwrap_or_default();
    let new = new.get(head..new.len() - tail).unwrap_or_default();
    similar::capture_diff_slices(Algorithm::Myers, old, new)
        .iter()
        .filter(|op| matches!(op.tag(), DiffTag::Delete | DiffTag::Replace))
        .flat_map(similar::DiffOp::old_range)
        .map(|index| head + index + 1)
        .collect()
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

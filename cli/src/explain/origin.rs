//! From a line of a generated file back to the places of the manifest that it comes from.
//!
//! Found by trying, not by marking: each value of the manifest is changed a little, the file is rendered again, and the lines
//! that differ come from that value. So no renderer has to say where its words come from, and none can forget to; what a
//! value does by way of the model (a limit that is computed from a name, a right that follows from a field) is found as well.
//! One file of one model takes about a millisecond, and a model that is the same as before is not rendered at all.
//!
//! Where every other value is a mistake (a node type whose pods are named elsewhere has to be a StatefulSet), it is tried in
//! spite of that, but only for lines that nothing else is found for: such a model lacks more than the value.

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
    /// Whether it was tried in spite of mistakes that come of it.
    pub refused: bool,
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
        let wanted = |causes: &[Cause]| match depth {
            Depth::All => true,
            Depth::Line(line) => having(causes, line, false).is_empty(),
        };
        origins.values = trial.all(&variants::values(source, &root), wanted);
        if wanted(&origins.values) {
            origins.entries = trial.all(&variants::entries(source, &root), wanted);
        }
        Ok(Some(origins))
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
    found.sort_by_key(|cause| (cause.lines.len(), cause.span));
    found
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
    /// Tries all places, each on its own; those that every try of is a mistake in spite of it, where `wanted` says that the
    /// others do not tell enough.
    fn all(&self, sites: &[Site], wanted: impl Fn(&[Cause]) -> bool) -> Vec<Cause> {
        let tried = side_by_side(sites, |site| self.one(site, Self::legal));
        let (mut causes, mut refused) = (Vec::new(), Vec::new());
        for (site, tried) in sites.iter().zip(tried) {
            match tried {
                Some(cause) if cause.lines.is_empty() => {}
                Some(cause) => causes.push(cause),
                None => refused.push(site),
            }
        }
        if wanted(&causes) {
            refused.retain(|site| !self.is_of_another(site));
            let tried = side_by_side(&refused, |site| self.one(site, Self::in_spite));
            causes.extend(tried.into_iter().flatten());
        }
        causes
    }

    /// Whether a place is of another node type than the file, which may only miss it by a mistake.
    fn is_of_another(&self, site: &Site) -> bool {
        let What::Node(index) = self.what else {
            return false;
        };
        let own = self.operator.cluster.node_types.get(*index);
        let key = site.path.strip_prefix("cluster.nodeTypes.");
        let of = key.map(|key| key.split(['.', '[']).next().unwrap_or(key));
        of.is_some_and(|of| own.is_none_or(|own| own.name.as_str() != of))
    }

    /// What another value there, or none, changes, which may be nothing; `None` where nothing else can be there.
    fn one(&self, site: &Site, lines: impl Fn(&Self, &Source) -> Option<Tried>) -> Option<Cause> {
        let tried = site.tries.iter().find_map(|(span, new)| {
            let text = replaced(self.source.text(), *span, new)?;
            let source = Source::new(self.source.name(), text.into_bytes()).ok()?;
            lines(self, &source)
        })?;
        Some(Cause {
            path: site.path.clone(),
            span: site.span,
            lines: tried.lines,
            refused: tried.refused,
        })
    }

    /// The lines that differ by another manifest; `None` where it is none.
    fn legal(&self, source: &Source) -> Option<Tried> {
        let (_, operator) = check::read(source).ok()?;
        let all = (1..=self.text.lines().count()).collect();
        Some(Tried {
            lines: self.lines(source, &operator, Some(all))?,
            refused: false,
        })
    }

    /// The same of one that has mistakes; `None` where nothing can be told of it, or nothing differs. That a file is not there
    /// says nothing: with a mistake in it, a node type is left out.
    fn in_spite(&self, source: &Source) -> Option<Tried> {
        let operator = check::in_spite(source)?;
        let lines = self.lines(source, &operator, None)?;
        (!lines.is_empty()).then_some(Tried {
            lines,
            refused: true,
        })
    }

    /// The lines that differ; `gone` where there is no such file any more.
    fn lines(
        &self,
        source: &Source,
        operator: &Operator,
        gone: Option<Vec<usize>>,
    ) -> Option<Vec<usize>> {
        if operator == self.operator {
            return Some(Vec::new());
        }
        let plan = plan::plan(operator, &self.settings.runtime);
        // A file that is named after the value is still the same file; a node type that went moves the others up.
        let planned = plan
            .iter()
            .find(|file| file.path == self.path)
            .or_else(|| plan.iter().find(|file| file.what == *self.what));
        let Some(planned) = planned else {
            return gone;
        };
        let rendering = self.renderer.of(operator, source.text(), self.settings);
        // What cannot be rendered with that value says nothing of the line.
        let text = rendering.file(&planned.what).ok()??;
        Some(different(self.text, &text))
    }
}

/// What came of a try.
struct Tried {
    lines: Vec<usize>,
    refused: bool,
}

/// Does the same with all items, on as many processors as there are; in their order.
fn side_by_side<T: Sync, R: Send>(items: &[T], one: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8);
    let share = items.len().div_ceil(workers).max(1);
    let one = &one;
    thread::scope(|scope| {
        let parts: Vec<_> = items
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<R>>()))
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

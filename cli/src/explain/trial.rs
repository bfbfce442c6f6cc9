//! What becomes of one file where something of the manifest, or of the project's settings, is another.
//!
//! In: a file as it is, and places with what they could hold instead. Out: the lines that differ by each. Pure.

use std::collections::BTreeSet;
use std::thread;

use similar::{Algorithm, DiffTag};

use super::origin::{Cause, Setting};
use super::rename::renamings;
use super::variants::{Site, replaced};
use crate::check;
use crate::manifest::Source;
use crate::model::Operator;
use crate::plan::{self, What};
use crate::render::{Error, Renderer, Settings};

/// One file, and what it is tried with.
pub(super) struct Trial<'a> {
    pub(super) source: &'a Source,
    pub(super) settings: &'a Settings,
    pub(super) operator: &'a Operator,
    pub(super) renderer: &'a Renderer,
    pub(super) what: &'a What,
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl Trial<'_> {
    /// Tries all places, each on its own; those that every try of is a mistake in spite of it, where `wanted` says that the
    /// others do not tell enough.
    pub(super) fn all(&self, sites: &[Site], wanted: impl Fn(&[Cause]) -> bool) -> Vec<Cause> {
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

    /// What other values there, or none, change, which may be nothing; `None` where nothing else can be there.
    fn one(&self, site: &Site, lines: impl Fn(&Self, &Source) -> Option<Tried>) -> Option<Cause> {
        let tried = |text: String| {
            let source = Source::new(self.source.name(), text.into_bytes()).ok()?;
            lines(self, &source)
        };
        let rows = site.tries.iter().map(|row| {
            let mut row = row.iter();
            row.find_map(|(span, new)| tried(replaced(self.source.text(), *span, new)?))
        });
        let mut found: Vec<Tried> = rows.flatten().collect();
        if found.is_empty() {
            found.extend(renamings(self.source, site).into_iter().find_map(tried));
        }
        let refused = found.first()?.refused;
        let lines: BTreeSet<usize> = found.into_iter().flat_map(|tried| tried.lines).collect();
        Some(Cause {
            path: site.path.clone(),
            span: site.span,
            lines: lines.into_iter().collect(),
            refused,
            unwritten: site.unwritten,
        })
    }

    /// The lines that differ by other settings of the project.
    pub(super) fn settings(
        &self,
        others: &[(Setting, Settings)],
    ) -> Result<Vec<(Setting, Vec<usize>)>, Error> {
        let mut found = Vec::new();
        for (setting, other) in others {
            let rendering = self.renderer.of(self.operator, self.source.text(), other);
            if let Some(text) = rendering.file(self.what)? {
                found.push((*setting, different(self.text, &text)));
            }
        }
        Ok(found)
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

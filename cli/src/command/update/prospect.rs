//! All that is known of an update before anything is written: what `dsoi update` goes by, and `dsoi plan` shows.

use std::path::Path;

use super::super::{Failure, init, read_source};
use super::{again, gate, project, settings};
use crate::args::UpdateArgs;
use crate::check;
use crate::diagnostic::{Problem, Problems};
use crate::gate::{Consequences, Reason, consequences};
use crate::manifest::{Manifest, Source};
use crate::model::Operator;
use crate::plan::{PlannedFile, What};
use crate::render::Settings;
use crate::update::{
    Decision, Done, Found, Moves, Otherwise, Project, Refusal, otherwise, past, present, release,
};
use crate::write::{Change, Tree, digest};

/// What a file of another path is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Files {
    /// Another file.
    AsPlanned,
    /// The one in the same place of the plan: edits of it move along.
    Moved,
}

/// An update that was thought through.
pub(in crate::command) struct Prospect {
    /// The manifest as it is on the disk, and as it will be.
    pub(in crate::command) read: Source,
    pub(in crate::command) source: Source,
    pub(in crate::command) manifest: Manifest,
    pub(in crate::command) operator: Operator,
    pub(in crate::command) settings: Settings,
    /// The version of dsoi that wrote the project last.
    pub(in crate::command) before: String,
    pub(in crate::command) plan: Vec<PlannedFile>,
    pub(in crate::command) moves: Moves,
    pub(in crate::command) tree: Tree,
    pub(in crate::command) found: Project,
    pub(in crate::command) decision: Decision,
    /// Files of the user's that dsoi would write otherwise now.
    pub(in crate::command) otherwise: Vec<Otherwise>,
    /// The manifest of the last update, where this dsoi still reads it.
    pub(in crate::command) last: Option<Manifest>,
    pub(in crate::command) meant: Consequences,
}

impl Prospect {
    /// Thinks an update through: with the manifest that `edit` makes of the one that is there.
    pub(in crate::command) fn new(
        args: &UpdateArgs,
        directory: &Path,
        edit: impl FnOnce(&Source) -> Result<Source, Failure>,
        files: Files,
    ) -> Result<Self, Failure> {
        let lock = super::lock(directory)?;
        if !directory.join("dsoi.yaml").exists() {
            return Err(Failure::Project {
                message: "this cannot be updated: `dsoi.yaml` is missing".to_owned(),
                help: Some("what it was at the last update is `.dsoi/dsoi.yaml`".to_owned()),
                source: None,
            });
        }
        let read = read_source(directory, Path::new("dsoi.yaml"))?;
        let source = edit(&read)?;
        let settings = settings(args, &lock)?;
        let before = lock.dsoi.clone();
        let (manifest, operator) =
            check::read(&source).map_err(|problems| Failure::manifest(&source, problems))?;
        let (mut plan, tree) = init::planned(&source, &settings)?;
        let moves = match files {
            Files::AsPlanned => Moves::default(),
            Files::Moved => Moves::between(&init::planned(&read, &settings)?.0, &mut plan),
        };
        let paths = tree.iter().map(|(path, _)| path.clone());
        let paths = paths.filter(|path| !path.as_str().starts_with(".dsoi/"));
        let found =
            Project::read(directory, lock, paths).map_err(|error| project(&error, error.help()))?;
        gate::readable(&found)?;
        gate::remembered(&found)?;
        let markers = args.guard.markers;
        let decision = moves.decide(&plan, &tree, &found, markers, || again(&found));
        let otherwise = otherwise(&decision, &tree, &found, || again(&found));
        let (last, was) = last(&found).unzip();
        let mut past = past(&found, was, || again(&found));
        past.other_runtime = other_runtime(&found, &settings, &tree);
        let mut meant = consequences(&past, &present(&plan, &tree, &found), &operator);
        meant.keep_code(&left_out(&plan, &decision, &operator));
        Ok(Self {
            read,
            source,
            manifest,
            operator,
            settings,
            before,
            plan,
            moves,
            tree,
            found,
            decision,
            otherwise,
            last,
            meant,
        })
    }

    /// Has the decision write what only a command asks for: the manifest as it edited it, and what is released from now on.
    pub(super) fn finish(&mut self, releases: bool) {
        let mut decision = std::mem::take(&mut self.decision);
        self.finished(&mut decision, releases);
        self.decision = decision;
    }

    fn finished(&self, decision: &mut Decision, releases: bool) {
        // What was broken knowingly is the promise of before.
        if releases || !self.meant.broken.is_empty() {
            release(decision, &self.tree, &self.found);
        }
        let (read, source) = (self.read.text(), self.source.text());
        if read != source {
            decision.rewrite_manifest(read, source);
        }
    }

    /// What would change if nothing stood in the way: conflicts as markers would show them, and files that dsoi writes
    /// whole as it would write them.
    pub(super) fn overriding(&self, releases: bool) -> Vec<Change> {
        let (plan, tree, found) = (&self.plan, &self.tree, &self.found);
        let mut decision = self.moves.decide(plan, tree, found, true, || again(found));
        self.finished(&mut decision, releases);
        for file in &decision.refused {
            let whole = matches!(file.why, Refusal::Edited | Refusal::Taken);
            if let (true, Found::File(before), Some(after)) =
                (whole, found.found(&file.path), tree.get(file.path.as_str()))
            {
                decision.changes.push(Change {
                    path: file.path.clone(),
                    before: Some(before.clone()),
                    after: Some(after.as_bytes().to_vec()),
                });
            }
        }
        decision.changes
    }

    /// What needs a yes.
    pub(in crate::command) fn reasons(&self) -> Vec<Reason> {
        self.meant.reasons(&self.source, &self.operator)
    }

    /// What is odd in the manifest and was not at the last update; where that is not known, all that is odd.
    pub(in crate::command) fn warnings(&self) -> Problems {
        // Of one that only says more now, such as another node type, the line is the same.
        let line = |manifest: &Manifest, problem: &Problem| {
            let source = &manifest.source;
            let line = source.line(problem.span()?.start);
            Some((
                problem.code,
                source.slice(source.line_span(line)).trim().to_owned(),
            ))
        };
        let known = self.last.as_ref().map(check::warnings).unwrap_or_default();
        let known: Vec<_> = self
            .last
            .iter()
            .flat_map(|last| {
                let at = known.sorted().into_iter();
                at.map(|problem| (line(last, problem), problem.message.clone()))
            })
            .collect();
        let mut new = Problems::new();
        for problem in check::warnings(&self.manifest).sorted() {
            let place = line(&self.manifest, problem);
            let is_known = known.iter().any(|(at, message)| {
                *message == problem.message || (place.is_some() && *at == place)
            });
            if !is_known {
                new.push(problem.clone());
            }
        }
        new
    }
}

/// Node types whose file its owner took away.
fn left_out<'o>(plan: &[PlannedFile], decision: &Decision, operator: &'o Operator) -> Vec<&'o str> {
    let is_left_out = |path: &str| {
        let mut outcomes = decision.outcomes.iter();
        outcomes.any(|outcome| outcome.path.as_str() == path && outcome.done == Done::LeftOut)
    };
    let files = plan.iter().filter(|file| is_left_out(&file.path));
    files
        .filter_map(|file| match file.what {
            What::Node(at) => Some(operator.cluster.node_types.get(at)?.name.as_str()),
            _ => None,
        })
        .collect()
}

/// Whether the runtime is another than at the last update.
fn other_runtime(found: &Project, settings: &Settings, tree: &Tree) -> bool {
    // What a lock of another time says is not known; then it is another.
    let known = found.lock.runtime().ok();
    let mut bundled = tree
        .iter()
        .filter(|(path, _)| path.as_str().starts_with("vendor/"));
    known.as_ref() != Some(&settings.runtime)
        || bundled.any(|(path, text)| found.lock.files.get(path) != Some(&digest(text)))
}

/// The manifest of the last update and its operator.
fn last(project: &Project) -> Option<(Manifest, Operator)> {
    check::read(&project.manifest()?).ok()
}

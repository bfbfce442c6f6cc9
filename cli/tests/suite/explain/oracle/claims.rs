//! What is said of a field against what was seen.

use std::collections::BTreeSet;

use dsoi::explain::{self, Resource};
use dsoi::model;

use super::operator::Found;
use super::places::{Pattern, Place};
use super::resources::Base;

/// Of what only may differ, as it depends on what another entry says: it is never too much.
const MAY: &[&str] = &["other-node", "other-resource"];

/// Everything that was seen of one field.
pub(super) struct Judge<'a> {
    model: &'a model::Operator,
    field: explain::Field,
    claims: Vec<Claim>,
    mistakes: BTreeSet<String>,
    /// The node types whose pods restarted.
    restarts: BTreeSet<String>,
    /// A change was refused, of which nothing follows.
    refused: bool,
    /// It names another entry, and what follows depends on what that one says.
    is_reference: bool,
}

struct Claim {
    node_types: Vec<String>,
    from: Option<String>,
    kind: String,
    path: String,
    pattern: Pattern,
    /// The node types of whose children it was seen.
    seen: BTreeSet<String>,
    is_seen: bool,
}

/// What became of the claims of a field.
pub(super) struct Verdict {
    pub(super) held: usize,
    pub(super) mistakes: Vec<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(model: &'a model::Operator, resource: &Resource<'_>, path: &str) -> Self {
        let field = resource.field(path);
        let field = field.unwrap_or_else(|| panic!("{path}"));
        let field = field.unwrap_or_else(|missing| panic!("{path}: {missing:?}"));
        let claims = field.sets.iter().map(|child| Claim {
            node_types: child.node_types.clone(),
            from: child.from.clone(),
            kind: child.kind.to_owned(),
            path: child.path.clone(),
            pattern: Pattern::new(&child.path),
            seen: BTreeSet::new(),
            is_seen: false,
        });
        let spelling = &model.cluster.spelling;
        let references = [
            &spelling.node_type,
            &spelling.k8s_config_group,
            &spelling.app_config_group,
        ];
        let is_reference = references
            .into_iter()
            .any(|word| path == format!("spec.{}[].{}", spelling.nodes.wire, word.wire));
        Self {
            model,
            claims: claims.collect(),
            field,
            mistakes: BTreeSet::new(),
            restarts: BTreeSet::new(),
            is_reference,
            refused: false,
        }
    }

    /// Takes in how two resources differ that differ in the field.
    pub(super) fn see(&mut self, base: &Base, found: &Found) {
        let own = base.node_type(self.model);
        // A node of another name is the one that has got it.
        let type_of = |node: &Option<String>| {
            let node = node.as_ref()?;
            let known = base.type_of(self.model, node);
            Some(known.unwrap_or_else(|| own.clone()))
        };
        for (kind, node, place) in &found.places {
            self.place(kind, type_of(node).as_deref(), &own, Some(place));
        }
        for (kind, node) in &found.moved {
            self.place(kind, type_of(node).as_deref(), &own, None);
        }
        self.restarts.extend(found.restarts.iter().cloned());
        self.refused |= found.refused;
    }

    /// Without a place it is the whole child, which has come or gone.
    fn place(&mut self, kind: &str, node_type: Option<&str>, own: &str, place: Option<&Place>) {
        let mut known = false;
        for claim in &mut self.claims {
            let is_of = node_type.is_none_or(|node_type| {
                let mut of = claim.node_types.iter();
                claim.node_types.is_empty() || of.any(|known| known == node_type)
            });
            let is_from = claim.from.as_deref().is_none_or(|from| from == own);
            let is_there = place.is_none_or(|place| claim.pattern.covers(place));
            if claim.kind == kind && is_of && is_from && is_there {
                known = true;
                match node_type {
                    Some(node_type) => {
                        claim.seen.insert(node_type.to_owned());
                    }
                    None => claim.seen.extend(claim.node_types.iter().cloned()),
                }
                claim.is_seen = true;
            }
        }
        if !known {
            let of = node_type.unwrap_or("several");
            let what = place.map_or_else(|| "as a whole".to_owned(), ToString::to_string);
            self.mistakes
                .insert(format!("sets {kind} {what} of {of}, which is not said"));
        }
    }

    pub(super) fn verdict(mut self) -> Verdict {
        let may = MAY.contains(&self.field.change.word) || self.is_reference;
        let mut held = 0;
        for claim in &self.claims {
            let missing = claim.node_types.iter();
            let missing: Vec<_> = missing
                .filter(|known| !claim.seen.contains(*known))
                .collect();
            if claim.is_seen && missing.is_empty() {
                held += 1;
            } else if !may {
                self.mistakes.insert(format!(
                    "does not set {} {} of {missing:?}, which is said",
                    claim.kind, claim.path
                ));
            }
        }
        let said: BTreeSet<String> = self.field.change.restarts.iter().cloned().collect();
        let seen = &self.restarts;
        let agree = if may || self.refused {
            seen.is_subset(&said)
        } else {
            *seen == said
        };
        // Of what is refused nothing follows, and what moves to another workload is replaced.
        let is_told =
            !["refused", "other-node", "other-resource"].contains(&self.field.change.word);
        if is_told && !agree {
            let mistake = format!("restarts {seen:?}, and {said:?} is said");
            self.mistakes.insert(mistake);
        }
        Verdict {
            held,
            mistakes: self.mistakes.into_iter().collect(),
        }
    }
}

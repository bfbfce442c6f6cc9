//! What `explain` and the reference say of a field of the custom resource is what the operator does.
//!
//! For each field two resources are made that differ in that field alone, and the generated operator itself says which places of
//! which objects differ, and whose pods restart. Nothing else is asked: neither the model nor a template.

mod claims;
mod fields;
mod operator;
mod places;
mod resources;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use dsoi::check;
use dsoi::explain::Resource;
use dsoi::manifest::Source;
use dsoi::model;
use serde_json::Value;

use self::claims::{Judge, Verdict};
use self::fields::{Field, fields};
use self::operator::Operator;
use self::resources::{Base, bases};
use crate::{shipped, testdata};

/// One in so many of the leaves deep in types of Kubernetes is tried, unless all are asked for.
const SAMPLE: usize = 32;

/// The most values that are tried for a field before none is left.
const VALUES: usize = 64;

/// A field in a base, and the values of it that the operator takes.
struct Tried<'a> {
    field: &'a Field,
    base: &'a Base,
    values: Vec<Value>,
    taken: Vec<Value>,
}

impl<'a> Tried<'a> {
    fn new(field: &'a Field, base: &'a Base, model: &model::Operator) -> Self {
        Self {
            field,
            base,
            values: base.values(field, model),
            taken: Vec::new(),
        }
    }
}

/// What was found out about a project.
#[derive(Debug, Default)]
struct Figures {
    fields: usize,
    /// Places in objects that were said to be set, and are.
    claims: usize,
    pairs: usize,
    /// Fields of which no second value could be made.
    untried: Vec<String>,
}

// D8: what is said of a field is what the operator does.
#[test]
fn a_field_sets_what_explain_says_of_it_and_restarts_what_it_says() {
    let mut wrong = Vec::new();
    for (name, text) in shipped() {
        let project = name.trim_end_matches(".yaml");
        if !testdata("projects").join(project).is_dir() {
            continue;
        }
        let source = Source::new(name.as_str(), text.into_bytes()).unwrap();
        let figures = judged(project, &source, &mut wrong);
        println!(
            "{project}: {} fields tried with {} pairs of resources, {} claims hold, {} fields without two values: {:?}",
            figures.fields,
            figures.pairs,
            figures.claims,
            figures.untried.len(),
            figures.untried,
        );
        // A value that can be made no more shows less than it did.
        let (most, least) = (60, 50);
        assert!(
            figures.fields > least && figures.untried.len() < most,
            "{figures:#?}"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn judged(project: &str, source: &Source, wrong: &mut Vec<String>) -> Figures {
    let (manifest, model) = check::read(source).unwrap();
    let resource = Resource::new(&manifest, &model);
    let operator = Operator::built(project, &model);
    let bases = bases(project, &model, &operator);
    let fields = sampled(fields(project, &model, &resource), &resource);
    let mut tried: Vec<Tried<'_>> = Vec::new();
    for field in &fields {
        let bases = bases.iter().filter(|base| base.is_for(field));
        tried.extend(bases.map(|base| Tried::new(field, base, &model)));
    }
    take(&operator, &model, &mut tried);
    let mut instead: Vec<Tried<'_>> = Vec::new();
    for one in tried
        .iter()
        .filter(|one| one.taken.len() < one.base.wanted(one.field))
    {
        let bases = bases
            .iter()
            .filter(|base| base.number == one.base.number && base.is_instead(one.field));
        instead.extend(bases.map(|base| Tried::new(one.field, base, &model)));
    }
    take(&operator, &model, &mut instead);
    tried.extend(instead);
    let mut pairs = Vec::new();
    for (index, one) in tried.iter().enumerate() {
        for (old, new) in one.base.pairs(one.field, &one.taken, &model) {
            pairs.push((index, old, new));
        }
    }
    let asked: Vec<(&Value, &Value)> = pairs.iter().map(|(_, old, new)| (old, new)).collect();
    let compared = operator.compare(&asked);
    let mut judges: BTreeMap<&str, Judge> = BTreeMap::new();
    let mut figures = Figures::default();
    for ((index, _, _), found) in pairs.iter().zip(&compared) {
        let one = &tried[*index];
        let judge = judges
            .entry(&one.field.path)
            .or_insert_with(|| Judge::new(&model, &resource, &one.field.path));
        judge.see(one.base, found);
        figures.pairs += 1;
    }
    let names: BTreeSet<&str> = fields.iter().map(|field| field.path.as_str()).collect();
    for path in names {
        let Some(judge) = judges.remove(path) else {
            figures.untried.push(path.to_owned());
            continue;
        };
        figures.fields += 1;
        let Verdict { held, mistakes } = judge.verdict();
        figures.claims += held;
        wrong.extend(
            mistakes
                .into_iter()
                .map(|mistake| format!("{project}: {path}: {mistake}")),
        );
    }
    figures
}

/// All fields of the reference and those right below them; of the deeper ones a sample, unless all are asked for.
fn sampled(fields: Vec<Field>, resource: &Resource<'_>) -> Vec<Field> {
    if std::env::var("DSOI_CASES").is_ok_and(|cases| cases == "whole") {
        return fields;
    }
    let lines: BTreeSet<&str> = resource.paths().collect();
    let is_near = |path: &str| {
        let above = path.trim_end_matches("[]").rsplit_once(['.', '[']);
        lines.contains(path)
            || above.is_some_and(|(above, _)| lines.contains(above.trim_end_matches("[]")))
    };
    let mut deep = 0;
    let mut fields = fields;
    fields.retain(|field| {
        is_near(&field.path) || {
            deep += 1;
            deep % SAMPLE == 0
        }
    });
    fields
}

/// Finds two values of each field that the operator takes, as far as there are.
fn take(operator: &Operator, model: &model::Operator, tried: &mut [Tried<'_>]) {
    for round in 0..VALUES {
        let asked: Vec<(usize, Value, Value)> = tried
            .iter()
            .enumerate()
            .filter(|(_, one)| one.taken.len() < one.base.wanted(one.field))
            .filter_map(|(index, one)| {
                let value = one.values.get(round)?;
                let resource = one.base.with(one.field, value, model);
                Some((index, value.clone(), resource))
            })
            .collect();
        if asked.is_empty() && tried.iter().all(|one| one.values.len() <= round) {
            break;
        }
        let resources: Vec<&Value> = asked.iter().map(|(_, _, resource)| resource).collect();
        let refused = operator.refused(&resources);
        for (place, (index, value, _)) in asked.into_iter().enumerate() {
            if !refused.contains(&place) {
                tried[index].taken.push(value);
            }
        }
    }
}

//! The fields of a definition, and the way down to each.

use std::fs;

use dsoi::explain::Resource;
use dsoi::model::{self, ExternalShape, Type};
use serde_json::Value;

use super::values;
use crate::testdata;

/// A field of the definition.
pub(super) struct Field {
    /// As `explain` has it.
    pub(super) path: String,
    pub(super) steps: Vec<Step>,
    pub(super) schema: Value,
    /// What it is a part of cannot be without it.
    pub(super) required: bool,
    /// It has fields of its own, and is tried as a whole.
    pub(super) whole: bool,
    /// The key of the list's entry that it is in, where that is a node type.
    pub(super) key: Option<Vec<Step>>,
}

impl Field {
    pub(super) fn is_within(&self, which: Which) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::Entries(known) if *known == which))
    }
}

/// One step down to a field.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Key(String),
    /// Into the entries of a list.
    Entries(Which),
}

/// Which entries of a list a field is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    First,
    /// Groups: all of them, or those of one node.
    Groups,
    /// The node that a resource is about.
    Node,
}

/// The definition's schema of a project's clusters.
pub(super) fn schema(project: &str, model: &model::Operator) -> Value {
    let file = format!("{project}/config/crd/{}.yaml", model.cluster.plural);
    let text = fs::read_to_string(testdata("projects").join(file)).unwrap();
    let mut crd: Value = serde_saphyr::from_str(&text).unwrap();
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].take()
}

/// Every leaf of the definition's spec, and every other field that the reference has a line for.
pub(super) fn fields(
    project: &str,
    model: &model::Operator,
    resource: &Resource<'_>,
) -> Vec<Field> {
    let schema = schema(project, model);
    let lines: Vec<&str> = resource.paths().collect();
    let mut walk = Walk {
        model,
        lines: &lines,
        steps: vec![Step::Key("spec".to_owned())],
        out: Vec::new(),
    };
    walk.below("spec", &schema["properties"]["spec"], true);
    walk.out
}

struct Walk<'a> {
    model: &'a model::Operator,
    lines: &'a [&'a str],
    steps: Vec<Step>,
    out: Vec<Field>,
}

impl Walk<'_> {
    fn below(&mut self, path: &str, schema: &Value, required: bool) {
        let is_leaf = schema.get("items").is_none()
            && schema.get("properties").is_none()
            && !schema["additionalProperties"].is_object();
        if is_leaf || self.lines.contains(&path) {
            self.out.push(Field {
                path: path.to_owned(),
                steps: self.steps.clone(),
                schema: schema.clone(),
                required,
                whole: !is_leaf,
                key: self.key(path),
            });
        }
        if let Some(items) = schema.get("items") {
            self.within(
                Step::Entries(self.which(path)),
                &format!("{path}[]"),
                items,
                true,
            );
        }
        let needed = schema["required"].as_array();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let needed = needed.is_some_and(|all| all.iter().any(|one| one == name));
            self.within(
                Step::Key(name.clone()),
                &format!("{path}.{name}"),
                field,
                needed,
            );
        }
        if let Some(inner) = schema
            .get("additionalProperties")
            .filter(|inner| inner.is_object())
        {
            let key = values::key(path);
            let at = format!("{path}[\"{key}\"]");
            self.within(Step::Key(key.to_owned()), &at, inner, false);
        }
    }

    fn within(&mut self, step: Step, path: &str, schema: &Value, required: bool) {
        self.steps.push(step);
        self.below(path, schema, required);
        self.steps.pop();
    }

    /// The way to the key of the entry that a path is in.
    fn key(&self, path: &str) -> Option<Vec<Step>> {
        let spelling = &self.model.cluster.spelling;
        self.model.cluster.external.iter().find_map(|external| {
            let ExternalShape::List { item, key } = &external.shape else {
                return None;
            };
            let at = format!("spec.{}.{}.spec[].", spelling.external.wire, external.wire);
            let field = path.strip_prefix(&at)?;
            let mut fields = item.fields.iter();
            let names = fields.any(|known| known.wire == *key && known.ty == Type::NodeType);
            (names && field != key.as_str()).then(|| {
                let mut steps = self.steps.clone();
                steps.pop();
                steps.push(Step::Key(key.to_string()));
                steps
            })
        })
    }

    fn which(&self, path: &str) -> Which {
        let spelling = &self.model.cluster.spelling;
        let is = |word: &model::Word| path == format!("spec.{}", word.wire);
        if is(&spelling.nodes) {
            Which::Node
        } else if is(&spelling.k8s_config_group) || is(&spelling.app_config_group) {
            Which::Groups
        } else {
            Which::First
        }
    }
}

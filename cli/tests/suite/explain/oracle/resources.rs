//! Custom resources that differ in one field.

use std::fs;

use dsoi::model::{self, K8sField};
use serde_json::{Value, json};

use super::fields::{Field, Step, Which, schema};
use super::operator::Operator;
use super::values::{self, pool};
use crate::testdata;

/// A resource that fields are set in.
pub(super) struct Base {
    pub(super) resource: Value,
    schema: Value,
    /// The entry of `spec.nodes` that fields of nodes are set in.
    pub(super) node: usize,
    /// The groups that fields of groups are set in: all, or the node's.
    pub(super) alone: bool,
    /// How many nodes there are.
    nodes: usize,
    /// Which of the resources it is.
    pub(super) number: usize,
}

/// The sample of a project, once with each node's kind and once with the others as far as the operator takes them.
pub(super) fn bases(project: &str, model: &model::Operator, operator: &Operator) -> Vec<Base> {
    let name = model.cluster.kind.to_string().to_lowercase();
    let file = format!("{project}/config/samples/{name}.yaml");
    let text = fs::read_to_string(testdata("projects").join(file)).unwrap();
    let mut sample: Value = serde_saphyr::from_str(&text).unwrap();
    add_groups(&mut sample, model);
    let mut resources = vec![sample.clone()];
    let spelling = &model.cluster.spelling;
    let (nodes, kind) = (spelling.nodes.wire.as_str(), spelling.kind.wire.as_str());
    let mut other = sample;
    for node in other["spec"][nodes].as_array_mut().unwrap() {
        let ty = node[spelling.node_type.wire.as_str()].as_str().unwrap();
        let known = model.cluster.node_types.iter();
        let known = known
            .clone()
            .find(|known| known.called().contains(&ty))
            .unwrap();
        let kinds: Vec<String> = known
            .rules
            .kinds
            .iter()
            .map(|kind| format!("{kind:?}"))
            .collect();
        let written = node[kind].as_str().unwrap();
        let new = kinds.into_iter().find(|known| known != written);
        if let Some(new) = new {
            node[kind] = new.into();
        }
    }
    if other != resources[0] {
        assert!(operator.refused(&[&other]).is_empty());
        resources.push(other);
    }
    let schema = schema(project, model);
    let mut bases = Vec::new();
    for (number, resource) in resources.into_iter().enumerate() {
        let nodes = resource["spec"][nodes].as_array().unwrap().len();
        for node in 0..nodes {
            for alone in [false, true] {
                bases.push(Base {
                    resource: resource.clone(),
                    schema: schema.clone(),
                    node,
                    alone,
                    nodes,
                    number,
                });
            }
        }
    }
    bases
}

/// Adds to each list of groups one per node, which no node names and which says something else.
fn add_groups(sample: &mut Value, model: &model::Operator) {
    let spelling = &model.cluster.spelling;
    for word in [&spelling.k8s_config_group, &spelling.app_config_group] {
        let groups = &mut sample["spec"][word.wire.as_str()];
        let Some(groups) = groups.as_array_mut() else {
            continue;
        };
        let others = groups.clone().into_iter().map(|mut group| {
            for (name, value) in group.as_object_mut().unwrap() {
                match value {
                    Value::String(text) if name == "name" => text.push('2'),
                    Value::String(text) if name == "image" || text.is_empty() => text.push('2'),
                    _ => {}
                }
            }
            group
        });
        let others: Vec<Value> = others.collect();
        groups.extend(others);
    }
}

impl Base {
    /// The type of the node that fields of nodes are set in.
    pub(super) fn node_type(&self, model: &model::Operator) -> String {
        let spelling = &model.cluster.spelling;
        let node = &self.resource["spec"][spelling.nodes.wire.as_str()][self.node];
        node[spelling.node_type.wire.as_str()]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The type of the node of a name.
    pub(super) fn type_of(&self, model: &model::Operator, name: &str) -> Option<String> {
        let spelling = &model.cluster.spelling;
        let nodes = self.resource["spec"][spelling.nodes.wire.as_str()].as_array()?;
        let node = nodes.iter().find(|node| node["name"] == name)?;
        Some(node[spelling.node_type.wire.as_str()].as_str()?.to_owned())
    }

    /// Whether the field is set here otherwise than in another base.
    pub(super) fn is_for(&self, field: &Field) -> bool {
        if field.is_within(Which::Node) || field.key.is_some() {
            !self.alone
        } else {
            self.node == 0 && !self.alone
        }
    }

    /// Whether the field is set here for one node, where it cannot be set for all of them.
    pub(super) fn is_instead(&self, field: &Field) -> bool {
        field.is_within(Which::Groups) && self.alone
    }

    /// Values to try, the likeliest first; null is to leave the field out.
    pub(super) fn values(&self, field: &Field, model: &model::Operator) -> Vec<Value> {
        let mut values = pool(field, &self.resource, model);
        if !field.required {
            values.insert(values.len().min(2), Value::Null);
        }
        values
    }

    /// How many values of a field are enough.
    #[expect(clippy::unused_self, reason = "a base may need more than another")]
    pub(super) fn wanted(&self, field: &Field) -> usize {
        let words = field.schema["enum"].as_array().map_or(2, Vec::len);
        words.clamp(2, 8) + usize::from(!field.required)
    }

    /// The resource with a value of the field, and with as much around it as the definition asks for.
    pub(super) fn with(&self, field: &Field, value: &Value, model: &model::Operator) -> Value {
        let mut resource = self.resource.clone();
        let is_meant = |which, index: usize| match which {
            Which::First => index == 0,
            // Behind the groups of the nodes are those that no node names.
            Which::Groups if self.alone => index == self.node,
            Which::Groups => index < self.nodes,
            Which::Node => index == self.node,
        };
        put(&mut resource, &self.schema, &field.steps, value, &is_meant);
        self.accompany(&mut resource, field, model);
        if let Some(key) = &field.key {
            let own = self.node_type(model);
            put(&mut resource, &self.schema, key, &own.into(), &is_meant);
        }
        resource
    }

    /// Adds what a field is about, beside it in its group: without it, it has no effect or is refused. What lies under groups
    /// is left to say alone.
    fn accompany(&self, resource: &mut Value, field: &Field, model: &model::Operator) {
        let cluster = &model.cluster;
        if let (Some(common), [_, Step::Key(word), Step::Key(name), ..]) =
            (&cluster.common.k8s, field.steps.as_slice())
            && common.wire.as_str() == word
        {
            let groups = &mut resource["spec"][cluster.spelling.k8s_config_group.wire.as_str()];
            for group in groups.as_array_mut().unwrap() {
                group.as_object_mut().unwrap().remove(name);
            }
        }
        for (of, beside, value) in [
            (
                K8sField::VolumeMount,
                K8sField::Volumes,
                json!([{"name": "a1", "emptyDir": {}}, {"name": "b1", "emptyDir": {}}]),
            ),
            (
                K8sField::IngressAnnotations,
                K8sField::Ingress,
                json!({"defaultBackend": {"service": {"name": "a1", "port": {"number": 80}}}}),
            ),
        ] {
            let wire = |of| cluster.k8s_group.field(of).map(|known| known.wire.as_str());
            let (Some(of), Some(beside)) = (wire(of), wire(beside)) else {
                continue;
            };
            let mut steps = field.steps.iter();
            if !steps.any(|step| matches!(step, Step::Key(name) if name == of)) {
                continue;
            }
            let groups = &mut resource["spec"][cluster.spelling.k8s_config_group.wire.as_str()];
            for group in groups.as_array_mut().unwrap().iter_mut().take(self.nodes) {
                group[beside] = value.clone();
            }
        }
    }

    /// Pairs of resources that differ in the field alone.
    pub(super) fn pairs(
        &self,
        field: &Field,
        taken: &[Value],
        model: &model::Operator,
    ) -> Vec<(Value, Value)> {
        let with = |value: &Value| self.with(field, value, model);
        let pairs = taken.windows(2).filter_map(|pair| {
            let (old, new) = (with(&pair[0]), with(&pair[1]));
            (old != new).then_some((old, new))
        });
        pairs.collect()
    }
}

fn put(
    target: &mut Value,
    schema: &Value,
    steps: &[Step],
    value: &Value,
    is_meant: &dyn Fn(Which, usize) -> bool,
) {
    let Some((step, rest)) = steps.split_first() else {
        *target = value.clone();
        return;
    };
    match step {
        Step::Key(name) => {
            if target.is_null() {
                *target = values::filled(schema);
            }
            let inner = schema["properties"].get(name);
            let inner = inner.unwrap_or(&schema["additionalProperties"]);
            let object = target.as_object_mut().unwrap();
            let at = object.entry(name.clone()).or_insert(Value::Null);
            put(at, inner, rest, value, is_meant);
            if at.is_null() {
                object.remove(name);
            }
        }
        Step::Entries(which) => {
            let empty = target.as_array().is_none_or(Vec::is_empty);
            if empty {
                *target = Value::Array(vec![Value::Null]);
            }
            let entries = target.as_array_mut().unwrap();
            for (index, entry) in entries.iter_mut().enumerate() {
                if is_meant(*which, index) {
                    put(entry, &schema["items"], rest, value, is_meant);
                }
            }
            entries.retain(|entry| !entry.is_null());
        }
    }
}

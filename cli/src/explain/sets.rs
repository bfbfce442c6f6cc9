//! Which places in children a field sets, also where it is a part of a type of Kubernetes.

use crate::model::{ChildKind, ChildPath, K8sField, Operator};

/// What a field sets by the D8 map: what is noted of it, of what it is a part of, or of its own parts.
pub(super) fn sets(operator: &Operator, path: &str) -> Vec<ChildPath> {
    if is_decided(operator, path) {
        return Vec::new();
    }
    let mut all = match noted(operator, path) {
        Some(noted) if !is_reference(operator, path) => return noted,
        noted => noted.unwrap_or_default(),
    };
    let spelling = &operator.cluster.spelling;
    let node = format!("spec.{}[].", spelling.nodes.wire);
    let reference = [&spelling.k8s_config_group, &spelling.app_config_group]
        .into_iter()
        .find(|word| path == format!("{node}{}", word.wire));
    let below = match reference {
        // Another group: all that groups set may differ.
        Some(word) => format!("spec.{}[]", word.wire),
        None => path.to_owned(),
    };
    let parts = operator.effects.iter().filter(|effect| {
        let rest = effect.field.as_str().strip_prefix(&below);
        rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    });
    all.extend(parts.flat_map(|effect| effect.children.iter().cloned()));
    all.sort();
    all.dedup();
    all
}

/// Whether the field names a group.
fn is_reference(operator: &Operator, path: &str) -> bool {
    let spelling = &operator.cluster.spelling;
    [&spelling.k8s_config_group, &spelling.app_config_group]
        .into_iter()
        .any(|word| path == format!("spec.{}[].{}", spelling.nodes.wire, word.wire))
}

/// Parts of fields that have no effect, as the operator decides them: whose pods a child is about.
fn is_decided(operator: &Operator, path: &str) -> bool {
    const DECIDED: [(K8sField, &str); 5] = [
        (K8sField::Service, ".selector"),
        (K8sField::Services, "[].selector"),
        (K8sField::NetworkPolicy, ".podSelector"),
        (K8sField::PodDisruptionBudget, ".selector"),
        (K8sField::HorizontalPodAutoscaler, ".scaleTargetRef"),
    ];
    let Some((field, rest)) = k8s_field(operator, path) else {
        return false;
    };
    DECIDED.iter().any(|(known, part)| {
        let behind = rest.strip_prefix(part);
        *known == field
            && behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// The field of the k8s config group that a path is of, and the rest of the path.
fn k8s_field<'p>(operator: &Operator, path: &'p str) -> Option<(K8sField, &'p str)> {
    let cluster = &operator.cluster;
    let group = format!("spec.{}[].", cluster.spelling.k8s_config_group.wire);
    let common = cluster.common.k8s.as_ref();
    let inner = path.strip_prefix(&group).or_else(|| {
        let common = format!("spec.{}.", common?.wire);
        path.strip_prefix(&common)
    })?;
    let end = inner.find(['.', '[']).unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let mut fields = cluster.k8s_group.fields.iter();
    let known = fields.find(|known| known.wire.as_str() == name)?;
    Some((known.field, rest))
}

/// What is noted of a field, or of what it is a part of.
fn noted(operator: &Operator, path: &str) -> Option<Vec<ChildPath>> {
    let mut at = path;
    loop {
        let mut effects = operator.effects.iter();
        let rest = path.get(at.len()..).unwrap_or_default();
        let found = effects.find(|effect| effect.field.as_str() == at);
        if let Some(effect) = found.filter(|_| rest.is_empty() || !is_dependency(operator, at)) {
            let part = effect
                .children
                .iter()
                .filter(|child| is_of_part(operator, at, rest, child));
            let places = part.map(|child| ChildPath {
                path: deeper(operator, at, child, rest),
                ..child.clone()
            });
            return Some(places.collect());
        }
        let end = at.rfind(['.', '['])?;
        at = at.get(..end)?;
    }
}

/// Whether it is a dependency as a whole: that one is only asked for, never inserted.
fn is_dependency(operator: &Operator, path: &str) -> bool {
    let cluster = &operator.cluster;
    cluster.external.iter().any(|external| {
        path == format!("spec.{}.{}", cluster.spelling.external.wire, external.wire)
    })
}

/// Whether a part of the field sets what the whole sets there.
fn is_of_part(operator: &Operator, field: &str, rest: &str, child: &ChildPath) -> bool {
    let whole = k8s_field(operator, field).filter(|(_, inner)| inner.is_empty());
    match (whole.map(|(known, _)| known), child.kind) {
        _ if rest.is_empty() => true,
        // That there is one takes the number of pods from the node; what it says does not.
        (Some(K8sField::HorizontalPodAutoscaler), kind) => {
            kind == ChildKind::HorizontalPodAutoscaler
        }
        // Each part of an entry that sets something is noted by itself.
        (Some(K8sField::StorageConfig), _) => rest == "[]",
        // A Service has what tells ports apart.
        (Some(K8sField::Ports), ChildKind::Service) => {
            ["[]", "[].name", "[].containerPort", "[].protocol"].contains(&rest)
        }
        _ => true,
    }
}

/// The place of a part of a field, where the child has the whole as it stands in the custom resource.
fn deeper(operator: &Operator, field: &str, child: &ChildPath, rest: &str) -> String {
    /// The child has something made of them.
    const MADE: [K8sField; 4] = [
        K8sField::StorageConfig,
        K8sField::Services,
        K8sField::HorizontalPodAutoscaler,
        K8sField::UpdateStrategy,
    ];
    let whole = k8s_field(operator, field).is_some_and(|(known, inner)| {
        let is_made =
            MADE.contains(&known) || (known, child.kind) == (K8sField::Ports, ChildKind::Service);
        inner.is_empty() && !is_made && !child.path.contains("env[")
    });
    if whole {
        format!("{}{rest}", child.path)
    } else {
        child.path.clone()
    }
}

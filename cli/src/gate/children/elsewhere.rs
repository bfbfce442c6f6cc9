//! What reaches a node type though nothing of its own changed: addresses of others, defaults of fields, shared config maps.

use super::parts::{Reach, parts};
use super::{Cause, cluster};
use crate::gate::Class;
use crate::gate::schema::{Change, Subject};
use crate::model::{NodeType, Operator};

/// Whoever names pods of another type by their addresses restarts with those.
pub(super) fn addresses(node_type: &NodeType, old: &Operator, new: &Operator) -> Vec<Cause> {
    let key = "services governing";
    let governing = |operator: &Operator, name: &str| {
        let mut types = operator.cluster.node_types.iter();
        let found = types.find(|known| known.type_name.as_str() == name)?;
        parts(found).remove(key)
    };
    let own = parts(node_type);
    let others = new.cluster.node_types.iter().filter(|other| {
        let name = other.type_name.as_str();
        let (was, is) = (governing(old, name), governing(new, name));
        was.is_some() && was != is
    });
    let mut found = Vec::new();
    for other in others {
        let named = format!("pods.{}", other.type_name);
        if own
            .values()
            .any(|(reach, text)| *reach == Reach::Pods && text.contains(&named))
        {
            found.push(Cause::restarting(format!("the addresses of {named}")));
        }
    }
    found
}

/// A default that is another is another value wherever it is used.
pub(super) fn defaults(
    node_type: &NodeType,
    old: &Operator,
    new: &Operator,
    schema: &[Change],
) -> Vec<Cause> {
    let changed = schema.iter().filter(|change| match change.subject {
        Subject::Default => true,
        Subject::Field => change.is.is_none(),
        _ => false,
    });
    let mut found = Vec::new();
    for change in changed {
        let reaches = |operator: &Operator| {
            operator.effects.iter().any(|effect| {
                let field = effect.field.as_str();
                let below = field
                    .strip_prefix(change.path.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
                below
                    && effect.children.iter().any(|child| {
                        child.restarts
                            && child
                                .node_type
                                .as_deref()
                                .is_none_or(|of| of == node_type.name.as_str())
                    })
            })
        };
        if reaches(old) || reaches(new) {
            let (key, effect) = if change.subject == Subject::Default {
                let effect = "pods restart where a custom resource leaves it out";
                (format!("the default of {}", change.path), effect)
            } else {
                let effect = "pods restart where a custom resource sets it";
                (change.path.clone(), effect)
            };
            let mut cause = Cause::new(Class::Rolling, key, effect).depending();
            cause.restarts = true;
            found.push(cause);
        }
    }
    found
}

/// Config maps of the whole cluster restart whoever uses them.
pub(super) fn shared(node_type: &NodeType, old: &Operator, new: &Operator) -> Vec<Cause> {
    let own = parts(node_type);
    let uses = |name: &str| {
        let named = [
            format!("shared configMaps.{name} "),
            format!("configMaps.{name}.name"),
        ];
        own.values()
            .any(|(_, text)| named.iter().any(|named| text.contains(named)))
    };
    let maps = cluster::config_maps(&old.cluster, &new.cluster);
    let used = maps.into_iter().filter(|name| uses(name));
    used.map(|name| Cause::restarting(format!("cluster.configMaps.{name}")))
        .collect()
}

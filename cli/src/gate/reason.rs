//! What of an update needs a yes, and why.

use super::children::Cause;
use super::promise::Forgotten;
use super::schema::{Change, Subject};
use super::{Class, Consequences, Right, place, word};
use crate::manifest::{Source, locate};
use crate::model::Operator;

/// Why an update needs a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// [`Class::Breaking`] or [`Class::Security`].
    pub class: Class,
    /// The kind of the custom resource, where it is not the cluster's.
    pub kind: Option<String>,
    /// Where in the custom resource; empty where that says nothing.
    pub path: String,
    pub what: String,
    pub why: Option<String>,
    /// The legal path.
    pub way: Option<String>,
    /// Line and column in the manifest.
    pub place: Option<(usize, usize)>,
    /// Whether it is no change but a promise that is given up.
    pub is_forgotten: bool,
}

/// Keys whose changes are changes of definitions too.
const TOLD: [&str; 6] = [
    "kinds",
    "nodes",
    "nodeTypes",
    "cluster.kind",
    "cluster.plural",
    "api.group",
];

impl Consequences {
    /// What children lose, or cannot follow, that no definition tells of; once there may be clusters. And what is shown to
    /// others.
    fn of_children(&self, source: &Source) -> Vec<Reason> {
        let changes = self.children.iter().flatten();
        let causes = changes.flat_map(|change| {
            let of = change.node_type.as_deref();
            change.causes.iter().map(move |cause| (of, cause))
        });
        // Definitions tell of it.
        let told = |key: &str| {
            let is_kind = key.starts_with("resources.") && key.matches('.').count() == 1;
            is_kind || TOLD.contains(&key)
        };
        let causes = causes.filter(|(_, cause)| match cause.class {
            Class::Breaking => self.released && !cause.depends && !told(&cause.key),
            Class::Security => true,
            Class::Safe | Class::Rolling => false,
        });
        let reason = |(of, cause): (Option<&str>, &Cause)| {
            let inside = of.map(|of| format!("cluster.nodeTypes.{of}."));
            let key = format!("{}{}", inside.unwrap_or_default(), cause.key);
            let keys: Vec<String> = key.split('.').map(ToOwned::to_owned).collect();
            Reason {
                class: cause.class,
                kind: None,
                path: String::new(),
                what: format!("{key} is another"),
                why: Some(cause.effect.to_owned()),
                way: None,
                place: located(source, &keys),
                is_forgotten: false,
            }
        };
        causes.map(reason).collect()
    }

    /// What needs a yes, in the order in which it is told.
    pub fn reasons(&self, source: &Source, operator: &Operator) -> Vec<Reason> {
        let at = |keys: &[String]| located(source, keys);
        let keys =
            |keys: &[&str]| -> Vec<String> { keys.iter().map(ToString::to_string).collect() };
        let mut reasons: Vec<Reason> = self.forgotten.iter().map(forgotten).collect();
        reasons.extend(self.broken.iter().map(|broken| {
            let change = &broken.change;
            let (mut what, mut way) = (change.what(), way(change, operator));
            if let Some(file) = &broken.older {
                what = format!("{what}, by an earlier release (`{file}`)");
                let end = "end its support: remove the file, and update with `--accept breaking`";
                way = Some(way.map_or_else(|| end.to_owned(), |way| format!("{way}; or {end}")));
            }
            Reason {
                class: Class::Breaking,
                kind: other(change, operator),
                path: change.path.clone(),
                what,
                why: change.why().map(ToOwned::to_owned),
                way,
                place: locate_change(change, source, operator),
                is_forgotten: false,
            }
        }));
        reasons.extend(self.of_children(source));
        for right in &self.gained {
            reasons.push(Reason {
                class: Class::Security,
                kind: None,
                path: String::new(),
                what: format!("{}: {}", right.on, right.verbs.join(", ")),
                why: Some(format!("{} did not allow it before", roles(right))),
                way: None,
                place: at(&keys(&["operator", "rules"])).filter(|_| asked_for(right, operator)),
                is_forgotten: false,
            });
        }
        if let Some((was, is)) = self.profile.filter(|_| self.is_looser()) {
            reasons.push(Reason {
                class: Class::Security,
                kind: None,
                path: String::new(),
                what: format!("the security profile was {}, is {}", word(was), word(is)),
                why: Some("every pod of every cluster may do more than before".to_owned()),
                way: None,
                place: at(&keys(&["cluster", "security", "profile"])),
                is_forgotten: false,
            });
        }
        reasons.extend(self.power.iter().map(|power| {
            let key = format!("cluster.nodeTypes.{}.{}", power.node_type, power.key);
            let steps: Vec<String> = key.split('.').map(ToOwned::to_owned).collect();
            Reason {
                class: Class::Security,
                kind: None,
                path: String::new(),
                what: format!("{key}: {}", power.value),
                why: Some(match power.decides {
                    Some(decides) => {
                        format!("whoever may write custom resources says by it {decides}")
                    }
                    None => "its pods may do more than before".to_owned(),
                }),
                way: None,
                place: at(&steps),
                is_forgotten: false,
            }
        }));
        reasons.extend(self.opened.iter().map(|field| Reason {
            class: Class::Security,
            kind: None,
            path: field.path.clone(),
            what: "the field is new".to_owned(),
            why: Some(format!(
                "whoever may write custom resources says by it {}",
                field.decides
            )),
            way: None,
            place: at(&keys(&["cluster", "k8sConfigGroup"])),
            is_forgotten: false,
        }));
        reasons
    }
}

/// The legal path, for a change that breaks.
pub fn way(change: &Change, operator: &Operator) -> Option<String> {
    let words = &operator.cluster.spelling;
    let named = [
        format!("spec.{}[].{}", words.nodes.wire, words.node_type.wire),
        format!("spec.{}[]", words.deployment_order.wire),
    ];
    let is_node_type = change.subject == Subject::Values && named.contains(&change.path);
    let way = change.way()?;
    // The names of node types are those of `nodeTypes`: none is kept that stands for another.
    Some(match (&change.was, &change.is) {
        (Some(was), Some(is)) if is_node_type => format!(
            "if `{is}` is what `{was}` was, let resources go on saying `{was}`: `dsoi rename nodetype {was} {is}` without `--no-alias` does; else keep `{was}` until no resource names it"
        ),
        (Some(was), None) if is_node_type => {
            format!("keep `{was}` until no resource names it; then its removal breaks none")
        }
        _ if place(change, operator) == ["cluster", "image"] => {
            "name one that all have unless they say otherwise: `cluster.image`".to_owned()
        }
        _ => way.to_owned(),
    })
}

/// The kind of a change, where it is not the cluster's.
pub fn other(change: &Change, operator: &Operator) -> Option<String> {
    let is_own = change.kind.is_empty() || change.kind == operator.cluster.kind.as_str();
    // That of the cluster is told by what its definition says, also where it was called otherwise.
    let is_known = !change.path.is_empty();
    (!is_own && is_known).then(|| change.kind.clone())
}

/// A promise that is not what it was.
fn forgotten(promise: &Forgotten) -> Reason {
    let became = if promise.is_gone {
        "is gone"
    } else {
        "was edited"
    };
    Reason {
        class: Class::Breaking,
        kind: None,
        path: String::new(),
        what: format!("`{}` {became}", promise.path),
        why: Some(
            "a release promised what it says; without it nothing keeps an update from breaking what is stored"
                .to_owned(),
        ),
        way: Some("bring it back from version control".to_owned()),
        place: None,
        is_forgotten: true,
    }
}

/// Line and column of the key that makes a change.
pub fn locate_change(
    change: &Change,
    source: &Source,
    operator: &Operator,
) -> Option<(usize, usize)> {
    located(source, &place(change, operator)).or_else(|| located(source, &follows_from(change)?))
}

/// The key that a change follows from where the one that could say so itself is not there.
fn follows_from(change: &Change) -> Option<Vec<String>> {
    let says = |word: &str| {
        let texts = change.was.iter().chain(&change.is);
        texts.into_iter().any(|text| text.contains(word))
    };
    let key = match change.subject {
        Subject::Identity if says("plural ") => "kind",
        Subject::Rule if says("size(self.metadata.name)") => "names",
        Subject::Bound if change.path.rsplit('.').next() == Some("name") => "names",
        _ => return None,
    };
    Some(vec!["cluster".to_owned(), key.to_owned()])
}

fn located(source: &Source, keys: &[String]) -> Option<(usize, usize)> {
    let span = locate(source, keys)?;
    // The line of a key that went is in no manifest any more; that of a whole section says nothing.
    let is_section = keys.len() > 1 && keys.first().is_some_and(|key| source.slice(span) == key);
    if is_section {
        return None;
    }
    Some((source.line(span.start), source.column(span.start)))
}

/// Who gives a right; of many, the first.
pub fn roles(right: &Right) -> String {
    match right.roles.as_slice() {
        [first, second, more @ ..] if !more.is_empty() => {
            format!("{first}, {second} and {} more", more.len())
        }
        few => few.join(", "),
    }
}

/// Whether the manifest itself lists the right.
fn asked_for(right: &Right, operator: &Operator) -> bool {
    let mut resources = operator
        .rules
        .iter()
        .flat_map(|rule| rule.resources.iter().chain(&rule.non_resource_urls));
    resources.any(|resource| right.on.starts_with(resource.as_str()))
}

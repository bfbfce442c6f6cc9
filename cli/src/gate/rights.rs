//! Roles and bindings to who may do what, and what of it is new (SE-28).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// Who may do what: by the role or binding that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    roles: BTreeMap<Role, BTreeSet<One>>,
}

/// A role or binding: what it allows, it allows in its namespace, if it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Role {
    kind: String,
    name: String,
    namespace: Option<String>,
}

/// One verb on one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct One {
    on: On,
    verb: String,
}

/// What a right is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum On {
    /// `name`: of that object alone.
    Resource {
        group: String,
        resource: String,
        name: Option<String>,
    },
    Url(String),
    /// A role is given to somebody, or to whoever has another role.
    Role(String),
}

/// Verbs on one thing that came or went, of one role or of several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// `statefulsets (apps)`.
    pub on: String,
    pub verbs: Vec<String>,
    /// `ClusterRole tally-operator`, or `Role tally-operator in accounts`.
    pub roles: Vec<String>,
}

impl Rights {
    /// The rights of a project's documents; those of other kinds say nothing.
    pub fn of(documents: &[Value]) -> Self {
        let mut rights = Self::default();
        for document in documents {
            let kind = document["kind"].as_str().unwrap_or_default();
            let metadata = &document["metadata"];
            let ones = match kind {
                "Role" | "ClusterRole" => {
                    let rules = document["rules"].as_array().into_iter().flatten();
                    rules.flat_map(rule).chain(aggregated(document)).collect()
                }
                "RoleBinding" | "ClusterRoleBinding" => bound(document),
                _ => Vec::new(),
            };
            let role = Role {
                kind: kind.to_owned(),
                name: metadata["name"].as_str().unwrap_or_default().to_owned(),
                namespace: metadata["namespace"].as_str().map(ToOwned::to_owned),
            };
            rights.roles.entry(role).or_default().extend(ones);
        }
        rights
    }

    /// Roles of `before` that have another name here and allow the same: each by its name of then and of now. What is
    /// named by the operator is what it was by its name of then, `from`, and of now, `to`.
    pub fn renamed(&self, before: &Self, from: &str, to: &str) -> Vec<(String, String)> {
        let gone = before
            .roles
            .iter()
            .filter(|(role, _)| !self.roles.contains_key(*role));
        let renamed = gone.filter_map(|(role, ones)| {
            if !matches!(role.kind.as_str(), "Role" | "ClusterRole") {
                return None;
            }
            let ones: BTreeSet<One> = ones.iter().map(|one| one.renamed(from, to)).collect();
            let names = role.renamed(from, to).into_iter();
            let mut names = names.filter(|name| !before.roles.contains_key(name));
            let name = names.find(|name| self.roles.get(name) == Some(&ones))?;
            Some((role.to_string(), name.to_string()))
        });
        renamed.collect()
    }

    /// All but these roles, each as it is told.
    pub fn without<'r>(&self, roles: impl Iterator<Item = &'r String>) -> Self {
        let told: BTreeSet<&String> = roles.collect();
        let mut left = self.clone();
        left.roles
            .retain(|role, _| !told.contains(&role.to_string()));
        left
    }

    /// What these allow and `before` did not. The other way round: what went.
    pub fn beyond(&self, before: &Self) -> Vec<Right> {
        let mut found: BTreeMap<(&On, &str), Vec<&Role>> = BTreeMap::new();
        let none = BTreeSet::new();
        for (role, ones) in &self.roles {
            let known = before.roles.get(role).unwrap_or(&none);
            for one in ones
                .iter()
                .filter(|one| !known.iter().any(|known| known.covers(one)))
            {
                found.entry((&one.on, &one.verb)).or_default().push(role);
            }
        }
        // Verbs of the same roles on the same thing stand together.
        let mut together: BTreeMap<(&On, Vec<&Role>), Vec<&str>> = BTreeMap::new();
        for ((on, verb), roles) in found {
            together.entry((on, roles)).or_default().push(verb);
        }
        together
            .into_iter()
            .map(|((on, roles), verbs)| Right {
                on: on.to_string(),
                verbs: verbs.into_iter().map(ToOwned::to_owned).collect(),
                roles: roles.into_iter().map(Role::to_string).collect(),
            })
            .collect()
    }
}

impl Role {
    /// What it may be called by an operator of another name: its namespace is the operator's own, or one that is watched.
    fn renamed(&self, from: &str, to: &str) -> [Self; 2] {
        let moved = self.namespace.as_ref().map(|name| name.replace(from, to));
        [moved, self.namespace.clone()].map(|namespace| Self {
            kind: self.kind.clone(),
            name: self.name.replace(from, to),
            namespace,
        })
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        match &self.namespace {
            Some(namespace) => write!(f, " in {namespace}"),
            None => Ok(()),
        }
    }
}

impl One {
    /// The same of an operator of another name.
    fn renamed(&self, from: &str, to: &str) -> Self {
        let mut one = self.clone();
        match &mut one.on {
            // Of other objects that are named, another one is another right.
            On::Resource {
                resource,
                name: Some(name),
                ..
            } if resource == "leases" => *name = name.replace(from, to),
            On::Role(role) => *role = role.replace(from, to),
            On::Resource { .. } | On::Url(_) => {}
        }
        one
    }

    fn covers(&self, other: &Self) -> bool {
        (self.verb == "*" || self.verb == other.verb) && self.on.covers(&other.on)
    }
}

impl On {
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Resource {
                    group,
                    resource,
                    name,
                },
                Self::Resource {
                    group: to,
                    resource: what,
                    name: whose,
                },
            ) => {
                let all = |own: &str, other: &str| own == "*" || own == other;
                all(group, to) && all(resource, what) && (name.is_none() || name == whose)
            }
            (Self::Url(own), Self::Url(other)) => match own.strip_suffix('*') {
                Some(head) => other.starts_with(head),
                None => own == other,
            },
            (own, other) => own == other,
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource {
                group,
                resource,
                name,
            } => {
                write!(f, "{resource}")?;
                if let Some(name) = name {
                    write!(f, " {name}")?;
                }
                if group.is_empty() {
                    Ok(())
                } else {
                    write!(f, " ({group})")
                }
            }
            Self::Url(url) => write!(f, "{url}"),
            Self::Role(to) => write!(f, "{to}"),
        }
    }
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items
        .filter_map(Value::as_str)
        .map(ToOwned::to_owned)
        .collect()
}

fn rule(rule: &Value) -> Vec<One> {
    let names: Vec<Option<String>> = match texts(&rule["resourceNames"]) {
        names if names.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let mut things: Vec<On> = texts(&rule["nonResourceURLs"])
        .into_iter()
        .map(On::Url)
        .collect();
    for group in texts(&rule["apiGroups"]) {
        for resource in texts(&rule["resources"]) {
            things.extend(names.iter().map(|name| On::Resource {
                group: group.clone(),
                resource: resource.clone(),
                name: name.clone(),
            }));
        }
    }
    let verbs = texts(&rule["verbs"]);
    let ones = things.into_iter().flat_map(|on| {
        let verbs = verbs.iter().cloned();
        verbs.map(move |verb| One {
            on: on.clone(),
            verb,
        })
    });
    ones.collect()
}

/// Whoever has one of Kubernetes' own roles gets this one with it.
fn aggregated(role: &Value) -> Vec<One> {
    let labels = role["metadata"]["labels"].as_object().into_iter().flatten();
    labels
        .filter(|(_, value)| value.as_str() == Some("true"))
        .filter_map(|(key, _)| key.strip_prefix("rbac.authorization.k8s.io/aggregate-to-"))
        .map(|to| One {
            on: On::Role(format!("everyone with the role {to}")),
            verb: "given to".to_owned(),
        })
        .collect()
}

fn bound(binding: &Value) -> Vec<One> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let role = &binding["roleRef"];
    let role = format!("{} {}", text(&role["kind"]), text(&role["name"]));
    let subjects = binding["subjects"].as_array().into_iter().flatten();
    subjects
        .map(|subject| {
            let mut name = text(&subject["name"]);
            if let Some(namespace) = subject["namespace"].as_str() {
                name = format!("{namespace}/{name}");
            }
            One {
                on: On::Role(format!("{role} to {} {name}", text(&subject["kind"]))),
                verb: "given".to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(rules: &Value) -> Rights {
        Rights::of(&[json!({"kind": "ClusterRole", "metadata": {"name": "x"}, "rules": rules})])
    }

    fn on(group: &str, resource: &str, verbs: &[&str]) -> Value {
        json!({"apiGroups": [group], "resources": [resource], "verbs": verbs})
    }

    // SE-28
    #[test]
    fn a_right_is_new_if_no_rule_of_its_role_gave_it() {
        let old = role(&json!([
            on("", "pods", &["list"]),
            on("apps", "*", &["get", "list"])
        ]));
        let new = role(&json!([
            on("", "pods", &["list", "delete"]),
            on("apps", "deployments", &["get"]),
            on("batch", "jobs", &["get"]),
        ]));
        let told: Vec<String> = new
            .beyond(&old)
            .iter()
            .map(|right| format!("{}: {}", right.on, right.verbs.join(", ")))
            .collect();
        assert_eq!(told, ["pods: delete", "jobs (batch): get"]);
        assert_eq!(old.beyond(&new).len(), 1);
        assert_eq!(old.beyond(&old), []);
    }

    // SE-28
    #[test]
    fn a_right_in_another_namespace_is_another_right() {
        let of = |name: &str, namespaces: &[&str]| {
            let role = |namespace: &&str| json!({"kind": "Role", "metadata": {"name": name, "namespace": namespace}, "rules": [on("", "pods", &["get"])]});
            Rights::of(&namespaces.iter().map(role).collect::<Vec<_>>())
        };
        let (one, two) = (of("a-op", &["a"]), of("a-op", &["a", "b"]));
        let gained = two.beyond(&one);
        assert_eq!(gained.first().unwrap().roles, ["Role a-op in b"]);
        assert_eq!(gained.len(), 1);
        assert_eq!(one.beyond(&two), []);
        assert_eq!(of("a-op", &["c"]).beyond(&one).len(), 1);
        // An operator of another name watches the same, and has a namespace of another name.
        let told = |is: &Rights| is.renamed(&of("a-op", &["a-op-system"]), "a-op", "b-op");
        assert_eq!(told(&of("b-op", &["a-op-system"])).len(), 1);
        assert_eq!(
            told(&of("b-op", &["b-op-system"])),
            [(
                "Role a-op in a-op-system".to_owned(),
                "Role b-op in b-op-system".to_owned()
            )]
        );
        assert_eq!(told(&of("b-op", &["c"])), []);
    }

    #[test]
    fn a_name_or_a_star_less_is_less() {
        let all = role(&json!([on("", "secrets", &["get"])]));
        let mut one = on("", "secrets", &["get"]);
        one["resourceNames"] = json!(["a"]);
        let one = role(&json!([one]));
        assert_eq!(one.beyond(&all), []);
        assert_eq!(all.beyond(&one).len(), 1);
        let star = role(&json!([on("*", "*", &["*"])]));
        assert_eq!(all.beyond(&star), []);
        assert_eq!(star.beyond(&all).len(), 1);
    }

    // SE-28
    #[test]
    fn a_role_of_another_name_is_the_same_only_with_the_same_rights() {
        let of = |name: &str, resource: &str, named: &str| {
            let mut rule = on("", resource, &["get"]);
            rule["resourceNames"] = json!([named]);
            let metadata = json!({"name": format!("{name}-lead")});
            Rights::of(&[json!({"kind": "Role", "metadata": metadata, "rules": [rule]})])
        };
        let told = |was: &Rights, is: &Rights| is.renamed(was, "a-op", "b-op").len();
        let old = of("a-op", "leases", "a-op");
        assert_eq!(told(&old, &of("b-op", "leases", "b-op")), 1);
        assert_eq!(told(&old, &of("b-op", "leases", "c")), 0);
        assert_eq!(told(&old, &of("c-op", "leases", "b-op")), 0);
        assert_eq!(told(&old, &old), 0);
        // Another secret is another right, whatever it is called.
        let old = of("a-op", "secrets", "a-op");
        assert_eq!(told(&old, &of("b-op", "secrets", "b-op")), 0);
        assert_eq!(told(&old, &of("b-op", "secrets", "a-op")), 1);
    }

    #[test]
    fn a_binding_and_an_aggregation_are_rights() {
        let binding = |name: &str| {
            Rights::of(&[json!({
                "kind": "RoleBinding", "metadata": {"name": "x"}, "roleRef": {"kind": "Role", "name": "x"},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "y"}],
            })])
        };
        assert_eq!(
            binding("b").beyond(&binding("a")).first().unwrap().on,
            "Role x to ServiceAccount y/b"
        );
        let label = "rbac.authorization.k8s.io/aggregate-to-edit";
        let wide = Rights::of(&[
            json!({"kind": "ClusterRole", "metadata": {"name": "x", "labels": {label: "true"}}}),
        ]);
        assert_eq!(wide.beyond(&role(&json!([]))).len(), 1);
    }
}

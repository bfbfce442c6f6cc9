//! Names of other objects of the input in texts: each custom resource has names of its own, so such an address leads nowhere.
//!
//! In: a text that is carried over, and the names of the input. Out: a note for each address in it, with its place.

mod find;

use super::lost::{Losses, Weight};
use super::yaml::Yaml;
use find::{Found, Sure};

/// A name that texts should not have in them.
#[derive(Debug, Clone)]
pub(super) struct Name<'n> {
    pub(super) text: &'n str,
    /// What it is the name of.
    pub(super) of: Of<'n>,
}

/// What has a name.
#[derive(Debug, Clone)]
pub(super) enum Of<'n> {
    /// A Service, with the one node type that it leads to.
    Service(Option<&'n str>),
    /// Another object, by its kind.
    Other(&'n str),
}

/// Notes the names that a text has in it. `before` is what the text is the value of, where it does not stand in the text.
pub(super) fn note<'n>(
    text: &str,
    before: &str,
    from: &str,
    names: impl IntoIterator<Item = Name<'n>>,
    losses: &mut Losses,
) {
    for name in names {
        for found in find::all(text, name.text, before) {
            one(&found, &name, text, from, losses);
        }
    }
}

fn one(found: &Found, name: &Name<'_>, text: &str, from: &str, losses: &mut Losses) {
    let several = text.trim_end().contains('\n');
    let what = match (several, found.address == text.trim()) {
        (true, _) => format!("{from}, line {}, `{}`", found.line, found.address),
        (false, true) => from.to_owned(),
        (false, false) => format!("{from}, `{}`", found.address),
    };
    let host = name.text;
    match (&name.of, found.sure) {
        (Of::Service(node_type), Sure::Yes) => losses.add(
            Weight::Stops,
            what,
            &format!("the address of `{host}` is written as it was, but nothing in a cluster is called so: it leads nowhere"),
            &format!(
                "take it from the pods, `$for: p in pods.{}` with `${{p.host}}`, or from a field of the custom resource",
                node_type.unwrap_or("TYPE")
            ),
        ),
        (Of::Service(_), Sure::No) => losses.add(
            Weight::Changed,
            what,
            &format!("the Service `{host}` has another name in each custom resource: if this is its address, it leads nowhere"),
            "`$for: p in pods.TYPE` with `${p.host}`, or a field of the custom resource",
        ),
        (Of::Other(kind), _) => losses.add(
            Weight::Changed,
            what,
            &format!("the {kind} `{host}` has another name in each custom resource: if this is what it names, it is not found"),
            "`${cr.name}` and `${node.name}` are in the names of the operator's objects",
        ),
    }
}

/// The texts of a value of Kubernetes, each with what stands before it: its key, or the item in front of it.
pub(super) fn texts<'y>(value: &'y Yaml, before: &'y str, out: &mut Vec<(&'y str, &'y str)>) {
    match value {
        Yaml::Text(text) => out.push((text, before)),
        Yaml::List(items) => {
            let mut before = before;
            for item in items {
                texts(item, before, out);
                before = item.text().unwrap_or(before);
            }
        }
        Yaml::Map(entries) => {
            for (key, value) in entries {
                texts(value, key, out);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_noted_with_its_place() {
        let mut losses = Losses::default();
        let names = || {
            [
                Name {
                    text: "my-kafka",
                    of: Of::Service(Some("broker")),
                },
                Name {
                    text: "my-files",
                    of: Of::Other("ConfigMap"),
                },
            ]
        };
        let text = "a: 1\nhosts:\n  - my-kafka-0\n  - kafka-0.my-kafka.prod.svc:9092\n";
        note(text, "", "ConfigMap x, y", names(), &mut losses);
        note("my-kafka", "HOST", "env HOST", names(), &mut losses);
        note("watch my-files", "", "args", names(), &mut losses);
        note("name=my-kafka", "", "args", names(), &mut losses);
        let stops: Vec<&str> = losses.stops().map(|lost| lost.what.as_str()).collect();
        assert_eq!(
            stops,
            [
                "ConfigMap x, y, line 3, `my-kafka-0`",
                "ConfigMap x, y, line 4, `kafka-0.my-kafka.prod.svc:9092`",
                "env HOST"
            ]
        );
        let all = losses.json().to_string();
        assert!(all.contains("the ConfigMap `my-files`") && all.contains("if this is its address"));
    }
}

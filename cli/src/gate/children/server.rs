//! What changes for servers outside of Kubernetes: where what is sent goes, and with which credentials (SE-28).
//!
//! In: a server of before and of now. Out: causes. Another place, or another Secret, is [`Class::Security`]: whoever answers
//! there is shown the credentials. What only narrows it is not.

use super::{Cause, say};
use crate::gate::Class;
use crate::model::{Auth, LabelKey, Operator, Resource, Server, ServerPlace, Text};

const PLACE: &str = "the application is asked elsewhere: whoever answers there is shown what is sent, credentials too";
const HOSTS: &str = "custom resources may name hosts that they could not: those are shown what is sent, credentials too";
const PROOF: &str = "other credentials are read, and shown to the application";
const NARROWER: &str = "the application is asked in fewer places, or less openly";
const OTHERWISE: &str = "the application is asked otherwise";

/// What becomes of the servers that resources ask.
pub(super) fn causes(old: &Operator, new: &Operator) -> Vec<Cause> {
    let mut found = Vec::new();
    for now in &new.servers {
        let mut known = old.servers.iter();
        if let Some(was) = known.find(|was| was.name == now.name) {
            found.extend(changed(was, now));
        }
    }
    for now in &new.resources {
        let mut kinds = old.resources.iter();
        let was = kinds.find(|known| known.kind == now.kind);
        let was = was.and_then(|was| asked(old, was));
        let is = asked(new, now);
        // A server of another name is another one, whatever is the same of it.
        if let (Some(was), Some(is)) = (was, is)
            && was.name != is.name
        {
            found.extend(changed(was, is));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The server that a resource asks.
fn asked<'o>(operator: &'o Operator, resource: &Resource) -> Option<&'o Server> {
    let mut servers = operator.servers.iter();
    servers.find(|server| server.ident == resource.server)
}

fn changed(was: &Server, now: &Server) -> Vec<Cause> {
    let cause = |class: Class, aspect: &str, effect: &'static str| {
        Cause::new(class, format!("servers.{}.{aspect}", now.name), effect)
    };
    let mut found = Vec::new();
    if was.of_parent != now.of_parent {
        // What stands in its texts is of another resource.
        found.push(cause(Class::Security, "of", PLACE));
    }
    if was.place != now.place {
        let (class, aspect, effect) = place(&was.place, &now.place);
        found.push(cause(class, aspect, effect));
    }
    if was.auth != now.auth {
        let (class, effect) = proof(was.auth.as_ref(), now.auth.as_ref());
        found.push(cause(class, "auth", effect));
    }
    if was.timeout != now.timeout {
        found.push(cause(Class::Rolling, "timeout", OTHERWISE));
    }
    found
}

/// What another place means, and the key that says so.
fn place(was: &ServerPlace, is: &ServerPlace) -> (Class, &'static str, &'static str) {
    match (was, is) {
        (
            ServerPlace::Url { url, hosts },
            ServerPlace::Url {
                url: to,
                hosts: now,
            },
        ) => {
            let (was, is) = (say::text(url), say::text(to));
            if is_elsewhere(&was, &is) {
                (Class::Security, "url", PLACE)
            } else if now
                .iter()
                .any(|host| !hosts.iter().any(|known| covers(known, host)))
            {
                (Class::Security, "allowHosts", HOSTS)
            } else if was == is {
                (Class::Rolling, "allowHosts", NARROWER)
            } else {
                (Class::Rolling, "url", OTHERWISE)
            }
        }
        (
            ServerPlace::Labels { labels, port },
            ServerPlace::Labels {
                labels: now,
                port: to,
            },
        ) if port == to && is_narrower(labels, now) => (Class::Rolling, "service", NARROWER),
        (_, ServerPlace::Url { .. }) => (Class::Security, "url", PLACE),
        _ => (Class::Security, "service", PLACE),
    }
}

/// Whether requests go to another host, or are no longer kept from who is in between.
fn is_elsewhere(was: &str, is: &str) -> bool {
    let was_open = was.strip_prefix("http://");
    let upgraded = was_open.zip(is.strip_prefix("https://"));
    match upgraded {
        Some((was, is)) => authority(was) != authority(is),
        None => origin(was) != origin(is),
    }
}

/// All in front of the path. A value of a custom resource stands for itself.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(host..).unwrap_or_default();
    url.get(..host + authority(rest).len()).unwrap_or(url)
}

fn authority(rest: &str) -> &str {
    let head = rest.split('/').next().unwrap_or(rest);
    // A slash inside of an expression ends no host.
    if head.matches("${").count() == head.matches('}').count() {
        head
    } else {
        rest
    }
}

fn covers(known: &str, host: &str) -> bool {
    let below = known.strip_prefix('*');
    known == host || below.is_some_and(|domain| host.ends_with(domain))
}

fn is_narrower(was: &[(LabelKey, Text)], is: &[(LabelKey, Text)]) -> bool {
    was.iter().all(|label| is.contains(label))
}

/// What other credentials mean.
fn proof(was: Option<&Auth>, is: Option<&Auth>) -> (Class, &'static str) {
    let Some(is) = is else {
        return (Class::Rolling, "no credentials are shown any more");
    };
    let is_same = was.is_some_and(|was| {
        let less_often = was.when.is_none() || was.when == is.when;
        was.keys == is.keys && say::expr(&was.secret) == say::expr(&is.secret) && less_often
    });
    if is_same {
        (Class::Rolling, "the same credentials are shown less often")
    } else {
        (Class::Security, PROOF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::fixture::operator;

    const MANIFEST: &str = include_str!("../../../../testdata/manifests/depot.yaml");
    const KEEPER: &str = "service: {name: \"${parent.name}-keeper\", port: 9000}";

    #[track_caller]
    fn told(was: &str, from: &str, to: &str) -> Vec<String> {
        assert!(was.contains(from), "{from}");
        let causes = causes(&operator(was), &operator(&was.replacen(from, to, 1)));
        let line = |cause: &Cause| format!("{} {}", cause.class, cause.key);
        causes.iter().map(line).collect()
    }

    // SE-28
    #[test]
    fn a_server_elsewhere_or_with_another_secret_is_a_matter_of_security() {
        for (from, to, line) in [
            (
                "directory.example.com",
                "directory.example.org",
                "security servers.directory.url",
            ),
            (
                "https://directory",
                "http://directory",
                "security servers.directory.url",
            ),
            (
                "example.com/api",
                "example.com:8443/api",
                "security servers.directory.url",
            ),
            (
                "example.com/api",
                "example.com/v2",
                "rolling servers.directory.url",
            ),
            (
                "${parent.name}-keeper",
                "${parent.name}-other",
                "security servers.keeper.service",
            ),
            (
                "port: 9000}",
                "port: 9001}",
                "security servers.keeper.service",
            ),
            (
                "secret: depot-admin",
                "secret: depot-root",
                "security servers.keeper.auth",
            ),
            (
                "secret: depot-admin",
                "secret: \"${parent.name}-x\"",
                "security servers.keeper.auth",
            ),
            ("key: token", "key: root", "security servers.keeper.auth"),
            (
                "    auth: {bearer: {secret: depot-admin, key: token}}\n",
                "",
                "rolling servers.keeper.auth",
            ),
        ] {
            assert_eq!(told(MANIFEST, from, to), [line], "{to}");
        }
        let open = MANIFEST.replacen("https://directory", "http://directory", 1);
        assert_eq!(
            told(&open, "http://directory", "https://directory"),
            ["rolling servers.directory.url"]
        );
    }

    // SE-28
    #[test]
    fn hosts_that_a_resource_may_name_are_told_where_they_become_more() {
        let free = MANIFEST.replacen(
            KEEPER,
            "url: \"https://${parent.name}.example.com\"\n    allowHosts: [\"*.example.com\"]",
            1,
        );
        let hosts = "allowHosts: [\"*.example.com\"]";
        for (to, line) in [
            (
                "allowHosts: [\"*.example.com\", b.example.org]",
                "security servers.keeper.allowHosts",
            ),
            (
                "allowHosts: [a.example.com]",
                "rolling servers.keeper.allowHosts",
            ),
        ] {
            assert_eq!(told(&free, hosts, to), [line]);
        }
    }

    // SE-28
    #[test]
    fn a_resource_that_asks_a_server_of_another_name_shows_it_its_credentials() {
        let both = MANIFEST.replacen(
            "  directory: {",
            "  other: {url: \"https://other.example.com\"}\n  directory: {",
            1,
        );
        let found = told(&both, "server: directory", "server: other");
        assert_eq!(found, ["security servers.other.url"]);
    }
}

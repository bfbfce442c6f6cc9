//! Names of other services in texts: each custom resource has names of its own, so such an address leads nowhere.

use super::lost::{Losses, Weight};

/// Words in the name of a variable, flag or key whose value is a host.
const HOSTS: &[&str] = &[
    "ADDR",
    "BACKEND",
    "BOOTSTRAP",
    "BROKER",
    "CONNECT",
    "DSN",
    "ENDPOINT",
    "HOST",
    "PEER",
    "SEED",
    "SERVER",
    "UPSTREAM",
    "URI",
    "URL",
];

/// Whether a text has the host in it, as far as a text shows it: in an address with a port, behind `//` or `@`, with a domain,
/// or as the value of what is called like a host. `before` is that name, where it does not stand in the text.
pub(super) fn is_named(text: &str, host: &str, before: &str) -> bool {
    if host.is_empty() {
        return false;
    }
    text.match_indices(host).any(|(at, _)| {
        let front = text.get(..at).unwrap_or_default();
        let behind = text.get(at + host.len()..).unwrap_or_default();
        is_host(front, behind, before)
    })
}

fn is_host(front: &str, behind: &str, before: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let first = behind.chars().next();
    if front.ends_with(is_word) || first.is_some_and(is_word) {
        return false;
    }
    let domain = behind.starts_with('.')
        && behind
            .split(|c: char| !is_word(c) && c != '.')
            .next()
            .is_some_and(|rest| rest.contains(".svc"));
    let port = behind
        .strip_prefix(':')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let authority = front.ends_with("//") || front.ends_with('@');
    // A path, or the last part of another domain, is no host.
    if front.ends_with('/') && !authority {
        return false;
    }
    if domain || port {
        return true;
    }
    if front.ends_with('.') || first == Some('.') {
        return false;
    }
    if authority {
        return true;
    }
    let ends = first.is_none_or(|c| c.is_whitespace() || "\"',;:/)]}".contains(c));
    let key = front.trim_end_matches([' ', '"', '\'', '=', ':', '[', ',']);
    let key = key.rsplit(|c: char| !is_word(c) && c != '.').next();
    let key = if front.trim().is_empty() {
        Some(before)
    } else {
        key.filter(|key| !front.ends_with(key))
    };
    ends && key.is_some_and(|key| {
        let key = key.to_ascii_uppercase();
        HOSTS.iter().any(|word| key.contains(word))
    })
}

/// Notes the hosts that a text names. A host comes with the node type that has it, if one has.
pub(super) fn note<'h>(
    text: &str,
    before: &str,
    from: &str,
    hosts: impl IntoIterator<Item = (&'h str, Option<&'h str>)>,
    losses: &mut Losses,
) {
    for (host, node_type) in hosts {
        if !is_named(text, host, before) {
            continue;
        }
        let node_type = node_type.unwrap_or("TYPE");
        losses.add(
            Weight::Stops,
            from,
            &format!("the address of `{host}` is written as it was, but nothing in a cluster is called so: it leads nowhere"),
            &format!("take it from the pods, `$for: p in pods.{node_type}` with `${{p.host}}`, or from a field of the custom resource"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_from_a_word() {
        for (text, host, before) in [
            ("redis://cache:6379/0", "cache", ""),
            ("postgres://shop@db/shop", "db", ""),
            ("http://web/", "web", ""),
            ("PLAIN://$(POD).broker.default.svc:9092", "broker", ""),
            ("cache", "cache", "REDIS_HOST"),
            ("--redis-host=cache --x", "cache", ""),
            ("db", "db", "--host"),
            ("bootstrap.servers: kafka", "kafka", ""),
            ("a:1,kafka:9092", "kafka", ""),
        ] {
            assert!(is_named(text, host, before), "{text}");
        }
        for (text, host, before) in [
            ("worker", "worker", "shop"),
            ("celery -A shop worker", "worker", ""),
            ("/srv/web/static", "web", ""),
            ("ghcr.io/example/web:1.4", "web", ""),
            ("web.example.com", "web", ""),
            ("my-web:80", "web", ""),
            ("--role=web", "web", ""),
            ("webs:80", "web", ""),
            ("x", "", ""),
        ] {
            assert!(!is_named(text, host, before), "{text}");
        }
    }
}

//! The places of a name in a text, and whether it is an address there.

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
/// What a text with a dot ends with that is a file or a public domain, and no namespace.
const ENDS: &[&str] = &[
    "cfg",
    "com",
    "conf",
    "config",
    "crt",
    "db",
    "dev",
    "html",
    "io",
    "jar",
    "json",
    "key",
    "log",
    "net",
    "org",
    "pem",
    "properties",
    "sh",
    "sock",
    "toml",
    "txt",
    "xml",
    "yaml",
    "yml",
];

/// Whether a name is an address where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    Yes,
    /// It is the whole name, and it may be something else.
    No,
}

/// A name in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// From 1.
    pub(super) line: usize,
    /// What stands there, with domain and port.
    pub(super) address: String,
    pub(super) sure: Sure,
}

/// Every place of the name, each address once.
pub(super) fn all(text: &str, name: &str, before: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    if name.is_empty() {
        return found;
    }
    for (at, _) in text.match_indices(name) {
        let front = text.get(..at).unwrap_or_default();
        let behind = text.get(at + name.len()..).unwrap_or_default();
        let Some(sure) = sure(front, name, behind, before) else {
            continue;
        };
        let one = Found {
            line: front.matches('\n').count() + 1,
            address: address(front, name, behind),
            sure,
        };
        if !found.iter().any(|known| known.address == one.address) {
            found.push(one);
        }
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-".contains(c)
}

/// What stands at a name, with domain and port.
fn address(front: &str, name: &str, behind: &str) -> String {
    let is_part = |c: char| is_word(c) || c == '.';
    let host = front.trim_end_matches(is_part).len();
    let host = front
        .get(host..)
        .unwrap_or_default()
        .trim_start_matches('.');
    let domain = behind.find(|c| !is_part(c)).unwrap_or(behind.len());
    let (domain, rest) = behind.split_at(domain);
    let port = rest.strip_prefix(':').unwrap_or_default();
    let digits = port
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(port.len());
    let port = port.get(..digits).unwrap_or_default();
    let colon = if port.is_empty() { "" } else { ":" };
    let domain = domain.trim_end_matches(['.', '-']);
    format!("{host}{name}{domain}{colon}{port}")
}

fn sure(front: &str, name: &str, behind: &str, before: &str) -> Option<Sure> {
    // The pods of a StatefulSet are called by a number behind its name.
    let number = behind.strip_prefix('-').map_or(behind, |rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit())
    });
    let behind = if number.len() + 1 < behind.len() {
        number
    } else {
        behind
    };
    let first = behind.chars().next();
    if front.ends_with(is_word) || first.is_some_and(is_word) {
        return None;
    }
    let authority = front.ends_with("//") || front.ends_with('@');
    // A path, or the last part of another domain, is no host.
    if front.ends_with('/') && !authority {
        return None;
    }
    if is_host(front, behind, before, authority) {
        return Some(Sure::Yes);
    }
    // A name with a hyphen is no word of a language: nobody writes it but for what is called so.
    let alone = !front.ends_with(['.', '$', '{']) && first.is_none_or(|c| !"./".contains(c));
    let image = front.ends_with(':') || first == Some(':');
    (name.contains('-') && alone && !image).then_some(Sure::No)
}

fn is_host(front: &str, behind: &str, before: &str, authority: bool) -> bool {
    let domain = behind.strip_prefix('.').unwrap_or_default();
    let end = domain
        .find(|c: char| !is_word(c) && c != '.')
        .unwrap_or(domain.len());
    let (domain, after) = domain.split_at(end);
    let domain = domain.trim_end_matches('.');
    let has_port = |rest: &str| {
        rest.strip_prefix(':')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if format!(".{domain}.").contains(".svc.") || has_port(behind) {
        return true;
    }
    // A namespace stands behind a name, and nothing else.
    let namespace = !domain.is_empty() && !domain.contains('.') && !ENDS.contains(&domain);
    if namespace && (authority || has_port(after)) {
        return true;
    }
    if front.ends_with('.') || (behind.starts_with('.') && !namespace && !domain.is_empty()) {
        return false;
    }
    if authority {
        return true;
    }
    let rest = if namespace { after } else { behind };
    let ends = rest
        .chars()
        .next()
        .is_none_or(|c| c.is_whitespace() || "\"',;:/)]}<.".contains(c));
    ends && key(front, before).is_some_and(|key| {
        let key = key.to_ascii_uppercase();
        HOSTS.iter().any(|word| key.contains(word))
    })
}

/// What a text is the value of: a key or flag in front of it, the element around it, or the key of the list that it is in.
fn key<'t>(front: &'t str, before: &'t str) -> Option<&'t str> {
    let part = |c: char| !is_word(c) && c != '.';
    if let Some(element) = front.strip_suffix('>') {
        return element.rsplit('<').next();
    }
    let (above, line) = front.rsplit_once('\n').unwrap_or(("", front));
    let item = line.trim_start();
    if item
        .strip_prefix('-')
        .is_some_and(|rest| rest.trim_matches([' ', '"', '\'']).is_empty())
    {
        let indent = line.len() - item.len();
        let is_key = |line: &&str| {
            let text = line.trim();
            let own = line.len() - line.trim_start().len();
            own <= indent && text.ends_with(':') && !text.starts_with('-')
        };
        return above.lines().rev().find(is_key).map(str::trim);
    }
    if front.trim().is_empty() {
        return Some(before);
    }
    let key = front.trim_end_matches([' ', '"', '\'', '=', ':', '[', ',']);
    let key = key.rsplit(part).next()?;
    (!front.ends_with(key)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_named(text: &str, host: &str, before: &str) -> bool {
        all(text, host, before)
            .iter()
            .any(|found| found.sure == Sure::Yes)
    }

    #[test]
    fn a_host_is_told_from_a_word() {
        for (text, host, before) in [
            ("redis://cache:6379/0", "cache", ""),
            ("postgres://shop@db/shop", "db", ""),
            ("http://web/", "web", ""),
            ("http://web.prod/", "web", ""),
            ("web.prod:80", "web", ""),
            ("web.prod", "web", "WEB_HOST"),
            ("PLAIN://$(POD).broker.default.svc:9092", "broker", ""),
            ("cache", "cache", "REDIS_HOST"),
            ("--redis-host=cache --x", "cache", ""),
            ("db", "db", "--host"),
            ("bootstrap.servers: kafka", "kafka", ""),
            ("a:1,kafka:9092", "kafka", ""),
            ("<zookeeper><node><host>zk</host>", "zk", ""),
            ("hosts:\n- a\n- \"zk\"\n", "zk", ""),
        ] {
            assert!(is_named(text, host, before), "{text}");
        }
        for (text, host, before) in [
            ("worker", "worker", "shop"),
            ("celery -A shop worker", "worker", ""),
            ("/srv/web/static", "web", ""),
            ("ghcr.io/example/web:1.4", "web", ""),
            ("web.example.com", "web", ""),
            ("web.conf", "web", "SERVER_CONFIG"),
            ("http://web.com/", "web", ""),
            ("my-web:80", "web", ""),
            ("--role=web", "web", ""),
            ("webs:80", "web", ""),
            ("roles:\n  - web\n", "web", ""),
            ("x", "", ""),
        ] {
            assert!(!is_named(text, host, before), "{text}");
        }
    }

    #[test]
    fn a_place_has_its_line_and_the_whole_address() {
        let text = "a\nb=kafka-0.kafka.prod.svc.cluster.local:9092,kafka-1.kafka:9092\n";
        let found = all(text, "kafka", "");
        let found: Vec<(usize, &str)> = found
            .iter()
            .map(|found| (found.line, found.address.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (2, "kafka-0.kafka.prod.svc.cluster.local:9092"),
                (2, "kafka-1.kafka:9092")
            ]
        );
    }

    #[test]
    fn a_name_with_a_hyphen_may_be_one_wherever_it_stands() {
        let found = all("cluster.name=my-kafka", "my-kafka", "");
        assert_eq!(found.first().map(|found| found.sure), Some(Sure::No));
        for text in ["example/my-kafka:1", "/etc/my-kafka/a", "my-kafka.conf"] {
            assert_eq!(all(text, "my-kafka", ""), [], "{text}");
        }
    }
}

//! What Kubernetes accepts as a name, label, key or path, and how long each may be (RL-35, SE-13).

use std::io::{BufWriter, Write};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Most characters of a label's value, of a DNS label, and so of a Service or a volume.
pub const LABEL_VALUE_MAX: usize = 63;
/// Most characters of a `StatefulSet`'s name: `controller-revision-hash` on its pods adds eleven.
pub const STATEFUL_SET_MAX: usize = 52;
/// Most characters of a DNS subdomain: config maps, claims.
pub const SUBDOMAIN_MAX: usize = 253;

/// Where a resource is that says it nowhere, offline.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, at most 63.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= LABEL_VALUE_MAX && is_dns_word(text)
}

/// A DNS label that starts with a letter: Services.
pub fn is_service_name(text: &str) -> bool {
    is_dns_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// DNS words joined by dots, at most 253.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= SUBDOMAIN_MAX && text.split('.').all(is_dns_word)
}

fn is_dns_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|b| alphanumeric(b) || *b == b'-')
}

/// Empty, or letters, digits, `-`, `_`, `.` between alphanumeric ends, at most 63.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_qualified_word(text)
}

/// A label's or annotation's key: an optional DNS prefix and a word.
pub fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_qualified_word(name),
        None => is_qualified_word(text),
    }
}

fn is_qualified_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() <= LABEL_VALUE_MAX
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A key of a config map's data: letters, digits, `-`, `_`, `.`, at most 253, not `.` or `..…`.
pub fn is_config_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= SUBDOMAIN_MAX
        && text != "."
        && !text.starts_with("..")
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A port's name: lower case, digits and single dashes, at least one letter, at most 15.
pub fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_dns_word(text)
        && !text.contains("--")
        && text.bytes().any(|b| b.is_ascii_lowercase())
}

/// `text`, or where it is no label value of at most `max` characters a shortened form of it that
/// ends in a digest, so that two texts never become one.
pub fn fitted(text: &str, max: usize) -> String {
    if !text.is_empty() && text.len() <= max && is_label_value(text) {
        return text.to_owned();
    }
    let digest = digest(text.as_bytes());
    let tail = digest.get(..10).unwrap_or(&digest);
    let room = max.saturating_sub(tail.len() + 1);
    let head: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(room)
        .collect();
    let head = head.trim_matches('-');
    if head.is_empty() {
        tail.to_owned()
    } else {
        format!("{head}-{tail}")
    }
}

/// The first 16 bytes of the SHA-256, in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// [`digest`] of a document's text, which is never held as a whole: it may be a megabyte.
pub(crate) fn digest_of(document: &Value) -> String {
    #[derive(Debug)]
    struct Hasher(Sha256);

    impl Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let mut hasher = BufWriter::new(Hasher(Sha256::new()));
    serde_json::to_writer(&mut hasher, document).expect("a tree of JSON can be written");
    let hasher = hasher.into_inner().expect("a hasher takes everything");
    hexadecimal(&hasher.0.finalize())
}

fn hexadecimal(digest: &[u8]) -> String {
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What is wrong with a path inside a container, if anything (SE-13).
pub fn path_fault(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("must start with `/`");
    }
    if path.contains('\0') || path.contains('\n') || path.contains('\r') {
        return Some("must not contain control characters");
    }
    if path.contains(':') {
        return Some("must not contain `:`");
    }
    if path.split('/').any(|part| part == ".." || part == ".") {
        return Some("must not contain `.` or `..`");
    }
    match path.trim_end_matches('/') {
        "" => Some("must not be the root of the container"),
        "/etc" | "/bin" | "/sbin" | "/lib" | "/lib64" | "/usr" | "/dev" | "/proc" | "/sys" => {
            Some("would hide a directory of the image's system")
        }
        _ => None,
    }
}

/// The nearest of `known`, if it is near enough to be what was meant.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(text, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

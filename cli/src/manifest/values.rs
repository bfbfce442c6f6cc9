//! Reads single values: texts, numbers, words, durations, trees.

use std::time::Duration;

use super::keys::Word;
use super::reader::{Reader, literal, not_yet, quoted, shorten, string, wrong_type};
use super::scalar::{Core, Scalar};
use super::source::Spanned;
use super::template::{self, Template};
use super::tree::Node;
use crate::diagnostic::{Code, Problem, Problems, nearest};
use crate::expr::{self, Cond, Text};

impl Reader<'_, '_> {
    pub(super) fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        literal(key, self.node(key)?, self.problems)
    }

    /// A text that may have expressions.
    pub(super) fn expression(&mut self, key: &str) -> Option<Text> {
        expression(key, self.node(key)?, self.problems)
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<Spanned<String>>> {
        self.node(key)?;
        let items = self.items(key);
        Some(
            items
                .iter()
                .filter_map(|item| literal(key, item, self.problems))
                .collect(),
        )
    }

    pub(super) fn flag(&mut self, key: &str) -> Option<Spanned<bool>> {
        let node = self.node(key)?;
        if let Some(Core::Bool(value)) = node.as_scalar().map(Scalar::core) {
            return Some(Spanned::new(value, node.span));
        }
        self.problems
            .push(wrong_type(&quoted(key), "true or false", node));
        None
    }

    pub(super) fn int(&mut self, key: &str) -> Option<Spanned<i64>> {
        int(key, self.node(key)?, self.problems)
    }

    pub(super) fn ints(&mut self, key: &str) -> Option<Vec<Spanned<i64>>> {
        self.node(key)?;
        let items = self.items(key);
        Some(
            items
                .iter()
                .filter_map(|item| int(key, item, self.problems))
                .collect(),
        )
    }

    /// Permission bits, which people write in octal with or without a leading zero.
    pub(super) fn mode(&mut self, key: &str) -> Option<Spanned<u16>> {
        let node = self.node(key)?;
        let digits = node
            .as_scalar()
            .map(|scalar| scalar.text.trim_start_matches("0o"));
        let mode = digits
            .and_then(|digits| u16::from_str_radix(digits, 8).ok())
            .filter(|mode| *mode <= 0o777);
        if mode.is_none() {
            let problem = Problem::new(Code::E0107, format!("`{key}` is not a file mode"))
                .at(node.span, "cannot be read")
                .help("write three octal digits, as 0444 or 0400");
            self.problems.push(problem);
        }
        mode.map(|mode| Spanned::new(mode, node.span))
    }

    pub(super) fn duration(&mut self, key: &str) -> Option<Spanned<Duration>> {
        let node = self.node(key)?;
        let duration = node
            .as_scalar()
            .and_then(|scalar| parse_duration(&scalar.text));
        if duration.is_none() {
            let problem = Problem::new(Code::E0107, format!("`{key}` is not a duration"))
                .at(node.span, "cannot be read")
                .help("write numbers and units, as `10m`, `90s` or `1h30m`");
            self.problems.push(problem);
        }
        duration.map(|duration| Spanned::new(duration, node.span))
    }

    pub(super) fn word<T: Word>(&mut self, key: &str) -> Option<Spanned<T>> {
        word(key, self.node(key)?, self.problems)
    }

    pub(super) fn words<T: Word>(&mut self, key: &str) -> Option<Vec<Spanned<T>>> {
        self.node(key)?;
        let items = self.items(key);
        let mut known: Vec<&str> = Vec::new();
        for scalar in items.iter().filter_map(Node::as_scalar) {
            if known.contains(&scalar.text.as_str()) {
                let word = shorten(&scalar.text);
                let problem = Problem::new(Code::E0107, format!("`{key}` has `{word}` twice"))
                    .at(scalar.span, "again here")
                    .help("once is enough: take one of them out");
                self.problems.push(problem);
            }
            known.push(&scalar.text);
        }
        Some(
            items
                .iter()
                .filter_map(|item| word(key, item, self.problems))
                .collect(),
        )
    }

    pub(super) fn tree(&mut self, key: &str) -> Option<Template> {
        template::read(self.node(key)?, self.problems)
    }

    /// The condition under `$if`.
    pub(super) fn condition(&mut self) -> Option<Cond> {
        template::condition(self.node("$if")?, self.problems)
    }
}

pub(super) fn expression(key: &str, node: &Node, problems: &mut Problems) -> Option<Text> {
    let scalar = string(key, node, problems)?;
    Some(expr::parse_text(scalar, problems))
}

fn int(key: &str, node: &Node, problems: &mut Problems) -> Option<Spanned<i64>> {
    match node.as_scalar().map(Scalar::core) {
        Some(Core::Int(value)) => Some(Spanned::new(value, node.span)),
        Some(Core::Unfit) => {
            problems.push(unfit(node));
            None
        }
        _ => {
            problems.push(wrong_type(&quoted(key), "a whole number", node));
            None
        }
    }
}

pub(super) fn unfit(node: &Node) -> Problem {
    Problem::new(Code::E0107, "a number does not fit 64 bits")
        .at(node.span, "too large, or not finite")
        .help("quotes make a text of it")
}

pub(super) fn word<T: Word>(key: &str, node: &Node, problems: &mut Problems) -> Option<Spanned<T>> {
    let text = literal(key, node, problems)?;
    if let Some((_, value)) = T::WORDS.iter().find(|(word, _)| *word == text.value) {
        return Some(Spanned::new(*value, text.span));
    }
    let words = T::WORDS.iter().map(|(word, _)| *word);
    let list = words
        .clone()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let problem = if T::LATER.contains(&text.as_str()) {
        not_yet(&format!("`{key}: {}`", text.value), text.span).help(format!("supported: {list}"))
    } else {
        let help = match nearest(&text.value, words) {
            Some(word) => format!("did you mean `{word}`? Allowed: {list}"),
            None => format!("allowed: {list}"),
        };
        Problem::new(
            Code::E0106,
            format!("`{}` is no value of `{key}`", shorten(&text.value)),
        )
        .at(text.span, "none of the allowed words")
        .help(help)
    };
    problems.push(problem);
    None
}

/// `1h30m` and the like; whole numbers, each unit once, the larger first.
fn parse_duration(text: &str) -> Option<Duration> {
    const UNITS: &[(&str, u64)] = &[("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1_000)];
    let mut rest = text;
    let mut total = Duration::ZERO;
    let mut last = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let (unit, millis) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
        if *millis >= last {
            return None;
        }
        last = *millis;
        rest = rest.strip_prefix(unit)?;
        total = total.checked_add(Duration::from_millis(number.checked_mul(*millis)?))?;
    }
    (last != u64::MAX).then_some(total)
}

/// Reads a mapping from text to text.
pub(super) fn text_map(
    reader: &mut Reader<'_, '_>,
    key: &str,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let pairs = reader.map(key);
    pairs
        .iter()
        .filter_map(|pair| {
            let name = Spanned::new(pair.key.text.clone(), pair.key.span);
            Some((name, literal(&pair.key.text, &pair.value, reader.problems)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_from_large_to_small() {
        assert_eq!(parse_duration("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        for bad in [
            "",
            "10",
            "m",
            "10m1h",
            "1m1m",
            "-1m",
            "1 m",
            "99999999999999999999h",
            "18446744073709551615h",
        ] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }
}

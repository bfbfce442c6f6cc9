//! A text that a pattern takes.
//!
//! Knows the part of RE2 that patterns of fields are written in: literals, classes, groups, alternatives and
//! counts. Anything else gives `None`, and the sample falls back to a plain word.

use std::iter::Peekable;
use std::str::Chars;

/// Longer texts are no examples.
const MAX: usize = 4096;
const DEPTH: usize = 32;

/// The shortest text that `pattern` takes by its first alternatives, made at least `min` characters long where
/// a count leaves room.
pub(super) fn example(pattern: &str, min: usize) -> Option<String> {
    let shortest = generate(pattern, 0)?;
    if shortest.chars().count() >= min {
        return Some(shortest);
    }
    (1..=min.min(MAX))
        .filter_map(|more| generate(pattern, more))
        .find(|text| text.chars().count() >= min)
}

fn generate(pattern: &str, more: usize) -> Option<String> {
    let mut reader = Reader {
        chars: pattern.chars().peekable(),
        more,
    };
    let text = reader.alternatives(0)?;
    reader.chars.next().is_none().then_some(text)
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    /// How often something that may come again does, beyond what it must.
    more: usize,
}

impl Reader<'_> {
    fn alternatives(&mut self, depth: usize) -> Option<String> {
        let first = self.sequence(depth)?;
        while self.chars.next_if_eq(&'|').is_some() {
            self.sequence(depth)?;
        }
        Some(first)
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        let mut out = String::new();
        while let Some(c) = self.chars.next_if(|c| !"|)".contains(*c)) {
            let atom = match c {
                '^' | '$' => continue,
                '(' => {
                    if self.chars.next_if_eq(&'?').is_some() {
                        self.chars.next_if_eq(&':')?;
                    }
                    let inner = (depth < DEPTH).then(|| self.alternatives(depth + 1))??;
                    self.chars.next_if_eq(&')')?;
                    inner
                }
                '[' => self.class()?.to_string(),
                '.' => "a".to_owned(),
                '\\' => escape(self.chars.next()?)?.to_string(),
                '*' | '+' | '?' => return None,
                literal => literal.to_string(),
            };
            out.push_str(&self.counted(&atom)?);
            if out.len() > MAX {
                return None;
            }
        }
        Some(out)
    }

    fn counted(&mut self, atom: &str) -> Option<String> {
        let (least, most) = match self.chars.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.braces(atom),
            _ => return Some(atom.to_owned()),
        };
        self.chars.next();
        self.repeat(atom, least, most)
    }

    fn braces(&mut self, atom: &str) -> Option<String> {
        self.chars.next();
        let mut inside = String::new();
        loop {
            match self.chars.next()? {
                '}' => break,
                c => inside.push(c),
            }
        }
        let (least, most) = match inside.split_once(',') {
            None => (inside.parse().ok()?, Some(inside.parse().ok()?)),
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        self.repeat(atom, least, most)
    }

    fn repeat(&mut self, atom: &str, least: usize, most: Option<usize>) -> Option<String> {
        // A lazy count takes the same texts.
        self.chars.next_if_eq(&'?');
        let count = most
            .unwrap_or(usize::MAX)
            .min(least.checked_add(self.more)?);
        (atom.len().checked_mul(count)? <= MAX).then(|| atom.repeat(count))
    }

    /// A character of a class, a letter if there is one.
    fn class(&mut self) -> Option<char> {
        let negated = self.chars.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            let from = match self.chars.next()? {
                ']' if !ranges.is_empty() => break,
                // `[[:alpha:]]` is not known here.
                '[' if self.chars.peek() == Some(&':') => return None,
                '\\' => match self.chars.next()? {
                    'd' => {
                        ranges.push(('0', '9'));
                        continue;
                    }
                    'w' => {
                        ranges.extend([('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]);
                        continue;
                    }
                    other => escape(other)?,
                },
                c => c,
            };
            let mut ahead = self.chars.clone();
            if ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']') {
                self.chars.next();
                let to = match self.chars.next()? {
                    '\\' => escape(self.chars.next()?)?,
                    c => c,
                };
                ranges.push((from, to));
            } else {
                ranges.push((from, from));
            }
        }
        let holds = |c: char| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != negated;
        let liked = ('a'..='z').chain('0'..='9').chain('A'..='Z');
        liked.chain(' '..='~').find(|c| holds(*c))
    }
}

/// The character behind a backslash; `None` for what stands for a place and not a character.
fn escape(c: char) -> Option<char> {
    match c {
        'd' => Some('0'),
        'w' | 'S' | 'D' => Some('a'),
        's' => Some(' '),
        'n' => Some('\n'),
        't' => Some('\t'),
        c if c.is_ascii_alphanumeric() => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_follows_its_pattern() {
        for (pattern, text) in [
            ("^[a-z]{1,15}$", "a"),
            ("^(s3|gs)://[a-z0-9.-]+/x$", "s3://a/x"),
            (r"^\d{4}-\d{2}$", "0000-00"),
            ("^[A-Z][^a]?$", "A"),
            ("^(?:ab){2}c*$", "abab"),
            ("", ""),
        ] {
            assert_eq!(example(pattern, 0).as_deref(), Some(text), "{pattern}");
        }
    }

    #[test]
    fn an_example_grows_to_the_shortest_length() {
        assert_eq!(example("^[a-z]{1,15}$", 3).as_deref(), Some("aaa"));
        assert_eq!(example("^[a-z]{1,2}$", 3), None);
    }

    #[test]
    fn what_is_not_known_gives_no_example() {
        for pattern in [
            "(",
            "[",
            "*",
            "[[:alpha:]]",
            r"\bx",
            "a{x}",
            "(?i)a",
            "(a{1000}){1000}",
        ] {
            assert_eq!(example(pattern, 0), None, "{pattern}");
        }
        assert_eq!(example(&"(".repeat(100_000), 0), None);
    }
}

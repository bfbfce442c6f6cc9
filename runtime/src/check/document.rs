//! YAML → documents whose every value knows its place.
//!
//! In: a text of any size and shape. Out: its documents as JSON with places, and where it stops being YAML. Keys that are written
//! twice are mistakes, the first one counts. Aliases are followed up to a limit of values, so that a small text cannot become a
//! large value.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::Finding;
use crate::problem::Problem;

/// The most values of one file (SE-14).
const MAX_VALUES: usize = 200_000;
/// The deepest nesting (SE-14).
const MAX_DEPTH: usize = 128;

/// A place in a text, from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    /// In characters.
    pub(crate) column: usize,
    /// In characters, on that line.
    pub(crate) width: usize,
}

impl Place {
    pub(crate) const START: Self = Self {
        line: 1,
        column: 1,
        width: 1,
    };

    fn of(span: &Span) -> Self {
        let (start, end) = (&span.start, &span.end);
        Self {
            line: start.line(),
            column: start.col() + 1,
            width: if start.line() == end.line() {
                end.col().saturating_sub(start.col()).max(1)
            } else {
                1
            },
        }
    }
}

/// One resource as written.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) value: Value,
    /// Path and text of what YAML allows and JSON does not.
    problems: Vec<(String, String)>,
    start: Place,
    /// By path: where the key is, and where the value.
    places: BTreeMap<String, (Place, Place)>,
}

impl Document {
    /// What YAML allows and JSON does not.
    pub(super) fn problems(&self) -> impl Iterator<Item = Problem> {
        self.problems.iter().map(|(path, message)| Problem {
            path: path.clone(),
            message: message.clone(),
        })
    }

    /// Where a path leads, or as far as it does.
    pub(super) fn place(&self, path: &str, key: bool) -> Place {
        let mut path = path;
        let mut whole = true;
        while !path.is_empty() {
            if let Some((at_key, at_value)) = self.places.get(path) {
                // What is missing in a mapping is shown at the mapping's key.
                return if key || !whole { *at_key } else { *at_value };
            }
            whole = false;
            path = path
                .rfind(['.', '['])
                .and_then(|at| path.get(..at))
                .unwrap_or_default();
        }
        self.start
    }
}

/// A value under construction.
enum Frame {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<(String, Place)>),
}

#[derive(Default)]
struct Reader {
    documents: Vec<Document>,
    current: Option<Document>,
    stack: Vec<(Frame, usize, Place)>,
    /// The path of the value that comes next.
    path: String,
    anchors: BTreeMap<usize, Value>,
    /// The anchor that the next value has.
    anchor: Vec<Option<usize>>,
    values: usize,
}

/// The documents of a text, and the mistake at which reading ended.
pub(super) fn read(text: &str) -> (Vec<Document>, Option<Finding>) {
    let parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    let mut reader = Reader::default();
    for event in parser {
        let broken = match event {
            Ok((event, span)) => reader
                .event(event, Place::of(&span))
                .map(|message| (Place::of(&span), message)),
            Err(error) => {
                let marker = error.marker();
                let place = Place {
                    line: marker.line(),
                    column: marker.col() + 1,
                    width: 1,
                };
                let place = if error.info().contains("found a tab") {
                    tab(text, place)
                } else {
                    place
                };
                Some((place, format!("this is not YAML: {}", error.info())))
            }
        };
        if let Some((place, message)) = broken {
            let problem = Problem {
                path: String::new(),
                message,
            };
            return (reader.documents, Some(Finding { place, problem }));
        }
    }
    (reader.documents, None)
}

/// The tab that a scalar ran into: the parser shows where the scalar began.
fn tab(text: &str, scalar: Place) -> Place {
    let indent = |line: &str| line.chars().take_while(|c| *c == ' ').count();
    let mut lines = (1..).zip(text.lines()).skip(scalar.line.saturating_sub(1));
    let found = lines.find(|(_, line)| line.trim_start_matches(' ').starts_with('\t'));
    found.map_or(scalar, |(line, text)| Place {
        line,
        column: indent(text) + 1,
        width: 1,
    })
}

impl Reader {
    /// Takes one event; a text is a reason to stop.
    fn event(&mut self, event: Event<'_>, place: Place) -> Option<String> {
        match event {
            Event::DocumentStart(..) => {
                self.current = Some(Document {
                    value: Value::Null,
                    problems: Vec::new(),
                    start: place,
                    places: BTreeMap::new(),
                });
                self.anchors.clear();
                self.path.clear();
            }
            Event::DocumentEnd => {
                self.documents
                    .extend(self.current.take().filter(|known| !known.value.is_null()));
            }
            Event::Scalar(text, style, anchor, _) => {
                // A value that is not written comes as `~`.
                let value = if style == ScalarStyle::Plain {
                    plain(&text)
                } else {
                    Value::String(text.into_owned())
                };
                return self.value(value, anchor, place);
            }
            Event::SequenceStart(_, anchor, _) => {
                return self.open(Frame::List(Vec::new()), anchor, place);
            }
            Event::MappingStart(_, anchor, _) => {
                return self.open(Frame::Map(Map::new(), None), anchor, place);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (frame, length, place) = self.stack.pop()?;
                self.path.truncate(length);
                let anchor = self.anchor.pop().flatten().unwrap_or_default();
                let value = match frame {
                    Frame::List(items) => Value::Array(items),
                    Frame::Map(map, _) => Value::Object(merged(map)),
                };
                return self.value(value, anchor, place);
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.values += size(&value);
                return self.value(value, 0, place);
            }
            _ => {}
        }
        None
    }

    fn open(&mut self, frame: Frame, anchor: usize, place: Place) -> Option<String> {
        if let Some((Frame::Map(_, None), ..)) = self.stack.last() {
            return Some("a key is a list or a mapping".to_owned());
        }
        let length = self.path.len();
        self.step();
        self.stack.push((frame, length, place));
        self.anchor.push(Some(anchor));
        (self.stack.len() > MAX_DEPTH).then(|| format!("nests deeper than {MAX_DEPTH} levels"))
    }

    /// Goes to the value that comes next.
    fn step(&mut self) {
        match self.stack.last() {
            Some((Frame::List(items), ..)) => {
                self.path.push_str(&format!("[{}]", items.len()));
            }
            Some((Frame::Map(_, Some((key, _))), ..)) => {
                if !self.path.is_empty() {
                    self.path.push('.');
                }
                self.path.push_str(key);
            }
            _ => {}
        }
    }

    fn value(&mut self, value: Value, anchor: usize, place: Place) -> Option<String> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Some(format!("has more than {MAX_VALUES} values"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        let length = self.path.len();
        if !matches!(self.stack.last(), Some((Frame::Map(_, None), ..))) {
            self.step();
        }
        let document = self.current.as_mut()?;
        match self.stack.last_mut() {
            None => {
                document.start = place;
                document.value = value;
            }
            Some((Frame::List(items), ..)) => {
                document.places.insert(self.path.clone(), (place, place));
                items.push(value);
            }
            Some((Frame::Map(map, key), ..)) => match key.take() {
                None => {
                    let Some(text) = text(&value) else {
                        return Some("a key is a list or a mapping".to_owned());
                    };
                    *key = Some((text, place));
                }
                Some((key, at)) => {
                    if map.contains_key(&key) {
                        let again = format!("`{}` is written twice", key.escape_debug());
                        // Shown at the second one: the first one's place stays that of the path.
                        let path = format!("{}\u{0}", self.path);
                        document.places.insert(path.clone(), (at, at));
                        document.problems.push((path, again));
                    } else {
                        document.places.insert(self.path.clone(), (at, place));
                        map.insert(key, value);
                    }
                }
            },
        }
        self.path.truncate(length);
        None
    }
}

/// A mapping over those that its merge key names: what it says itself wins, then what is named first.
fn merged(mut map: Map<String, Value>) -> Map<String, Value> {
    let below = match map.remove("<<") {
        None => return map,
        Some(Value::Object(below)) => vec![below],
        Some(Value::Array(items)) if !items.is_empty() && items.iter().all(Value::is_object) => {
            let objects = items.into_iter().filter_map(|item| match item {
                Value::Object(below) => Some(below),
                _ => None,
            });
            objects.collect()
        }
        Some(other) => {
            map.insert("<<".to_owned(), other);
            return map;
        }
    };
    for (key, value) in below.into_iter().flatten() {
        map.entry(key).or_insert(value);
    }
    map
}

/// A scalar as a key.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => Some("null".to_owned()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// A plain scalar by YAML's core schema.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    let integer = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => radix(digits, 16),
        (_, Some(digits)) => radix(digits, 8),
        _ => text.parse().ok(),
    };
    if let Some(integer) = integer {
        return Value::from(integer);
    }
    let looks = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.contains(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
    let float = looks.then(|| text.parse().ok()).flatten();
    float
        .and_then(Number::from_f64)
        .map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

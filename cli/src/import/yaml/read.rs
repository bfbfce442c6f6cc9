//! Events of the parser → documents, within bounds.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, Span as Range, StrInput};

use super::scalar::scalar;
use super::{Document, MAX_BYTES, Unreadable, Yaml};

/// The most documents of one file.
const MAX_DOCUMENTS: usize = 10_000;
/// The most values of one file, those that aliases copy included.
const MAX_VALUES: usize = 400_000;
/// The most bytes of text, those that aliases copy included.
const MAX_TEXT: usize = 2 * MAX_BYTES;
/// The deepest nesting.
const MAX_DEPTH: usize = 64;

/// Reads every document of a text; those that are empty are none.
///
/// # Errors
/// The text is no YAML, or more than what is read.
pub(in crate::import) fn read(text: &str) -> Result<Vec<Document>, Unreadable> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let mut reader = Reader::default();
    let parser: Parser<'_, StrInput<'_>> = Parser::new_from_str_with_options(text, options);
    for event in parser {
        match event {
            Ok((event, range)) => reader.event(event, &range)?,
            Err(error) => {
                return Err(Unreadable {
                    line: error.marker().line().max(1),
                    column: error.marker().col() + 1,
                    what: error.info().clone(),
                });
            }
        }
    }
    Ok(reader.documents)
}

/// A collection that is not closed yet.
struct Frame {
    anchor: usize,
    held: Held,
}

enum Held {
    List(Vec<Yaml>),
    Map {
        entries: Vec<(String, Yaml)>,
        /// Where each key stands in `entries`.
        index: HashMap<String, usize>,
        key: Option<(String, bool)>,
        merges: Vec<Yaml>,
    },
}

#[derive(Default)]
struct Reader {
    documents: Vec<Document>,
    started: usize,
    stack: Vec<Frame>,
    root: Option<Yaml>,
    line: usize,
    /// What each anchor of the document stands for, with its number of values and bytes.
    anchors: HashMap<usize, (Yaml, usize, usize)>,
    odd: Vec<(usize, String)>,
    values: usize,
    bytes: usize,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, range: &Range) -> Result<(), Unreadable> {
        match event {
            Event::DocumentStart(..) => {
                self.started += 1;
                if self.started > MAX_DOCUMENTS {
                    return Err(too_much(
                        range,
                        format!("more than {MAX_DOCUMENTS} documents"),
                    ));
                }
                self.line = range.start.line().max(1);
                self.anchors.clear();
            }
            Event::DocumentEnd => {
                let odd = std::mem::take(&mut self.odd);
                if let Some(root) = self.root.take().filter(|root| *root != Yaml::Null) {
                    let line = self.line;
                    self.documents.push(Document { line, root, odd });
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.spend(1, text.len(), range)?;
                let quoted = tag.as_ref().is_some_and(|tag| tag.suffix() == "str");
                self.tagged(tag.as_deref().map(|tag| tag.suffix().to_owned()), range);
                let absent = range.byte_range().is_some_and(|range| range.is_empty());
                let plain = style == ScalarStyle::Plain && !quoted;
                let value = if plain && absent {
                    Yaml::Null
                } else {
                    scalar(&text, plain)
                };
                // What stands as a key is the text as written, not what it would mean.
                self.put(value, Some((text.into_owned(), plain)), anchor, range);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tagged(tag.as_deref().map(|tag| tag.suffix().to_owned()), range);
                self.open(anchor, Held::List(Vec::new()), range)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tagged(tag.as_deref().map(|tag| tag.suffix().to_owned()), range);
                let held = Held::Map {
                    entries: Vec::new(),
                    index: HashMap::new(),
                    key: None,
                    merges: Vec::new(),
                };
                self.open(anchor, held, range)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            Event::Alias(id) => {
                let Some((value, values, bytes)) = self.anchors.get(&id).cloned() else {
                    // An alias inside of what its own anchor names.
                    return Err(too_much(range, "an alias that contains itself".to_owned()));
                };
                self.spend(values, bytes, range)?;
                if value.depth() + self.stack.len() > MAX_DEPTH {
                    return Err(too_much(range, format!("deeper than {MAX_DEPTH} levels")));
                }
                let words = value.words().map(|words| (words, false));
                self.put(value, words, 0, range);
            }
            Event::UnresolvedAlias(_) => {
                self.odd(range, "an alias without an anchor is taken for nothing");
                self.put(Yaml::Null, Some((String::new(), false)), 0, range);
            }
            _ => {}
        }
        Ok(())
    }

    fn odd(&mut self, range: &Range, what: &str) {
        self.odd.push((range.start.line().max(1), what.to_owned()));
    }

    fn tagged(&mut self, tag: Option<String>, range: &Range) {
        const CORE: &[&str] = &["str", "int", "bool", "float", "null", "map", "seq"];
        if let Some(tag) = tag.filter(|tag| !CORE.contains(&tag.as_str())) {
            self.odd(range, &format!("the tag `!{tag}` has no meaning here"));
        }
    }

    fn spend(&mut self, values: usize, bytes: usize, range: &Range) -> Result<(), Unreadable> {
        self.values = self.values.saturating_add(values);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.values > MAX_VALUES {
            return Err(too_much(range, format!("more than {MAX_VALUES} values")));
        }
        if self.bytes > MAX_TEXT {
            return Err(too_much(range, "too much text in aliases".to_owned()));
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, held: Held, range: &Range) -> Result<(), Unreadable> {
        self.spend(1, 0, range)?;
        self.stack.push(Frame { anchor, held });
        if self.stack.len() > MAX_DEPTH {
            return Err(too_much(range, format!("deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    fn close(&mut self, range: &Range) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let value = match frame.held {
            Held::List(items) => Yaml::List(items),
            Held::Map {
                mut entries,
                index,
                merges,
                ..
            } => {
                // What is written wins over what is merged, an earlier merge over a later one.
                let mut known = index;
                for merged in merges {
                    let maps = match &merged {
                        Yaml::List(items) => items.as_slice(),
                        one => std::slice::from_ref(one),
                    };
                    for (key, value) in maps.iter().flat_map(Yaml::entries) {
                        if !known.contains_key(key) {
                            known.insert(key.clone(), entries.len());
                            entries.push((key.clone(), value.clone()));
                        }
                    }
                }
                Yaml::Map(entries)
            }
        };
        self.put(value, None, frame.anchor, range);
    }

    /// Puts a finished value where it belongs. `words` is what it is as a key.
    fn put(&mut self, value: Yaml, words: Option<(String, bool)>, anchor: usize, range: &Range) {
        if anchor > 0 {
            let (values, bytes) = value.size();
            self.anchors.insert(anchor, (value.clone(), values, bytes));
        }
        let mut odd = None;
        match self.stack.last_mut().map(|frame| &mut frame.held) {
            None => self.root = Some(value),
            Some(Held::List(items)) => items.push(value),
            Some(Held::Map {
                entries,
                index,
                key,
                merges,
            }) => match key.take() {
                None => {
                    if words.is_none() {
                        odd = Some("a list or mapping as a key is left out".to_owned());
                    }
                    *key = Some(words.unwrap_or_default());
                }
                Some((name, true)) if name == "<<" => merges.push(value),
                Some((name, _)) => {
                    if let Some(entry) = index.get(&name).and_then(|&at| entries.get_mut(at)) {
                        odd = Some(format!("`{name}` is written twice; the last one counts"));
                        entry.1 = value;
                    } else {
                        index.insert(name.clone(), entries.len());
                        entries.push((name, value));
                    }
                }
            },
        }
        if let Some(odd) = odd {
            self.odd(range, &odd);
        }
    }
}

fn too_much(range: &Range, what: String) -> Unreadable {
    Unreadable {
        line: range.start.line().max(1),
        column: range.start.col() + 1,
        what,
    }
}

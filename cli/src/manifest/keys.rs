//! The form of a table of keys: what a section of the manifest may hold.
//!
//! Each section's file has its table. The readers take from it what is known, required or not yet there; the editor schema and
//! `dsoi explain PATH` are derived from it.

/// One section: a mapping of known keys.
#[derive(Debug)]
pub struct Section {
    /// As `dsoi explain` takes it; `T`, `F` and so on stand for names that the author chooses.
    pub path: &'static str,
    pub doc: &'static str,
    pub keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// One sentence or two, for people.
    pub doc: &'static str,
}

/// What a key's value looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text without expressions.
    Text,
    /// A text that may have expressions.
    Expression,
    Flag,
    Int,
    /// File mode.
    Octal,
    Duration,
    /// One of these.
    Word(fn() -> Vec<&'static str>),
    Texts,
    Ints,
    /// A list of these.
    Words(fn() -> Vec<&'static str>),
    /// Any YAML, with expressions and directives.
    Tree,
    /// Any YAML, as it stands.
    Any,
    Condition,
    /// A type, as `optional list<string>`.
    Type,
    /// Names and their types.
    Fields,
    /// Variants and their fields.
    Variants,
    /// `all`, or a list of texts.
    AllOrTexts,
    Section(&'static Section),
    /// A mapping whose keys the author chooses.
    Named(&'static Section),
    /// The same, or the word `none` in place of a section.
    NamedOrNone(&'static Section),
    List(&'static Section),
    /// A mapping from text to text.
    TextMap,
    /// A mapping from text to text with expressions.
    ExpressionMap,
    /// The language has it, this version does not.
    Later,
}

pub(super) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        doc,
    }
}

pub(super) const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        required: true,
        doc,
    }
}

/// A key that is refused as not supported yet.
pub(super) const fn later(name: &'static str, doc: &'static str) -> Key {
    key(name, Shape::Later, doc)
}

impl Section {
    /// The key of that name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A closed set of words.
pub(super) trait Word: Sized + Copy + 'static {
    /// The words and what they mean.
    const WORDS: &'static [(&'static str, Self)];
    /// Words of the language that this version does not support.
    const LATER: &'static [&'static str] = &[];
}

/// The words of a set, for a table of keys.
pub(super) fn words<T: Word>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, _)| *word).collect()
}

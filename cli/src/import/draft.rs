//! A manifest that is being made: a tree whose parts know where they come from, and can be taken out again.

use super::yaml::Yaml;

/// A value of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Draft {
    Null,
    Bool(bool),
    Int(i64),
    /// A number with a fraction, as written.
    Number(String),
    /// A text as it will reach the container: what the language would take for an expression is escaped when it is written.
    Text(String),
    /// A text of the language: an expression, a type.
    Code(String),
    List(Vec<Part>),
    Map(Vec<Part>),
}

/// An entry of a mapping, or an item of a list.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Empty in a list.
    pub(super) key: String,
    pub(super) value: Draft,
    /// Stands beside it, or above it.
    pub(super) comment: Option<String>,
    /// What it was in the input. Only such a part is left out where it does not check.
    pub(super) from: Option<String>,
    /// It stays when nothing is left in it.
    pub(super) stays: bool,
}

impl PartialEq for Part {
    /// Where it comes from does not matter: equal parts of two node types say the same.
    fn eq(&self, other: &Self) -> bool {
        (&self.key, &self.value, &self.comment) == (&other.key, &other.value, &other.comment)
    }
}

impl Part {
    /// An entry of a mapping.
    pub(super) fn new(key: impl Into<String>, value: Draft) -> Self {
        Self {
            key: key.into(),
            value,
            comment: None,
            from: None,
            stays: false,
        }
    }

    /// An item of a list.
    pub(super) fn item(value: Draft) -> Self {
        Self::new("", value)
    }

    pub(super) fn from(mut self, source: impl Into<String>) -> Self {
        self.from = Some(source.into());
        self
    }

    pub(super) fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment = Some(text.into());
        self
    }

    pub(super) fn stays(mut self) -> Self {
        self.stays = true;
        self
    }
}

impl Draft {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    pub(super) fn map(parts: impl IntoIterator<Item = Part>) -> Self {
        Self::Map(parts.into_iter().collect())
    }

    pub(super) fn list(items: impl IntoIterator<Item = Draft>) -> Self {
        Self::List(items.into_iter().map(Part::item).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::List(parts) | Self::Map(parts) if parts.is_empty())
    }

    /// The parts of a list or mapping.
    pub(super) fn parts(&self) -> &[Part] {
        match self {
            Self::List(parts) | Self::Map(parts) => parts,
            _ => &[],
        }
    }

    pub(super) fn parts_mut(&mut self) -> Option<&mut Vec<Part>> {
        match self {
            Self::List(parts) | Self::Map(parts) => Some(parts),
            _ => None,
        }
    }

    /// Takes out the part at that path of indices, and what around it is empty then. Its source and its key.
    pub(super) fn remove(&mut self, path: &[usize]) -> Option<Part> {
        let (&first, rest) = path.split_first()?;
        let parts = self.parts_mut()?;
        if rest.is_empty() {
            return (first < parts.len()).then(|| parts.remove(first));
        }
        let part = parts.get_mut(first)?;
        let removed = part.value.remove(rest);
        if part.value.is_empty() && !part.stays {
            parts.remove(first);
        }
        removed
    }
}

impl From<&Yaml> for Draft {
    fn from(yaml: &Yaml) -> Self {
        match yaml {
            Yaml::Null => Self::Null,
            Yaml::Bool(value) => Self::Bool(*value),
            Yaml::Int(value) => Self::Int(*value),
            Yaml::Number(text) => yaml
                .int()
                .map_or_else(|| Self::Number(text.clone()), Self::Int),
            Yaml::Text(text) => Self::Text(text.clone()),
            Yaml::List(items) => Self::list(items.iter().map(Self::from)),
            Yaml::Map(entries) => Self::map(
                entries
                    .iter()
                    .map(|(key, value)| Part::new(key, value.into())),
            ),
        }
    }
}

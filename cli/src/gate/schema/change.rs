//! One change of a definition, and what there is to say of it.

use super::super::Class;

/// What became of one place of a definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The kind of the definition; empty where two schemas were compared.
    pub kind: String,
    /// Where in a resource: `spec.nodes[].replicas`; empty for the definition itself.
    pub path: String,
    pub subject: Subject,
    pub class: Class,
    /// What it was; `None` where there was nothing.
    pub was: Option<String>,
    /// What it is now; `None` where there is nothing.
    pub is: Option<String>,
}

/// What about a place changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Group, kind, plural or scope.
    Identity,
    /// A version of the API.
    Version,
    /// What else a definition says of its kind: short names, columns.
    Names,
    /// There is a field.
    Field,
    Required,
    Type,
    /// Of an enum.
    Values,
    /// Least or most.
    Bound,
    Pattern,
    Format,
    Null,
    /// In CEL.
    Rule,
    /// How the items of a list are told apart.
    List,
    /// Whether fields stay that the schema does not know.
    Unknown,
    Default,
    /// Any other part of a schema.
    Other,
    Text,
}

impl Subject {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Version => "version",
            Self::Names => "names",
            Self::Field => "field",
            Self::Required => "required",
            Self::Type => "type",
            Self::Values => "values",
            Self::Bound => "bound",
            Self::Pattern => "pattern",
            Self::Format => "format",
            Self::Null => "null",
            Self::Rule => "rule",
            Self::List => "list",
            Self::Unknown => "unknownFields",
            Self::Default => "default",
            Self::Other => "other",
            Self::Text => "text",
        }
    }
}

impl Change {
    /// Whether it is a whole definition that went.
    fn is_gone(&self) -> bool {
        let was = self.was.as_ref();
        self.is.is_none() && was.is_some_and(|was| was.starts_with("definition "))
    }

    /// Whether values and changes are possible that were refused: nobody has them yet, and whoever relied on it should know.
    pub fn gives_up(&self) -> bool {
        self.class == Class::Safe
            && self.was.is_some()
            && match self.subject {
                Subject::Bound | Subject::Pattern | Subject::Format => true,
                Subject::Rule | Subject::Values => self.is.is_none(),
                _ => false,
            }
    }

    /// What happened, without its path.
    pub fn what(&self) -> String {
        let was = self.was.as_deref();
        let is = self.is.as_deref();
        let both = |thing: &str| match (was, is) {
            (Some(was), Some(is)) => format!("{thing} was {was}, is {is}"),
            (Some(was), None) => format!("{thing} was {was}, is gone"),
            (None, Some(is)) => format!("{thing} is new: {is}"),
            (None, None) => format!("{thing} is another"),
        };
        match self.subject {
            Subject::Field => match (was, is) {
                (Some(was), None) => format!("the field is gone ({was})"),
                (None, Some(is)) => format!("the field is new ({is})"),
                _ => both("the field"),
            },
            Subject::Required if self.class == Class::Breaking => match was {
                Some(_) => "was optional, is required".to_owned(),
                None => "is new and required".to_owned(),
            },
            Subject::Required => "was required, is optional".to_owned(),
            Subject::Type => both("the type"),
            Subject::Values => match (was, is) {
                (Some(gone), Some(come)) => format!("loses {gone}, gains {come}"),
                (Some(gone), None) if self.class == Class::Breaking => format!("loses {gone}"),
                (Some(_), None) => "takes any value, and no listed one alone".to_owned(),
                (None, Some(all)) if self.class == Class::Breaking => format!("takes only {all}"),
                (None, come) => format!("gains {}", come.unwrap_or_default()),
            },
            Subject::Bound | Subject::Other => match (was, is) {
                (Some(was), Some(is)) => format!("was {was}, is {is}"),
                (Some(was), None) => format!("{was} is gone"),
                (None, is) => format!("{} is new", is.unwrap_or_default()),
            },
            Subject::Pattern => both("the pattern"),
            Subject::Format => both("the format"),
            Subject::Null | Subject::Unknown => match (was, is) {
                (Some(was), Some(is)) => format!("{was} before, {is} now"),
                _ => both("it"),
            },
            Subject::Rule => match (was, is) {
                (Some(was), Some(is)) => format!("the rule `{was}` is `{is}`"),
                (Some(was), None) => format!("the rule `{was}` is gone"),
                (None, is) => format!("the rule `{}` is new", is.unwrap_or_default()),
            },
            Subject::List => both("the list"),
            Subject::Default => both("the default"),
            Subject::Identity | Subject::Version | Subject::Names => match (was, is) {
                (Some(was), Some(is)) => format!("{was} is {is}"),
                (Some(was), None) => format!("{was} is gone"),
                (None, is) => format!("{} is new", is.unwrap_or_default()),
            },
            Subject::Text => "its description is another".to_owned(),
        }
    }

    /// Why that breaks resources that are stored, or what it does to them; `None` where it does nothing.
    pub fn why(&self) -> Option<&'static str> {
        match self.class {
            Class::Safe => return None,
            Class::Security => {
                return Some(
                    "whoever may write custom resources says by it what their pods may do",
                );
            }
            Class::Rolling | Class::Breaking => {}
        }
        Some(match self.subject {
            Subject::Identity if self.is_gone() => {
                "resources that are stored stay, and nobody looks after them any more"
            }
            Subject::Identity => {
                "resources are stored under the old name; the API server takes this for another definition"
            }
            Subject::Version => {
                "clients that ask for this version get nothing, and resources stored in it cannot be read"
            }
            Subject::Names => "commands that use the name fail",
            Subject::Field => {
                "the API server drops what resources have there, and refuses manifests that still set it"
            }
            Subject::Required => "resources without it are refused when they are next written",
            Subject::Type => "the API server refuses resources that have a value of the old type",
            Subject::Values => {
                "resources that have such a value are refused when they are next written"
            }
            Subject::Bound | Subject::Pattern | Subject::Format | Subject::Other => {
                "values that were legal are refused when their resource is next written"
            }
            Subject::Null => "resources that have null there are refused",
            Subject::Rule if self.is.as_ref().is_some_and(|is| is.contains("oldSelf")) => {
                "changes of a resource that were possible are refused"
            }
            Subject::Rule => {
                "resources that do not keep to it are refused when they are next written"
            }
            Subject::List => {
                "items that were legal beside each other may not be, and who owns which of them is lost"
            }
            Subject::Unknown => "the API server drops the fields that it does not know",
            Subject::Default => match (&self.was, &self.is) {
                (None, _) => "resources that leave it out get it, those that are stored too",
                (_, None) => {
                    "resources that leave it out have nothing there from now on; stored ones keep what was filled in"
                }
                _ => {
                    "resources that leave it out get another value; stored ones keep what was filled in"
                }
            },
            Subject::Text => "nothing",
        })
    }

    /// The legal path, for a change that breaks.
    pub fn way(&self) -> Option<&'static str> {
        if self.class != Class::Breaking {
            return None;
        }
        Some(match self.subject {
            Subject::Identity if self.is_gone() => "keep the kind",
            Subject::Identity => {
                "keep group, kind, plural and scope: nothing moves resources from one definition to another"
            }
            Subject::Version => "keep the version",
            Subject::Names => "keep the name",
            Subject::Field => {
                "keep the field, make it `optional`, and say in its `doc` that it does nothing any more"
            }
            Subject::Required => "make it `optional`, or give it a default",
            Subject::Type => {
                "keep the field as it is, and add one of the new type under another name"
            }
            Subject::Values => "keep the value, and treat it as the one that replaces it",
            Subject::Bound | Subject::Pattern | Subject::Format => {
                "leave the limit as wide as it was"
            }
            // Nobody writes `oldSelf` into a rule that follows from another key.
            Subject::Rule if !self.path.is_empty() => {
                "leave what the rule follows from as it was; one of `rules` may hold against new values alone: `oldSelf` is the value before"
            }
            Subject::Rule => {
                "leave the rule as it was, or hold it against new values alone: `oldSelf` is the value before"
            }
            Subject::List => {
                "keep the list as it is, and add one with the new keys under another name"
            }
            Subject::Unknown => "keep taking any field there",
            Subject::Null | Subject::Other | Subject::Default | Subject::Text => {
                "leave it as it was"
            }
        })
    }
}

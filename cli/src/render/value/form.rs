//! What a Rust expression gives, and the forms that places need: borrowed, owned, shown, listed.

use crate::model::Type;
use crate::render::rust::{Expr as Rust, Link};

/// What a Rust expression gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A place that holds the value: borrow it or clone it.
    Place,
    /// A reference.
    Ref,
    /// The value.
    Owned,
}

/// A Rust expression with what it gives.
pub(in crate::render) struct Value {
    pub(super) code: Rust,
    pub(super) form: Form,
    pub(super) optional: bool,
    pub(super) ty: Type,
    /// A reference to `str` rather than `String`.
    pub(super) slice: bool,
}

impl Value {
    /// Whether the expression is an `Option`.
    pub(in crate::render) fn optional(&self) -> bool {
        self.optional
    }

    /// An `Option` of a reference, or a reference.
    pub(in crate::render) fn as_ref(&self) -> Rust {
        match (self.form, self.optional) {
            (Form::Place, true) => self.code.clone().method("as_ref", []),
            (Form::Place, false) => self.code.clone().borrowed(),
            _ => self.code.clone(),
        }
    }

    /// What a function takes that reads the value.
    pub(in crate::render) fn borrowed(&self) -> Rust {
        match self.form {
            Form::Place => self.code.clone().borrowed(),
            _ => self.code.clone(),
        }
    }

    /// What `format!` takes.
    pub(super) fn display(&self) -> Rust {
        match self.ty {
            Type::Quantity => self.code.clone().field("0"),
            _ => self.code.clone(),
        }
    }

    /// The value itself, cloned where it must be.
    pub(in crate::render) fn owned(&self) -> Rust {
        match (&self.ty, self.form, self.optional) {
            (Type::Int | Type::Bool | Type::Port, Form::Place | Form::Owned, _) => {
                self.code.clone()
            }
            (Type::Int | Type::Bool | Type::Port, Form::Ref, false) => {
                Rust::atom(format!("*{}", self.code.print(0, 0, 0)))
            }
            (_, Form::Owned, _) => self.code.clone(),
            (_, Form::Place, _) => self.code.clone().method("clone", []),
            (_, Form::Ref, false) => self.code.clone().method("to_owned", []),
            (_, Form::Ref, true) if self.slice => self
                .code
                .clone()
                .method("map", [Rust::atom("str::to_owned")]),
            (_, Form::Ref, true) => self.code.clone().method("cloned", []),
        }
    }

    /// The value as a `String`, or an `Option` of one.
    pub(super) fn string(&self) -> Rust {
        match &self.ty {
            Type::String | Type::NodeType | Type::Duration | Type::Json(_) => self.owned(),
            Type::Quantity if self.optional => self.as_ref().method(
                "map",
                [Rust::closure("quantity", Rust::atom("quantity.0.clone()"))],
            ),
            Type::Quantity => self.code.clone().field("0").method("clone", []),
            _ if self.optional => self
                .as_ref()
                .method("map", [Rust::atom("ToString::to_string")]),
            _ => self.code.clone().method("to_string", []),
        }
    }

    /// An element of an array of `&str`.
    pub(in crate::render) fn str_arg(&self) -> Rust {
        match (&self.ty, self.form) {
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), Form::Ref) => {
                self.code.clone()
            }
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), _) => {
                self.code.clone().borrowed()
            }
            (Type::Enum(_), _) => self.code.clone().method("as_str", []),
            _ => self.string().borrowed(),
        }
    }

    /// A `&str`, whatever is beside it.
    pub(super) fn str_slice(&self) -> Rust {
        match (&self.ty, self.form) {
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), Form::Ref)
                if self.slice =>
            {
                self.code.clone()
            }
            (Type::Enum(_), _) => self.code.clone().method("as_str", []),
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), _) => {
                self.code.clone().method("as_str", [])
            }
            _ => self.string().method("as_str", []),
        }
    }

    pub(super) fn comparable(&self) -> Rust {
        match (&self.ty, self.form) {
            (Type::Enum(_), _) => self.code.clone().method("as_str", []),
            (Type::Int | Type::Bool | Type::Port, Form::Ref) => self.owned(),
            _ => self.code.clone(),
        }
    }

    /// A whole number for a field of 32 bits: what is too large for it becomes the largest.
    pub(in crate::render) fn int32(&self) -> Rust {
        self.converted("i32", |code| {
            Rust::call("i32::try_from", [code]).method("unwrap_or", [Rust::atom("i32::MAX")])
        })
    }

    /// A whole number for a field of 64 bits.
    pub(in crate::render) fn int64(&self) -> Rust {
        self.converted("i64", |code| Rust::call("i64::from", [code]))
    }

    fn converted(&self, wanted: &str, convert: impl Fn(Rust) -> Rust) -> Rust {
        let known = match (&self.ty, &self.code) {
            (_, Rust::Atom(_)) if self.form == Form::Owned => wanted,
            (Type::Port, _) => "u16",
            _ if self.form == Form::Owned => "i32",
            _ => "i64",
        };
        if known == wanted {
            return self.owned();
        }
        let convert = |code| match (known, wanted) {
            ("u16", wanted) => Rust::call(format!("{wanted}::from"), [code]),
            _ => convert(code),
        };
        if self.optional {
            let body = convert(Rust::atom("number"));
            self.owned().method("map", [Rust::closure("number", body)])
        } else {
            convert(self.owned())
        }
    }

    /// The text of a value that may be absent, as an `Option<String>`.
    pub(super) fn present_text(&self) -> Rust {
        if self.optional {
            self.string()
        } else {
            Rust::some(self.string())
        }
    }

    /// The elements, borrowed; nothing while the list is absent.
    pub(in crate::render) fn elements(&self) -> Rust {
        match (self.form, self.optional) {
            (Form::Owned, false) => self.code.clone(),
            (Form::Place, true) => self.code.clone().method("iter", []).method("flatten", []),
            (_, false) => self.code.clone().method("iter", []),
            (_, true) => flat(&self.code),
        }
    }

    /// The name of a Secret that a `secretRef` refers to.
    pub(in crate::render) fn name_of_secret(&self) -> Rust {
        self.code.clone().field("name").borrowed()
    }

    /// What `json!` takes.
    pub(in crate::render) fn in_json(&self) -> Rust {
        self.code.clone()
    }

    pub(super) fn json(&self) -> Rust {
        self.code.clone()
    }
}

/// The elements of an option of a list: `x.iter().flat_map(…)` where the option was mapped, else flattened.
fn flat(code: &Rust) -> Rust {
    if let Rust::Chain(root, links) = code
        && let [
            before @ ..,
            Link::Method(as_ref, none),
            Link::Method(map, closure),
        ] = links.as_slice()
        && (as_ref.as_str(), map.as_str()) == ("as_ref", "map")
        && none.is_empty()
    {
        let mut links = before.to_vec();
        links.push(Link::Method("iter".into(), Vec::new()));
        links.push(Link::Method("flat_map".into(), closure.clone()));
        return Rust::Chain(root.clone(), links);
    }
    code.clone().method("into_iter", []).method("flatten", [])
}

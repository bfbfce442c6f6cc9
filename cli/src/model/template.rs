//! Trees with values in them: configuration files, and lists such as `args`.

use super::{Expr, Local, Text};

/// A tree that generated code builds.
#[derive(Clone, Debug, PartialEq)]
pub enum Template {
    /// A value with its type kept. Absent: the entry or item that holds it is gone.
    Scalar(Expr),
    List(Vec<Item>),
    Map(Vec<Entry>),
}

/// What stands in a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// One item; gone while it is absent.
    Value(Template),
    /// A list whose items stand here; nothing while it is absent.
    Splice(Expr),
    /// `$for`: the items once for each element of a list; nothing while it is absent.
    For {
        var: Local,
        list: Expr,
        filter: Option<Cond>,
        items: Vec<Item>,
    },
    /// `$if`.
    If { cond: Cond, items: Vec<Item> },
}

/// What stands in a mapping.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// One entry; gone while its value is absent.
    Set { key: Text, value: Template },
    /// `$if`.
    If { cond: Cond, entries: Vec<Entry> },
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Cond {
    /// The value is there. Where the condition holds, `bind` names it: paths below it start at that local.
    Present {
        value: Expr,
        bind: Option<Binding>,
    },
    /// A bool that is present.
    Bool(Expr),
    Not(Box<Cond>),
    All(Vec<Cond>),
    Any(Vec<Cond>),
    /// False while either side is absent.
    Equal {
        left: Expr,
        right: Expr,
    },
    /// False while either side is absent. The right is a list, or a map (its keys).
    In {
        value: Expr,
        list: Expr,
    },
}

/// What a condition found present, under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    pub local: Local,
    /// Whether anything below the condition uses it.
    pub used: bool,
}

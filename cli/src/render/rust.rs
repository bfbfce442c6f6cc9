//! Rust as a tree, and its layout.
//!
//! In: expressions built by `render`. Out: text that `rustfmt` (stable defaults, edition 2024) leaves as it
//! is. Only the forms that the generator writes are known. Nothing from a manifest gets in but through
//! [`Expr::str`], which escapes, or as an identifier that the model has proved.
//!
//! # Why
//! No formatter runs on the user's machine: its version would decide bytes that are later merged. The rules
//! and widths here are rustfmt's own, and a test formats every golden project to prove it.

mod layout;

/// A Rust expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    /// A path, a literal, or anything else that stays on one line as it is.
    Atom(String),
    /// `&inner`
    Ref(Box<Expr>),
    /// `callee(args)`
    Call(String, Vec<Expr>),
    /// `root.link(args).field`
    Chain(Box<Expr>, Vec<Link>),
    /// `Type { field: value, ..Default::default() }`
    Struct {
        name: String,
        fields: Vec<(String, Expr)>,
        rest: bool,
    },
    /// `[items]`
    Array(Vec<Expr>),
    /// `vec![items]`
    VecOf(Vec<Expr>),
    /// `(items)`
    Tuple(Vec<Expr>),
    /// `name!(args)`, laid out as a call is
    Macro(String, Vec<Expr>),
    /// `json!(tree)`: rustfmt cannot read it, so its layout is ours
    Json(Box<Json>),
    /// `|param| body`
    Closure(String, Box<Expr>),
    /// `move |param| body`
    Moving(Box<Expr>),
    /// `inner?`
    Try(Box<Expr>),
}

/// One step of a method chain.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Link {
    /// `.name(args)`; the name may carry a turbofish
    Method(String, Vec<Expr>),
    /// `.name`
    Field(String),
}

/// What stands inside `json!(…)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// An expression, borrowed or a literal
    Expr(Expr),
    /// `{ "key": value }`
    Object(Vec<(String, Json)>),
    /// `[ value ]`
    Array(Vec<Json>),
}

impl Json {
    fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Expr(expr) => expr.mentions(name),
            Self::Object(entries) => entries.iter().any(|(_, value)| value.mentions(name)),
            Self::Array(items) => items.iter().any(|item| item.mentions(name)),
        }
    }
}

/// Whether the name is a word of the text; in a string literal, one that a format would take: `{name}`.
fn word_in(text: &str, name: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    if text.starts_with('"') {
        let name = name.trim_start_matches("r#");
        return text.split('{').skip(1).any(|rest| {
            rest.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['}', ':']))
        });
    }
    let name = name.trim_start_matches("r#");
    text.split(|c| !letter(c)).any(|word| word == name)
}

impl Expr {
    /// A path or literal of Rust, as it is.
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    /// A string literal with everything escaped that could end or hide it.
    pub(super) fn str(text: &str) -> Self {
        Self::Atom(literal(text))
    }

    /// `callee(args)`
    pub(super) fn call(callee: impl Into<String>, args: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(callee.into(), args.into_iter().collect())
    }

    /// `Some(inner)`
    pub(super) fn some(inner: Self) -> Self {
        Self::call("Some", [inner])
    }

    /// `&self`
    pub(super) fn borrowed(self) -> Self {
        Self::Ref(Box::new(self))
    }

    /// `self?`
    pub(super) fn tried(self) -> Self {
        Self::Try(Box::new(self))
    }

    /// `move self`, of a closure
    pub(super) fn moving(self) -> Self {
        Self::Moving(Box::new(self))
    }

    /// `self.name(args)`
    pub(super) fn method(
        self,
        name: impl Into<String>,
        args: impl IntoIterator<Item = Self>,
    ) -> Self {
        self.link(Link::Method(name.into(), args.into_iter().collect()))
    }

    /// `self.name`
    pub(super) fn field(self, name: impl Into<String>) -> Self {
        self.link(Link::Field(name.into()))
    }

    /// `name!(args)`
    pub(super) fn mac(name: impl Into<String>, args: impl IntoIterator<Item = Self>) -> Self {
        Self::Macro(name.into(), args.into_iter().collect())
    }

    /// `|param| body`; `|_| body` where the body has no use for it, as the compiler would warn
    pub(super) fn closure(param: impl Into<String>, body: Self) -> Self {
        let param = param.into();
        let used = param.is_empty() || body.mentions(&param);
        Self::Closure(if used { param } else { "_".to_owned() }, Box::new(body))
    }

    /// Whether the name stands in the code somewhere.
    fn mentions(&self, name: &str) -> bool {
        let any = |list: &[Self]| list.iter().any(|one| one.mentions(name));
        match self {
            Self::Atom(text) => word_in(text, name),
            Self::Ref(inner) | Self::Closure(_, inner) | Self::Moving(inner) | Self::Try(inner) => {
                inner.mentions(name)
            }
            Self::Call(callee, args) | Self::Macro(callee, args) => {
                word_in(callee, name) || any(args)
            }
            Self::Chain(root, links) => {
                root.mentions(name)
                    || links
                        .iter()
                        .any(|link| matches!(link, Link::Method(_, args) if any(args)))
            }
            Self::Struct { fields, .. } => fields.iter().any(|(_, value)| value.mentions(name)),
            Self::Array(list) | Self::VecOf(list) | Self::Tuple(list) => any(list),
            Self::Json(json) => json.mentions(name),
        }
    }

    /// The text of the expression where `used` columns of its first line are taken, the block it stands in
    /// is indented by `indent`, and `after` columns follow it on its last line.
    pub(super) fn print(&self, indent: usize, used: usize, after: usize) -> String {
        layout::expression(self, layout::Shape::new(indent, used, after))
    }

    /// What follows `=`, with the blank or the line break before it; `used` columns and `=` are on the line.
    pub(super) fn print_assigned(&self, indent: usize, used: usize) -> String {
        layout::assigned(self, layout::Shape::new(indent, used, 1))
    }

    fn link(self, link: Link) -> Self {
        match self {
            Self::Chain(root, mut links) => {
                links.push(link);
                Self::Chain(root, links)
            }
            root => Self::Chain(Box::new(root), vec![link]),
        }
    }
}

/// A Rust string literal.
pub(super) fn literal(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_cannot_be_left() {
        assert_eq!(literal("a\"b\\c\n\u{202e}"), r#""a\"b\\c\n\u{202e}""#);
    }

    #[test]
    fn a_short_chain_stays_on_its_line() {
        let expr = Expr::call("Rules::new", []).method("kinds", [Expr::atom("A")]);
        assert_eq!(expr.print(8, 8, 0), "Rules::new().kinds(A)");
    }

    #[test]
    fn a_long_chain_breaks_before_every_link() {
        let expr = Expr::atom("node")
            .method("container", [])
            .method("port", [Expr::str("http"), Expr::atom("8080")])
            .method("readiness_probe", [Expr::str("a rather long probe")]);
        assert_eq!(
            expr.print(8, 21, 1),
            "node\n            .container()\n            .port(\"http\", 8080)\n            .readiness_probe(\"a rather long probe\")"
        );
    }

    #[test]
    fn a_parameter_without_a_use_has_no_name() {
        let unused = Expr::closure("p", Expr::atom("7001"));
        assert_eq!(
            unused,
            Expr::Closure("_".into(), Box::new(Expr::atom("7001")))
        );
        let format = Expr::mac("format", [Expr::str("{p}:1")]);
        for body in [Expr::atom("p").method("host", []), format] {
            let used = Expr::closure("p", body.clone());
            assert_eq!(used, Expr::Closure("p".into(), Box::new(body)));
        }
    }
}

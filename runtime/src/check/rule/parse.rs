//! A rule's text → its tree. `None` for whatever is not in the part of CEL that is read here.

/// How deep a rule may nest.
const MAX_DEPTH: usize = 64;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    Text(String),
    Number(i64),
    Flag(bool),
    List(Vec<Rule>),
    Name(String),
    Field(Box<Rule>, String),
    /// `has(x.y)`
    Has(Box<Rule>, String),
    Not(Box<Rule>),
    Binary(&'static str, Box<Rule>, Box<Rule>),
    /// `x.method(…)`, and `size(x)`.
    Call(Box<Rule>, String, Vec<Rule>),
    /// `x.all(n, …)`
    Each(Box<Rule>, String, String, Box<Rule>),
}

impl Rule {
    /// Whether it compares with what was there before.
    pub(super) fn is_about_change(&self) -> bool {
        match self {
            Self::Name(name) => name == "oldSelf",
            Self::Text(_) | Self::Number(_) | Self::Flag(_) => false,
            Self::List(items) => items.iter().any(Self::is_about_change),
            Self::Field(of, _) | Self::Has(of, _) | Self::Not(of) => of.is_about_change(),
            Self::Binary(_, left, right) => left.is_about_change() || right.is_about_change(),
            Self::Call(of, _, arguments) => {
                of.is_about_change() || arguments.iter().any(Self::is_about_change)
            }
            Self::Each(of, _, _, body) => of.is_about_change() || body.is_about_change(),
        }
    }
}

/// Reads a rule.
pub(super) fn parse(text: &str) -> Option<Rule> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let rule = parser.or()?;
    (parser.at == parser.tokens.len()).then_some(rule)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Number(i64),
    Text(String),
    Sign(&'static str),
}

const SIGNS: &[&str] = &[
    "||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "+",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let token = if first == '\'' || first == '"' {
            let (text, after) = quoted(rest, first)?;
            rest = after;
            Token::Text(text)
        } else if first.is_ascii_digit() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let (number, after) = rest.split_at_checked(end)?;
            rest = after;
            Token::Number(number.parse().ok()?)
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end)?;
            rest = after;
            Token::Word(word.to_owned())
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            rest = rest.strip_prefix(sign)?;
            Token::Sign(sign)
        };
        tokens.push(token);
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// A quoted text, and what follows it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                c @ ('\\' | '\'' | '"') => out.push(c),
                _ => return None,
            },
            c if c == quote => return Some((out, text.get(at + c.len_utf8()..)?)),
            c => out.push(c),
        }
    }
    None
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<String> {
        match self.tokens.get(self.at)? {
            Token::Word(word) => {
                self.at += 1;
                Some(word.clone())
            }
            _ => None,
        }
    }

    fn or(&mut self) -> Option<Rule> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.and()?;
        while self.take("||") {
            left = Rule::Binary("||", Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Option<Rule> {
        let mut left = self.comparison()?;
        while self.take("&&") {
            left = Rule::Binary("&&", Box::new(left), Box::new(self.comparison()?));
        }
        Some(left)
    }

    fn comparison(&mut self) -> Option<Rule> {
        let left = self.sum()?;
        for sign in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.take(sign) {
                return Some(Rule::Binary(sign, Box::new(left), Box::new(self.sum()?)));
            }
        }
        if self.tokens.get(self.at) == Some(&Token::Word("in".to_owned())) {
            self.at += 1;
            return Some(Rule::Binary("in", Box::new(left), Box::new(self.sum()?)));
        }
        Some(left)
    }

    fn sum(&mut self) -> Option<Rule> {
        let mut left = self.unary()?;
        while self.take("+") {
            left = Rule::Binary("+", Box::new(left), Box::new(self.unary()?));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Rule> {
        let mut negations = 0_usize;
        while self.take("!") {
            negations += 1;
        }
        let mut rule = self.member()?;
        for _ in 0..negations % 2 {
            rule = Rule::Not(Box::new(rule));
        }
        Some(rule)
    }

    fn member(&mut self) -> Option<Rule> {
        let mut rule = self.primary()?;
        while self.take(".") {
            let name = self.word()?;
            if !self.take("(") {
                rule = Rule::Field(Box::new(rule), unescaped(&name));
                continue;
            }
            rule = if matches!(name.as_str(), "all" | "exists" | "filter" | "map") {
                let variable = self.word()?;
                if !self.take(",") {
                    return None;
                }
                let body = self.or()?;
                if !self.take(")") {
                    return None;
                }
                Rule::Each(Box::new(rule), name, variable, Box::new(body))
            } else {
                let arguments = self.items(")")?;
                Rule::Call(Box::new(rule), name, arguments)
            };
        }
        Some(rule)
    }

    fn primary(&mut self) -> Option<Rule> {
        if self.take("(") {
            let inner = self.or()?;
            return self.take(")").then_some(inner);
        }
        if self.take("[") {
            return self.items("]").map(Rule::List);
        }
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Number(number) => Some(Rule::Number(number)),
            Token::Text(text) => Some(Rule::Text(text)),
            Token::Word(word) => match word.as_str() {
                "true" => Some(Rule::Flag(true)),
                "false" => Some(Rule::Flag(false)),
                _ if !self.take("(") => Some(Rule::Name(word)),
                "has" => match self.items(")")?.as_slice() {
                    [Rule::Field(of, name)] => Some(Rule::Has(of.clone(), name.clone())),
                    _ => None,
                },
                "size" => match self.items(")")?.as_slice() {
                    [of] => Some(Rule::Call(Box::new(of.clone()), word, Vec::new())),
                    _ => None,
                },
                _ => None,
            },
            Token::Sign(_) => None,
        }
    }

    fn items(&mut self, end: &str) -> Option<Vec<Rule>> {
        let mut items = Vec::new();
        if self.take(end) {
            return Some(items);
        }
        loop {
            items.push(self.or()?);
            if self.take(end) {
                return Some(items);
            }
            if !self.take(",") {
                return None;
            }
        }
    }
}

/// A field's name, of which Kubernetes escapes what is no identifier in CEL.
fn unescaped(name: &str) -> String {
    let inner = name
        .strip_prefix("__")
        .and_then(|rest| rest.strip_suffix("__"));
    if let Some(word) = inner.filter(|word| !word.contains("__"))
        && !matches!(word, "dash" | "dot" | "slash" | "underscores")
    {
        return word.to_owned();
    }
    name.replace("__dash__", "-")
        .replace("__dot__", ".")
        .replace("__slash__", "/")
        .replace("__underscores__", "__")
}

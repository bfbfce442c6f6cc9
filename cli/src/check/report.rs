//! Where the stages of `check` put the mistakes that they find, and the words they share.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::fmt::Display;

use super::doubt;
use crate::diagnostic::{Code, Problem, Problems};
use crate::manifest::{Loss, Source, Span, Spanned, is_number, words};
use crate::model::{BadName, KindName};

/// The collector of the stage; shared, since typing goes on after a mistake.
#[derive(Debug)]
pub(super) struct Report<'m> {
    source: &'m Source,
    problems: RefCell<Problems>,
    warnings: RefCell<Problems>,
    losses: RefCell<Vec<Loss>>,
    /// What stands for names that cannot be one, and the names as they are written.
    stand_ins: RefCell<Vec<(String, String)>>,
}

impl<'m> Report<'m> {
    pub(super) fn new(source: &'m Source) -> Self {
        Self {
            source,
            problems: RefCell::default(),
            warnings: RefCell::default(),
            losses: RefCell::default(),
            stand_ins: RefCell::default(),
        }
    }

    /// A collector of the same source, whose mistakes nobody hears of: what is read twice is reported once.
    pub(super) fn aside(&self) -> Self {
        Self::new(self.source)
    }

    pub(super) fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// What is odd without being wrong.
    pub(super) fn warn(&self, warning: Problem) {
        self.warnings.borrow_mut().push(warning);
    }

    /// The warnings so far.
    pub(super) fn take_warnings(&self) -> Problems {
        self.warnings.take()
    }

    /// The mistakes, but for those that say of a stand-in what nobody wrote; each in the names as they are written.
    pub(super) fn into_problems(self) -> Problems {
        let problems = self.problems.into_inner();
        let losses = self.losses.into_inner();
        let mut stand_ins = self.stand_ins.into_inner();
        // `standin1` is the beginning of `standin12`.
        stand_ins.sort_by_key(|(stand_in, _)| Reverse(stand_in.len()));
        let problems = if losses.is_empty() {
            problems
        } else {
            doubt::standing(self.source, &problems, &losses)
        };
        if stand_ins.is_empty() {
            return problems;
        }
        let as_written = |text: &str| {
            let mut text = text.to_owned();
            for (stand_in, written) in &stand_ins {
                text = text.replace(stand_in, written);
            }
            text
        };
        let mut named = Problems::new();
        for problem in problems.sorted() {
            let mut problem = problem.clone();
            problem.message = as_written(&problem.message);
            problem.help = problem.help.map(|help| as_written(&help));
            for label in &mut problem.labels {
                label.text = as_written(&label.text);
            }
            named.push(problem);
        }
        named
    }

    /// What mistakes say of `stand_in` they are to say of what is written.
    pub(super) fn stands_for(&self, stand_in: &str, written: &str) {
        let pair = (stand_in.to_owned(), written.to_owned());
        self.stand_ins.borrow_mut().push(pair);
    }

    /// `(line 12)`.
    pub(super) fn line(&self, span: Span) -> String {
        format!("(line {})", self.source.line(span.start))
    }

    /// The text as a name of kind `what`; after `E0601` a stand-in that nothing else is called, so that what it names is looked
    /// at all the same. Mistakes that mention either name are left out: they follow from this one.
    pub(super) fn name_or<T>(
        &self,
        text: &Spanned<String>,
        what: &str,
        make: impl Fn(String) -> Result<T, BadName>,
    ) -> Option<T> {
        let made = self.name(text, what, &make);
        made.or_else(|| {
            let stand_in = format!("standin{}", text.span.start);
            self.lose(&text.value);
            self.lose(&stand_in);
            self.stands_for(&stand_in, &text.value);
            // As the name of a type has it.
            self.stands_for(&format!("Standin{}", text.span.start), &text.value);
            make(stand_in).ok()
        })
    }

    /// What has this name cannot be told: mistakes that mention it are left out.
    pub(super) fn lose(&self, name: &str) {
        let parts = words(name).filter(|word| word != name && !is_number(word));
        self.losses.borrow_mut().push(Loss {
            names: [name.to_owned()].into(),
            parts: parts.collect(),
            ..Loss::default()
        });
    }

    /// The text as a kind; after `E0601` a stand-in.
    pub(super) fn kind(&self, text: &Spanned<String>) -> Option<KindName> {
        let made = self.name(text, "a kind", KindName::new);
        made.or_else(|| {
            let stand_in = format!("StandIn{}", text.span.start);
            self.stands_for(&stand_in, &text.value);
            self.stands_for(&stand_in.to_lowercase(), &text.value.to_lowercase());
            KindName::new(stand_in).ok()
        })
    }

    /// The text as a name of kind `what`, or `E0601`.
    pub(super) fn name<T>(
        &self,
        text: &Spanned<String>,
        what: &str,
        make: impl FnOnce(String) -> Result<T, BadName>,
    ) -> Option<T> {
        match make(text.value.clone()) {
            Ok(name) => Some(name),
            Err(BadName(rule)) => {
                self.push(
                    Problem::new(Code::E0601, format!("`{}` cannot be {what}", text.value))
                        .at(text.span, "not a legal name")
                        .help(rule),
                );
                None
            }
        }
    }
}

/// "`a`, `b` and `c`"; `none` for nothing.
pub(super) fn listed<T: Display>(names: impl IntoIterator<Item = T>, none: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => none.to_owned(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_do() {
        assert_eq!(listed(["a", "b", "c"], "nothing"), "`a`, `b` and `c`");
        assert_eq!(listed(Vec::<&str>::new(), "nothing"), "nothing");
    }
}

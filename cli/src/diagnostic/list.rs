//! The collector of one stage's mistakes.

use super::problem::Problem;

/// The mistakes of one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The mistakes in the order of their places, each once; those without a place come first. What a node type takes over
    /// from another with `like` is wrong at one place, however many have it.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut list: Vec<&Problem> = self.list.iter().collect();
        list.sort_by(|a, b| (a.span(), a.code, &a.message).cmp(&(b.span(), b.code, &b.message)));
        list.dedup();
        list.dedup_by(|b, a| {
            b.span().is_some() && (a.span(), a.code, &a.message) == (b.span(), b.code, &b.message)
        });
        list
    }

    /// The stage's result: its value, unless there is a mistake.
    ///
    /// # Errors
    /// All mistakes, where there is one; or `missing`, where there is neither a value nor a mistake.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self {
            list: vec![problem],
        }
    }
}

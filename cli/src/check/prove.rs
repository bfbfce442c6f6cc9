//! Whether a name template can make two children of one custom resource alike, and how long its parts may be.
//!
//! # Why
//! A name of a node or group is any DNS label. Two of them side by side with only `-` (or nothing) between can be cut in two
//! places, so one free name next to another always collides; a lone free name between fixed ends never does. A character that
//! no DNS label has (`.`) is a sure cut.

use crate::model::{LengthLimit, LimitedName};

/// A part of a name template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Fixed(String),
    Var(Var),
}

/// What a name template inserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Var {
    Cr,
    Namespace,
    Node,
    K8s,
    Config,
    Type,
    Storage,
}

impl Var {
    /// The same for all children of a custom resource.
    fn is_fixed(self) -> bool {
        matches!(self, Self::Cr | Self::Namespace)
    }

    fn is_free(self) -> bool {
        !self.is_fixed() && self != Self::Type
    }

    fn word(self) -> &'static str {
        match self {
            Self::Cr => "custom resource",
            Self::Namespace => "namespace",
            Self::Node => "node",
            Self::K8s => "group",
            Self::Config => "config group",
            Self::Type => "type",
            Self::Storage => "storage",
        }
    }
}

/// Two children of different `key` that would have one name, in words; `None` where there are none.
pub(super) fn collision(parts: &[Part], key: &[Var], types: &[&str]) -> Option<String> {
    let has = |wanted: Var| parts.contains(&Part::Var(wanted));
    if let Some(missing) = key.iter().find(|var| !has(**var)) {
        return Some(format!(
            "the name says nothing of the {}: all have the same",
            missing.word()
        ));
    }
    let moving: Vec<usize> = (0..parts.len())
        .filter(|index| matches!(parts.get(*index), Some(Part::Var(var)) if !var.is_fixed()))
        .collect();
    moving.windows(2).find_map(|pair| {
        let [left, right] = pair else { return None };
        let (Some(Part::Var(one)), Some(Part::Var(other))) = (parts.get(*left), parts.get(*right))
        else {
            return None;
        };
        let between = fixed_text(parts.get(left + 1..*right)?);
        let cut = between.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        if cut || one == other {
            return None;
        }
        match (one.is_free(), other.is_free()) {
            (true, true) if key.contains(one) || key.contains(other) => {
                Some(ambiguous(parts, (*one, *other), &between, key))
            }
            (true, false) if key.contains(one) => typed(parts, *one, &between, types, true),
            (false, true) if key.contains(other) => typed(parts, *other, &between, types, false),
            _ => None,
        }
    })
}

/// Two free names side by side: `a` + `b-c` and `a-b` + `c`.
fn ambiguous(parts: &[Part], (one, other): (Var, Var), between: &str, key: &[Var]) -> String {
    let first = [(one, "a".to_owned()), (other, format!("b{between}c"))];
    let second = [(one, format!("a{between}b")), (other, "c".to_owned())];
    let name = filled(parts, &first, "");
    format!(
        "{}, {}: both `{name}`",
        describe(&first, key),
        describe(&second, key)
    )
}

/// A free name beside the name of a node type, which is one of a few.
fn typed(
    parts: &[Part],
    free: Var,
    between: &str,
    types: &[&str],
    free_first: bool,
) -> Option<String> {
    for short in types {
        for long in types.iter().filter(|long| *long != short) {
            let found = if free_first {
                format!("{between}{long}")
                    .strip_suffix(&format!("{between}{short}"))
                    .map(|extra| format!("a{extra}"))
            } else {
                format!("{long}{between}")
                    .strip_prefix(&format!("{short}{between}"))
                    .map(|extra| format!("{extra}a"))
            };
            let Some(longer) =
                found.filter(|name| name.starts_with(alphanumeric) && name.ends_with(alphanumeric))
            else {
                continue;
            };
            let name = filled(parts, &[(free, "a".to_owned())], long);
            let word = free.word();
            return Some(format!(
                "{word} `a` of type `{long}`, {word} `{longer}` of type `{short}`: both `{name}`"
            ));
        }
    }
    None
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// "node `a` with group `b-c`"; what is in the key comes first.
fn describe(values: &[(Var, String)], key: &[Var]) -> String {
    let mut sorted: Vec<&(Var, String)> = values.iter().collect();
    sorted.sort_by_key(|(var, _)| (!key.contains(var), *var));
    let words: Vec<String> = sorted
        .iter()
        .map(|(var, value)| format!("{} `{value}`", var.word()))
        .collect();
    words.join(" with ")
}

/// The name with values in it; a custom resource is called `x`, what is not given `z`.
fn filled(parts: &[Part], values: &[(Var, String)], node_type: &str) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Fixed(text) => text.clone(),
            Part::Var(Var::Type) if !node_type.is_empty() => node_type.to_owned(),
            Part::Var(var) => match values.iter().find(|(known, _)| known == var) {
                Some((_, value)) => value.clone(),
                None if var.is_fixed() => "x".to_owned(),
                None => "z".to_owned(),
            },
        })
        .collect()
}

fn fixed_text(parts: &[Part]) -> String {
    filled(parts, &[], "")
}

/// What a name leaves for the names in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    pub(super) vars: Vec<LimitedName>,
    /// Characters for all of `vars` together; may be negative.
    pub(super) room: i64,
}

/// The budget of a template whose name may have `max` characters.
pub(super) fn budget(parts: &[Part], max: i64, longest_type: usize) -> Budget {
    let mut budget = Budget {
        vars: Vec::new(),
        room: max,
    };
    for part in parts {
        let length = match part {
            Part::Fixed(text) => text.len(),
            Part::Var(Var::Type) => longest_type,
            Part::Var(Var::Namespace) => 63,
            Part::Var(var) => {
                budget.vars.extend(limited(*var));
                0
            }
        };
        budget.room -= i64::try_from(length).unwrap_or(i64::MAX);
    }
    budget
}

fn limited(var: Var) -> Option<LimitedName> {
    match var {
        Var::Cr => Some(LimitedName::Cr),
        Var::Node => Some(LimitedName::Node),
        Var::K8s => Some(LimitedName::K8sGroup),
        Var::Config => Some(LimitedName::ConfigGroup),
        Var::Storage => Some(LimitedName::Storage),
        Var::Namespace | Var::Type => None,
    }
}

/// The longest each name may be so that every budget holds: the tightest budget is shared out first, evenly; what a name
/// cannot use goes to its neighbours.
pub(super) fn limits(budgets: &[Budget]) -> Vec<LengthLimit> {
    let all = [
        LimitedName::Cr,
        LimitedName::Node,
        LimitedName::K8sGroup,
        LimitedName::ConfigGroup,
        LimitedName::Storage,
    ];
    let mut max: Vec<(LimitedName, i64)> = all.iter().map(|name| (*name, 63)).collect();
    let mut sorted: Vec<&Budget> = budgets
        .iter()
        .filter(|budget| !budget.vars.is_empty())
        .collect();
    sorted.sort_by_key(|budget| budget.room / i64::try_from(budget.vars.len()).unwrap_or(1));
    for budget in sorted {
        let mut open: Vec<LimitedName> = budget.vars.clone();
        let mut room = budget.room;
        loop {
            let share = room / i64::try_from(open.len().max(1)).unwrap_or(1);
            let of = |name: &LimitedName| {
                max.iter()
                    .find(|(known, _)| known == name)
                    .map_or(63, |(_, max)| *max)
            };
            let (small, large): (Vec<_>, Vec<_>) =
                open.iter().copied().partition(|name| of(name) <= share);
            room -= small.iter().map(of).sum::<i64>();
            if small.is_empty() || large.is_empty() {
                for (name, max) in &mut max {
                    if large.contains(name) {
                        *max = share.max(1);
                    }
                }
                break;
            }
            open = large;
        }
    }
    max.into_iter()
        .map(|(of, max)| LengthLimit {
            of,
            max: u32::try_from(max).unwrap_or(1),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<Part> {
        let vars = [
            ("R", Var::Cr),
            ("N", Var::Node),
            ("K", Var::K8s),
            ("C", Var::Config),
            ("T", Var::Type),
            ("S", Var::Storage),
        ];
        text.chars()
            .map(
                |c| match vars.iter().find(|(letter, _)| letter.starts_with(c)) {
                    Some((_, var)) => Part::Var(*var),
                    None => Part::Fixed(c.to_string()),
                },
            )
            .collect()
    }

    #[test]
    fn one_free_name_between_fixed_ends_is_injective() {
        for text in ["N", "R-N", "R-N-config", "pre-N", "N-R"] {
            assert_eq!(
                collision(&parts(text), &[Var::Node], &["a", "b"]),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn two_free_names_with_a_dash_collide_and_a_dot_keeps_them_apart() {
        assert_eq!(
            collision(&parts("N-K"), &[Var::Node], &[]).unwrap(),
            "node `a` with group `b-c`, node `a-b` with group `c`: both `a-b-c`"
        );
        assert_eq!(
            collision(&parts("K-N"), &[Var::Node], &[]).unwrap(),
            "node `b-c` with group `a`, node `c` with group `a-b`: both `a-b-c`"
        );
        assert_eq!(collision(&parts("N.K"), &[Var::Node], &[]), None);
    }

    #[test]
    fn a_name_without_its_key_collides() {
        assert!(
            collision(&parts("R-C"), &[Var::Node], &[])
                .unwrap()
                .contains("node")
        );
    }

    #[test]
    fn a_node_type_collides_only_with_its_own_ending() {
        assert_eq!(
            collision(&parts("N-T"), &[Var::Node], &["broker", "server"]),
            None
        );
        assert_eq!(
            collision(&parts("N-T"), &[Var::Node], &["server", "sub-server"]).unwrap(),
            "node `a` of type `sub-server`, node `a-sub` of type `server`: both `a-sub-server`"
        );
    }

    #[test]
    fn the_tightest_name_is_shared_out_first() {
        let budgets = [
            budget(&parts("R-N"), 52, 0),
            budget(&parts("S"), 63, 0),
            budget(&parts("R-N-headless"), 63, 0),
        ];
        let limits = limits(&budgets);
        let of = |name| limits.iter().find(|limit| limit.of == name).unwrap().max;
        assert_eq!(
            (
                of(LimitedName::Cr),
                of(LimitedName::Node),
                of(LimitedName::Storage)
            ),
            (25, 25, 63)
        );
    }
}

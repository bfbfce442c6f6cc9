//! Decides what is done with an object. Pure.
//!
//! In: how the application has it, whether it is ours, and what the application was last told. Out:
//! one act. Compared is with what the application has, never with what was sent (NC-2).
//!
//! An application may make something else of what it is told, and answer that for ever. It is told
//! once more where that looks like drift; what it then still makes of it is accepted, as long as it
//! stays the same.

use super::remote::Seen;
use crate::names::digest;
use crate::spec::Adopt;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Nothing,
    Create {
        /// It was there, and somebody removed it.
        lost: bool,
    },
    Update(Why),
    /// It is somebody else's.
    Refuse,
}

/// Why an object that is there is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It was there before the resource.
    Adopted,
    /// The resource asks for something else than before.
    Changed,
    /// Somebody changed it.
    Drifted,
}

/// What the application was last told, and what it makes of it (`status.applied`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) told: String,
    pub(super) accepted: Option<String>,
}

impl Applied {
    pub(super) fn read(text: &str) -> Self {
        let (told, accepted) = match text.split_once(';') {
            Some((told, accepted)) => (told, Some(accepted.to_owned())),
            None => (text, None),
        };
        Self {
            told: told.to_owned(),
            accepted,
        }
    }

    pub(super) fn text(&self) -> String {
        match &self.accepted {
            Some(accepted) => format!("{};{accepted}", self.told),
            None => self.told.clone(),
        }
    }

    /// With these differences, which the application makes of what it was told.
    pub(super) fn accept(told: &str, seen: &Seen) -> Self {
        Self {
            told: told.to_owned(),
            accepted: match seen {
                Seen::Differs(differences) => Some(digest(differences.as_bytes())),
                Seen::Absent | Seen::InSync => None,
            },
        }
    }
}

/// What a decision rests on, beside what the application has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) adopt: Adopt,
    /// The resource has the object already, or is about to have made it.
    pub(super) ours: bool,
    /// Digest of what the resource asks for.
    pub(super) asked: &'a str,
    pub(super) applied: Option<&'a Applied>,
}

/// Decides.
pub(super) fn decide(seen: &Seen, facts: Facts<'_>) -> Act {
    let told = facts
        .applied
        .is_some_and(|applied| applied.told == facts.asked);
    match (seen, facts.adopt) {
        (_, Adopt::Observe) => Act::Nothing,
        (Seen::Absent, _) => Act::Create { lost: told },
        (_, Adopt::Refuse) if !facts.ours => Act::Refuse,
        (Seen::InSync, _) => Act::Nothing,
        (Seen::Differs(differences), _) => {
            let accepted = facts
                .applied
                .and_then(|applied| applied.accepted.as_deref());
            if told && accepted == Some(digest(differences.as_bytes()).as_str()) {
                Act::Nothing
            } else if told {
                Act::Update(Why::Drifted)
            } else if facts.ours {
                Act::Update(Why::Changed)
            } else {
                Act::Update(Why::Adopted)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(adopt: Adopt, ours: bool, applied: Option<&Applied>) -> Facts<'_> {
        Facts {
            adopt,
            ours,
            asked: "a",
            applied,
        }
    }

    fn differs() -> Seen {
        Seen::Differs("n is 1, not 2".to_owned())
    }

    #[test]
    fn the_object_decides_and_not_what_was_sent() {
        // NC-2, NC-3, NC-15.
        let told = Applied::read("a");
        let other = Applied::read("b");
        let drifted = Act::Update(Why::Drifted);
        let changed = Act::Update(Why::Changed);
        let adopted = Act::Update(Why::Adopted);
        for (seen, ours, applied, act) in [
            (Seen::Absent, false, None, Act::Create { lost: false }),
            (Seen::Absent, true, None, Act::Create { lost: false }),
            (Seen::Absent, true, Some(&told), Act::Create { lost: true }),
            (Seen::InSync, false, None, Act::Nothing),
            (Seen::InSync, true, Some(&other), Act::Nothing),
            (differs(), false, None, adopted),
            (differs(), true, None, changed),
            (differs(), true, Some(&other), changed),
            (differs(), true, Some(&told), drifted),
        ] {
            let facts = facts(Adopt::Adopt, ours, applied);
            assert_eq!(decide(&seen, facts), act, "{seen:?} {facts:?}");
        }
    }

    #[test]
    fn what_was_there_before_is_refused_or_looked_at_where_the_policy_says_so() {
        // NC-15.
        for seen in [Seen::InSync, differs()] {
            assert_eq!(
                decide(&seen, facts(Adopt::Refuse, false, None)),
                Act::Refuse
            );
            assert_ne!(decide(&seen, facts(Adopt::Refuse, true, None)), Act::Refuse);
        }
        let absent = decide(&Seen::Absent, facts(Adopt::Refuse, false, None));
        assert_eq!(absent, Act::Create { lost: false });
        for seen in [Seen::Absent, Seen::InSync, differs()] {
            assert_eq!(
                decide(&seen, facts(Adopt::Observe, false, None)),
                Act::Nothing
            );
        }
    }

    #[test]
    fn what_an_application_makes_of_it_is_accepted_until_it_changes() {
        // NC-17.
        let accepted = Applied::accept("a", &differs());
        assert_eq!(Applied::read(&accepted.text()), accepted);
        let at = |seen: &Seen, asked| {
            let facts = Facts {
                asked,
                ..facts(Adopt::Adopt, true, Some(&accepted))
            };
            decide(seen, facts)
        };
        assert_eq!(at(&differs(), "a"), Act::Nothing);
        let otherwise = Seen::Differs("n is 3, not 2".to_owned());
        assert_eq!(at(&otherwise, "a"), Act::Update(Why::Drifted));
        assert_eq!(at(&differs(), "b"), Act::Update(Why::Changed));
        assert_eq!(Applied::accept("a", &Seen::InSync).text(), "a");
    }
}

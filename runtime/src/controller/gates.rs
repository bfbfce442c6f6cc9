//! What is remembered of the gates of one custom resource's upgrades. Pure: the time is an argument.
//!
//! In: the turns that are about to begin or are done, and answers. Out: which gate has to be asked
//! now, and which are not open. Losing it, as a restart does, costs questions that were answered
//! before and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use super::track::backoff;
use crate::hook::Gate;
use crate::rollout::gates::{Point, Shut};

/// What a gate answers that takes its time.
pub(super) type Answer = Arc<OnceLock<Gate>>;

/// How the gates of each turn stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Gates(BTreeMap<String, Known>);

#[derive(Clone, Debug)]
struct Known {
    point: Point,
    /// What is desired of the turn.
    target: String,
    state: State,
    /// Answers that were not open, in a row.
    tries: u32,
    why: Option<String>,
}

#[derive(Clone, Debug)]
enum State {
    /// To be asked at that time.
    Due(Instant),
    Asked(Answer),
    Open,
}

impl Known {
    fn new(point: Point, target: &str, now: Instant) -> Self {
        Self {
            point,
            target: target.to_owned(),
            state: State::Due(now),
            tries: 0,
            why: None,
        }
    }

    /// Takes what was answered since.
    fn settle(&mut self, now: Instant) {
        if let State::Asked(answer) = &self.state
            && let Some(gate) = answer.get().cloned()
        {
            self.answer(gate, now);
        }
    }

    fn answer(&mut self, gate: Gate, now: Instant) {
        match gate {
            Gate::Open => self.state = State::Open,
            Gate::Wait(why) => {
                self.state = State::Due(now + backoff(self.tries));
                self.tries += 1;
                self.why = Some(why);
            }
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        matches!(self.state, State::Due(at) if at <= now)
    }
}

impl Gates {
    /// A turn is about to begin. Returns whether it has to be asked now.
    pub(super) fn begins(&mut self, turn: &str, target: &str, now: Instant) -> bool {
        let known = self
            .0
            .entry(turn.to_owned())
            .or_insert_with(|| Known::new(Point::Before, target, now));
        known.settle(now);
        if known.point != Point::Before || known.target != target {
            *known = Known::new(Point::Before, target, now);
        }
        known.is_due(now)
    }

    /// A turn is done. Returns whether it has to be asked now.
    pub(super) fn ends(&mut self, turn: &str, now: Instant) -> bool {
        let Some(known) = self.0.get_mut(turn) else {
            return false;
        };
        known.settle(now);
        if known.point == Point::Before {
            *known = Known::new(Point::After, "", now);
        }
        if matches!(known.state, State::Open) {
            self.0.remove(turn);
            return false;
        }
        known.is_due(now)
    }

    /// What the gate of a turn says at once.
    pub(super) fn answered(&mut self, turn: &str, gate: Gate, now: Instant) {
        if let Some(known) = self.0.get_mut(turn) {
            known.answer(gate, now);
            if known.point == Point::After && matches!(known.state, State::Open) {
                self.0.remove(turn);
            }
        }
    }

    /// The gate of a turn takes its time.
    pub(super) fn asked(&mut self, turn: &str, answer: Answer) {
        if let Some(known) = self.0.get_mut(turn) {
            known.state = State::Asked(answer);
        }
    }

    /// Too many are being asked: another time, which is no answer.
    pub(super) fn put_off(&mut self, turn: &str, now: Instant) {
        if let Some(known) = self.0.get_mut(turn) {
            known.state = State::Due(now + backoff(0));
        }
    }

    /// This process did not see that upgrade begin.
    pub(super) fn inherit(&mut self, turn: &str, now: Instant) {
        self.0
            .entry(turn.to_owned())
            .or_insert_with(|| Known::new(Point::After, "", now));
    }

    /// The resource changed: what is not open is worth another question.
    pub(super) fn hurry(&mut self, now: Instant) {
        for known in self.0.values_mut() {
            known.tries = 0;
            if let State::Due(at) = &mut known.state {
                *at = now;
            }
        }
    }

    /// Forgets turns that there are no longer.
    pub(super) fn keep(&mut self, is_known: impl Fn(&str) -> bool) {
        self.0.retain(|turn, _| is_known(turn));
    }

    /// The gate of that turn, if it is this one and not open.
    pub(super) fn shut(&self, turn: &str, point: Point) -> Option<Shut> {
        let known = self.0.get(turn)?;
        (known.point == point && !matches!(known.state, State::Open)).then(|| Shut {
            turn: turn.to_owned(),
            point,
            why: known.why.clone(),
        })
    }

    /// When the next one has to be asked. One that is being asked wakes us itself.
    pub(super) fn next(&self) -> Option<Instant> {
        let due = self.0.values().filter_map(|known| match known.state {
            State::Due(at) => Some(at),
            _ => None,
        });
        due.min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn wait(why: &str) -> Gate {
        Gate::Wait(why.to_owned())
    }

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_gate_that_opened_is_not_asked_again_in_its_turn() {
        let now = Instant::now();
        let mut gates = Gates::default();
        assert!(gates.begins("a", "1", now));
        gates.answered("a", Gate::Open, now);
        assert!(!gates.begins("a", "1", now));
        assert_eq!(gates.shut("a", Point::Before), None);
        // Another edit is another upgrade.
        assert!(gates.begins("a", "2", now));
    }

    #[test]
    fn a_gate_that_waits_is_asked_less_and_less_often_down_to_once_a_minute() {
        let mut now = Instant::now();
        let mut gates = Gates::default();
        let mut pauses = Vec::new();
        assert!(gates.begins("a", "1", now));
        for _ in 0..8 {
            gates.answered("a", wait("moving"), now);
            assert!(!gates.begins("a", "1", now));
            let next = gates.next().unwrap();
            pauses.push(next.duration_since(now).as_secs());
            now = next;
            assert!(gates.begins("a", "1", now));
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(
            gates.shut("a", Point::Before).unwrap().to_string(),
            "before_upgrade: moving"
        );
        gates.answered("a", wait("moving"), now);
        gates.hurry(now);
        assert!(gates.begins("a", "1", now), "the resource changed");
    }

    #[test]
    fn one_that_takes_its_time_is_asked_once_and_its_answer_taken_later() {
        let now = Instant::now();
        let mut gates = Gates::default();
        assert!(gates.begins("a", "1", now));
        let answer = Answer::default();
        gates.asked("a", Arc::clone(&answer));
        assert!(!gates.begins("a", "1", now + seconds(9)));
        assert_eq!(gates.next(), None);
        assert!(gates.shut("a", Point::Before).is_some());
        answer.set(Gate::Open).unwrap();
        assert!(!gates.begins("a", "1", now));
        assert_eq!(gates.shut("a", Point::Before), None);
    }

    #[test]
    fn the_gate_after_an_upgrade_is_asked_of_one_that_the_gate_before_was_asked_about() {
        let now = Instant::now();
        let mut gates = Gates::default();
        assert!(!gates.ends("a", now), "nothing was upgraded");
        for opened in [true, false] {
            assert!(gates.begins("a", "1", now));
            // A change that was taken back before it opened may have begun to drain.
            gates.answered("a", if opened { Gate::Open } else { wait("w") }, now);
            assert!(gates.ends("a", now));
            gates.answered("a", wait("settling"), now);
            assert!(!gates.ends("a", now));
            assert_eq!(
                gates.shut("a", Point::After).unwrap().to_string(),
                "after_upgrade: settling"
            );
            assert!(gates.ends("a", now + seconds(1)));
            gates.answered("a", Gate::Open, now);
            assert!(!gates.ends("a", now + seconds(60)), "it opened");
            assert_eq!(gates.next(), None);
        }
    }

    #[test]
    fn a_process_that_begins_anew_asks_the_gate_after_an_upgrade_that_it_did_not_see_begin() {
        let now = Instant::now();
        let mut gates = Gates::default();
        gates.inherit("a", now);
        assert!(gates.ends("a", now));
        gates.answered("a", Gate::Open, now);
        gates.inherit("b", now);
        assert!(
            gates.begins("b", "1", now),
            "and the one before, where it did not begin"
        );
        gates.keep(|turn| turn != "b");
        assert_eq!(gates.next(), None);
    }
}

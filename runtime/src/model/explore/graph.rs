//! The whole graph: all states in breadth first, then its circles and its ends.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::act::{Happens, all};
use super::operator::{Operator, explains};
use super::state::{Budget, Owner, Pods, State};

/// What was found, where nothing was wrong.
pub(super) struct Explored {
    pub(super) states: usize,
    pub(super) edges: usize,
    pub(super) plans: usize,
    /// States in which nothing more happens and all is as desired.
    pub(super) ends: usize,
    /// Those in which something is not, with a reason.
    pub(super) reasons: usize,
}

/// Transitions that need nobody's doing, of all states in the order of their numbers.
#[derive(Default)]
struct Edges {
    from: Vec<usize>,
    to: Vec<u32>,
}

impl Edges {
    fn of(&self, state: usize) -> &[u32] {
        let end = self.from.get(state + 1).copied().unwrap_or(self.to.len());
        &self.to[self.from[state]..end]
    }
}

/// Visits every state. Panics at the first that is wrong.
pub(super) fn explore(budget: Budget) -> Explored {
    let mut operator = Operator::default();
    let mut edges = Edges::default();
    let (mut ends, mut reasons) = (0, 0);
    let states = walk(budget, &mut operator, |_, state, to, operator| {
        edges.from.push(edges.to.len());
        edges.to.extend_from_slice(to);
        if to.is_empty() {
            if is_end(state, operator) {
                ends += 1;
            } else {
                reasons += 1;
            }
        }
    });
    if let Some(circle) = circle(&edges, states) {
        let mut found: Vec<State> = Vec::new();
        walk(budget, &mut operator, |number, state, _, _| {
            if circle.contains(&number) {
                found.push(*state);
            }
        });
        panic!("it goes round in a circle for ever: {found:#?}");
    }
    Explored {
        states,
        edges: edges.to.len(),
        plans: operator.plans(),
        ends,
        reasons,
    }
}

/// Shows every state once, in breadth first, with its number and those that follow by themselves.
/// Returns how many there are.
///
/// Of a state that was seen, 128 bits of a hash are kept: that two of some ten millions share them is
/// less likely than a fault of the memory.
fn walk(
    budget: Budget,
    operator: &mut Operator,
    mut visit: impl FnMut(usize, &State, &[u32], &mut Operator),
) -> usize {
    let mut numbers: HashMap<u128, u32, BuildHasherDefault<Mix>> = HashMap::default();
    let first = State::first(budget);
    let mut waiting = VecDeque::from([first]);
    numbers.insert(fingerprint(&first), 0);
    let mut happens: Vec<Happens> = Vec::new();
    let mut to: Vec<u32> = Vec::new();
    let mut at = 0;
    while let Some(state) = waiting.pop_front() {
        all(state, operator, &mut happens);
        to.clear();
        for Happens { next, by_itself } in happens.drain(..) {
            let known = u32::try_from(numbers.len()).expect("memory ends before numbers do");
            let number = *numbers.entry(fingerprint(&next)).or_insert_with(|| {
                waiting.push_back(next);
                known
            });
            if by_itself {
                to.push(number);
            }
        }
        visit(at, &state, &to, operator);
        at += 1;
    }
    at
}

fn fingerprint(state: &State) -> u128 {
    let half = |seed: u64| {
        let mut mix = Mix(seed);
        state.hash(&mut mix);
        u128::from(mix.finish())
    };
    (half(0) << 64) | half(0x9e37_79b9_7f4a_7c15)
}

/// Whether all is as desired where nothing more happens; if not, the plan must say why.
fn is_end(state: &State, operator: &mut Operator) -> bool {
    assert_eq!(state.real, state.view, "the watches have shown everything");
    let Some(resource) = state.real.resource else {
        let orphans = state.real.objects.iter().flatten();
        let ours = orphans.filter(|object| object.owner != Owner::Foreign);
        assert_eq!(ours.count(), 0, "an orphan: {state:#?}");
        return true;
    };
    let planned = operator.plan(&state.view);
    if planned.steps.is_empty() {
        for (slot, object) in state.real.objects.iter().enumerate() {
            let wanted = resource
                .spec
                .wants(slot)
                .then(|| super::act::content(resource.spec, slot));
            let ours = object.filter(|object| object.owner == resource.owner);
            assert_eq!(ours.map(|object| object.content), wanted, "{state:#?}");
            assert!(
                ours.is_none_or(|object| !object.drifted && !object.terminating),
                "{state:#?}"
            );
        }
        return true;
    }
    let crashed = state.real.objects.iter().flatten();
    let crashed = crashed.clone().any(|object| object.pods == Pods::Crashed);
    let foreign = state.real.objects.iter().flatten();
    let foreign = foreign.clone().any(|object| object.owner == Owner::Foreign);
    assert!(
        explains(&planned.steps) && (crashed || foreign),
        "stuck without a reason: {:#?} {state:#?}",
        planned.steps
    );
    false
}

/// A circle of transitions that need nobody, if there is one (Tarjan's components, without
/// recursion).
fn circle(edges: &Edges, states: usize) -> Option<Vec<usize>> {
    const NEW: u32 = u32::MAX;
    let mut index = vec![NEW; states];
    let mut low = vec![0_u32; states];
    let mut on_stack = vec![false; states];
    let mut stack: Vec<usize> = Vec::new();
    let mut count = 0_u32;
    for root in 0..states {
        if index[root] != NEW {
            continue;
        }
        let mut work = vec![(root, 0_usize)];
        while let Some((state, next)) = work.pop() {
            if next == 0 {
                index[state] = count;
                low[state] = count;
                count += 1;
                stack.push(state);
                on_stack[state] = true;
            }
            let Some(to) = edges.of(state).get(next).copied() else {
                if let Some((parent, _)) = work.last() {
                    low[*parent] = low[*parent].min(low[state]);
                }
                if low[state] == index[state] {
                    let begin = stack.iter().rposition(|other| *other == state)?;
                    let component = stack.split_off(begin);
                    for member in &component {
                        on_stack[*member] = false;
                    }
                    if component.len() > 1 {
                        return Some(component);
                    }
                }
                continue;
            };
            work.push((state, next + 1));
            let to = usize::try_from(to).expect("numbers of states fit");
            if index[to] == NEW {
                work.push((to, 0));
            } else if on_stack[to] {
                low[state] = low[state].min(index[to]);
            }
        }
    }
    None
}

/// Mixes the few bytes of a state faster than the standard hasher, which guards against strangers.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = u64::try_from(value >> 64).unwrap_or_default();
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.unsigned_abs() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_and_a_line_is_none() {
        let edges = |lists: &[&[u32]]| {
            let mut edges = Edges::default();
            for list in lists {
                edges.from.push(edges.to.len());
                edges.to.extend_from_slice(list);
            }
            edges
        };
        assert_eq!(circle(&edges(&[&[1, 2], &[2], &[]]), 3), None);
        let found = circle(&edges(&[&[1], &[2], &[1]]), 3).map(|mut found| {
            found.sort_unstable();
            found
        });
        assert_eq!(found, Some(vec![1, 2]));
    }
}

//! What may happen in a state.

use super::operator::Operator;
use super::state::{
    Budget, Late, Object, Owner, Pods, Resource, SLOTS, Spec, State, Write, is_workload, kind,
};

/// One thing that happens.
pub(super) struct Happens {
    pub(super) next: State,
    /// Whether it can happen without anybody's doing.
    pub(super) by_itself: bool,
}

/// Everything that may happen in a state.
pub(super) fn all(state: State, operator: &mut Operator, out: &mut Vec<Happens>) {
    out.clear();
    by_itself(state, operator, &mut |next| {
        out.push(Happens {
            next,
            by_itself: true,
        });
    });
    perturbed(state, operator, &mut |next| {
        out.push(Happens {
            next,
            by_itself: false,
        });
    });
    out.retain(|happens| happens.next != state);
}

fn by_itself(state: State, operator: &mut Operator, add: &mut impl FnMut(State)) {
    for (slot, write) in operator.writes(&state) {
        assert_one_turn(&state, slot, write);
        let (real, view) = commit(&state, slot, write);
        let mut next = state;
        next.real.objects[slot] = real;
        next.view.objects[slot] = view;
        add(next);
    }
    for slot in 0..SLOTS {
        let real = state.real.objects[slot];
        if real != state.view.objects[slot] {
            let mut next = state;
            next.view.objects[slot] = real;
            add(next);
        }
        let Some(object) = real else { continue };
        let gone = match object.owner {
            Owner::Foreign => false,
            owner => state.real.resource.is_none_or(|found| found.owner != owner),
        };
        if object.terminating || gone {
            add(state.change(slot, None));
        } else if is_workload(slot) && matches!(object.pods, Pods::New | Pods::Rolling) {
            let ready = Object {
                pods: Pods::Ready,
                ..object
            };
            add(state.change(slot, Some(ready)));
        }
    }
    if state.real.resource != state.view.resource {
        let mut next = state;
        next.view.resource = state.real.resource;
        add(next);
    }
    if state.real.resource.is_some_and(|found| found.deleting) {
        let mut next = state;
        next.view.resource = state.real.resource;
        next.real.resource = None;
        add(next);
    }
    if let Some(late) = state.late {
        let slot = usize::from(late.slot);
        let mut sender = state;
        sender.view.objects[slot] = late.known;
        sender.view.resource = Some(late.from);
        let (real, _) = commit(&sender, slot, late.write);
        let mut next = state.change(slot, real);
        next.late = None;
        add(next);
    }
}

fn perturbed(state: State, operator: &mut Operator, add: &mut impl FnMut(State)) {
    let Budget {
        faults,
        edits,
        monkey,
    } = state.left;
    if faults > 0 {
        let mut dead = state;
        dead.left.faults -= 1;
        // The next process lists everything.
        dead.view = state.real;
        add(dead);
        for (slot, write) in operator.writes(&state) {
            let (real, _) = commit(&state, slot, write);
            // Done, but the reply was lost.
            let mut next = state.change(slot, real);
            next.left.faults -= 1;
            add(next);
            if state.late.is_none()
                && let Some(from) = state.view.resource
            {
                let mut next = dead;
                next.late = Some(Late {
                    slot: u8::try_from(slot).unwrap_or(0),
                    write,
                    known: state.view.objects[slot],
                    from,
                });
                add(next);
            }
        }
    }
    // Who deletes a resource may make it anew: that is one doing.
    let is_gone = state.real.resource.is_none();
    if edits > 0 || is_gone {
        for resource in edited(&state) {
            let mut next = state;
            next.left.edits -= u8::from(!is_gone);
            next.view.resource = state.real.resource;
            next.real.resource = Some(resource);
            add(next);
        }
    }
    if monkey > 0 {
        for slot in 0..SLOTS {
            for object in meddled(&state, slot) {
                let mut next = state.change(slot, object);
                next.left.monkey -= 1;
                add(next);
            }
        }
    }
}

/// What a person may make of the resource.
fn edited(state: &State) -> Vec<Resource> {
    let Some(resource) = state.real.resource else {
        // Made anew under its name, once.
        let new = Resource {
            owner: Owner::Second,
            spec: Spec::New,
            generation: 1,
            deleting: false,
        };
        return vec![new];
    };
    if resource.deleting {
        return Vec::new();
    }
    let specs = [Spec::Old, Spec::New, Spec::Fewer];
    let mut all: Vec<Resource> = specs
        .into_iter()
        .filter(|spec| *spec != resource.spec)
        .map(|spec| Resource {
            spec,
            generation: resource.generation + 1,
            ..resource
        })
        .collect();
    if resource.owner == Owner::First {
        all.push(Resource {
            deleting: true,
            ..resource
        });
    }
    all
}

/// What somebody may make of an object.
fn meddled(state: &State, slot: usize) -> Vec<Option<Object>> {
    let Some(object) = state.real.objects[slot] else {
        let foreign = Object {
            owner: Owner::Foreign,
            uid: state.next_uid(slot),
            content: 0,
            generation: 0,
            applied: false,
            drifted: false,
            terminating: false,
            pods: Pods::Ready,
        };
        return vec![Some(foreign)];
    };
    let mut all = vec![None];
    if !object.terminating {
        all.push(Some(Object {
            terminating: true,
            ..object
        }));
    }
    if object.owner != Owner::Foreign && !object.drifted {
        all.push(Some(Object {
            drifted: true,
            ..object
        }));
    }
    if is_workload(slot) && object.pods != Pods::Crashed && object.owner != Owner::Foreign {
        all.push(Some(Object {
            pods: Pods::Crashed,
            ..object
        }));
    }
    all
}

/// What the server and the operator have of an object after a write. Each rule has a conformance
/// test.
fn commit(state: &State, slot: usize, write: Write) -> (Option<Object>, Option<Object>) {
    let real = state.real.objects[slot];
    let known = state.view.objects[slot];
    let Some(resource) = state.view.resource else {
        return (real, known);
    };
    let content = content(resource.spec, slot);
    match (write, real, known) {
        (Write::Create, None, _) => {
            let new = Some(Object {
                owner: resource.owner,
                uid: state.next_uid(slot),
                content,
                generation: resource.generation,
                applied: false,
                drifted: false,
                terminating: false,
                pods: Pods::New,
            });
            (new, new)
        }
        // 409, and a look at what is there: taken up if it is ours.
        (Write::Create, Some(found), _) => {
            let ours = found.owner == resource.owner && !found.terminating;
            (real, if ours { real } else { known })
        }
        (Write::Apply, Some(found), Some(before)) if found.uid == before.uid => {
            assert_ours(state, slot, found, resource);
            let drift = before.content == content && before.drifted;
            let generation = if drift {
                before.generation
            } else {
                resource.generation
            };
            let rolls = is_workload(slot) && found.content != content;
            let new = Some(Object {
                content,
                generation,
                applied: true,
                drifted: false,
                pods: if rolls { Pods::Rolling } else { found.pods },
                ..found
            });
            (new, new)
        }
        // Its resource version or its uid is another: nothing is done.
        (Write::Flip, Some(_), Some(_)) if real == known => {
            let new = real.map(|found| Object {
                applied: true,
                ..found
            });
            (new, new)
        }
        (Write::Delete, Some(found), Some(_)) if real == known => {
            assert_ours(state, slot, found, resource);
            let ending = Some(Object {
                terminating: true,
                ..found
            });
            (ending, ending)
        }
        // The object that is known is gone: it is forgotten.
        (Write::Apply, _, Some(_)) => (real, None),
        (Write::Delete, None, Some(_)) => (None, None),
        _ => (real, known),
    }
}

/// A Service has nothing that the edits change.
pub(super) fn content(spec: Spec, slot: usize) -> u8 {
    if kind(slot) == crate::kind::ChildKind::Service {
        0
    } else {
        spec.content()
    }
}

/// O5: no write to an object of somebody else.
fn assert_ours(state: &State, slot: usize, found: Object, resource: Resource) {
    assert_eq!(
        found.owner, resource.owner,
        "a write to the object of another in slot {slot}: {state:#?}"
    );
}

/// O5: while a turn rolls, no other one begins to. As far as the operator knows, and for what it
/// sends now: a request that comes late was sent when it was right. A node that the resource asks
/// for no longer has no turn: it goes as it is, and nobody waits for pods that are to be deleted.
fn assert_one_turn(state: &State, slot: usize, write: Write) {
    let Some((known, resource)) = state.view.objects[slot].zip(state.view.resource) else {
        return;
    };
    let begins = write == Write::Apply
        && is_workload(slot)
        && known.content != content(resource.spec, slot)
        && known.pods == Pods::Ready;
    let rolling = (0..SLOTS)
        .filter(|other| begins && is_workload(*other) && *other != slot)
        .filter(|other| resource.spec.wants(*other))
        .filter_map(|other| state.view.objects[other])
        .any(|other| {
            other.owner == resource.owner && other.pods == Pods::Rolling && !other.terminating
        });
    assert!(!rolling, "two turns at once, slot {slot}: {state:#?}");
}

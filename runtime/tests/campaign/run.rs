//! One run: a workload, a fault, and what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use dsoi_runtime::testing::process::Operator;
use dsoi_runtime::testing::{Action, Fault as Injection, Freeze, Logged, Verb, wait};
use serde_json::{Value, json};

use crate::fault::{Fault, Point};
use crate::record::Record;
use crate::scene::{Scene, shown};
use crate::state::{self, LONG};
use crate::workload::{Ends, NAME, Workload};

/// What an undisturbed run has shown.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) state: BTreeMap<String, Value>,
    pub(crate) made: BTreeMap<String, usize>,
    pub(crate) points: Vec<Point>,
}

/// What came of a run with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// To the end of the reference, after the fault.
    Through,
    /// Its write was never sent: nothing was tried.
    Unreached,
}

/// Runs a workload undisturbed.
pub(crate) async fn reference(workload: Workload) -> Result<Reference, String> {
    let scene = Scene::new("campaign").await;
    let record = Record::start(&scene);
    let operator = start(&scene).await;
    workload.prepare(&scene).await;
    let mark = scene.proxy.mark();
    for step in 0..workload.steps() {
        workload.step(&scene, step).await;
        arrive(&scene, workload.comes_to(step)).await?;
    }
    let points = Point::all(&scene.proxy.writes(mark));
    healthy(&scene, &operator)?;
    Ok(Reference {
        state: state::of(&scene).await,
        made: record.made(),
        points,
    })
}

/// Runs a workload with a fault, and compares.
pub(crate) async fn disturbed(
    workload: Workload,
    fault: &Fault,
    reference: &Reference,
) -> Result<Came, String> {
    let scene = Scene::new("campaign").await;
    let record = Record::start(&scene);
    let mut operator = start(&scene).await;
    workload.prepare(&scene).await;
    let from = scene.proxy.log().last().map_or(0, |last| last.number + 1);
    let injected = fault.point().zip(fault.action()).map(|(point, action)| {
        let injection = point.inject(action, from);
        scene.proxy.inject(injection)
    });
    let watches = disturb_watches(&scene, fault);
    let mut killed = false;
    for step in 0..workload.steps() {
        workload.step(&scene, step).await;
        let kills = matches!(
            fault,
            Fault::KilledBefore { .. } | Fault::KilledUntold { .. } | Fault::KilledAfter { .. }
        );
        if kills && !killed {
            killed = kill(&scene, &operator, fault, from).await;
            if killed {
                operator = start(&scene).await;
                if let Some(injected) = &injected {
                    injected.release();
                }
            }
        }
        if *fault == Fault::StatusWiped {
            state::quiet(&scene).await;
            wipe(&scene).await;
        }
        if matches!(fault, Fault::Frozen { .. }) {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        // Only what is not waited for can be held back over the next step.
        let is_last = step + 1 == workload.steps();
        if !is_last && !matches!(fault, Fault::Frozen { .. }) {
            arrive(&scene, workload.comes_to(step)).await?;
        }
    }
    drop(watches);
    let end = converge(&scene, workload, fault, reference, &record).await;
    let hit = match (&injected, fault) {
        (_, Fault::KilledAfter { .. }) => killed,
        (Some(injected), _) => !injected.hits().is_empty(),
        (None, _) => true,
    };
    if let Some(injected) = injected {
        injected.remove();
    }
    end.map_err(|differs| explained(&scene, &operator, &differs))?;
    healthy(&scene, &operator)?;
    only_ours(&scene, reference).map_err(|wrong| explained(&scene, &operator, &[wrong]))?;
    Ok(if hit { Came::Through } else { Came::Unreached })
}

/// Starts the operator and waits until it watches resources.
async fn start(scene: &Scene) -> Operator {
    let mark = scene.proxy.mark();
    let operator = scene.start();
    wait::until(LONG, "the operator watches resources", async || {
        let log = scene.proxy.since(mark);
        let watching = |request: &Logged| {
            request.verb == Verb::Watch
                && request.resource == "tallies"
                && request.status == Some(200)
        };
        log.iter().any(watching).then_some(())
    })
    .await
    .unwrap_or_else(|error| panic!("{error}\n{}", operator.log()));
    operator
}

/// Waits until a step is over.
async fn arrive(scene: &Scene, ends: Ends) -> Result<(), String> {
    match ends {
        Ends::Ready => state::ready(scene).await,
        Ends::Halted => state::halted(scene).await,
        Ends::RolledBack => state::rolled_back(scene).await,
        Ends::Empty => {
            state::gone(scene).await;
            wait::until(LONG, "no child is left", async || {
                let left = state::of(scene).await;
                left.keys()
                    .all(|id| id.starts_with("PersistentVolumeClaim"))
                    .then_some(())
            })
            .await
            .map_err(|error| error.to_string())?;
        }
    }
    state::quiet(scene).await;
    Ok(())
}

/// O1, O2, O3, O6: waits until there is what the reference had, made as often, and then nothing
/// more is written.
async fn converge(
    scene: &Scene,
    workload: Workload,
    fault: &Fault,
    reference: &Reference,
    record: &Record,
) -> Result<(), Vec<String>> {
    let mut differs = Vec::new();
    let same = wait::until(LONG, "as in the reference", async || {
        differs = state::differences(&reference.state, &state::of(scene).await);
        differs.is_empty().then_some(())
    })
    .await;
    if same.is_err() {
        return Err(differs);
    }
    let last = workload.comes_to(workload.steps() - 1);
    arrive(scene, last).await.map_err(|error| vec![error])?;
    let differs = state::differences(&reference.state, &state::of(scene).await);
    let made = record.made();
    let mut wrong = differs;
    if made != reference.made {
        for id in made.keys().chain(reference.made.keys()) {
            let (is, should) = (made.get(id), reference.made.get(id));
            // What the resource asked for while it was not shown, and not any more, nobody could know of.
            let unseen =
                is.is_none() && fault.hides("tallies") && !reference.state.contains_key(id);
            if is != should && !unseen {
                wrong.push(format!("{id} was made {is:?} times, should be {should:?}"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// O4: no panic, no end, no error line.
fn healthy(scene: &Scene, operator: &Operator) -> Result<(), String> {
    let log = operator.log();
    let bad = log.lines().find(|line| {
        line.contains("panicked at")
                // What the client says of an answer that is a fault is no fault of ours.
                || (line.contains(" ERROR ") && !line.contains("kube_client::"))
    });
    let ended = operator.exited().map_err(|error| error.to_string())?;
    match (bad, ended) {
        (None, None) => Ok(()),
        (bad, ended) => Err(explained(
            scene,
            operator,
            &[format!("the operator is not well: {bad:?} {ended:?}")],
        )),
    }
}

/// O5: nothing was written but what the reference has, the resource's status, and no claim deleted.
fn only_ours(scene: &Scene, reference: &Reference) -> Result<(), String> {
    for write in scene.proxy.log() {
        if !write.is_write() || write.is_background() {
            continue;
        }
        let name = write.name.as_deref().unwrap_or_default();
        let known = reference
            .made
            .keys()
            .any(|id| id.split_once(' ').is_some_and(|(_, known)| known == name));
        // Pods and revisions are made on the way, and are told by their names.
        let passing = matches!(write.resource.as_str(), "pods" | "controllerrevisions");
        let known = known || (passing && name.starts_with(&format!("{NAME}-")));
        let claim = write.resource == "persistentvolumeclaims" && write.verb == Verb::Delete;
        let namespace = write.namespace.as_deref() == Some(scene.namespace.name());
        if claim || !namespace || !(known || (write.resource == "tallies" && name == NAME)) {
            return Err(format!(
                "a write to what is not ours: {:?}",
                shown(&[write])
            ));
        }
    }
    Ok(())
}

/// Kills the operator at the point of the fault. False where it did not come to it.
async fn kill(scene: &Scene, operator: &Operator, fault: &Fault, from: u64) -> bool {
    let Some(point) = fault.point() else {
        return false;
    };
    let reached = wait::until(Duration::from_secs(20), "the point", async || {
        let log = scene.proxy.log();
        let writes: Vec<Logged> = log
            .into_iter()
            .filter(|request| {
                request.number >= from && request.is_write() && !request.is_background()
            })
            .collect();
        let points = Point::all(&writes);
        let at = points.iter().position(|found| found == point)?;
        let write = writes.get(at)?;
        match fault {
            Fault::KilledBefore { .. } => true,
            Fault::KilledUntold { .. } => write.upstream.is_some(),
            _ => write.status.is_some(),
        }
        .then_some(())
    })
    .await;
    if reached.is_ok() {
        operator.kill();
    }
    reached.is_ok()
}

async fn wipe(scene: &Scene) {
    if scene.get("Tally", NAME).await.is_none() {
        return;
    }
    let patch = kube::api::Patch::Merge(json!({"status": null}));
    let params = kube::api::PatchParams::default();
    scene
        .api("Tally")
        .patch_status(NAME, &params, &patch)
        .await
        .unwrap();
}

/// What is done to watches, until it is dropped.
enum Watches {
    Untouched,
    Frozen { _freeze: Freeze },
}

fn disturb_watches(scene: &Scene, fault: &Fault) -> Watches {
    let of = |resource: &str| {
        let resource = resource.to_owned();
        move |request: &Logged| request.verb == Verb::Watch && request.resource == resource
    };
    match fault {
        Fault::Frozen { resource } => {
            return Watches::Frozen {
                _freeze: scene.proxy.freeze_watches(of(resource)),
            };
        }
        Fault::Cut { resource } => {
            let each = Injection::new(of(resource), Action::CutWatch { after: 1 });
            scene.proxy.inject(each.times(6));
            scene.proxy.cut_watches(of(resource));
        }
        Fault::Expired { resource } => {
            let each = Injection::new(of(resource), Action::ExpireWatch { after: 1 });
            scene.proxy.inject(each.times(6));
            scene.proxy.expire_watches(of(resource));
        }
        _ => {}
    }
    Watches::Untouched
}

fn explained(scene: &Scene, operator: &Operator, wrong: &[String]) -> String {
    let log = operator.log();
    let lines: Vec<&str> = log.lines().collect();
    let tail = &lines[lines.len().saturating_sub(40)..];
    let writes = scene.all_writes();
    let writes = &writes[writes.len().saturating_sub(60)..];
    format!(
        "{}\n--- writes\n{}\n--- log\n{}",
        wrong.join("\n"),
        writes.join("\n"),
        tail.join("\n")
    )
}

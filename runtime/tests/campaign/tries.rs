//! Which faults are tried where, and what is told of it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fault::Fault;
use crate::run::{Came, Reference, disturbed, reference};
use crate::workload::Workload;

/// Runs side by side. `DSOI_CAMPAIGN_JOBS` says otherwise.
const JOBS: usize = 4;
/// In a run of all tests, each so manieth of the points is tried.
const SAMPLE: usize = 19;
/// No answer costs the request's whole timeout: only few of the writes get none.
const SILENT: usize = 6;

/// Points that were tried, and those that no run came to.
type Table = BTreeMap<(String, Workload), (usize, usize)>;

/// What a failed run leaves, and what `DSOI_REPLAY` takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Replay {
    workload: Workload,
    #[serde(flatten)]
    fault: Fault,
}

/// RL-39, DS-6, RL-1, RL-2, RL-10, D6: every run with a fault ends as the one without.
#[test]
fn every_disturbed_run_ends_as_an_undisturbed_one() {
    if let Ok(file) = std::env::var("DSOI_REPLAY") {
        return replay(&file);
    }
    let asked = std::env::var("DSOI_CAMPAIGN").ok();
    let began = Instant::now();
    let references = references(&workloads(asked.as_deref()));
    let mut tries: Vec<Replay> = Vec::new();
    for (workload, reference) in &references {
        let faults = faults(*workload, reference).into_iter();
        tries.extend(faults.map(|fault| Replay {
            workload: *workload,
            fault,
        }));
    }
    if asked.is_none() {
        tries = tries.into_iter().step_by(SAMPLE).collect();
    }
    let all = tries.len();
    let table: Mutex<Table> = Mutex::default();
    let failures: Mutex<Vec<PathBuf>> = Mutex::default();
    side_by_side(tries, |replay| {
        let reference = &references[&replay.workload];
        let came = alone(|| disturbed(replay.workload, &replay.fault, reference));
        let key = (replay.fault.heading(), replay.workload);
        match came {
            Ok(came) => {
                let mut table = table.lock().unwrap();
                let (through, unreached) = table.entry(key).or_default();
                match came {
                    Came::Through => *through += 1,
                    Came::Unreached => *unreached += 1,
                }
                let so_far: usize = table.values().map(|(one, other)| one + other).sum();
                // The whole takes long, and may be interrupted.
                if so_far.is_multiple_of(100) {
                    tell(&format!(
                        "{so_far} of {all} runs so far\n{}",
                        table_of(&table)
                    ));
                }
            }
            Err(why) => {
                let mut failures = failures.lock().unwrap();
                let file = leave(&replay, failures.len());
                tell(&format!(
                    "DIVERGED {:?}, {}: replay with DSOI_REPLAY={}\n{why}\n",
                    replay.workload,
                    replay.fault,
                    file.display()
                ));
                failures.push(file);
            }
        }
    });
    let failures = failures.into_inner().unwrap();
    tell(&table_of(&table.into_inner().unwrap()));
    tell(&format!(
        "{all} runs in {:?}, {} diverged",
        began.elapsed(),
        failures.len()
    ));
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Does one thing after the other for all of a list, several at a time, each on a thread of its own.
fn side_by_side<T: Send>(list: Vec<T>, each: impl Fn(T) + Sync) {
    let jobs = std::env::var("DSOI_CAMPAIGN_JOBS").ok();
    let jobs = jobs.and_then(|text| text.parse().ok()).unwrap_or(JOBS);
    let list = Mutex::new(list.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let next = list.lock().unwrap().next();
                    let Some(next) = next else { break };
                    each(next);
                }
            });
        }
    });
}

/// One run on a runtime of its own. A panic is a finding too.
fn alone<T, F: Future<Output = Result<T, String>>>(run: impl FnOnce() -> F) -> Result<T, String> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(run())
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(text.unwrap_or_else(|| "a panic without words".to_owned()))
    })
}

/// Those of `DSOI_CAMPAIGN`: all, or the named ones.
fn workloads(asked: Option<&str>) -> Vec<Workload> {
    let Some(names) = asked.filter(|asked| *asked != "whole") else {
        return Workload::ALL.to_vec();
    };
    names
        .split(',')
        .map(|name| {
            serde_json::from_value(json!(name.trim())).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect()
}

/// Undisturbed runs of workloads.
fn references(workloads: &[Workload]) -> BTreeMap<Workload, Reference> {
    let all: Mutex<BTreeMap<Workload, Reference>> = Mutex::default();
    side_by_side(workloads.to_vec(), |workload| {
        let reference = alone(|| reference(workload));
        let reference = reference.unwrap_or_else(|why| panic!("{workload:?}: {why}"));
        tell(&format!(
            "{workload:?}: {} writes, {} objects at the end",
            reference.points.len(),
            reference.state.len()
        ));
        all.lock().unwrap().insert(workload, reference);
    });
    all.into_inner().unwrap()
}

/// Every fault of a workload.
fn faults(workload: Workload, reference: &Reference) -> Vec<Fault> {
    let mut all = Vec::new();
    for (number, point) in reference.points.iter().enumerate() {
        let point = || point.clone();
        all.extend([
            Fault::KilledBefore { point: point() },
            Fault::KilledUntold { point: point() },
            Fault::KilledAfter { point: point() },
            Fault::Untold { point: point() },
            Fault::Twice { point: point() },
        ]);
        all.extend([409, 429, 500, 503].map(|code| Fault::Answered {
            point: point(),
            code,
        }));
        if number % SILENT == 0 {
            all.push(Fault::Silence { point: point() });
        }
    }
    for resource in workload.loses() {
        let resource = || (*resource).to_owned();
        all.extend([
            Fault::Frozen {
                resource: resource(),
            },
            Fault::Cut {
                resource: resource(),
            },
            Fault::Expired {
                resource: resource(),
            },
        ]);
    }
    all.push(Fault::StatusWiped);
    all
}

fn replay(file: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    let replay: Replay = serde_json::from_str(&text).unwrap();
    let expected = alone(|| reference(replay.workload)).unwrap();
    match alone(|| disturbed(replay.workload, &replay.fault, &expected)) {
        Ok(came) => tell(&format!(
            "{:?}, {}: {came:?}",
            replay.workload, replay.fault
        )),
        Err(why) => panic!("{:?}, {}: {why}", replay.workload, replay.fault),
    }
}

/// Writes down how to do it again.
fn leave(replay: &Replay, number: usize) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("campaign");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{number}.json"));
    std::fs::write(&file, serde_json::to_string_pretty(replay).unwrap()).unwrap();
    file
}

/// Points by kind of fault and workload: those tried, and those that the run did not come to.
fn table_of(table: &Table) -> String {
    let mut lines = vec!["points tried, by kind of fault".to_owned()];
    let mut headings: Vec<&String> = table.keys().map(|(heading, _)| heading).collect();
    headings.dedup();
    for heading in headings {
        let of = table.iter().filter(|((other, _), _)| other == heading);
        let cells: Vec<String> = of
            .clone()
            .map(|((_, workload), (through, unreached))| match unreached {
                0 => format!("{workload:?} {through}"),
                _ => format!("{workload:?} {through} (and {unreached} not reached)"),
            })
            .collect();
        let sum: usize = of.map(|(_, (through, _))| through).sum();
        lines.push(format!("{heading}: {sum} = {}", cells.join(" + ")));
    }
    lines.join("\n")
}

#[expect(clippy::print_stderr, reason = "the figures are the result")]
fn tell(text: &str) {
    eprintln!("{text}");
}

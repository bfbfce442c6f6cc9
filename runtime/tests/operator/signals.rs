//! The process is asked to stop in the middle of each step.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::process::Operator;
use dsoi_runtime::testing::{Action, Fault, Logged, wait};
use serde_json::json;

use crate::scene::{SOON, Scene, shown};

/// Six children and a status; a change is two flips, a dry run, two applies and a status.
const STEPS: u64 = 7;

/// Stops the operator while the write of this number is under way, and says how long it took. The
/// write is done, and none is begun after it.
async fn stop_during(scene: &Scene, operator: &Operator, nth: u64, act: impl Future<Output = ()>) {
    let write = |request: &Logged| request.is_write() && !request.is_background();
    let held = scene
        .proxy
        .inject(Fault::new(write, Action::Hold).nth(nth).always());
    act.await;
    wait::until(SOON, "a step is under way", async || {
        (!held.hits().is_empty()).then_some(())
    })
    .await
    .unwrap();
    // What else was begun at the same time.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = scene.all_writes();
    let start = Instant::now();
    let (ended, ()) = tokio::join!(operator.terminate(SOON), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        held.remove();
    });
    let ended = ended.unwrap();
    assert!(ended.success(), "{ended}\n{}", operator.log());
    assert_eq!(
        scene.all_writes(),
        begun,
        "something was begun after SIGTERM"
    );
    let log = scene.proxy.log();
    let cut: Vec<Logged> = log
        .into_iter()
        .filter(|request| write(request) && request.status.is_none())
        .collect();
    assert_eq!(shown(&cut), Vec::<String>::new(), "a step was cut");
    println!(
        "step {nth} ({}): ended after {:?}",
        begun.last().map_or("none", String::as_str),
        start.elapsed()
    );
}

// RL-43.
/// DS-6.
#[tokio::test]
async fn a_stop_in_the_middle_of_any_step_of_a_first_install_lets_it_end() {
    let scene = Scene::new("stop-install").await;
    for nth in 1..=STEPS {
        let operator = scene.start();
        scene.settled().await;
        scene.proxy.clear();
        let name = format!("t{nth}");
        stop_during(&scene, &operator, nth, scene.create(&name, |_| {})).await;
        let _operator = scene.start();
        scene.condition(&name, "Ready", "True").await;
        scene.settled().await;
    }
}

// RL-43.
#[tokio::test]
async fn a_stop_in_the_middle_of_any_step_of_a_change_lets_it_end() {
    let scene = Scene::new("stop-change").await;
    for nth in 1..STEPS {
        let name = format!("t{nth}");
        let operator = scene.start();
        scene.create(&name, |_| {}).await;
        scene.condition(&name, "Ready", "True").await;
        scene.settled().await;
        scene.proxy.clear();
        let change = scene.create(&name, |tally| {
            tally["spec"]["appConfigGroup"][0]["logLevel"] = json!("debug");
        });
        stop_during(&scene, &operator, nth, change).await;
        let _operator = scene.start();
        scene.condition(&name, "Ready", "True").await;
        let map = format!("{name}-gate-config");
        let map = scene.get("ConfigMap", &map).await.unwrap();
        assert!(map["data"]["app.yaml"].as_str().unwrap().contains("debug"));
        scene.settled().await;
    }
}

// RL-43.
#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let scene = Scene::new("stop-twice").await;
    let operator = scene.start();
    scene.settled().await;
    let write = |request: &Logged| request.is_write() && !request.is_background();
    let held = scene.proxy.inject(Fault::new(write, Action::Hold).always());
    scene.create("t", |_| {}).await;
    wait::until(SOON, "a step is under way", async || {
        (!held.hits().is_empty()).then_some(())
    })
    .await
    .unwrap();
    let still = operator.terminate(Duration::from_secs(2)).await;
    assert!(still.is_err(), "it did not wait for the step under way");
    let start = Instant::now();
    let ended = operator.terminate(Duration::from_secs(5)).await.unwrap();
    assert!(!ended.success());
    println!("ended {:?} after the second signal", start.elapsed());
    held.remove();
}

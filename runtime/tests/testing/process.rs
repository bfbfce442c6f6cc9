//! An operator's process is started, watched and ended as a test says.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use dsoi_runtime::testing::{Error, process::Launch, wait};

const SOON: Duration = Duration::from_secs(120);

fn shell(script: &str) -> Launch {
    Launch::new("/bin/sh")
        .arg("-c")
        .arg(script)
        .env("GREETING", "hello")
}

#[tokio::test]
async fn a_process_sees_its_kubeconfig_and_environment() {
    let kubeconfig = PathBuf::from("/some/where");
    let operator = shell("echo $GREETING $KUBECONFIG; echo oops >&2; exit 3")
        .start(&kubeconfig)
        .unwrap();
    let status = operator.wait(SOON).await.unwrap();
    assert_eq!(status.code(), Some(3));
    assert_eq!(operator.log(), "hello /some/where\noops\n");
}

#[tokio::test]
async fn a_termination_can_be_handled() {
    let script = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    let operator = shell(script).start(Path::new("")).unwrap();
    wait::until(SOON, "it is up", async || {
        operator.log().contains("up").then_some(())
    })
    .await
    .unwrap();
    assert!(operator.resident_bytes().unwrap() > 100 * 1024);
    assert!(operator.terminate(SOON).await.unwrap().success());
    assert_eq!(operator.log(), "up\nbye\n");
}

#[tokio::test]
async fn a_kill_cannot_be_handled() {
    let script = "trap 'echo bye' TERM INT; echo up; while :; do sleep 0.05; done";
    let operator = shell(script).start(Path::new("")).unwrap();
    assert!(operator.exited().unwrap().is_none());
    operator.kill();
    assert!(!operator.exited().unwrap().unwrap().success());
    assert!(!operator.log().contains("bye"));
}

#[tokio::test]
async fn what_stays_away_is_named_in_the_error() {
    let waited = wait::until(Duration::from_millis(60), "pigs fly", async || None::<()>).await;
    let error = waited.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }));
    assert_eq!(error.to_string(), "after 60ms, still not true: pigs fly");
}

//! The control plane does what a cluster does, and leaves nothing behind.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use dsoi_runtime::testing::{ControlPlane, Error, wait};
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    core::v1::{ConfigMap, PersistentVolumeClaim, Pod},
};
use kube::{Api, api::ListParams};

const SOON: Duration = Duration::from_secs(120);

fn workload(kind: &str, image: &str, extra: &str) -> String {
    format!(
        "
apiVersion: apps/v1
kind: {kind}
metadata: {{name: app}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: app}}}}
  template:
    metadata: {{labels: {{app: app}}}}
    spec:
      containers: [{{name: app, image: '{image}'}}]
{extra}"
    )
}

#[tokio::test]
async fn the_pods_of_a_deployment_become_ready() {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("deployment", &[]).await.unwrap();
    let text = workload("Deployment", "example/app:1", "");
    namespace.apply_yaml(&text).await.unwrap();
    let deployments: Api<Deployment> = namespace.api().unwrap();
    wait::until(SOON, "two pods are ready", async || {
        let status = deployments.get("app").await.unwrap().status?;
        (status.ready_replicas == Some(2)).then_some(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn the_claims_of_a_stateful_set_are_bound() {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("claims", &[]).await.unwrap();
    let claims = "
  serviceName: app
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: standard, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  - metadata: {name: default-class}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";
    let text = workload("StatefulSet", "example/app:1", claims);
    namespace.apply_yaml(&text).await.unwrap();
    let sets: Api<StatefulSet> = namespace.api().unwrap();
    let claims: Api<PersistentVolumeClaim> = namespace.api().unwrap();
    wait::until(
        SOON,
        "both pods are ready and all claims bound",
        async || {
            let ready = sets.get("app").await.unwrap().status?.ready_replicas == Some(2);
            let claims = claims.list(&ListParams::default()).await.unwrap().items;
            let bound = claims.iter().filter(|claim| {
                let phase = claim.status.as_ref().and_then(|s| s.phase.as_deref());
                phase == Some("Bound")
            });
            (ready && bound.count() == 4).then_some(())
        },
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn an_image_tagged_crash_crash_loops() {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("crash", &[]).await.unwrap();
    let text = workload("Deployment", "example.com:5000/app:crash", "");
    namespace.apply_yaml(&text).await.unwrap();
    let pods: Api<Pod> = namespace.api().unwrap();
    wait::until(SOON, "both pods crash-loop", async || {
        let pods = pods.list(&ListParams::default()).await.unwrap().items;
        let crashing = pods.iter().filter(|pod| {
            let containers = pod
                .status
                .iter()
                .flat_map(|s| s.container_statuses.iter().flatten());
            let mut waiting = containers.filter_map(|c| c.state.as_ref()?.waiting.as_ref());
            waiting.any(|w| w.reason.as_deref() == Some("CrashLoopBackOff"))
        });
        (crashing.count() == 2).then_some(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_unknown_field_is_refused_in_the_servers_words() {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("strict", &[]).await.unwrap();
    let text = workload("Deployment", "example/app:1", "  replica: 3\n");
    let error = namespace.apply_yaml(&text).await.unwrap_err();
    let status = error.status().unwrap();
    assert!(status.message.contains(".spec.replica"), "{status:?}");
}

#[tokio::test]
async fn a_custom_resource_can_follow_its_definition_at_once() {
    let plane = ControlPlane::shared().await.unwrap();
    let text = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: small, namespace: default}
spec: {size: 1}
";
    let applied = plane.apply_yaml(text).await.unwrap();
    assert_eq!(applied[1].data["spec"]["size"], 1);
}

#[tokio::test]
async fn a_service_account_may_do_nothing_until_a_role_says_so() {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("rights", &[]).await.unwrap();
    let token = namespace.service_account_token("operator").await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(plane.client(&token).unwrap(), namespace.name());
    let refused = maps.list(&ListParams::default()).await.unwrap_err();
    assert!(matches!(refused, kube::Error::Api(status) if status.is_forbidden()));
    let role = format!(
        "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: operator}}
rules: [{{apiGroups: [''], resources: [configmaps], verbs: [list]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: operator}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator}}
subjects: [{{kind: ServiceAccount, name: operator, namespace: {}}}]
",
        namespace.name()
    );
    namespace.apply_yaml(&role).await.unwrap();
    wait::until(SOON, "the role is in force", async || {
        maps.list(&ListParams::default()).await.ok()
    })
    .await
    .unwrap();
}

/// Not a test by itself: the process that `run_aside` starts. It starts a plane, says what the
/// processes are, and then lives on until it is killed.
#[tokio::test]
async fn started_aside() {
    if std::env::var_os("DSOI_TEST_ASIDE").is_none() {
        return;
    }
    let plane = ControlPlane::shared().await;
    match plane {
        Ok(plane) => {
            println!("ASIDE: {:?}", plane.pids());
            std::thread::sleep(Duration::from_secs(600));
        }
        Err(error) => println!("ASIDE: {error}"),
    }
}

fn run_aside() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "plane::started_aside", "--nocapture"])
        .env("DSOI_TEST_ASIDE", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn said(output: impl std::io::Read) -> String {
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    let mut said = lines.filter_map(|line| Some(line.split_once("ASIDE: ")?.1.to_owned()));
    said.next().unwrap()
}

#[test]
fn the_processes_of_a_plane_die_with_their_parent() {
    let start = Instant::now();
    let mut aside = run_aside().spawn().unwrap();
    let pids = said(aside.stdout.take().unwrap());
    println!("started in {:?}", start.elapsed());
    let pids: Vec<u32> = serde_json::from_str(&pids).unwrap();
    assert_eq!(pids.len(), 5);
    let alive = |pid: &u32| {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        !state.is_empty() && !state.contains(") Z ")
    };
    assert!(Path::new("/proc/self").exists() && pids.iter().all(alive));
    aside.kill().unwrap();
    aside.wait().unwrap();
    let killed = Instant::now();
    while pids.iter().any(alive) {
        assert!(killed.elapsed() < Duration::from_secs(10), "still alive");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn without_programs_and_go_a_test_fails_with_one_sentence() {
    let empty = tempfile::tempdir().unwrap();
    let mut aside = run_aside()
        .env("PATH", "")
        .env("HOME", empty.path())
        .env_remove("XDG_CACHE_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("KUBEBUILDER_ASSETS")
        .env_remove("DSOI_CONTROL_PLANE")
        .spawn()
        .unwrap();
    let sentence = said(aside.stdout.take().unwrap());
    aside.wait().unwrap();
    assert!(sentence.contains("install Go 1.26 or later"), "{sentence}");
    let missing = Error::NoGo {
        missing:
            "etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok, kwok-stages.yaml"
                .to_owned(),
    };
    assert_eq!(sentence, missing.to_string());
}

#[test]
fn a_program_that_ends_at_once_is_named_with_its_last_words() {
    let folder = tempfile::tempdir().unwrap();
    let etcd = folder.path().join("etcd");
    std::fs::write(&etcd, "#!/bin/sh\necho no disk >&2\nexit 7\n").unwrap();
    std::fs::set_permissions(&etcd, std::fs::Permissions::from_mode(0o755)).unwrap();
    let aside = run_aside()
        .env("DSOI_CONTROL_PLANE", folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(aside.stdout).unwrap();
    let told = "etcd ended (exit status: 7); the end of its log:\nno disk";
    assert!(text.contains(told), "{text}");
}

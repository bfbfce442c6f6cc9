//! The proxy writes down what passes, and each of its faults does what it says.

use std::time::{Duration, Instant};

use dsoi_runtime::testing::{Action, ControlPlane, Fault, Logged, Namespace, Proxy, Verb, wait};
use futures::{StreamExt as _, pin_mut};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams},
};
use serde_json::json;

const SOON: Duration = Duration::from_secs(120);

/// A proxy, and the ConfigMaps of a fresh namespace as seen through it and past it.
struct Scene {
    proxy: Proxy,
    through: Api<ConfigMap>,
    past: Api<ConfigMap>,
    namespace: Namespace<'static>,
}

async fn scene() -> Scene {
    let plane = ControlPlane::shared().await.unwrap();
    let namespace = plane.namespace("proxy", &[]).await.unwrap();
    namespace
        .apply_yaml(
            "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operator}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: operator}]
",
        )
        .await
        .unwrap();
    let token = namespace.service_account_token("operator").await.unwrap();
    let proxy = Proxy::start(plane).await.unwrap();
    let through: Api<ConfigMap> = Api::namespaced(proxy.client(&token).unwrap(), namespace.name());
    wait::until(SOON, "the role is in force", async || {
        through.list(&ListParams::default()).await.ok()
    })
    .await
    .unwrap();
    proxy.clear();
    Scene {
        past: namespace.api().unwrap(),
        proxy,
        through,
        namespace,
    }
}

fn map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({ "metadata": { "name": name } })).unwrap()
}

impl Scene {
    async fn create(&self, name: &str) -> Result<ConfigMap, kube::Error> {
        self.through
            .create(&PostParams::default(), &map(name))
            .await
    }

    async fn exists(&self, name: &str) -> bool {
        self.past.get_opt(name).await.unwrap().is_some()
    }

    /// The names that a watch of all ConfigMaps through the proxy shows, as they come.
    async fn watch(&self) -> impl futures::Stream<Item = Result<String, kube::Error>> + use<> {
        let params = WatchParams::default().disable_bookmarks();
        let watch = self.through.clone();
        let watch = watch.watch(&params, "0").await.unwrap();
        watch.map(|event| match event? {
            WatchEvent::Error(status) => Err(kube::Error::Api(status)),
            WatchEvent::Added(map) | WatchEvent::Modified(map) | WatchEvent::Deleted(map) => {
                Ok(map.metadata.name.unwrap())
            }
            WatchEvent::Bookmark(_) => unreachable!(),
        })
    }
}

fn code(error: &kube::Error) -> u16 {
    match error {
        kube::Error::Api(status) => status.code,
        other => panic!("not the server's answer: {other:?}"),
    }
}

fn is_create(request: &Logged) -> bool {
    request.verb == Verb::Create
}

fn is_watch(request: &Logged) -> bool {
    request.verb == Verb::Watch
}

#[tokio::test]
async fn every_request_is_written_down() {
    let scene = scene().await;
    let start = scene.proxy.mark();
    scene.create("a").await.unwrap();
    let apply = PatchParams::apply("dsoi/test").force();
    let patch = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "k": "v" },
    });
    let (through, patch) = (&scene.through, Patch::Apply(&patch));
    through
        .patch("a", &apply.clone().dry_run(), &patch)
        .await
        .unwrap();
    through.patch("a", &apply, &patch).await.unwrap();
    through.get("a").await.unwrap();
    through.get_opt("b").await.unwrap();
    through.list(&ListParams::default()).await.unwrap();
    through.delete("a", &DeleteParams::default()).await.unwrap();

    let log = scene.proxy.since(start);
    let seen: Vec<_> = log
        .iter()
        .map(|r| {
            (
                r.verb,
                r.name.as_deref().unwrap_or_default(),
                r.dry_run,
                r.status.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Verb::Create, "a", false, 201),
            (Verb::Patch, "a", true, 200),
            (Verb::Patch, "a", false, 200),
            (Verb::Get, "a", false, 200),
            (Verb::Get, "b", false, 404),
            (Verb::List, "", false, 200),
            (Verb::Delete, "a", false, 200),
        ]
    );
    for request in &log {
        assert_eq!(request.namespace.as_deref(), Some(scene.namespace.name()));
        assert_eq!(
            (request.group.as_str(), request.resource.as_str()),
            ("", "configmaps")
        );
        assert!(request.response_bytes > 50 && request.upstream == request.status);
    }
    let applied = &log[2];
    assert!(applied.is_apply());
    assert_eq!(applied.field_manager.as_deref(), Some("dsoi/test"));
    assert_eq!(applied.json().unwrap()["data"]["k"], "v");
    assert_eq!(applied.request_bytes, applied.body.as_ref().unwrap().len());
    assert_eq!(scene.proxy.writes(start).len(), 4);
    assert_eq!(scene.proxy.reads(start).len(), 3);
    let counts: Vec<_> = scene.proxy.counts(start).into_iter().collect();
    let of = |verb, count| ((verb, "configmaps".to_owned()), count);
    assert_eq!(
        counts,
        [
            of(Verb::Get, 2),
            of(Verb::List, 1),
            of(Verb::Create, 1),
            of(Verb::Patch, 1),
            of(Verb::Delete, 1),
        ]
    );
}

#[tokio::test]
async fn the_callers_rights_are_the_callers() {
    let scene = scene().await;
    let nobody = Api::<ConfigMap>::all(scene.through.clone().into_client());
    let error = nobody.list(&ListParams::default()).await.unwrap_err();
    assert_eq!(code(&error), 403);
    let forged = scene.proxy.client("no-token").unwrap();
    let error = Api::<ConfigMap>::default_namespaced(forged)
        .list(&ListParams::default())
        .await;
    assert_eq!(code(&error.unwrap_err()), 401);
}

#[tokio::test]
async fn the_nth_request_is_answered_with_a_status() {
    let scene = scene().await;
    let retry = Action::Answer {
        code: 429,
        retry_after: Some(7),
    };
    let fault = scene
        .proxy
        .inject(Fault::new(is_create, retry).nth(2).times(2));
    assert!(scene.create("a").await.is_ok());
    assert_eq!(code(&scene.create("b").await.unwrap_err()), 429);
    assert_eq!(code(&scene.create("b").await.unwrap_err()), 429);
    assert!(scene.create("c").await.is_ok());
    assert!(!scene.exists("b").await);
    assert_eq!(fault.hits().len(), 2);
    let failed = &scene.proxy.log()[1];
    assert_eq!((failed.status, failed.upstream), (Some(429), None));
    for status in [409, 422, 500, 503] {
        scene
            .proxy
            .inject(Fault::new(is_create, Action::answer(status)));
        assert_eq!(code(&scene.create("d").await.unwrap_err()), status);
    }
}

#[tokio::test]
async fn a_delayed_request_takes_its_time() {
    let scene = scene().await;
    scene.proxy.inject(Fault::new(
        is_create,
        Action::Delay(Duration::from_millis(300)),
    ));
    let start = Instant::now();
    scene.create("a").await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_refused_request_does_nothing_and_a_dropped_reply_hides_what_was_done() {
    let scene = scene().await;
    scene
        .proxy
        .inject(Fault::new(is_create, Action::RefuseBefore));
    assert!(!matches!(
        scene.create("a").await.unwrap_err(),
        kube::Error::Api(_)
    ));
    assert!(!scene.exists("a").await);

    scene
        .proxy
        .inject(Fault::new(is_create, Action::DropReplyAfterCommit));
    assert!(!matches!(
        scene.create("a").await.unwrap_err(),
        kube::Error::Api(_)
    ));
    assert!(scene.exists("a").await);
    let log = scene.proxy.log();
    let seen: Vec<_> = log
        .iter()
        .map(|r| (r.fault, r.upstream, r.status))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("refuse-before"), None, None),
            (Some("drop-reply-after-commit"), Some(201), None),
        ]
    );
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let scene = scene().await;
    for (name, broken) in [("a", false), ("b", true)] {
        let half = Action::TruncateReply { broken };
        scene.proxy.inject(Fault::new(is_create, half));
        let error = scene.create(name).await.unwrap_err();
        let unreadable = matches!(error, kube::Error::SerdeError(_));
        assert_eq!(unreadable, !broken, "{error:?}");
        assert!(scene.exists(name).await);
    }
}

#[tokio::test]
async fn a_request_can_arrive_twice() {
    let scene = scene().await;
    scene.proxy.inject(Fault::new(is_create, Action::SendTwice));
    assert_eq!(code(&scene.create("a").await.unwrap_err()), 409);
    assert!(scene.exists("a").await);
}

#[tokio::test]
async fn a_held_request_waits_for_its_release() {
    let scene = scene().await;
    for (action, done) in [(Action::Hold, false), (Action::HoldReply, true)] {
        let name = if done { "after" } else { "before" };
        let fault = scene.proxy.inject(Fault::new(is_create, action));
        let through = scene.through.clone();
        let create = async move { through.create(&PostParams::default(), &map(name)).await };
        let created = tokio::spawn(create);
        wait::until(SOON, "it is held", async || {
            (fault.hits().len() == 1 && scene.exists(name).await == done).then_some(())
        })
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!created.is_finished());
        assert_eq!(scene.exists(name).await, done);
        fault.release();
        created.await.unwrap().unwrap();
        assert!(scene.exists(name).await);
    }
}

#[tokio::test]
async fn a_request_held_until_its_caller_is_gone_is_never_done() {
    let scene = scene().await;
    let fault = scene.proxy.inject(Fault::new(is_create, Action::Hold));
    let through = scene.through.clone();
    let create = async move { through.create(&PostParams::default(), &map("a")).await };
    let caller = tokio::spawn(create);
    wait::until(SOON, "it is held", async || {
        (fault.hits().len() == 1).then_some(())
    })
    .await
    .unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    let settled = scene.proxy.settled(Duration::from_millis(100), SOON).await;
    settled.unwrap();
    fault.release();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!scene.exists("a").await);
}

#[tokio::test]
async fn a_watch_streams_and_can_be_cut_and_expired() {
    let scene = scene().await;
    let watch = scene.watch().await;
    pin_mut!(watch);
    assert_eq!(watch.next().await.unwrap().unwrap(), "kube-root-ca.crt");
    scene.create("a").await.unwrap();
    assert_eq!(watch.next().await.unwrap().unwrap(), "a");
    assert_eq!(
        scene
            .proxy
            .cut_watches(|r| is_watch(r) && r.resource == "configmaps"),
        1
    );
    assert!(!matches!(watch.next().await, Some(Ok(_))));

    let watch = scene.watch().await;
    pin_mut!(watch);
    watch.next().await.unwrap().unwrap();
    watch.next().await.unwrap().unwrap();
    assert_eq!(scene.proxy.expire_watches(is_watch), 1);
    assert_eq!(code(&watch.next().await.unwrap().unwrap_err()), 410);
    let watches = scene.proxy.log().into_iter().filter(is_watch);
    let events: Vec<_> = watches.map(|r| r.events).collect();
    assert_eq!(events, [2, 2]);
}

#[tokio::test]
async fn a_watch_can_be_cut_after_so_many_events() {
    let scene = scene().await;
    scene
        .proxy
        .inject(Fault::new(is_watch, Action::CutWatch { after: 2 }));
    let watch = scene.watch().await;
    pin_mut!(watch);
    for name in ["a", "b", "c"] {
        scene.create(name).await.unwrap();
    }
    watch.next().await.unwrap().unwrap();
    assert_eq!(watch.next().await.unwrap().unwrap(), "a");
    assert!(!matches!(watch.next().await, Some(Ok(_))));
    scene
        .proxy
        .inject(Fault::new(is_watch, Action::ExpireWatch { after: 0 }));
    let watch = scene.watch().await;
    pin_mut!(watch);
    assert_eq!(code(&watch.next().await.unwrap().unwrap_err()), 410);
}

#[tokio::test]
async fn a_frozen_watch_shows_nothing_until_it_thaws() {
    let scene = scene().await;
    let open = scene.watch().await;
    pin_mut!(open);
    open.next().await.unwrap().unwrap();
    let quiet = Duration::from_millis(300);

    let freeze = scene.proxy.freeze_watches(is_watch);
    let later = scene.watch().await;
    pin_mut!(later);
    scene.create("a").await.unwrap();
    assert!(tokio::time::timeout(quiet, open.next()).await.is_err());
    assert!(tokio::time::timeout(quiet, later.next()).await.is_err());
    freeze.thaw();
    assert_eq!(open.next().await.unwrap().unwrap(), "a");
    assert_eq!(later.next().await.unwrap().unwrap(), "kube-root-ca.crt");
    assert_eq!(later.next().await.unwrap().unwrap(), "a");

    let freeze = scene.proxy.freeze_watches(is_watch);
    scene.create("b").await.unwrap();
    tokio::time::sleep(quiet).await;
    freeze.expire();
    assert_eq!(code(&open.next().await.unwrap().unwrap_err()), 410);

    let fault = scene
        .proxy
        .inject(Fault::new(is_watch, Action::FreezeWatch { after: 1 }));
    let third = scene.watch().await;
    pin_mut!(third);
    third.next().await.unwrap().unwrap();
    assert!(tokio::time::timeout(quiet, third.next()).await.is_err());
    fault.release();
    third.next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_proxy_settles_when_nothing_is_written_or_watched() {
    let scene = scene().await;
    let watch = scene.watch().await;
    let reading = tokio::spawn(watch.for_each(async |_| {}));
    let past = scene.past.clone();
    let writing = tokio::spawn(async move {
        for number in 0..25 {
            let map = map(&format!("map-{number}"));
            past.create(&PostParams::default(), &map).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let quiet = Duration::from_secs(1);
    assert!(
        scene
            .proxy
            .settled(quiet, Duration::from_millis(1500))
            .await
            .is_err()
    );
    scene.proxy.settled(quiet, SOON).await.unwrap();
    assert!(writing.is_finished());
    reading.abort();
}

#[tokio::test]
async fn a_large_object_passes_unchanged_and_is_not_kept() {
    let scene = scene().await;
    let body = "x".repeat(200 * 1024);
    let mut large = map("large");
    large.data = Some([("text".to_owned(), body.clone())].into());
    scene
        .through
        .create(&PostParams::default(), &large)
        .await
        .unwrap();
    let back = scene.through.get("large").await.unwrap();
    assert_eq!(back.data.unwrap()["text"], body);
    let logged = &scene.proxy.log()[0];
    assert!(logged.body.is_none() && logged.request_bytes > body.len());
}

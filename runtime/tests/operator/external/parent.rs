//! What an object lives in: a cluster, its Service, its Secret.

use dsoi_runtime::testing::{Reply, wait};
use serde_json::json;

use super::world::{World, a_while, body};
use crate::scene::SOON;

#[tokio::test]
async fn an_object_waits_for_its_parent() {
    let world = World::new("external-parent").await;
    let _operator = world.start();
    let of = |table: &mut serde_json::Value| table["spec"]["tally"] = json!("later");
    world.table_with("a", &body("a", 5), of).await;
    let missing = world.is("Table", "a", "False", "ParentMissing").await;
    assert_eq!(missing["message"], "there is no Tally `later`");
    let table = world.scene.get("Table", "a").await.unwrap();
    assert!(table["metadata"].get("finalizers").is_none());
    world.parent("later", false).await;
    world.is("Table", "a", "False", "ParentNotReady").await;
    a_while().await;
    assert_eq!(world.app.lines(), [""; 0]);
    world.parent("later", true).await;
    world.ready("a").await;
    // An upgrade of the parent does not keep anybody from looking after what is there.
    world.parent("later", false).await;
    world.table_with("a", &body("a", 6), of).await;
    world.ready("a").await;
    assert_eq!(world.app.object("/tables", "a"), Some(body("a", 6)));
}

#[tokio::test]
async fn a_resource_goes_when_its_parent_is_gone() {
    // PN-14.
    let world = World::new("external-orphan").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.clear();
    world.app.script("DELETE", "/tables/a", Reply::Lost, None);
    world.delete("Tally", "t").await;
    world.gone("Tally", "t").await;
    world.is("Table", "a", "False", "ParentMissing").await;
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    let note = world.event("TableControllerReleased").await;
    assert!(note.contains("what it was in is gone"), "{note}");
    assert_eq!(world.told(), [""; 0]);
}

#[tokio::test]
async fn credentials_are_read_again_when_they_are_refused_and_are_shown_nowhere() {
    // PN-11, SE-8.
    let world = World::new("external-auth").await;
    let secret = |password: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "door", "namespace": world.scene.namespace.name()},
            "stringData": {"username": "admin", "password": password},
        })
    };
    let operator = world.start_with("1s");
    let with_secret = |table: &mut serde_json::Value| table["spec"]["secret"] = json!("door");
    world.table_with("a", &body("a", 5), with_secret).await;
    let missing = world.is("Table", "a", "False", "SecretMissing").await;
    assert_eq!(missing["message"], "there is no Secret `door`");
    assert_eq!(world.app.lines(), [""; 0]);

    // `admin:hunter-one`, and `admin:hunter-two`.
    world.app.require(Some("Basic YWRtaW46aHVudGVyLW9uZQ=="));
    world.scene.apply(&secret("hunter-one")).await;
    world.ready("a").await;
    let mark = world.scene.proxy.mark();
    let gets = world.count("GET");
    world.asked("GET", gets + 2).await;
    assert!(
        world.scene.proxy.reads(mark).is_empty(),
        "a steady state reads no Secret"
    );

    world.app.require(Some("Basic YWRtaW46aHVudGVyLXR3bw=="));
    world.scene.apply(&secret("hunter-two")).await;
    world.app.clear();
    world.asked("GET", 3).await;
    world.ready("a").await;
    let refused = world
        .app
        .requests()
        .iter()
        .filter(|asked| !asked.headers["authorization"].ends_with("R3bw=="))
        .count();
    assert!(refused <= 2, "{refused}");

    // An application that says the password back.
    world.app.script(
        "GET",
        "/tables/a",
        Reply::text(500, "bad: hunter-two YWRtaW46aHVudGVyLXR3bw=="),
        None,
    );
    let failed = world.is("Table", "a", "False", "ServerError").await;
    assert_eq!(
        failed["message"],
        "GET /tables/a answered 500: bad: *** ***"
    );
    let told = format!(
        "{:?} {:?} {}",
        world.events().await,
        world.scene.get("Table", "a").await,
        operator.log()
    );
    for word in ["hunter", "YWRtaW46"] {
        assert!(!told.contains(word), "{word} in {told}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_and_asked_less_and_less_often() {
    // NC-22.
    let world = World::new("external-down").await;
    world
        .app
        .script("GET", "/tables/*", Reply::text(503, "starting"), None);
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.is("Table", "a", "False", "ServerError").await;
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    let asked = world.count("GET");
    assert!((2..=4).contains(&asked), "{asked} in six seconds");
    // What it asks to wait, it gets.
    let busy = Reply::text(429, "busy").header("retry-after", "3600");
    world.app.unscript();
    world.app.script("GET", "/tables/b", busy, None);
    world.table("b", &body("b", 5)).await;
    world.is("Table", "b", "False", "Refused").await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(world.count("GET /tables/b"), 1);
    world.ready("a").await;
}

#[tokio::test]
async fn without_a_service_nobody_is_asked() {
    let world = World::new("external-service").await;
    let launch = world.launch().env("SERVERS", "router=http://127.0.0.1:1");
    let _operator = world.scene.start_with(&launch);
    world.table("a", &body("a", 5)).await;
    let missing = world.is("Table", "a", "False", "ServerMissing").await;
    assert_eq!(
        missing["message"],
        "there is no Service with the labels app=tally,of=t"
    );
    world.setting("s", &json!({})).await;
    world.is("Setting", "s", "False", "Unreachable").await;
    let service = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "store", "labels": {"app": "tally", "of": "t"}},
        "spec": {"ports": [{"port": 9000}]},
    });
    world.scene.apply(&service).await;
    // The name is resolved in a cluster only: here it is not, and the condition names the address.
    wait::until(SOON, "the Service was found", async || {
        let table = world.scene.get("Table", "a").await?;
        let reason = table["status"]["conditions"][0]["reason"]
            .as_str()?
            .to_owned();
        (reason == "Unreachable").then_some(())
    })
    .await
    .unwrap();
}

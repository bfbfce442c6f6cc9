//! The end of an object, and of the operator in the middle of something.

use dsoi_runtime::testing::{Action, Fault, Logged, Reply, Verb, wait};
use serde_json::json;

use super::world::{World, a_while, body};
use crate::scene::SOON;

#[tokio::test]
async fn a_resource_stays_until_its_object_is_gone_and_says_why() {
    // NC-4, PN-14.
    let world = World::new("external-delete").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.clear();
    world
        .app
        .script("DELETE", "/tables/a", Reply::text(503, "busy"), Some(3));
    world.delete("Table", "a").await;
    let failed = world.is("Table", "a", "False", "DeleteFailed").await;
    let message = failed["message"].as_str().unwrap();
    assert!(
        message.starts_with("DELETE /tables/a answered 503: busy;"),
        "{message}"
    );
    assert!(message.contains("example.com/release"), "{message}");
    world.gone("Table", "a").await;
    assert_eq!(world.app.lines(), ["DELETE /tables/a"; 4]);
    assert_eq!(world.app.object("/tables", "a"), None);
    world.event("TableControllerDeleteSuccess").await;
}

#[tokio::test]
async fn an_object_that_is_gone_already_keeps_nobody() {
    // NC-4: 404 is a success.
    let world = World::new("external-delete-gone").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.remove("/tables", "a");
    world.app.clear();
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    assert_eq!(world.app.lines(), ["DELETE /tables/a"]);
}

#[tokio::test]
async fn an_object_is_removed_once_although_the_finalizer_stays() {
    // NC-4: what has its name later may be somebody else's.
    let world = World::new("external-delete-once").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.clear();
    let release = |request: &Logged| {
        request.verb == Verb::Patch && request.resource == "tables" && request.subresource.is_none()
    };
    let refused = world
        .scene
        .proxy
        .inject(Fault::new(release, Action::answer(409)).times(2));
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    assert_eq!(refused.hits().len(), 2);
    assert_eq!(world.app.lines(), ["DELETE /tables/a"]);
}

#[tokio::test]
async fn a_person_may_let_a_resource_go_without_its_object() {
    // NC-19.
    let world = World::new("external-release").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world
        .app
        .script("DELETE", "/tables/a", Reply::text(403, "never"), None);
    world.delete("Table", "a").await;
    world.is("Table", "a", "False", "DeleteFailed").await;
    let release = json!({"metadata": {"annotations": {"example.com/release": "true"}}});
    world.scene.patch("Table", "a", &release).await;
    world.gone("Table", "a").await;
    assert!(world.app.object("/tables", "a").is_some());
    world.event("TableControllerReleased").await;
}

#[tokio::test]
async fn an_operator_that_dies_in_the_middle_makes_the_object_once() {
    // NC-1.
    let world = World::new("external-kill").await;
    let operator = world.start();
    // It takes effect, and nobody hears of it.
    world.app.script("POST", "/tables", Reply::Lost, Some(1));
    world.app.script("GET", "/tables/a", Reply::Hang, None);
    world
        .app
        .script("GET", "/tables/a", Reply::text(404, ""), Some(1));
    world.table("a", &body("a", 5)).await;
    world.asked("POST /tables", 1).await;
    operator.kill();
    let table = world.scene.get("Table", "a").await.unwrap();
    let finalizers = &table["metadata"]["finalizers"];
    assert_eq!(*finalizers, json!(["table.example.com/finalizer"]));
    world.app.unscript();
    let _operator = world.start();
    world.ready("a").await;
    assert_eq!(world.count("POST"), 1);
    assert_eq!(world.app.object("/tables", "a"), Some(body("a", 5)));
}

#[tokio::test]
async fn a_resource_that_never_made_anything_still_removes_what_it_may_have_made() {
    // NC-1, NC-4: the answer was lost, and then the resource goes.
    let world = World::new("external-lost").await;
    let operator = world.start();
    world.app.script("POST", "/tables", Reply::Lost, Some(1));
    world
        .app
        .script("GET", "/tables/a", Reply::text(500, ""), None);
    world
        .app
        .script("GET", "/tables/a", Reply::text(404, ""), Some(1));
    world.table("a", &body("a", 5)).await;
    world.asked("POST /tables", 1).await;
    operator.kill();
    world.delete("Table", "a").await;
    world.app.unscript();
    world.app.clear();
    let _operator = world.start();
    world.gone("Table", "a").await;
    assert_eq!(world.app.lines(), ["DELETE /tables/a"]);
    assert_eq!(world.app.object("/tables", "a"), None);
}

#[tokio::test]
async fn a_finalizer_that_somebody_takes_away_comes_back() {
    // NC-20.
    let world = World::new("external-finalizer").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    let nothing = json!({"metadata": {"finalizers": null}});
    world.scene.patch("Table", "a", &nothing).await;
    wait::until(SOON, "the finalizer is back", async || {
        let table = world.scene.get("Table", "a").await?;
        let finalizers = table["metadata"]["finalizers"].as_array()?.len();
        (finalizers == 1).then_some(())
    })
    .await
    .unwrap();
    a_while().await;
    assert_eq!(world.told(), ["POST /tables"]);
}

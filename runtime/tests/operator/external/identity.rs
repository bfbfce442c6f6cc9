//! Whose an object is, and under which name.

use dsoi_runtime::testing::{Reply, wait};
use serde_json::json;

use super::world::{World, a_while, body};
use crate::scene::SOON;

#[tokio::test]
async fn an_object_is_never_renamed() {
    // NC-10.
    let world = World::new("external-rename").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.clear();
    world.table("a", &body("b", 5)).await;
    let refused = world.is("Table", "a", "False", "NotSupported").await;
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.starts_with("the object is `a` in the application and cannot become `b`"),
        "{message}"
    );
    a_while().await;
    assert_eq!(world.app.lines(), [""; 0]);
    let table = world.scene.get("Table", "a").await.unwrap();
    assert_eq!(table["status"]["externalId"], "a");
    // The object that there is goes with the resource.
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    assert_eq!(world.app.lines(), ["DELETE /tables/a"]);
}

#[tokio::test]
async fn a_name_that_never_worked_can_be_changed() {
    // NC-10: it is fixed when the object was there once.
    let world = World::new("external-typo").await;
    let _operator = world.start();
    world
        .app
        .script("POST", "/tables", Reply::text(400, "a bad name"), Some(1));
    world.table("a", &body("tpyo", 5)).await;
    world.is("Table", "a", "False", "Refused").await;
    world.table("a", &body("typo", 5)).await;
    world.ready("a").await;
    assert_eq!(world.app.object("/tables", "tpyo"), None);
    assert_eq!(world.app.object("/tables", "typo"), Some(body("typo", 5)));
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    assert_eq!(world.app.object("/tables", "typo"), None);
}

#[tokio::test]
async fn two_resources_never_share_an_object() {
    // NC-16.
    let world = World::new("external-rivals").await;
    let operator = world.start_with("1s");
    world.table("a", &body("x", 5)).await;
    world.ready("a").await;
    world.table("b", &body("x", 9)).await;
    let refused = world.is("Table", "b", "False", "ResourceConflict").await;
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.starts_with("`x` is the object of Table "),
        "{message}"
    );
    assert!(message.ends_with("/a"), "{message}");
    operator.terminate(SOON).await.unwrap();
    let _operator = world.start_with("1s");
    a_while().await;
    assert_eq!(world.told(), ["POST /tables"]);
    // The loser goes without the object …
    world.table("c", &body("x", 7)).await;
    world.is("Table", "c", "False", "ResourceConflict").await;
    world.delete("Table", "c").await;
    world.gone("Table", "c").await;
    assert_eq!(world.app.object("/tables", "x"), Some(body("x", 5)));
    // … and has it when the other is gone.
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    world.ready("b").await;
    assert_eq!(world.app.object("/tables", "x"), Some(body("x", 9)));
}

#[tokio::test]
async fn an_object_that_was_there_is_taken_over_with_one_change() {
    // PN-12, NC-15.
    let world = World::new("external-adopt").await;
    world.app.put("/tables", "a", body("a", 1));
    world.app.put("/tables", "b", body("b", 5));
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.table("b", &body("b", 5)).await;
    world.ready("a").await;
    world.ready("b").await;
    assert_eq!(world.told(), ["PUT /tables/a"]);
    world.event("TableControllerAdopted").await;
}

#[tokio::test]
async fn a_name_that_leaves_its_path_reaches_nobody() {
    // SE-13.
    let world = World::new("external-names").await;
    let _operator = world.start();
    for (name, id) in [("a", ".."), ("b", ""), ("c", "x\u{0}y")] {
        world.table(name, &body(id, 5)).await;
        world.is("Table", name, "False", "Invalid").await;
    }
    world.table("d", &body("../admin?x=/y z", 5)).await;
    world.ready("d").await;
    let get = "GET /tables/..%2Fadmin%3Fx%3D%2Fy%20z";
    assert_eq!(world.app.lines(), [get, "POST /tables"]);
    let twice = json!({"spec": {"table.json": r#"{"tableName": "a", "tableName": "b"}"#}});
    world.scene.patch("Table", "a", &twice).await;
    wait::until(SOON, "the key that comes twice is named", async || {
        let table = world.scene.get("Table", "a").await?;
        let message = table["status"]["conditions"][0]["message"]
            .as_str()?
            .to_owned();
        message
            .contains("the key `tableName` comes twice")
            .then_some(())
    })
    .await
    .unwrap();
}

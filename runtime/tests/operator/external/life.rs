//! An object's life: made, changed, put right, left alone.

use dsoi_runtime::testing::{Reply, wait};
use serde_json::json;

use super::world::{World, a_while, body};
use crate::scene::SOON;

#[tokio::test]
async fn an_object_is_made_once_and_then_costs_nothing() {
    // PN-2, PN-11, NC-1, NC-7.
    let world = World::new("external").await;
    let operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    assert_eq!(world.app.lines(), ["GET /tables/a", "POST /tables"]);
    let asked = world.app.requests();
    assert_eq!(asked[1].json(), body("a", 5));
    assert_eq!(asked[1].headers["content-type"], "application/json");
    assert_eq!(asked[1].headers["user-agent"], "tally-operator/0.1.0");
    let note = world.event("TableControllerCreateSuccess").await;
    assert_eq!(note, "made `a`");

    let table = world.scene.get("Table", "a").await.unwrap();
    let meta = &table["metadata"];
    assert_eq!(meta["finalizers"], json!(["table.example.com/finalizer"]));
    assert_eq!(meta["annotations"]["example.com/external-id"], "a");
    let status = &table["status"];
    assert_eq!(status["externalId"], "a");
    assert_eq!(status["observedGeneration"], 1);
    assert_eq!(status["type"], "TableControllerCreateSuccess");
    assert_eq!(status["currentTable.json"], body("a", 5).to_string());

    // Neither our own writes coming back nor a restart is a reason to ask again, or to write.
    world.scene.settled().await;
    let mark = world.scene.proxy.mark();
    a_while().await;
    assert_eq!(world.app.lines().len(), 2);
    assert!(world.scene.proxy.writes(mark).is_empty());
    operator.terminate(SOON).await.unwrap();
    let mark = world.scene.proxy.mark();
    let _operator = world.start();
    world.asked("GET /tables/a", 2).await;
    world.scene.settled().await;
    assert!(world.scene.proxy.writes(mark).is_empty());
    assert_eq!(world.told(), ["POST /tables"]);
    let after = world.scene.get("Table", "a").await.unwrap();
    assert_eq!(
        after["metadata"]["resourceVersion"],
        meta["resourceVersion"]
    );
}

#[tokio::test]
async fn a_change_is_one_put_and_a_failure_is_told_and_tried_again() {
    // NC-2, PN-13.
    let world = World::new("external-change").await;
    let _operator = world.start();
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.clear();
    world.app.script(
        "PUT",
        "/tables/a",
        Reply::text(500, "no disk left"),
        Some(2),
    );
    world.table("a", &body("a", 6)).await;
    let failed = world.is("Table", "a", "False", "ServerError").await;
    assert_eq!(
        failed["message"],
        "PUT /tables/a answered 500: no disk left"
    );
    let table = world.scene.get("Table", "a").await.unwrap();
    assert_eq!(
        table["status"]["currentTable.json"],
        body("a", 5).to_string()
    );
    assert_eq!(table["status"]["type"], "TableControllerUpdateFail");
    world.ready("a").await;
    assert_eq!(world.told(), ["PUT /tables/a"; 3]);
    assert_eq!(world.app.object("/tables", "a"), Some(body("a", 6)));
    let table = world.scene.get("Table", "a").await.unwrap();
    assert_eq!(table["status"]["type"], "TableControllerUpdateSuccess");
    assert_eq!(table["status"]["observedGeneration"], 2);
    world.event("TableControllerUpdateFail").await;
    world.event("TableControllerUpdateSuccess").await;
}

#[tokio::test]
async fn what_somebody_changes_or_removes_is_put_right_at_the_next_look() {
    // NC-3, NC-9, NC-17.
    let world = World::new("external-drift").await;
    world.app.put("/tables", "theirs", body("theirs", 1));
    let _operator = world.start_with("1s");
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    world.app.put("/tables", "a", body("a", 9));
    world.asked("PUT /tables/a", 1).await;
    assert_eq!(world.app.object("/tables", "a"), Some(body("a", 5)));
    world.event("TableControllerDriftCorrected").await;
    world.app.remove("/tables", "a");
    world.asked("POST /tables", 2).await;
    world.ready("a").await;
    // What the application adds of its own is its own.
    let mut more = body("a", 5);
    more["created"] = json!("yesterday");
    world.app.put("/tables", "a", more);
    world.app.clear();
    world.asked("GET /tables/a", 2).await;
    assert_eq!(world.told(), [""; 0]);
    assert_eq!(
        world.app.object("/tables", "theirs"),
        Some(body("theirs", 1))
    );
}

#[tokio::test]
async fn settings_that_are_there_beside_others_are_not_sent_again() {
    // DR-15.
    let world = World::new("external-settings").await;
    let path = "/druid/coordinator/v1/config";
    let live =
        json!({"maxSegmentsToMove": 100, "balancerComputeThreads": 1, "killTaskSlotRatio": 0.1});
    world.app.script("GET", path, Reply::json(&live), None);
    world.app.script("POST", path, Reply::text(200, ""), None);
    let _operator = world.start_with("1s");
    world.setting("s", &json!({"maxSegmentsToMove": 100})).await;
    world.is("Setting", "s", "True", "InSync").await;
    world.asked(&format!("GET {path}"), 3).await;
    assert_eq!(world.told(), [""; 0]);

    world.setting("s", &json!({"maxSegmentsToMove": 200})).await;
    world.asked(&format!("POST {path}"), 1).await;
    let posted = world
        .app
        .requests()
        .into_iter()
        .find(|asked| asked.method == "POST");
    assert_eq!(posted.unwrap().json(), json!({"maxSegmentsToMove": 200}));
    // The application keeps what it was told with everything else.
    let live =
        json!({"maxSegmentsToMove": 200, "balancerComputeThreads": 1, "killTaskSlotRatio": 0.1});
    world.app.script("GET", path, Reply::json(&live), None);
    world.is("Setting", "s", "True", "InSync").await;
    // Settings have no end of their own.
    world.app.clear();
    world.delete("Setting", "s").await;
    world.gone("Setting", "s").await;
    assert_eq!(world.told(), [""; 0]);
}

#[tokio::test]
async fn what_an_application_makes_of_it_is_not_fought_over() {
    // NC-17.
    let world = World::new("external-normal").await;
    let made = json!({"tableName": "a", "config": {"partitions": "5"}});
    world
        .app
        .script("GET", "/tables/a", Reply::json(&made), None);
    world
        .app
        .script("GET", "/tables/a", Reply::text(404, ""), Some(1));
    let operator = world.start_with("1s");
    world.table("a", &body("a", 5)).await;
    world.app.put("/tables", "a", json!({}));
    world
        .app
        .script("POST", "/tables", Reply::text(200, ""), None);
    world.ready("a").await;
    // Told once more, and then taken as it is.
    world.asked("PUT /tables/a", 1).await;
    let gets = world.count("GET");
    world.asked("GET /tables/a", gets + 4).await;
    assert_eq!(world.told(), ["POST /tables", "PUT /tables/a"]);
    operator.terminate(SOON).await.unwrap();
    let operator = world.start();
    world.asked("GET /tables/a", gets + 5).await;
    a_while().await;
    assert_eq!(world.told(), ["POST /tables", "PUT /tables/a"]);
    // Anything else is drift again.
    let other = json!({"tableName": "a", "config": {"partitions": "9"}});
    world
        .app
        .script("GET", "/tables/a", Reply::json(&other), None);
    drop(operator);
    let _operator = world.start();
    world.asked("PUT /tables/a", 2).await;
}

#[tokio::test]
async fn a_paused_object_is_left_alone_and_put_right_after_the_pause() {
    // NC-14.
    let world = World::new("external-pause").await;
    let _operator = world.start_with("1s");
    world.table("a", &body("a", 5)).await;
    world.ready("a").await;
    let pause = |value: serde_json::Value| json!({"metadata": {"annotations": {"example.com/paused": value}}});
    world.scene.patch("Table", "a", &pause(json!("true"))).await;
    wait::until(SOON, "the pause is in the status", async || {
        let table = world.scene.get("Table", "a").await?;
        let conditions = table["status"]["conditions"].as_array()?.clone();
        conditions
            .iter()
            .any(|known| known["type"] == "Paused" && known["status"] == "True")
            .then_some(())
    })
    .await
    .unwrap();
    world.app.clear();
    world.table("a", &body("a", 6)).await;
    a_while().await;
    assert_eq!(world.told(), [""; 0]);
    world.scene.patch("Table", "a", &pause(json!(null))).await;
    world.asked("PUT /tables/a", 1).await;
    world.ready("a").await;
    // A pause holds no deletion.
    world.scene.patch("Table", "a", &pause(json!("true"))).await;
    world.delete("Table", "a").await;
    world.gone("Table", "a").await;
    assert_eq!(world.app.object("/tables", "a"), None);
}

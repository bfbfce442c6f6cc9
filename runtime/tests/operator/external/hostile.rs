//! Applications that answer as none should.

use std::time::Duration;

use dsoi_runtime::testing::{FakeServer, Reply};

use super::world::{World, a_while, body};

#[tokio::test]
async fn no_answer_is_too_large_too_slow_or_too_strange() {
    // SE-14.
    let world = World::new("external-hostile").await;
    let elsewhere = FakeServer::start().await.unwrap();
    let there = format!("{}/tables/c", elsewhere.url());
    for (path, reply) in [
        ("/tables/a", Reply::Long(1 << 30)),
        ("/tables/b", Reply::Endless),
        ("/tables/c", Reply::text(302, "").header("location", there)),
        ("/tables/d", Reply::text(200, "<html>")),
        ("/tables/e", Reply::Hang),
        ("/tables/f", Reply::text(200, "[".repeat(100_000))),
        ("/tables/g", Reply::text(500, "x".repeat(1_000_000))),
    ] {
        world.app.script("GET", path, reply, None);
    }
    let operator = world.start();
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        world.table(name, &body(name, 5)).await;
    }
    for (name, reason, said) in [
        (
            "a",
            "Unreadable",
            "GET /tables/a answered with more than 4 MiB",
        ),
        ("b", "Unreachable", "GET /tables/b had no answer within 2s"),
        (
            "c",
            "Refused",
            "GET /tables/c answered 302: with a redirect, which is not followed",
        ),
        (
            "d",
            "Unreadable",
            "GET /tables/d answered with what is no JSON",
        ),
        ("e", "Unreachable", "GET /tables/e had no answer within 2s"),
        ("f", "Unreadable", "recursion limit exceeded"),
        ("g", "ServerError", "GET /tables/g answered 500: xxx"),
    ] {
        let failed = world.is("Table", name, "False", reason).await;
        let message = failed["message"].as_str().unwrap();
        assert!(message.contains(said), "{name}: {message}");
        assert!(message.len() < 1024, "{name}: {}", message.len());
    }
    assert_eq!(elsewhere.requests(), []);
    assert_eq!(world.told(), [""; 0], "nothing is made on a guess");
    let resident = operator.resident_bytes().unwrap() >> 20;
    assert!(resident < 150, "{resident} MiB");
    // Others are looked after all the while.
    world.table("z", &body("z", 5)).await;
    world.ready("z").await;
}

#[tokio::test]
async fn nothing_is_asked_between_two_looks() {
    // NC-5, NC-7.
    let world = World::new("external-rest").await;
    let _operator = world.start_with("20s");
    for index in 0..20 {
        let name = format!("t{index}");
        world.table(&name, &body(&name, 5)).await;
    }
    for index in 0..20 {
        world.ready(&format!("t{index}")).await;
    }
    world.scene.settled().await;
    world.app.clear();
    let mark = world.scene.proxy.mark();
    // The parent's status moves, as it does all the time.
    for _ in 0..5 {
        let patch = serde_json::json!({"metadata": {"annotations": {"example.com/x": format!("{:?}", std::time::Instant::now())}}});
        world.scene.patch("Tally", "t", &patch).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    a_while().await;
    let asked = world.app.lines().len();
    assert!(asked <= 20, "{asked}");
    assert!(world.scene.proxy.writes(mark).is_empty());
    assert!(world.scene.proxy.reads(mark).is_empty());
    // An edit is another matter.
    world.app.clear();
    world.table("t3", &body("t3", 6)).await;
    world.asked("PUT /tables/t3", 1).await;
}

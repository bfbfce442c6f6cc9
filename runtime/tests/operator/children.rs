//! What the operator does to children, request by request.

use dsoi_runtime::testing::Verb;

use crate::scene::{Scene, shown};

#[tokio::test]
async fn a_new_resource_costs_one_create_per_child_and_a_status() {
    let scene = Scene::new("create").await;
    let operator = scene.start();
    scene.settled().await;
    let mark = scene.proxy.mark();
    scene.create("t", |_| {}).await;
    scene.condition("t", "Ready", "True").await;
    scene.settled().await;
    let writes = scene.proxy.writes(mark);
    let creates = writes.iter().filter(|request| request.verb == Verb::Create);
    eprintln!("{:#?}\n{}", shown(&writes), operator.log());
    assert_eq!(creates.count(), 9);
    assert!(scene.proxy.reads(mark).is_empty());
    assert!(scene.proxy.since(mark).iter().all(|request| request.status != Some(409)));
}

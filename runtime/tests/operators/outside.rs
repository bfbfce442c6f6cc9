//! Kinds outside of Kubernetes: what Pinot's operator asks of a running Pinot.

use std::time::Instant;

use dsoi_runtime::testing::FakeServer;
use kube::api::{Api, DeleteParams, DynamicObject};
use serde_json::{Value, json};

use crate::{
    crs,
    golden::Golden,
    install::Right,
    objects::{self, says},
    rights::used,
    scene::{CONVERGE, Scene, Setup},
};

const USER: &str = "jane";
const PASSWORD: &str = "correct-horse-battery";
/// Both, as a request has them.
const BASIC: &str = "Basic amFuZTpjb3JyZWN0LWhvcnNlLWJhdHRlcnk=";

/// Whether a right is for kinds outside of Kubernetes alone.
pub(crate) fn needs(right: &Right) -> bool {
    let kinds = ["pinotschemas", "pinottables", "pinottenants"];
    let resource = right.resource.split('/').next().unwrap();
    kinds.contains(&resource) || (resource == "secrets" && right.verb == "get")
}

/// A Pinot that is scripted, and the operator of its schemas, tables and tenants.
struct World {
    app: FakeServer,
    scene: Scene,
}

impl World {
    async fn start() -> Self {
        let app = FakeServer::start().await.unwrap();
        for (path, name) in [
            ("/schemas", "/schemaName"),
            ("/tables", "/tableName"),
            ("/tenants", "/tenantName"),
        ] {
            app.store(path, name);
        }
        app.answer_absent("/tables", json!({}));
        app.require(Some(BASIC));
        let scene = Setup::new(Golden::pinot())
            .env("SERVERS", format!("pinot={}", app.url()))
            .start()
            .await;
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "control-plane" },
            "stringData": { "CONTROL_PLANE_USERNAME": USER, "CONTROL_PLANE_PASSWORD": PASSWORD },
        });
        scene.apply(&secret).await;
        let mut cluster = crs::pinot();
        cluster["spec"]["auth"] = json!({
            "type": "basic",
            "secretRef": { "name": "control-plane", "namespace": scene.namespace.name() },
        });
        scene.create(&cluster).await;
        Self { app, scene }
    }

    fn api(&self, kind: &str) -> Api<DynamicObject> {
        let golden = self.scene.golden;
        let crds = golden.crds.iter().map(|crd| objects::document(crd));
        let mut kinds = crds.map(|crd| objects::custom(&crd));
        let resource = kinds.find(|known| known.kind == kind).unwrap();
        let client = self.scene.objects.client().clone();
        Api::namespaced_with(client, self.scene.namespace.name(), &resource)
    }

    /// Applies a resource named `orders` and waits until it is Ready.
    async fn ready(&self, kind: &str, spec: Value) -> Value {
        let applied = self
            .scene
            .apply(&json!({
                "apiVersion": "datainfra.io/v1beta1", "kind": kind,
                "metadata": { "name": "orders" }, "spec": spec,
            }))
            .await;
        let generation = applied["metadata"]["generation"].clone();
        let known = self
            .until(kind, "Ready", |found| {
                found.is_some_and(|known| {
                    known["status"]["observedGeneration"] == generation
                        && says(known, "Ready", "True")
                })
            })
            .await;
        known.unwrap()
    }

    /// Deletes the resource and waits until it is gone.
    async fn gone(&self, kind: &str) {
        let api = self.api(kind);
        api.delete("orders", &DeleteParams::default())
            .await
            .unwrap();
        self.until(kind, "gone", |found| found.is_none()).await;
    }

    async fn until(
        &self,
        kind: &str,
        what: &str,
        holds: impl Fn(Option<&Value>) -> bool,
    ) -> Option<Value> {
        let api = self.api(kind);
        let start = Instant::now();
        loop {
            self.scene.must_run();
            let found = api.get_opt("orders").await.unwrap();
            let found = found.map(|object| serde_json::to_value(object).unwrap());
            if holds(found.as_ref()) {
                return found;
            }
            if start.elapsed() > CONVERGE {
                let lines = self.app.lines();
                self.scene
                    .explain(&format!("{kind} is not {what}: {found:#?}\n{lines:#?}"));
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// What was asked about one path since the last look.
    fn asked(&self, path: &str) -> Vec<String> {
        let mut lines = self.app.lines();
        lines.retain(|line| line.contains(path));
        lines
    }
}

fn schema(columns: &[&str]) -> String {
    let columns: Vec<_> = columns.iter().map(|name| json!({ "name": name })).collect();
    json!({ "schemaName": "orders", "dimensionFieldSpecs": columns }).to_string()
}

#[tokio::test]
async fn what_a_pinot_keeps_is_made_changed_and_removed_with_its_resource() {
    // PN-2, MF-17.
    let world = World::start().await;
    let first = schema(&["id"]);
    let resource = world
        .ready(
            "PinotSchema",
            json!({ "pinotCluster": "orders", "schema.json": first }),
        )
        .await;
    assert_eq!(
        world.asked("/schemas"),
        ["GET /schemas/orders", "POST /schemas"]
    );
    let posted = world.app.requests();
    let posted = posted.iter().find(|asked| asked.method == "POST").unwrap();
    assert_eq!(posted.body, first);
    let status = &resource["status"];
    assert_eq!(status["currentSchemas.json"], first);
    assert_eq!(status["type"], "PinotSchemaControllerCreateSuccess");
    assert_eq!(
        resource["metadata"]["finalizers"],
        json!(["pinotschema.datainfra.io/finalizer"])
    );

    let second = schema(&["id", "total"]);
    world
        .ready(
            "PinotSchema",
            json!({ "pinotCluster": "orders", "schema.json": second }),
        )
        .await;
    assert_eq!(
        world.asked("/schemas")[2..],
        ["GET /schemas/orders", "PUT /schemas/orders"]
    );

    // An answer `{}` says that there is no table; a server may keep more than it was told.
    let table = json!({
        "pinotCluster": "orders", "pinotSchema": "orders", "pinotTableType": "REALTIME",
        "tables.json": json!({ "tableName": "orders_REALTIME" }).to_string(),
    });
    world.ready("PinotTable", table.clone()).await;
    let more = json!({ "tableName": "orders_REALTIME", "tenants": {} });
    world.app.put("/tables", "orders_REALTIME", more);
    let mut table = table;
    table["segmentReload"] = json!(true);
    world.ready("PinotTable", table).await;
    assert_eq!(
        world.asked("/tables"),
        [
            "GET /tables/orders_REALTIME",
            "POST /tables",
            "GET /tables/orders_REALTIME"
        ]
    );

    let tenant = json!({
        "pinotCluster": "orders", "pinotTenantType": "BROKER",
        "tenants.json": json!({ "tenantName": "a/b?c" }).to_string(),
    });
    world.ready("PinotTenant", tenant).await;

    for kind in ["PinotTenant", "PinotTable", "PinotSchema"] {
        world.gone(kind).await;
    }
    // No value leaves its place in a path.
    let tenants = world.asked("/tenants");
    assert_eq!(tenants[..2], ["GET /tenants/a%2Fb%3Fc", "POST /tenants"]);
    assert_eq!(
        tenants.last().unwrap(),
        "DELETE /tenants/a%2Fb%3Fc?type=BROKER"
    );
    for line in ["DELETE /tables/orders_REALTIME", "DELETE /schemas/orders"] {
        assert_eq!(world.asked(line), [line]);
    }
    the_rights_were_enough(&world.scene);
    nobody_was_told_the_password(&world.scene).await;
}

fn the_rights_were_enough(scene: &Scene) {
    let log = scene.proxy.log();
    let refused = log
        .iter()
        .filter(|request| matches!(request.status, Some(401 | 403)));
    assert_eq!(refused.count(), 0);
    let rights = &scene.installed.rights;
    let used = used(&log, rights);
    let unused = rights.difference(&used).filter(|right| needs(right));
    let unused: Vec<_> = unused.collect();
    assert!(unused.is_empty(), "rights that nothing used: {unused:#?}");
}

/// SE-8.
async fn nobody_was_told_the_password(scene: &Scene) {
    let log = scene.operator().log();
    let events = scene.objects.list("Event").await;
    let events = serde_json::to_string(&events).unwrap();
    for secret in [PASSWORD, BASIC] {
        assert!(!log.contains(secret), "the log has it");
        assert!(!events.contains(secret), "an event has it");
    }
}

//! Kinds that say otherwise what becomes of the object: it stays, or waits for its parent.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::FakeServer;
use serde::{Deserialize, Serialize};

use super::world::{World, a_while};
use crate::tally::Tally;

/// Its object stays when it goes.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(
    group = "example.com",
    version = "v1alpha1",
    kind = "Archive",
    plural = "archives",
    namespaced,
    schema = "disabled",
    status = "ExternalStatus",
    crates(
        kube_core = "dsoi_runtime::kube::core",
        k8s_openapi = "dsoi_runtime::k8s_openapi"
    )
)]
pub(crate) struct ArchiveSpec {
    pub(crate) tally: String,
    /// The Secret with the authority that the application's certificate is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trust: Option<String>,
}

impl ExternalResource for Archive {
    const CRD: &'static str = "";
}

impl External for Archive {
    type Parent = Tally;

    const POLICY: ExternalPolicy = ExternalPolicy {
        deletion: Deletion::Orphan,
        ..ExternalPolicy::DEFAULT
    };

    fn parent(&self) -> Option<String> {
        Some(self.spec.tally.clone())
    }

    fn id(&self) -> Result<String, Problem> {
        Ok(self.metadata.name.clone().unwrap_or_default())
    }

    fn server(&self, _parent: Option<&Tally>) -> Option<Server> {
        let server = Server::service_named("store", "store", 9000);
        Some(match &self.spec.trust {
            Some(secret) => server.https_with_ca(secret, "ca.crt"),
            None => server,
        })
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        Ok(named(target, "/archives"))
    }
}

/// It does not go without its object, whatever becomes of the parent.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(
    group = "example.com",
    version = "v1alpha1",
    kind = "Shard",
    plural = "shards",
    namespaced,
    schema = "disabled",
    status = "ExternalStatus",
    crates(
        kube_core = "dsoi_runtime::kube::core",
        k8s_openapi = "dsoi_runtime::k8s_openapi"
    )
)]
pub(crate) struct ShardSpec {
    pub(crate) tally: String,
}

impl ExternalResource for Shard {
    const CRD: &'static str = "";
}

impl External for Shard {
    type Parent = Tally;

    const POLICY: ExternalPolicy = ExternalPolicy {
        parent_gone: ParentGone::Keep,
        ..ExternalPolicy::DEFAULT
    };

    fn parent(&self) -> Option<String> {
        Some(self.spec.tally.clone())
    }

    fn id(&self) -> Result<String, Problem> {
        Ok(self.metadata.name.clone().unwrap_or_default())
    }

    fn server(&self, _parent: Option<&Tally>) -> Option<Server> {
        Some(Server::service_named("store", "store", 9000))
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        Ok(named(target, "/shards"))
    }
}

/// The calls of an object that has nothing but a name.
fn named<K: External>(target: &Target<K>, all: &str) -> Box<dyn Remote> {
    let body = json!({"name": target.id});
    let one = format!("{all}/{}", encode(&target.id));
    target
        .http()
        .get(Call::get(&one))
        .create(Call::post(all).json(&body))
        .delete(Call::delete(&one))
        .owns(body)
        .boxed()
}

#[tokio::test]
async fn an_object_that_is_to_stay_outlives_its_resource() {
    // NC-18.
    let world = World::new("external-stays").await;
    let _operator = world.start();
    world.named("Archive", "a").await;
    world.is("Archive", "a", "True", "InSync").await;
    let archive = world.scene.get("Archive", "a").await.unwrap();
    assert!(archive["metadata"].get("finalizers").is_none());
    world.delete("Archive", "a").await;
    world.gone("Archive", "a").await;
    a_while().await;
    assert_eq!(world.told(), ["POST /archives"]);
    assert!(world.app.object("/archives", "a").is_some());

    // The next of its name takes it up again.
    world.named("Archive", "a").await;
    world.is("Archive", "a", "True", "InSync").await;
    assert_eq!(world.told(), ["POST /archives"]);
}

#[tokio::test]
async fn a_resource_that_keeps_to_its_parent_waits_for_it() {
    // PN-14, NC-19.
    let world = World::new("external-keeps").await;
    let _operator = world.start();
    world.named("Shard", "a").await;
    world.is("Shard", "a", "True", "InSync").await;
    world.delete("Tally", "t").await;
    world.gone("Tally", "t").await;
    world.delete("Shard", "a").await;
    let waits = world.is("Shard", "a", "False", "ParentMissing").await;
    let message = waits["message"].as_str().unwrap();
    assert!(message.contains("example.com/release"), "{message}");
    a_while().await;
    assert!(world.scene.get("Shard", "a").await.is_some());
    assert_eq!(world.told(), ["POST /shards"]);

    world.parent("t", true).await;
    world.gone("Shard", "a").await;
    assert_eq!(world.told(), ["POST /shards", "DELETE /shards/a"]);
    assert_eq!(world.app.object("/shards", "a"), None);
}

#[tokio::test]
async fn an_application_is_trusted_by_the_authority_of_its_secret_and_by_no_other() {
    // PN-11.
    let (app, certificate) = FakeServer::start_tls().await.unwrap();
    let (_other, of_another) = FakeServer::start_tls().await.unwrap();
    let world = World::with("external-tls", app).await;
    let trust = async |authority: &str| {
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "store", "namespace": world.scene.namespace.name()},
            "stringData": {"ca.crt": authority},
        });
        world.scene.apply(&secret).await;
    };
    trust(&of_another).await;
    let _operator = world.start();
    let secret = |archive: &mut Value| archive["spec"]["trust"] = json!("store");
    world.named_with("Archive", "a", secret).await;
    let refused = world.is("Archive", "a", "False", "Unreachable").await;
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("certificate"), "{message}");
    assert_eq!(world.app.lines(), [""; 0]);

    trust(&certificate).await;
    world.is("Archive", "a", "True", "InSync").await;
    assert_eq!(world.told(), ["POST /archives"]);
}

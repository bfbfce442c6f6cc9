//! Objects of the API server as JSON trees, by the word of their kind.

use std::{collections::BTreeMap, time::Duration};

use kube::{
    Api, Client,
    api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};

pub(crate) use kube::core::ApiResource;

/// Kinds that an operator makes or that a cluster makes of those.
const KINDS: [(&str, &str, &str, &str); 14] = [
    ("ConfigMap", "", "v1", "configmaps"),
    ("Service", "", "v1", "services"),
    ("StatefulSet", "apps", "v1", "statefulsets"),
    ("Deployment", "apps", "v1", "deployments"),
    (
        "NetworkPolicy",
        "networking.k8s.io",
        "v1",
        "networkpolicies",
    ),
    ("PersistentVolumeClaim", "", "v1", "persistentvolumeclaims"),
    (
        "PodDisruptionBudget",
        "policy",
        "v1",
        "poddisruptionbudgets",
    ),
    (
        "HorizontalPodAutoscaler",
        "autoscaling",
        "v2",
        "horizontalpodautoscalers",
    ),
    ("Ingress", "networking.k8s.io", "v1", "ingresses"),
    ("Pod", "", "v1", "pods"),
    ("Event", "events.k8s.io", "v1", "events"),
    ("Lease", "coordination.k8s.io", "v1", "leases"),
    ("EndpointSlice", "discovery.k8s.io", "v1", "endpointslices"),
    ("ReplicaSet", "apps", "v1", "replicasets"),
];

/// The kinds of children, in the order in which they are written.
pub(crate) const CHILDREN: [&str; 9] = [
    "ConfigMap",
    "Service",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "StatefulSet",
    "Deployment",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "Ingress",
];

pub(crate) fn documents(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("no YAML: {error}\n{text}"))
}

/// The one document of `text`.
pub(crate) fn document(text: &str) -> Value {
    let mut all = documents(text);
    assert_eq!(all.len(), 1, "one document was expected");
    all.remove(0)
}

/// The kind that a `CustomResourceDefinition` defines.
pub(crate) fn custom(crd: &Value) -> ApiResource {
    let word = |pointer: &str| {
        crd.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    let (group, version) = (word("/spec/group"), word("/spec/versions/0/name"));
    ApiResource {
        api_version: format!("{group}/{version}"),
        group,
        version,
        kind: word("/spec/names/kind"),
        plural: word("/spec/names/plural"),
    }
}

pub(crate) fn kind(word: &str) -> ApiResource {
    let (kind, group, version, plural) = KINDS
        .into_iter()
        .find(|known| known.0 == word)
        .unwrap_or_else(|| panic!("{word} is none of the kinds that tests look at"));
    ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        api_version: if group.is_empty() {
            version.to_owned()
        } else {
            format!("{group}/{version}")
        },
        kind: kind.to_owned(),
        plural: plural.to_owned(),
    }
}

/// The objects of one namespace, for an administrator.
#[derive(Clone)]
pub(crate) struct Objects {
    client: Client,
    namespace: String,
    custom: ApiResource,
}

impl Objects {
    pub(crate) fn new(client: Client, namespace: &str, custom: &ApiResource) -> Self {
        Self {
            client,
            namespace: namespace.to_owned(),
            custom: custom.clone(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    fn api(&self, word: &str) -> Api<DynamicObject> {
        let resource = if word == self.custom.kind {
            self.custom.clone()
        } else {
            kind(word)
        };
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
    }

    pub(crate) async fn find(&self, kind: &str, name: &str) -> Option<Value> {
        let found = self.api(kind).get_opt(name).await.unwrap();
        found.map(|object| serde_json::to_value(object).unwrap())
    }

    pub(crate) async fn get(&self, kind: &str, name: &str) -> Value {
        let found = self.find(kind, name).await;
        found.unwrap_or_else(|| panic!("there is no {kind} {}/{name}", self.namespace))
    }

    pub(crate) async fn list(&self, word: &str) -> Vec<Value> {
        let resource = if word == self.custom.kind {
            self.custom.clone()
        } else {
            kind(word)
        };
        let objects = self.api(word).list(&ListParams::default()).await.unwrap();
        let objects = objects.items.into_iter().map(|object| {
            let mut value = serde_json::to_value(object).unwrap();
            // A list leaves its items' kind out.
            value["apiVersion"] = json!(resource.api_version);
            value["kind"] = json!(resource.kind);
            value
        });
        objects.collect()
    }

    /// Every object of the child kinds but those that the cluster puts into each namespace.
    pub(crate) async fn children(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for kind in CHILDREN {
            all.extend(self.list(kind).await);
        }
        all.retain(|object| name(object) != "kube-root-ca.crt");
        all
    }

    /// `Kind name` of each of [`Objects::children`], sorted.
    pub(crate) async fn child_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.children().await.iter().map(id).collect();
        names.sort();
        names
    }

    /// What a child is, but for what the cluster itself keeps changing on it.
    pub(crate) async fn resource_versions(&self) -> BTreeMap<String, String> {
        let children = self.children().await.into_iter();
        children
            .map(|child| {
                (
                    id(&child),
                    text(&child, "/metadata/resourceVersion").to_owned(),
                )
            })
            .collect()
    }

    pub(crate) async fn create(&self, object: &Value) -> Value {
        self.try_create(object).await.unwrap()
    }

    pub(crate) async fn try_create(&self, object: &Value) -> Result<Value, kube::Error> {
        let word = object["kind"].as_str().unwrap();
        let object: DynamicObject = serde_json::from_value(object.clone()).unwrap();
        let params = PostParams {
            field_manager: Some("a-person".to_owned()),
            ..PostParams::default()
        };
        let created = self.api(word).create(&params, &object).await?;
        Ok(serde_json::to_value(created).unwrap())
    }

    /// Merges `patch` into an object, as a person with an editor would.
    pub(crate) async fn merge(&self, kind: &str, name: &str, patch: &Value) -> Value {
        self.try_merge(kind, name, patch).await.unwrap()
    }

    pub(crate) async fn try_merge(
        &self,
        kind: &str,
        name: &str,
        patch: &Value,
    ) -> Result<Value, kube::Error> {
        let params = PatchParams {
            field_manager: Some("a-person".to_owned()),
            ..PatchParams::default()
        };
        let patched = self
            .api(kind)
            .patch(name, &params, &Patch::Merge(patch))
            .await?;
        Ok(serde_json::to_value(patched).unwrap())
    }

    pub(crate) async fn delete(&self, kind: &str, name: &str) {
        let params = DeleteParams::background();
        self.api(kind).delete(name, &params).await.unwrap();
    }

    /// The notes and reasons of the events on an object, newest state of each.
    pub(crate) async fn events(&self, kind: &str, name: &str) -> Vec<Value> {
        let mut events = self.list("Event").await;
        events.retain(|event| {
            event["regarding"]["kind"] == kind && event["regarding"]["name"] == name
        });
        events
    }

    /// Looks every 10 ms until `holds` is true of an object (`None` while it is absent), for at
    /// most `limit`. Returns how long that took.
    pub(crate) async fn becomes(
        &self,
        kind: &str,
        name: &str,
        limit: Duration,
        what: &str,
        holds: impl Fn(Option<&Value>) -> bool,
    ) -> Duration {
        let start = std::time::Instant::now();
        loop {
            let found = self.find(kind, name).await;
            let took = start.elapsed();
            if holds(found.as_ref()) {
                return took;
            }
            assert!(
                took < limit,
                "{kind} {name}: after {took:?} still not true: {what}\n{}",
                found.map(|v| format!("{v:#}")).unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

pub(crate) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

pub(crate) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

/// `Kind name`.
pub(crate) fn id(object: &Value) -> String {
    format!(
        "{} {}",
        object["kind"].as_str().unwrap_or("?"),
        name(object)
    )
}

/// The text at a JSON pointer; empty if there is none.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A condition of a custom resource.
pub(crate) fn condition<'a>(object: &'a Value, type_: &str) -> Option<&'a Value> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions
        .iter()
        .find(|condition| condition["type"] == type_)
}

/// Whether every condition of this type says `status` about the newest generation.
pub(crate) fn says(object: &Value, type_: &str, status: &str) -> bool {
    let generation = &object["metadata"]["generation"];
    condition(object, type_).is_some_and(|condition| {
        condition["status"] == status
            && condition["observedGeneration"] == *generation
            && object["status"]["observedGeneration"] == *generation
    })
}

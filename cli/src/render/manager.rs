//! How the operator itself is run in a cluster.
//!
//! Out: the context of `templates/config/manager/*`, `config/default/*` and `config/crd/kustomization.yaml`.

use serde::Serialize;

use super::rbac;
use crate::model::Operator;

/// The version of a new operator crate.
pub const VERSION: &str = "0.1.0";

/// The context of the templates that deploy the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manager {
    pub name: String,
    pub namespace: String,
    /// With a tag or a digest.
    pub image: String,
    /// The namespaces to watch, as `WATCH_NAMESPACE` takes them; empty: all.
    pub watch: String,
    /// Whether the manifest names namespaces, so that Roles in them are enough.
    pub namespaced: bool,
    /// The files of the custom resource definitions, in `config/crd`.
    pub crds: Vec<String>,
}

/// Computes how the operator is deployed.
pub fn manager(operator: &Operator) -> Manager {
    let watch: Vec<_> = operator.watch.iter().map(AsRef::as_ref).collect();
    Manager {
        name: operator.name.to_string(),
        namespace: rbac::namespace(operator),
        image: image(operator),
        watch: watch.join(","),
        namespaced: !watch.is_empty(),
        crds: rbac::kinds(operator)
            .iter()
            .map(|plural| format!("{plural}.yaml"))
            .collect(),
    }
}

/// The operator's image: as the manifest writes it, with the crate's version where it has no tag of its own.
pub fn image(operator: &Operator) -> String {
    let image = operator.image.as_str();
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains([':', '@']) {
        image.to_owned()
    } else {
        format!("{image}:{VERSION}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::ImageName;
    use crate::model::fixture::{label, tally};
    use crate::render::testing::{documents, render};

    #[test]
    fn the_pod_meets_the_restricted_standard() {
        let text = render("config/manager/deployment.yaml", &manager(&tally()));
        let [deployment] = &documents::<Value>(&text)[..] else {
            panic!("{text}");
        };
        let pod = &deployment["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(
            pod["securityContext"]["seccompProfile"]["type"],
            "RuntimeDefault"
        );
        let container = &pod["containers"][0]["securityContext"];
        assert_eq!(container["allowPrivilegeEscalation"], false);
        assert_eq!(container["readOnlyRootFilesystem"], true);
        assert_eq!(container["capabilities"]["drop"][0], "ALL");
    }

    #[test]
    fn the_selector_matches_the_pods() {
        let text = render("config/manager/deployment.yaml", &manager(&tally()));
        let deployment = &documents::<Value>(&text)[0];
        assert_eq!(
            deployment["spec"]["selector"]["matchLabels"],
            deployment["spec"]["template"]["metadata"]["labels"]
        );
    }

    // SE-15.
    #[test]
    fn the_metrics_are_served_by_tls_where_they_can_be_reached() {
        let manager = manager(&tally());
        let deployment =
            &documents::<Value>(&render("config/manager/deployment.yaml", &manager))[0];
        let pod = &deployment["spec"]["template"];
        let container = &pod["spec"]["containers"][0];
        let env = container["env"].as_array().unwrap().iter();
        let mut address = env.filter(|variable| variable["name"] == "METRICS_ADDRESS");
        assert_eq!(address.next().unwrap()["value"], "0.0.0.0:8443");
        let service =
            &documents::<Value>(&render("config/manager/metrics_service.yaml", &manager))[0];
        assert_eq!(service["spec"]["selector"], pod["metadata"]["labels"]);
        let target = &service["spec"]["ports"][0]["targetPort"];
        let mut ports = container["ports"].as_array().unwrap().iter();
        let port = ports.find(|port| port["name"] == *target).unwrap();
        assert_eq!(port["containerPort"], 8443);
    }

    #[test]
    fn an_image_without_a_tag_gets_the_version() {
        let mut operator = tally();
        assert_eq!(image(&operator), "ghcr.io/example/tally-operator:0.1.0");
        for whole in ["localhost:5000/a/b:1", "a/b@sha256:00"] {
            operator.image = ImageName::new(whole).unwrap();
            assert_eq!(image(&operator), whole);
        }
        operator.image = ImageName::new("localhost:5000/a").unwrap();
        assert_eq!(image(&operator), "localhost:5000/a:0.1.0");
    }

    #[test]
    fn a_hostile_image_stays_one_text() {
        let mut operator = tally();
        operator.image = ImageName::new("x#y:{a},[*&b]").unwrap();
        let text = render("config/manager/deployment.yaml", &manager(&operator));
        let deployment = &documents::<Value>(&text)[0];
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["image"], "x#y:{a},[*&b]");
    }

    #[test]
    fn named_namespaces_switch_the_component_on() {
        let mut operator = tally();
        let read = |operator: &Operator| {
            let text = render("config/default/kustomization.yaml", &manager(operator));
            documents::<Value>(&text).remove(0)
        };
        assert!(read(&operator).get("components").is_none());
        operator.watch = vec![label("a")];
        assert_eq!(read(&operator)["components"][0], "../components/namespaced");
    }
}

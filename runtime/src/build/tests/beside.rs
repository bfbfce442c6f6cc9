//! What stands beside a node's pods: budgets, autoscalers, ingresses and more Services.

use serde_json::{Value, json};

use super::{gate, small, store};
use crate::build::Desired;
use crate::fixture::{child, desired, problems, tally, with};
use crate::kind::ChildKind::{
    self, Deployment, HorizontalPodAutoscaler, Ingress, PodDisruptionBudget, Service, StatefulSet,
};

fn built(cr: &Value) -> Desired {
    desired::<tally::Tally>(cr).unwrap()
}

fn plain(field: &str, value: Value) -> Value {
    let at = format!("/spec/k8sConfigGroup/1/{field}");
    with(&tally::sample(), &at, value)
}

fn count(desired: &Desired, kind: ChildKind) -> usize {
    let of_kind = |child: &&crate::DesiredChild| child.id.kind == kind;
    desired.children.iter().filter(of_kind).count()
}

// DR-9, DR-10, DR-11: a child is there exactly while its field is.
#[test]
fn a_child_beside_the_workload_is_there_while_its_field_is() {
    for (field, value, kind) in [
        (
            "podDisruptionBudget",
            json!({"minAvailable": 1}),
            PodDisruptionBudget,
        ),
        (
            "horizontalPodAutoscaler",
            json!({"maxReplicas": 4}),
            HorizontalPodAutoscaler,
        ),
        (
            "ingress",
            json!({"defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}}),
            Ingress,
        ),
    ] {
        assert_eq!(count(&built(&tally::sample()), kind), 0, "{field}");
        let with_it = built(&small(field, value));
        assert_eq!(count(&with_it, kind), 1, "{field}");
        child(&with_it, kind, "t-store");
    }
}

// DR-10
#[test]
fn a_budget_is_about_the_nodes_own_pods_whatever_the_resource_says() {
    let budget = json!({"maxUnavailable": "25%", "selector": {"matchLabels": {"app": "another"}}});
    let out = built(&small("podDisruptionBudget", budget));
    let budget = child(&out, PodDisruptionBudget, "t-store");
    assert_eq!(
        budget["spec"],
        json!({"maxUnavailable": "25%", "selector": {"matchLabels": {
            "app.kubernetes.io/instance": "t",
            "dsoi.dev/kind": "Tally.example.com",
            "dsoi.dev/node": "store",
        }}})
    );
}

// DR-9
#[test]
fn an_autoscaler_scales_the_nodes_workload_whatever_the_resource_says() {
    let metrics = json!([{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]);
    let spec = json!({
        "maxReplicas": 4, "metrics": metrics,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "another"},
    });
    let out = built(&plain("horizontalPodAutoscaler", spec));
    let autoscaler = child(&out, HorizontalPodAutoscaler, "t-gate");
    assert_eq!(
        autoscaler["spec"],
        json!({
            "maxReplicas": 4, "metrics": metrics,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "t-gate"},
        })
    );
}

// DR-4
#[test]
fn an_autoscaler_has_the_replicas_and_the_resource_says_where_they_start() {
    for (replicas, min, max, start) in [
        (2, None, 5, 2),
        (2, Some(3), 5, 3),
        (9, None, 5, 5),
        (1, Some(1), 1, 1),
    ] {
        let mut spec = json!({"maxReplicas": max});
        if let Some(min) = min {
            spec["minReplicas"] = json!(min);
        }
        let cr = with(
            &plain("horizontalPodAutoscaler", spec),
            "/spec/nodes/1/replicas",
            json!(replicas),
        );
        let out = built(&cr);
        let gate = child(&out, Deployment, "t-gate");
        assert_eq!(gate["spec"].get("replicas"), None);
        let found = out
            .children
            .iter()
            .find(|child| child.id.kind == Deployment);
        assert_eq!(
            found.unwrap().start,
            Some(start),
            "{replicas} {min:?} {max}"
        );
        let others = out
            .children
            .iter()
            .filter(|child| child.id.kind == StatefulSet);
        assert_eq!(others.map(|child| child.start).collect::<Vec<_>>(), [None]);
    }
}

#[test]
fn bounds_that_exclude_each_other_are_refused_with_their_field() {
    for (field, value, expected) in [
        (
            "podDisruptionBudget",
            json!({"minAvailable": 1, "maxUnavailable": 1}),
            "podDisruptionBudget: has both `minAvailable` and `maxUnavailable`; one of them says all",
        ),
        (
            "horizontalPodAutoscaler",
            json!({"minReplicas": 5, "maxReplicas": 4}),
            "horizontalPodAutoscaler.minReplicas: is 5, more than the 4 of `maxReplicas`",
        ),
    ] {
        assert_eq!(
            problems::<tally::Tally>(&small(field, value)),
            [format!("spec.k8sConfigGroup[0].{expected}")]
        );
    }
}

// DR-4: no autoscaler leaves zero, so that zero is the resource's word.
#[test]
fn a_node_of_no_replicas_has_none_under_an_autoscaler_too() {
    let cr = with(
        &plain("horizontalPodAutoscaler", json!({"maxReplicas": 5})),
        "/spec/nodes/1/replicas",
        json!(0),
    );
    assert_eq!(gate(&cr)["spec"]["replicas"], 0);
}

// DR-11
#[test]
fn an_ingress_is_as_the_resource_says_it_with_its_annotations() {
    let spec = json!({"ingressClassName": "nginx", "rules": [{"host": "t.example.com"}]});
    let cr = plain("ingress", spec.clone());
    let cr = with(
        &cr,
        "/spec/k8sConfigGroup/1/ingressAnnotations",
        json!({"example.com/timeout": "9s"}),
    );
    let ingress = child(&built(&cr), Ingress, "t-gate");
    assert_eq!(ingress["spec"], spec);
    assert_eq!(
        ingress["metadata"]["annotations"],
        json!({"example.com/timeout": "9s"})
    );
}

// DR-19, OR-11: each has a name of its own and selects the node.
#[test]
fn a_node_has_as_many_services_as_its_group_lists() {
    let services = json!([
        {"name": "admin", "spec": {"ports": [{"port": 90}]}},
        {"name": "public", "annotations": {"a": "b"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"x": "y"}}},
    ]);
    let out = built(&plain("services", services));
    for (name, type_, annotations) in [
        ("t-gate", Value::Null, Value::Null),
        ("t-gate-admin", Value::Null, Value::Null),
        ("t-gate-public", json!("LoadBalancer"), json!({"a": "b"})),
    ] {
        let service = child(&out, Service, name);
        assert_eq!(service["spec"]["type"], type_, "{name}");
        assert_eq!(service["metadata"]["annotations"], annotations, "{name}");
        assert_eq!(service["spec"]["selector"]["dsoi.dev/node"], "gate");
        assert_eq!(service["spec"]["selector"].get("x"), None);
    }
}

// DR-26: what a group says about the workload wins, and goes with its stanza.
#[test]
fn a_group_says_how_pods_are_placed_replaced_and_stopped() {
    let pod = "/spec/template/spec";
    let cases = [
        (
            "terminationGracePeriodSeconds",
            json!(7),
            format!("{pod}/terminationGracePeriodSeconds"),
        ),
        (
            "priorityClassName",
            json!("high"),
            format!("{pod}/priorityClassName"),
        ),
        (
            "topologySpreadConstraints",
            json!([{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]),
            format!("{pod}/topologySpreadConstraints"),
        ),
        (
            "affinity",
            json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}}),
            format!("{pod}/affinity"),
        ),
        (
            "tolerations",
            json!([{"operator": "Exists"}]),
            format!("{pod}/tolerations"),
        ),
        ("dnsPolicy", json!("Default"), format!("{pod}/dnsPolicy")),
        (
            "dnsConfig",
            json!({"nameservers": ["192.0.2.1"]}),
            format!("{pod}/dnsConfig"),
        ),
        (
            "lifecycle",
            json!({"preStop": {"exec": {"command": ["drain"]}}}),
            format!("{pod}/containers/0/lifecycle"),
        ),
        (
            "workloadAnnotations",
            json!({"example.com/a": "b"}),
            "/metadata/annotations".to_owned(),
        ),
        (
            "updateStrategy",
            json!({"type": "OnDelete"}),
            "/spec/updateStrategy".to_owned(),
        ),
        (
            "updateStrategy",
            json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2, "maxUnavailable": 2}}),
            "/spec/updateStrategy".to_owned(),
        ),
        (
            "podManagementPolicy",
            json!("OrderedReady"),
            "/spec/podManagementPolicy".to_owned(),
        ),
    ];
    let before = store(&tally::sample());
    for (field, value, pointer) in cases {
        let after = store(&small(field, value.clone()));
        assert_eq!(after.pointer(&pointer), Some(&value), "{field}");
        assert_ne!(before.pointer(&pointer), Some(&value), "{field}");
    }
}

// DR-26: `maxSurge` is a Deployment's.
#[test]
fn a_strategy_of_the_other_kind_of_workload_is_refused_with_its_field() {
    let surge = json!({"rollingUpdate": {"maxSurge": 2}});
    let strategy = gate(&plain("updateStrategy", surge.clone()))["spec"]["strategy"].clone();
    assert_eq!(
        strategy,
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": "25%"}})
    );
    for (cr, field, kind, node) in [
        (
            small("updateStrategy", surge),
            "[0].updateStrategy.rollingUpdate.maxSurge",
            "StatefulSet",
            0,
        ),
        (
            small("updateStrategy", json!({"type": "Recreate"})),
            "[0].updateStrategy.type",
            "StatefulSet",
            0,
        ),
        (
            plain("updateStrategy", json!({"type": "OnDelete"})),
            "[1].updateStrategy.type",
            "Deployment",
            1,
        ),
        (
            plain("updateStrategy", json!({"rollingUpdate": {"partition": 1}})),
            "[1].updateStrategy.rollingUpdate.partition",
            "Deployment",
            1,
        ),
    ] {
        assert_eq!(
            problems::<tally::Tally>(&cr),
            [format!(
                "spec.k8sConfigGroup{field}: has no meaning for the {kind} of spec.nodes[{node}]"
            )]
        );
    }
}

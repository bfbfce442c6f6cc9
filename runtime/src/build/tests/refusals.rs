//! What is refused before a server would refuse it.

use serde_json::{Value, json};

use super::{small, store};
use crate::fixture::group::container;
use crate::fixture::{pinot, problems, tally, with};

#[test]
fn keys_that_the_server_merges_by_may_not_come_twice() {
    let volume = json!({"name": "v", "emptyDir": {}});
    let mounts = json!([{"name": "data", "mountPath": "/var/lib/tally/"}]);
    let cases = [
        (
            "env",
            json!([{"name": "A"}, {"name": "A"}]),
            "spec.k8sConfigGroup[0].env: names the variable `A` twice",
        ),
        (
            "ports",
            json!([{"containerPort": 80}, {"containerPort": 80, "protocol": "TCP"}]),
            "spec.k8sConfigGroup[0]: container `app` has the port 80/TCP twice",
        ),
        (
            "volumes",
            json!([volume, volume]),
            "spec.k8sConfigGroup[0]: two volumes of the pod are named `v`",
        ),
        (
            "volumeMount",
            mounts,
            "spec.k8sConfigGroup[0]: two volumes are mounted at `/var/lib/tally` in container `app`",
        ),
        (
            "volumeMount",
            json!([{"name": "gone", "mountPath": "/x"}]),
            "spec.k8sConfigGroup[0]: mounts the volume `gone`, which the pod does not have",
        ),
        (
            "service",
            json!({"ports": [{"name": "a", "port": 1}, {"name": "b", "port": 1}]}),
            "spec.k8sConfigGroup[0].service: has the port 1/TCP twice",
        ),
        (
            "imagePullSecrets",
            json!([{"name": "s"}, {"name": "s"}]),
            "spec.k8sConfigGroup[0]: names the image pull secret `s` twice",
        ),
    ];
    for (field, value, expected) in cases {
        let found = problems::<tally::Tally>(&small(field, value));
        assert!(found.contains(&expected.to_owned()), "{found:?}");
    }
}

/// RL-33, SE-14.
#[test]
fn a_config_map_that_cannot_be_stored_is_refused() {
    let data = "x".repeat(901 * 1024);
    let cr = with(
        &pinot::sample(),
        "/spec/pinotNodeConfig/1/data",
        json!(data),
    );
    let found = problems::<pinot::Pinot>(&cr);
    assert_eq!(
        found,
        [
            "spec.pinotNodeConfig[1]: the config map `pinot-simple-broker-config` would have 902 KiB; at most 900 are possible"
        ]
    );
}

/// SE-12: a text file refuses what would add a line.
#[test]
fn a_line_break_in_a_line_is_refused() {
    let cr = with(&pinot::sample(), "/spec/zkAddress", json!("zk\nevil=1"));
    let found = problems::<pinot::Pinot>(&cr);
    let expected = "spec.nodes[0]: the file `conf` (/var/pinot/controller/config/pinot-controller.conf) has a line break inside the line that starts `controller.zk.str=zk`";
    assert_eq!(found[0], expected);
}

/// DR-3.
#[test]
fn an_image_is_needed_where_the_cluster_has_none() {
    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/image", Value::Null);
    assert_eq!(
        problems::<pinot::Pinot>(&cr),
        ["spec.k8sConfig[1].image: is needed: the cluster has no image of its own"]
    );
    let image = container(&store(&tally::sample())).image;
    assert_eq!(image.as_deref(), Some("ghcr.io/example/tally:2.1"));
}

/// SE-13: an app's label takes its value from the resource, and is checked there.
#[test]
fn a_label_that_kubernetes_would_refuse_is_refused_first() {
    let cr = with(&pinot::sample(), "/spec/k8sConfig/1/name", json!("b c"));
    let cr = with(&cr, "/spec/nodes/1/k8sConfig", json!("b c"));
    let found = problems::<pinot::Pinot>(&cr);
    let about = "spec.nodes[1]: the label `k8sConfigGroup: b c` is illegal";
    assert!(
        found.iter().any(|problem| problem.starts_with(about)),
        "{found:?}"
    );
}

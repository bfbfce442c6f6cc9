//! The keys of a compose file.

use dsoi::import::Form;
use serde_json::{Value, json};

use super::{Field, hidden, imported, silent, swallowed};

const WEB: &str = "/services/web";

/// A service with all that stands around it.
fn shop() -> Value {
    json!({ "services": { "web": { "image": "example/web:1", "ports": [{ "target": 80 }],
        "volumes": [{ "type": "volume", "source": "data", "target": "/data" }],
        "configs": [{ "source": "one", "target": "/etc/one" }],
        "healthcheck": { "test": ["CMD", "true"] }, "depends_on": { "db": {} },
        "deploy": { "resources": { "limits": {}, "reservations": {} } } },
        "db": { "image": "example/db:1" } }, "configs": { "one": { "content": "x" } } })
}

/// Keys of a service, each with a word that is none of its defaults.
const KEYS: &str = "build attach annotations blkio_config cap_add cap_drop cgroup cgroup_parent command container_name cpu_count \
    cpu_percent cpu_period cpu_quota cpu_shares cpus cpuset credential_spec device_cgroup_rules devices dns \
    dns_opt dns_search domainname entrypoint env_file expose extends external_links extra_hosts gpus group_add \
    hostname init ipc isolation labels links logging mac_address mem_limit mem_reservation mem_swappiness \
    memswap_limit network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform privileged profiles \
    pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period \
    stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode uts volumes_from working_dir x-more post_start pre_stop";

/// A value that a key of that name takes.
fn value(key: &str) -> Value {
    match key {
        "cap_add" | "cap_drop" | "expose" => json!(["marker"]),
        "privileged" | "read_only" | "disable" | "oom_kill_disable" => json!(true),
        "retries" | "replicas" | "scale" => json!(7),
        "cpus" => json!("1.5"),
        "mem_limit" | "mem_reservation" | "memory" => json!("7m"),
        "environment" => json!({ "A": "b" }),
        "volume" | "bind" | "volumes" | "args" => json!({ "marker": { "x": "y" } }),
        _ => json!("marker"),
    }
}

#[test]
fn a_service_that_extends_another_one_of_the_file_has_all_of_it() {
    // SE-27.
    let mut input = shop();
    input["services"]["more"] =
        json!({ "extends": { "service": "web" }, "environment": { "A": "b" } });
    let text = imported(Form::Compose, &input);
    assert_eq!(text.matches("/data").count(), 2, "{text}");
    assert!(!text.contains("no other file is read"), "{text}");
    input["services"]["more"]["extends"] = json!({ "service": "gone" });
    let text = imported(Form::Compose, &input);
    assert!(text.contains("the file has no such service"), "{text}");
    input["services"]["more"]["extends"] = json!({ "service": "web", "file": "far.yaml" });
    let text = imported(Form::Compose, &input);
    assert!(text.contains("no other file is read"), "{text}");
}

#[test]
fn the_time_that_a_start_may_take_is_a_startup_probe() {
    // SE-27.
    let mut input = shop();
    input["services"]["web"]["healthcheck"] =
        json!({ "test": ["CMD", "true"], "start_period": "60s", "interval": "10s", "retries": 2 });
    let text = imported(Form::Compose, &input);
    assert!(
        text.contains("startupProbe") && text.contains("failureThreshold: 16"),
        "{text}"
    );
    assert!(!text.contains("initialDelaySeconds"), "{text}");
}

#[test]
fn names_and_addresses_in_networks_and_what_need_not_be_there_are_listed() {
    // SE-27.
    let mut input = shop();
    let web = &mut input["services"]["web"];
    web["networks"] = json!({ "front": { "aliases": ["shop"], "ipv4_address": "192.0.2.7" } });
    web["depends_on"]["db"] = json!({ "condition": "service_started", "required": false });
    let text = imported(Form::Compose, &input);
    for word in ["aliases shop", "ipv4_address: 192.0.2.7", "required: false"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

fn fields(at: &str, names: &[&str]) -> Vec<Field> {
    let made = names.iter().map(|name| Field::new(at, name, value(name)));
    made.collect()
}

/// Every key that a compose file can have more.
fn all() -> Vec<Field> {
    let mut all = fields(WEB, &KEYS.split(' ').collect::<Vec<_>>());
    for (at, names) in [
        (
            "ports/0",
            &["published", "mode", "host_ip", "app_protocol", "name"][..],
        ),
        ("volumes/0", &["read_only", "consistency", "volume", "bind"]),
        ("configs/0", &["uid", "gid", "mode"]),
        (
            "healthcheck",
            &[
                "interval",
                "timeout",
                "retries",
                "start_period",
                "start_interval",
            ],
        ),
        ("depends_on/db", &["condition", "restart", "required"]),
        (
            "deploy",
            &[
                "mode",
                "replicas",
                "placement",
                "update_config",
                "rollback_config",
                "restart_policy",
                "labels",
                "endpoint_mode",
            ],
        ),
        (
            "deploy/resources/limits",
            &["cpus", "memory", "pids", "devices"],
        ),
        (
            "deploy/resources/reservations",
            &["cpus", "memory", "devices", "generic_resources"],
        ),
    ] {
        all.extend(fields(&format!("{WEB}/{at}"), names));
    }
    // What the older keys say too is said otherwise by these, or it would be the same.
    for field in &mut all {
        if field.at.contains("deploy") {
            match field.name.as_str() {
                "replicas" => field.value = json!(9),
                "cpus" => field.value = json!("3"),
                "memory" => field.value = json!("9m"),
                _ => {}
            }
        }
    }
    all.extend(fields(
        "",
        &[
            "include", "networks", "volumes", "secrets", "x-more", "models",
        ],
    ));
    all
}

#[test]
fn no_key_of_a_service_is_dropped_silently() {
    // SE-27.
    let disabled = Field::new(&format!("{WEB}/healthcheck"), "disable", json!(true));
    let mut fields = all();
    fields.push(disabled);
    let found = silent(Form::Compose, &shop(), &fields);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_key_of_a_service_is_hidden_by_all_the_others() {
    // SE-27.
    let found = hidden(Form::Compose, &shop(), &all(), &[]);
    assert!(found.is_empty(), "{found:#?}");
}

/// What the short keys of a service and `deploy` both say, and who a service runs as.
#[test]
fn nothing_is_swallowed_by_what_says_the_same_elsewhere() {
    // SE-27.
    let base = shop();
    let mut doubled = fields(
        WEB,
        &[
            "scale",
            "cpus",
            "mem_limit",
            "mem_reservation",
            "memswap_limit",
            "cpu_shares",
            "pids_limit",
            "labels",
            "restart",
        ],
    );
    for kind in ["limits", "reservations"] {
        let at = format!("{WEB}/deploy/resources/{kind}");
        doubled.push(Field::new(&at, "cpus", json!("3")));
        doubled.push(Field::new(&at, "memory", json!("9m")));
        doubled.push(Field::new(&at, "pids", json!(3)));
    }
    let deploy = format!("{WEB}/deploy");
    doubled.extend(fields(&deploy, &["labels", "restart_policy"]));
    doubled.push(Field::new(&deploy, "replicas", json!(9)));
    let mut rights = fields(
        WEB,
        &[
            "privileged",
            "cap_add",
            "cap_drop",
            "read_only",
            "security_opt",
            "userns_mode",
            "group_add",
            "devices",
            "pid",
            "ipc",
            "network_mode",
        ],
    );
    rights.push(Field::new(WEB, "user", json!("0:0")));
    let mut starts = fields(
        WEB,
        &[
            "command",
            "entrypoint",
            "working_dir",
            "environment",
            "env_file",
            "init",
            "tty",
            "stdin_open",
            "stop_signal",
            "stop_grace_period",
        ],
    );
    starts.extend(fields(
        &format!("{WEB}/healthcheck"),
        &[
            "interval",
            "timeout",
            "retries",
            "start_period",
            "start_interval",
        ],
    ));
    let mut found = Vec::new();
    for group in [doubled, rights, starts] {
        found.extend(swallowed(Form::Compose, &base, &group, &[]));
    }
    assert!(found.is_empty(), "{found:#?}");
}

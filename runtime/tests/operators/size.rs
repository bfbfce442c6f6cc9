//! What many big resources cost.

use std::time::Instant;

use serde_json::json;

use crate::{
    crs::{self, named, without},
    golden::{Golden, is_optimized},
    objects::says,
    scene::{Scene, Setup},
    traps::refusal,
};

/// SE-14.
#[tokio::test]
async fn fifty_of_the_biggest_resources_stay_within_memory_and_time() {
    let scene = Setup::new(Golden::pinot()).start().await;
    let filler = |bytes: usize| {
        let line = "pinot.filler=0123456789012345678901234567890123456789012345678901\n";
        let mut text = line.repeat(bytes / line.len());
        text.pop();
        text
    };
    // Four files of nearly the longest text that the definition takes.
    let big = |name: &str, bytes: usize| {
        let mut cr = without(named(crs::pinot(), name), "nodes", "orders-server-b");
        for node in cr["spec"]["nodes"].as_array_mut().unwrap() {
            // The pods of two hundred nodes would only test the machine.
            node["replicas"] = json!(0);
            node["name"] = json!(format!("{name}-{}", node["nodeType"].as_str().unwrap()));
        }
        for config in cr["spec"]["pinotNodeConfig"].as_array_mut().unwrap() {
            config["data"] = json!(filler(bytes));
        }
        cr
    };
    for (what, bytes) in [
        ("a file over the limit", 300 << 10),
        ("more than the server stores", 3 << 20),
    ] {
        let (who, message) = refusal(&scene, &big("over", bytes)).await;
        println!(
            "{what}: refused by {who}: {}",
            message.chars().take(160).collect::<String>()
        );
        assert_eq!(who, "the API server", "{message}");
    }

    let start = Instant::now();
    for number in 0..50 {
        // Created as a person's tool would, without the copy that an apply leaves.
        scene
            .objects
            .create(&big(&format!("big-{number}"), 261_000))
            .await;
    }
    // To read a megabyte again and again until it is Ready would test the reader.
    scene.settle().await;
    println!("50 resources of 1 MiB: settled after {:?}", start.elapsed());
    for number in 0..50 {
        let name = format!("big-{number}");
        // On a busy machine the operator may be silent and not be at the end.
        for round in 0.. {
            let cr = scene.resource(&name).await;
            if says(&cr, "Ready", "True") {
                break;
            }
            assert!(round < 30, "{name}: {}", cr["status"]);
            scene.settle().await;
        }
    }
    let resident = scene.operator().resident_bytes().unwrap();
    let peak = peak_bytes(scene.operator().pid());
    println!(
        "resident: {} MiB, at most {} MiB",
        resident >> 20,
        peak >> 20
    );
    let passes = passes(&scene);
    let share = |percent: usize| passes[(passes.len() * percent).div_ceil(100) - 1];
    let (p50, p90, p99) = (share(50), share(90), share(99));
    println!(
        "{} passes: p50 {p50} ms, p90 {p90} ms, p99 {p99} ms, at most {} ms",
        passes.len(),
        share(100)
    );
    let used = cpu_seconds(scene.operator().pid());
    let each = used * 1000.0 / f64::from(u32::try_from(passes.len()).unwrap());
    println!("processor: {used:.2} s in all, {each:.1} ms a pass");
    assert!(resident <= 250 << 20, "{} MiB resident", resident >> 20);
    // A debug build is many times slower; it shows no more than that passes end.
    let budget = if is_optimized() { 1000 } else { 60_000 };
    assert!(p99 <= budget, "99 % of passes take up to {p99} ms");
}

fn peak_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.expect("Linux writes the peak") * 1024
}

/// How long each pass took, in milliseconds, sorted.
fn passes(scene: &Scene) -> Vec<u64> {
    let log = scene.operator().log();
    let after = |line: &str| line.split("\"took_ms\":").nth(1).map(ToOwned::to_owned);
    let digits =
        |text: String| -> String { text.chars().take_while(char::is_ascii_digit).collect() };
    let lines = log.lines().filter(|line| line.contains("\"passed\""));
    let mut found: Vec<u64> = lines
        .filter_map(after)
        .map(|text| digits(text).parse().unwrap())
        .collect();
    assert!(found.len() >= 50, "{} passes in the log", found.len());
    found.sort_unstable();
    found
}

/// What the process has used of the processors.
fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // After the program's name, which is in parentheses; ticks are hundredths of a second.
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks = |index: usize| fields[index].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

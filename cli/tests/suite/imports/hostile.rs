//! Nothing is executed, and no input takes long (SE-27).

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use dsoi::import::{Form, Hints, Input, Refusal, import};

/// A folder with a program for every name that an import could be tempted to call; each leaves a mark.
fn traps(directory: &Path) {
    let mark = directory.join("mark");
    let bin = directory.join("bin");
    fs::create_dir(&bin).unwrap();
    for name in [
        "helm",
        "docker",
        "docker-compose",
        "kubectl",
        "sh",
        "bash",
        "git",
        "env",
        "id",
        "curl",
        "kustomize",
    ] {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n: > {}\n", mark.display())).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
}

fn trapped(directory: &Path, args: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_dsoi"))
        .args(args)
        .current_dir(directory)
        .env_clear()
        .env("PATH", directory.join("bin"))
        .env("HELM_PLUGINS", directory.join("chart/plugins"))
        .env("LOG_LEVEL", "leaked")
        .output()
        .unwrap();
    assert!(!directory.join("mark").exists(), "{args:?} ran something");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(!stdout.contains("leaked"), "{stdout}");
    output
}

#[test]
fn an_import_runs_nothing_and_reads_no_other_file() {
    // SE-27.
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    traps(directory);
    let chart = directory.join("chart");
    fs::create_dir_all(chart.join("templates")).unwrap();
    fs::create_dir_all(chart.join("plugins/evil")).unwrap();
    fs::write(
        chart.join("plugins/evil/plugin.yaml"),
        "name: evil\ncommand: \"sh -c id\"\n",
    )
    .unwrap();
    fs::write(chart.join("Chart.yaml"), "name: evil\nversion: 1.0.0\n").unwrap();
    let helpers = "{{- define \"x\" }}{{ .Files.Get \"/etc/passwd\" }}{{ lookup \"v1\" \"Secret\" \"\" \"\" }}{{- end }}\n";
    fs::write(chart.join("templates/_helpers.tpl"), helpers).unwrap();
    let template = "kind: Deployment\nmetadata:\n  name: {{ include \"x\" . }}\n";
    fs::write(chart.join("templates/a.yaml"), template).unwrap();
    fs::write(directory.join("beside.env"), "SECRET=leaked\n").unwrap();
    fs::write(directory.join(".env"), "LOG_LEVEL=leaked\n").unwrap();
    fs::write(directory.join("chart.tgz"), [0x1f, 0x8b, 8, 0]).unwrap();

    // A chart is refused, as a folder, packed, or in parts; each time with the way out.
    for input in [
        "chart",
        "chart.tgz",
        "chart/templates/a.yaml",
        "chart/templates/_helpers.tpl",
    ] {
        let output = trapped(directory, &["import", "helm", "-f", input]);
        assert_eq!(output.status.code(), Some(1), "{input}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.contains("helm template NAME CHART"),
            "{input}: {stderr}"
        );
    }

    let compose = "include: [beside.yaml]\nservices:\n  a:\n    image: $(id)\n    env_file: beside.env\n    extends: {file: beside.yaml, service: b}\n    volumes: ['./beside.env:/etc/x']\n    environment: {LOG_LEVEL: '${LOG_LEVEL:-info}', OTHER: '$LOG_LEVEL'}\n    command: [sh, -c, '`id` $(id) ${LOG_LEVEL}']\n";
    fs::write(directory.join("compose.yaml"), compose).unwrap();
    fs::write(
        directory.join("beside.yaml"),
        "services: {b: {image: leaked}}\n",
    )
    .unwrap();
    let output = trapped(directory, &["import", "compose"]);
    assert_eq!(output.status.code(), Some(0));

    let hostile = fs::read(crate::testdata("imports/helm/hostile.yaml")).unwrap();
    fs::write(directory.join("hostile.yaml"), hostile).unwrap();
    let output = trapped(directory, &["import", "helm", "-f", "hostile.yaml"]);
    assert_eq!(output.status.code(), Some(0));
}

/// A debug build may take five times as long as what is promised.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });

#[test]
fn hostile_inputs_end_soon() {
    // SE-27.
    let bomb = (0..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let next = level + 1;
        text + &format!("a{next}: &a{next} [*a{level}, *a{level}, *a{level}]\n")
    });
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(100_000),
        "*a, ".repeat(10_000)
    );
    let deep = (0..63).fold("a0: &a0 [x]\n".to_owned(), |text, level| {
        let next = level + 1;
        text + &format!("a{next}: &a{next} [*a{level}]\n")
    });
    let object = |index: usize| format!("---\nkind: Role\nmetadata: {{name: a{index}}}\n");
    let workload = |index: usize| {
        format!(
            "---\nkind: Deployment\nmetadata: {{name: a{index}}}\nspec: {{template: {{spec: {{containers: [{{name: a, image: x, env: [{{name: A, value: '{{{{ .Values.a }}}}'}}]}}]}}}}}}\n"
        )
    };
    let many = |count, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let large = format!(
        "kind: Deployment\nmetadata: {{name: a}}\nspec: {{template: {{spec: {{containers: [{{name: a, image: x, args: [{}]}}]}}}}}}\n",
        format!("{}, ", "y".repeat(1000)).repeat(3000)
    );
    for (name, text, usable) in [
        ("alias bomb", bomb, false),
        ("a long text in aliases", long, false),
        ("aliases in aliases", deep.clone() + &deep, false),
        ("lists", "[".repeat(500_000), false),
        ("1e5 documents", many(100_000, &object), false),
        ("9000 objects", many(9_000, &object) + &workload(0), true),
        ("200 workloads", many(200, &workload), true),
        ("a manifest of 3 MB", large, true),
        ("a circle", "a: &a [*a]\n".to_owned(), false),
    ] {
        let input = Input {
            name: "in.yaml".to_owned(),
            text,
        };
        let start = Instant::now();
        let made = import(Form::Helm, &[input], &Hints::default());
        let took = start.elapsed();
        assert!(took < LIMIT, "{name} took {took:?}");
        assert!(!matches!(made, Err(Refusal::Stuck)), "{name}");
        assert_eq!(made.is_ok(), usable, "{name}");
        if let Ok(made) = made {
            super::assert_usable(name, &made.text);
        }
    }
}

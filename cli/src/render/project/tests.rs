//! The files of a project that are no Rust and no object of Kubernetes.

use serde_json::Value;

use super::*;
use crate::model::fixture::tally;
use crate::model::{ImageName, NameTemplate, Piece, Text};
use crate::render::testing::{documents, render};

const FILES: &[&str] = &[
    "README.md",
    "Dockerfile",
    "dot/dockerignore",
    "dot/gitignore",
    "dot/gitattributes",
    "rust-toolchain.toml",
    "github/workflows/ci.yaml",
];

fn context() -> Project {
    project(&tally(), &Runtime::Vendored)
}

#[test]
fn every_file_renders_and_ends_with_one_line_break() {
    for file in FILES {
        let text = render(file, &context());
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{file}");
        assert!(!text.contains("\n\n\n"), "{file}");
        assert!(!text.contains(['«', '»']), "{file}");
        assert_eq!(text, render(file, &context()), "{file}");
    }
}

#[test]
fn a_project_without_a_copy_of_the_runtime_does_not_name_it() {
    let context = project(&tally(), &Runtime::Version("0.1.0".to_owned()));
    for file in FILES {
        assert!(!render(file, &context).contains("vendor"), "{file}");
    }
}

#[test]
fn the_workflow_is_granted_nothing_but_reading() {
    let workflow = documents::<Value>(&render("github/workflows/ci.yaml", &context())).remove(0);
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    for (name, job) in workflow["jobs"].as_object().unwrap() {
        assert_eq!(
            job["permissions"],
            serde_json::json!({"contents": "read"}),
            "{name}"
        );
        for step in job["steps"].as_array().unwrap() {
            assert!(step.get("uses").is_none(), "{step}");
            assert!(!step["run"].as_str().unwrap().contains("${{"), "{step}");
        }
    }
}

#[test]
fn the_image_runs_without_root_and_without_a_shell() {
    let text = render("Dockerfile", &context());
    let (_, last) = text.rsplit_once("FROM ").unwrap();
    assert!(last.starts_with("gcr.io/distroless/cc-debian12:nonroot\n"));
    assert!(last.contains("\nUSER 65532:65532\n"));
    assert!(!last.contains("RUN"));
    assert!(last.contains("ENTRYPOINT [\"/usr/local/bin/tally-operator\"]"));
}

#[test]
fn the_readme_lists_each_field_that_makes_a_pod_author() {
    let text = render("README.md", &context());
    for widening in context().widenings {
        assert!(
            text.contains(&format!("| `{}` |", widening.field)),
            "{}",
            widening.field
        );
    }
}

#[test]
fn the_readme_says_how_to_stop_and_how_to_get_out_of_a_halted_upgrade() {
    let text = render("README.md", &context());
    for word in [
        "\"stopped\": true",
        "**Out of `Halted`:**",
        "here `wait` where it says nothing",
        "for `after` (10m)",
        "whenDeleted: Delete",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("src/hooks.rs") && !text.contains("in a namespace:"));
    let mut operator = tally();
    operator.cluster.rollout.on_crash = crate::model::OnCrash::Rollback;
    operator.cluster.names.workload = Some(NameTemplate(Text {
        pieces: vec![Piece::Literal("fixed".to_owned())],
    }));
    let text = render("README.md", &project(&operator, &Runtime::Vendored));
    assert!(text.contains("here `rollback` where it says nothing"));
    assert!(text.contains("**One Tally in a namespace:**"));
}

#[test]
fn a_hostile_manifest_stays_text() {
    let mut operator = tally();
    operator.image = ImageName::new("x;$(id)|sh").unwrap();
    operator.cluster.doc = Some("hi\n\n```sh\nrm -rf /\n```\n<script>".to_owned());
    let text = render("README.md", &project(&operator, &Runtime::Vendored));
    assert!(text.contains("docker build -t 'x;$(id)|sh:0.1.0' .\n"));
    assert!(!text.contains("```sh\nrm"));
    assert!(!text.contains("<script>"));
}

#[test]
fn a_duration_is_written_as_people_do() {
    let written = [600_000, 90_000, 7_200_000, 1500]
        .map(Duration::from_millis)
        .map(duration);
    assert_eq!(written, ["10m", "90s", "2h", "1500ms"]);
}

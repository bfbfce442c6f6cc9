//! What `dsoi doctor` finds of a project, one ailment after the other. What it says whole is in `testdata/transcripts`.

use std::fs;

use serde_json::Value;

use crate::updates::world::World;

/// A finding of a project: its name, its state, what was found, and the way out.
type Told = (String, String, String, String);

fn findings(world: &World) -> Vec<Told> {
    let args = ["doctor", "--output", "json"].map(str::to_owned);
    let run = world.run(&args, None);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    let told = told["data"]["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    told.map(|told| {
        let part = |key: &str| text(&told[key]);
        (part("name"), part("state"), part("found"), part("help"))
    })
    .collect()
}

/// The project has this, under this name, and nothing else of the name that is not ok; its way out says this.
fn is_told(world: &World, name: &str, state: &str, found: &str, help: &str) {
    let all = findings(world);
    let of: Vec<&Told> = all
        .iter()
        .filter(|told| told.0 == name && told.1 != "ok")
        .collect();
    let [told] = of.as_slice() else {
        panic!("{name}: {of:#?}");
    };
    assert_eq!((told.1.as_str(), told.2.as_str()), (state, found));
    assert!(told.3.contains(help), "{help}: {}", told.3);
}

fn new() -> World {
    World::of(&World::known("quickstart"))
}

#[test]
fn a_new_project_has_no_ailment() {
    let tools = [
        "rustc",
        "cargo",
        "linker",
        "git",
        "kubectl",
        "container builder",
        "go",
    ];
    let all = findings(&new());
    let ill = all
        .iter()
        .filter(|told| !tools.contains(&told.0.as_str()) && told.1 != "ok");
    let ill: Vec<&str> = ill.map(|told| told.0.as_str()).collect();
    assert_eq!(ill, ["version control"]);
}

#[test]
fn mistakes_of_the_manifest_are_counted() {
    let world = new();
    let text = world.read("dsoi.yaml");
    world.write("dsoi.yaml", text.replace("ports:", "prots:"));
    is_told(
        &world,
        "manifest",
        "wrong",
        "`dsoi.yaml` has 2 mistakes",
        "`dsoi check`",
    );
    world.write("dsoi.yaml", text.replacen("ports:", "prots:", 1));
    is_told(
        &world,
        "manifest",
        "wrong",
        "`dsoi.yaml` has 1 mistake",
        "`dsoi check`",
    );
}

#[test]
fn a_project_without_what_cargo_builds_is_told() {
    let world = new();
    world.remove("src/main.rs");
    let found = "`src/main.rs` is gone: there is nothing to build";
    is_told(
        &world,
        "package",
        "missing",
        found,
        ".dsoi/base/src/main.rs",
    );
    let world = new();
    world.remove("Cargo.toml");
    let found = "`Cargo.toml` is gone: there is nothing to build";
    is_told(&world, "package", "missing", found, ".dsoi/base/Cargo.toml");
}

#[test]
fn a_package_without_the_runtime_or_with_another_is_told() {
    let world = new();
    let text = world.read("Cargo.toml");
    let without: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("dsoi-runtime"))
        .collect();
    world.write("Cargo.toml", without);
    let found = "`Cargo.toml` has no dependency `dsoi-runtime`";
    is_told(&world, "package", "wrong", found, "version = \"0.1.0\"");
    world.write(
        "Cargo.toml",
        text.replace(
            "version = \"0.1.0\", features",
            "version = \"0.0.9\", features",
        ),
    );
    let all = findings(&world);
    let told = all.iter().find(|told| told.0 == "package").unwrap();
    assert!(told.1 == "warning" && told.2.contains("0.0.9"), "{told:?}");
    // An update that wrote another.
    let lock = world.read(".dsoi/lock");
    world.write(".dsoi/lock", lock.replace("version=0.1.0", "version=0.0.9"));
    let found = "version 0.0.9 of the registry, and this dsoi is 0.1.0";
    is_told(
        &world,
        "runtime",
        "warning",
        found,
        "--runtime version=0.1.0",
    );
}

#[cfg(unix)]
#[test]
fn a_directory_that_is_a_link_is_told_as_one() {
    let world = new();
    fs::rename(world.path("src/api"), world.path("elsewhere")).unwrap();
    world.link("src/api", "../elsewhere");
    let found = "`src/api` is a link, and links are not followed: no update goes on";
    is_told(&world, "files", "wrong", found, "move it out of the way");
    let world = new();
    fs::rename(world.path("tests"), world.path("elsewhere")).unwrap();
    world.link("tests", "elsewhere");
    let found =
        "`tests` is a link, and links are not followed: an update that has to write there stops";
    is_told(&world, "files", "warning", found, "move it out of the way");
}

#[cfg(unix)]
#[test]
fn a_folder_of_releases_that_is_a_link_is_not_taken_for_one_that_is_gone() {
    let world = new();
    let release = ["update", "--release"].map(str::to_owned);
    assert_eq!(world.run(&release, None).code, 0);
    fs::rename(world.path("config/crd/released"), world.path("elsewhere")).unwrap();
    world.link("config/crd/released", "../../elsewhere");
    let found = "`config/crd/released` is a link, and links are not followed: no update goes on";
    is_told(&world, "files", "wrong", found, "move it out of the way");
    let all = findings(&world);
    assert!(
        !all.iter().any(|told| told.2.contains("is gone")),
        "{all:#?}"
    );
    let update = world.run(&["update".to_owned()], None);
    assert_eq!(update.code, 1);
    assert!(
        update.stderr.contains("`config/crd/released` is a link"),
        "{update}"
    );
}

#[test]
fn what_follows_from_the_manifest_and_is_gone_comes_back_by_an_update() {
    let world = new();
    world.remove("src/api");
    let all = findings(&world);
    let files: Vec<&Told> = all.iter().filter(|told| told.0 == "files").collect();
    let [one] = files.as_slice() else {
        panic!("{files:#?}");
    };
    assert!(one.2.ends_with("more are gone"), "{one:?}");
    assert_eq!(one.3, "`dsoi update` writes them anew");
    assert_eq!(world.run(&["update".to_owned()], None).code, 0);
    assert!(world.path("src/api").is_dir());
}

#[test]
fn a_module_of_the_user_s_is_not_said_to_be_kept_by_dsoi() {
    let world = new();
    world.write("src/nodes.rs", world.read("src/nodes.rs") + "mod ghost;\n");
    let found = "`src/nodes.rs` names the module `ghost`, which has no file";
    is_told(&world, "files", "wrong", found, "take that line out");
    let world = new();
    world.remove("src/nodes/gateway.rs");
    let found = "`src/nodes.rs` names the module `gateway`, which has no file";
    is_told(
        &world,
        "files",
        "wrong",
        found,
        "`.dsoi/base/src/nodes/gateway.rs`",
    );
}

#[test]
fn an_edited_manifest_of_the_last_update_is_told() {
    let world = new();
    let text = world.read(".dsoi/dsoi.yaml");
    world.write(".dsoi/dsoi.yaml", text.replace("tally:2.1", "tally:2.2"));
    let found = "`.dsoi/dsoi.yaml` is not what the last update kept: no update goes on";
    is_told(&world, ".dsoi", "wrong", found, "version control");
}

#[test]
fn a_file_that_is_merged_gone_and_needed_is_told() {
    for (path, name, found) in [
        (
            "src/lib.rs",
            "package",
            "`src/lib.rs` is gone: `src/main.rs` does not build without it",
        ),
        (
            "config/rbac/viewer.yaml",
            "files",
            "`config/rbac/viewer.yaml` is gone, and `config/rbac/kustomization.yaml` names it",
        ),
        (
            "config/crd/kustomization.yaml",
            "files",
            "`config/crd/kustomization.yaml` is gone, and `config/default/kustomization.yaml` names it",
        ),
        (
            "config/default/kustomization.yaml",
            "files",
            "`config/default/kustomization.yaml` is gone: `kubectl apply -k` does not find what its directory is",
        ),
    ] {
        let world = new();
        world.remove(path);
        is_told(
            &world,
            name,
            "missing",
            found,
            &format!("`.dsoi/base/{path}`"),
        );
    }
    // Nobody names the sample.
    let world = new();
    world.remove("config/samples/tally.yaml");
    let all = findings(&world);
    assert!(
        all.iter().all(|told| told.0 != "files" || told.1 == "ok"),
        "{all:#?}"
    );
}

#[test]
fn an_update_says_that_a_module_has_no_file() {
    let world = new();
    world.remove("src/nodes/gateway.rs");
    let text = world.read("dsoi.yaml");
    world.write("dsoi.yaml", text.replace("tally:2.1", "tally:2.2"));
    let run = world.run(&["update".to_owned()], None);
    assert_eq!(run.code, 0, "{run}");
    let said = "`src/nodes.rs` names the module `gateway`, which has no file, and the project does not build: bring it back";
    assert!(run.stderr.contains(said), "{run}");
}

//! Wherever a project lies in a repository: what git has no copy of is found, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::world::World;

/// A repository with a project in it, at `at`; everything is committed, and the manifest asks for another gateway.
struct Repository {
    temp: tempfile::TempDir,
    project: PathBuf,
}

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(["-c", "protocol.file.allow=always"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{args:?}: {output:?}");
}

/// Copies a new project to a directory.
fn copy(to: &Path) {
    let world = World::new("quickstart", "version=0.1.0");
    for (path, bytes) in world.files() {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{}", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

impl Repository {
    fn new(at: &str) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let project = temp.path().join("repository").join(at);
        copy(&project);
        let repository = Self { temp, project };
        git(&repository.root(), &["init", "-q"]);
        repository.commit();
        repository.ask();
        repository
    }

    fn root(&self) -> PathBuf {
        self.temp.path().join("repository")
    }

    fn commit(&self) {
        git(&self.root(), &["add", "-A"]);
        git(&self.root(), &["commit", "-qm", "All"]);
    }

    /// Changes the manifest, so that the gateway becomes another.
    fn ask(&self) {
        let manifest = self.project.join("dsoi.yaml");
        replace(&manifest, "--role=gateway,", "--role=gateway, --strict,");
    }

    fn ask_again(&self) {
        let manifest = self.project.join("dsoi.yaml");
        replace(&manifest, "--strict,", "--stricter,");
    }

    fn edit(&self) {
        let gateway = self.project.join("src/nodes/gateway.rs");
        let text = fs::read_to_string(&gateway).unwrap();
        fs::write(gateway, text + "\n// Mine.\n").unwrap();
    }

    fn update(&self) -> Command {
        self.run(&["update"])
    }

    fn run(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dsoi"));
        command
            .current_dir(self.temp.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .args(["-C", self.project.to_str().unwrap()])
            .args(args);
        command
    }
}

fn is_done(mut command: Command) {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// Refused, and it names this and nothing else.
fn is_refused(mut command: Command, path: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let named: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(named, [format!("  {path} (dirty)")], "{said}");
}

#[test]
fn a_project_below_the_root_is_named_by_its_own_paths() {
    let repository = Repository::new("deep/project");
    fs::write(repository.root().join("beside.txt"), "not of the project").unwrap();
    repository.edit();
    is_refused(repository.update(), "src/nodes/gateway.rs");
    repository.commit();
    repository.ask_again();
    is_done(repository.update());
}

#[cfg(unix)]
#[test]
fn a_link_to_a_project_is_a_project_in_a_repository() {
    let repository = Repository::new("project");
    repository.edit();
    let link = repository.temp.path().join("link");
    std::os::unix::fs::symlink(&repository.project, &link).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dsoi"));
    command
        .args(["-C", link.to_str().unwrap(), "update"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    is_refused(command, "src/nodes/gateway.rs");
}

#[test]
fn a_project_beside_a_repository_is_in_none() {
    let repository = Repository::new("project");
    let plain = repository.temp.path().join("plain");
    copy(&plain);
    let mut command = Command::new(env!("CARGO_BIN_EXE_dsoi"));
    command
        .current_dir(repository.root())
        .args(["-C", "../plain", "update"]);
    replace(
        &plain.join("dsoi.yaml"),
        "--role=gateway,",
        "--role=gateway, --strict,",
    );
    is_done(command);
}

#[test]
fn the_environment_of_a_hook_says_nothing_of_the_project() {
    let repository = Repository::new("project");
    let mut command = repository.update();
    command.env("GIT_DIR", repository.root().join(".git"));
    command.env("GIT_INDEX_FILE", "nowhere");
    is_done(command);
}

#[test]
fn untracked_files_count_whatever_the_settings_show() {
    let repository = Repository::new("project");
    git(
        &repository.root(),
        &["config", "status.showUntrackedFiles", "no"],
    );
    git(
        &repository.root(),
        &["rm", "-q", "--cached", "project/src/nodes/gateway.rs"],
    );
    git(&repository.root(), &["commit", "-qm", "Not that one"]);
    repository.edit();
    is_refused(repository.update(), "src/nodes/gateway.rs");
}

#[test]
fn what_git_ignores_counts_where_it_is_replaced() {
    let repository = Repository::new("project");
    let ignore = repository.root().join(".git/info/exclude");
    fs::write(&ignore, "gateway.rs\nnotes\n").unwrap();
    fs::write(repository.project.join("notes"), "mine").unwrap();
    git(
        &repository.root(),
        &[
            "rm",
            "-q",
            "--cached",
            "project/src/nodes/gateway.rs",
            "project/.dsoi/base/src/nodes/gateway.rs",
        ],
    );
    git(&repository.root(), &["commit", "-qm", "Not those"]);
    repository.edit();
    let output = repository.update().output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("  src/nodes/gateway.rs (dirty)"), "{said}");
    assert!(!said.contains("notes"), "{said}");

    let whole = Repository::new("project");
    git(&whole.root(), &["rm", "-rq", "--cached", "project"]);
    git(
        &whole.root(),
        &["commit", "-qm", "Nothing", "--allow-empty"],
    );
    fs::write(whole.root().join(".git/info/exclude"), "/project/\n").unwrap();
    whole.edit();
    is_refused(whole.update(), ".");
}

#[test]
fn what_git_was_told_not_to_look_at_counts_where_it_is_replaced() {
    let repository = Repository::new("project");
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        git(
            &repository.project,
            &["update-index", flag, "src/nodes/gateway.rs"],
        );
        repository.edit();
        is_refused(repository.update(), "src/nodes/gateway.rs");
        let off = flag.replacen("--", "--no-", 1);
        git(
            &repository.project,
            &["update-index", &off, "src/nodes/gateway.rs"],
        );
    }
    repository.commit();
    repository.ask_again();
    is_done(repository.update());
}

#[test]
fn a_worktree_and_a_submodule_are_looked_at() {
    let repository = Repository::new("project");
    repository.commit();
    git(&repository.root(), &["worktree", "add", "-q", "../tree"]);
    let tree = repository.temp.path().join("tree/project");
    let outer = repository.temp.path().join("outer");
    fs::create_dir(&outer).unwrap();
    git(&outer, &["init", "-q"]);
    git(
        &outer,
        &["submodule", "--quiet", "add", "../repository", "inner"],
    );
    for project in [tree, outer.join("inner/project")] {
        replace(&project.join("dsoi.yaml"), "--strict,", "--stricter,");
        let inner = Repository {
            temp: tempfile::tempdir().unwrap(),
            project,
        };
        inner.edit();
        is_refused(inner.update(), "src/nodes/gateway.rs");
    }
}

#[test]
fn a_committed_file_that_was_removed_and_is_made_again_has_its_copy() {
    let repository = Repository::new("project");
    fs::remove_file(repository.project.join("src/api/app_config_group.rs")).unwrap();
    is_done(repository.update());
}

#[test]
fn without_git_it_works_where_no_repository_is_and_nowhere_else() {
    let repository = Repository::new("project");
    let mut command = repository.update();
    command.env("PATH", "");
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("failed to ask git"), "{said}");
    fs::remove_dir_all(repository.root().join(".git")).unwrap();
    let mut command = repository.update();
    command.env("PATH", "");
    is_done(command);
}

#[test]
fn an_update_may_follow_another_without_a_commit_between() {
    let repository = Repository::new("project");
    is_done(repository.update());
    repository.ask_again();
    is_done(repository.update());
    // What only one of them had asked for is gone again, and was never committed.
    let manifest = repository.project.join("dsoi.yaml");
    replace(
        &manifest,
        "    gateway:\n",
        "    cache: {args: [serve]}\n    gateway:\n",
    );
    is_done(repository.update());
    assert!(repository.project.join("src/nodes/cache.rs").exists());
    replace(&manifest, "    cache: {args: [serve]}\n", "");
    is_done(repository.update());
    assert!(!repository.project.join("src/nodes/cache.rs").exists());
}

#[test]
fn what_an_update_merged_is_no_edit_for_the_next_one() {
    let repository = Repository::new("project");
    repository.edit();
    repository.commit();
    is_done(repository.update());
    repository.ask_again();
    is_done(repository.update());
    let gateway = repository.project.join("src/nodes/gateway.rs");
    let text = fs::read_to_string(&gateway).unwrap();
    assert!(text.contains("--stricter") && text.contains("// Mine."));
    // A node type that is renamed takes the edit along, and the next command goes on from there.
    for (old, new) in [("gateway", "portal"), ("portal", "door")] {
        is_done(repository.run(&["rename", "nodetype", old, new, "--no-alias"]));
    }
    // An edit since is one.
    let door = repository.project.join("src/nodes/door.rs");
    let text = fs::read_to_string(&door).unwrap();
    assert!(text.contains("--stricter") && text.contains("// Mine."));
    fs::write(&door, text + "// More.\n").unwrap();
    is_refused(
        repository.run(&["rename", "nodetype", "door", "gate", "--no-alias"]),
        "src/nodes/door.rs",
    );
}

#[test]
fn what_was_merged_with_an_edit_that_git_has_no_copy_of_is_one() {
    let repository = Repository::new("project");
    repository.edit();
    let mut command = repository.update();
    command.arg("--allow-dirty");
    is_done(command);
    repository.ask_again();
    is_refused(repository.update(), "src/nodes/gateway.rs");
}

#[test]
fn an_edit_after_an_update_is_not_taken_for_what_the_update_wrote() {
    let repository = Repository::new("project");
    is_done(repository.update());
    repository.edit();
    repository.ask_again();
    is_refused(repository.update(), "src/nodes/gateway.rs");
    repository.commit();
    fs::write(repository.project.join("notes.txt"), "mine").unwrap();
    is_refused(repository.update(), "notes.txt");
}

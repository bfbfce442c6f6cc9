//! Node types that come and go by their commands.

use std::collections::BTreeSet;

use dsoi::args::{AddNodeTypeArgs, RemoveNodeTypeArgs, RenameNodeTypeArgs};
use dsoi::command::{Failure, Report, add, remove, rename};
use dsoi::update::RELEASED;
use proptest::sample::Index;

use super::super::super::manifests::name_of;
use super::super::super::world::Files;
use super::super::Tried;
use super::{Life, guard};

impl Life {
    pub(super) fn add(&self, name: &str, like: Option<&str>) -> Result<Report, Failure> {
        let args = AddNodeTypeArgs {
            name: name.to_owned(),
            like: like.map(ToOwned::to_owned),
            kind: Vec::new(),
            port: Vec::new(),
            guard: guard(false),
        };
        add::node_type(&args, self.world.dir())
    }

    /// A node type that nobody has edited since leaves what was before it.
    pub(super) fn add_and_remove(&mut self, like: Option<Index>, tried: &mut Tried) {
        self.update(false, tried);
        let types: Vec<String> = self.wanted.all().map(name_of).collect();
        let like = like.map(|like| like.get(&types).as_str());
        let before = self.world.files();
        // Where lines of the user's own are in the way, or the order names all of them.
        if let Err(failure) = self.add("newcomer", like) {
            assert!(matches!(failure, Failure::Files { .. }), "{failure}");
            assert_eq!(before, self.world.files());
            return;
        }
        tried.added += 1;
        self.are_there();
        let args = RemoveNodeTypeArgs {
            name: "newcomer".to_owned(),
            guard: guard(false),
        };
        remove::node_type(&args, self.world.dir()).unwrap_or_else(|failure| panic!("{failure}"));
        assert_same(&before, &self.world.files());
    }

    /// Two renamings leave what was before them, and what was edited in between.
    pub(super) fn rename_and_back(&mut self, which: Index, edit: bool, tried: &mut Tried) {
        self.update(false, tried);
        let types: Vec<String> = self.wanted.all().map(name_of).collect();
        let old = which.get(&types).as_str();
        let rename = |life: &Self, old: &str, new: &str| {
            let args = RenameNodeTypeArgs {
                old: old.to_owned(),
                new: new.to_owned(),
                no_alias: true,
                guard: guard(false),
            };
            rename::node_type(&args, life.world.dir())
        };
        let before = self.world.files();
        if let Err(failure) = rename(self, old, "renamed") {
            assert!(matches!(failure, Failure::Files { .. }), "{failure}");
            assert_eq!(before, self.world.files());
            return;
        }
        tried.renamed += 1;
        self.are_there();
        let own = "src/nodes/renamed.rs";
        let edited = edit && self.world.path(own).is_file();
        if edited {
            self.world
                .write(own, self.world.read(own) + "// in between\n");
        }
        rename(self, "renamed", old).unwrap_or_else(|failure| panic!("{failure}"));
        let mut now = self.world.files();
        let own = format!("src/nodes/{}.rs", old.replace('-', "_"));
        if edited {
            let text = self.world.read(&own);
            let text = text.strip_suffix("// in between\n").unwrap().to_owned();
            self.world.write(&own, &text);
            now.insert(own, text.into_bytes());
        }
        // The new name breaks what was released, and the old one what was released by that.
        let released = |path: &str| path.starts_with(RELEASED) || path == ".dsoi/lock";
        let but = |files: &Files| -> Files {
            let files = files.iter().filter(|(path, _)| !released(path));
            files
                .map(|(path, bytes)| (path.clone(), bytes.clone()))
                .collect()
        };
        if self.promised.is_empty() {
            assert_same(&before, &now);
        } else {
            assert_same(&but(&before), &but(&now));
            self.keeps_its_promises();
        }
    }

    /// Each line of the user's own is somewhere.
    fn are_there(&self) {
        let files = self.world.files();
        let own = files.iter().filter(|(path, _)| !path.starts_with(".dsoi/"));
        let text: String = own
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned() + "\n")
            .collect();
        let there: BTreeSet<&str> = text.lines().map(str::trim_end).collect();
        for line in self.lines.values().flatten() {
            assert!(there.contains(line.as_str()), "`{line}` is lost");
        }
    }
}

fn assert_same(before: &Files, now: &Files) {
    let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for path in paths {
        let text = |files: &Files| {
            files
                .get(path)
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        assert_eq!(text(before), text(now), "`{path}`");
    }
}

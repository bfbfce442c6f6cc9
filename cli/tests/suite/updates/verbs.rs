//! Random node types that are added, removed and renamed, in random manifests: what nobody edited is as it was when all of it
//! is taken back, and an edit is there under whatever name its node type has.
//!
//! `DSOI_CASES=1000 cargo test -p dsoi --test suite verbs -- --nocapture` tries more of them. One that fails says its
//! number: `DSOI_CASE=17` runs it alone.

use dsoi::args::{AddNodeTypeArgs, Guard, RemoveNodeTypeArgs, RenameNodeTypeArgs, UpdateArgs};
use dsoi::command::{add, remove, rename, update};
use dsoi::manifest::{Source, parse};
use proptest::prelude::*;
use proptest::sample::Index;

use super::sequences::{cases, try_all};
use super::world::World;
use crate::shipped;

#[derive(Clone, Debug)]
enum Verb {
    /// A node type of this name, and the one that it is like.
    Add(Index, Option<Index>),
    Rename(Index, Index),
    /// A line in the file of a node type.
    Edit(Index),
}

/// What takes a verb back.
enum Back {
    Remove(String),
    Rename(String, String),
}

const NAMES: &[&str] = &["cache", "web-front", "d", "zz2", "x"];

fn verb() -> impl Strategy<Value = Verb> {
    let index = any::<Index>;
    prop_oneof![
        2 => (index(), proptest::option::of(index())).prop_map(|(name, like)| Verb::Add(name, like)),
        3 => (index(), index()).prop_map(|(which, name)| Verb::Rename(which, name)),
        1 => index().prop_map(Verb::Edit),
    ]
}

#[derive(Debug, Default)]
struct Tried {
    sequences: usize,
    added: usize,
    renamed: usize,
    edits: usize,
}

struct Life {
    world: World,
    back: Vec<Back>,
    edits: Vec<String>,
    added: Vec<String>,
}

impl Life {
    fn types(&self) -> Vec<String> {
        let text = self.world.read("dsoi.yaml");
        let source = Source::new("dsoi.yaml", text.into_bytes()).unwrap();
        let types = parse(&source).unwrap().cluster.node_types;
        types.into_iter().map(|known| known.name.value).collect()
    }

    fn rename(&self, old: &str, new: &str) {
        let args = RenameNodeTypeArgs {
            old: old.to_owned(),
            new: new.to_owned(),
            no_alias: true,
            guard: Guard::default(),
        };
        rename::node_type(&args, self.world.dir())
            .unwrap_or_else(|failure| panic!("{old} to {new}: {failure}"));
    }

    fn happens(&mut self, verb: &Verb, tried: &mut Tried) {
        let types = self.types();
        let free: Vec<&&str> = NAMES
            .iter()
            .filter(|name| !types.iter().any(|known| known == **name))
            .collect();
        match verb {
            Verb::Add(name, like) if !free.is_empty() => {
                let name = (**name.get(&free)).to_owned();
                let args = AddNodeTypeArgs {
                    name: name.clone(),
                    like: like.map(|like| like.get(&types).clone()),
                    kind: Vec::new(),
                    port: Vec::new(),
                    guard: Guard::default(),
                };
                // Some manifests ask more of a node type than a name.
                if add::node_type(&args, self.world.dir()).is_ok() {
                    tried.added += 1;
                    self.added.push(name.clone());
                    self.back.push(Back::Remove(name));
                }
            }
            Verb::Rename(which, name) if !free.is_empty() => {
                let (old, new) = (which.get(&types), (**name.get(&free)).to_owned());
                self.rename(old, &new);
                tried.renamed += 1;
                for added in self.added.iter_mut().filter(|added| *added == old) {
                    added.clone_from(&new);
                }
                self.back.push(Back::Rename(old.clone(), new));
            }
            // What was edited of a node type that goes stays: here it comes back to what it was.
            Verb::Edit(which) => {
                let name = which.get(&types);
                if !self.added.contains(name) {
                    tried.edits += 1;
                    let path = format!("src/nodes/{}.rs", name.replace('-', "_"));
                    let line = format!("// mine: {}", self.edits.len());
                    self.world
                        .write(&path, format!("{}{line}\n", self.world.read(&path)));
                    self.edits.push(line);
                }
            }
            _ => {}
        }
        let nodes: String = self
            .world
            .files()
            .iter()
            .filter(|(path, _)| path.starts_with("src/nodes/"))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
            .collect();
        for line in &self.edits {
            assert!(nodes.lines().any(|known| known == line), "{line} is lost");
        }
    }
}

#[test]
fn what_is_added_or_renamed_and_taken_back_leaves_the_same_bytes() {
    let mut tried = Tried::default();
    let verbs = proptest::collection::vec(verb(), 1..5);
    let lives = (any::<Index>(), any::<bool>(), verbs);
    try_all(cases(8), &lives, |(manifest, crlf, verbs)| {
        tried.sequences += 1;
        let manifests = shipped();
        let (name, _) = manifest.get(&manifests);
        let world = World::new(name.trim_end_matches(".yaml"), "version=0.1.0");
        if crlf {
            world.write("dsoi.yaml", world.read("dsoi.yaml").replace('\n', "\r\n"));
            update::run(&UpdateArgs::default(), world.dir()).unwrap();
        }
        let before = world.files();
        let mut life = Life {
            world,
            back: Vec::new(),
            edits: Vec::new(),
            added: Vec::new(),
        };
        for verb in &verbs {
            life.happens(verb, &mut tried);
        }
        while let Some(back) = life.back.pop() {
            match back {
                Back::Remove(name) => {
                    let args = RemoveNodeTypeArgs {
                        name,
                        guard: Guard::default(),
                    };
                    remove::node_type(&args, life.world.dir())
                        .unwrap_or_else(|failure| panic!("{failure}"));
                }
                Back::Rename(old, new) => life.rename(&new, &old),
            }
        }
        let mut after = life.world.files();
        for (path, bytes) in &mut after {
            if path.starts_with("src/nodes/") {
                let text = String::from_utf8(bytes.clone()).unwrap();
                let lines = text.split_inclusive('\n');
                let lines = lines.filter(|line| !line.starts_with("// mine: "));
                *bytes = lines.collect::<String>().into_bytes();
            }
        }
        for (path, bytes) in &before {
            assert!(after.get(path) == Some(bytes), "`{path}` of {name}");
        }
        assert_eq!(before.len(), after.len(), "{name}");
    });
    println!("{tried:?}");
}

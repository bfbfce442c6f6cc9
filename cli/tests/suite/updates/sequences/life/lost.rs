//! Updates whose process is lost.

use dsoi::args::UpdateArgs;
use dsoi::command::{Failure, update};
use dsoi::write;
use proptest::sample::Index;

use super::super::super::killed::Killed;
use super::super::super::world::Files;
use super::super::Tried;
use super::{Life, guard};

impl Life {
    /// An update dies at an operation on the disk. The next command puts back what was, but for a file that was edited since.
    pub(super) fn lost(&mut self, at: Index, edit: Option<(Index, Index)>, tried: &mut Tried) {
        self.say();
        let Some(changes) = self.world.wanted() else {
            return;
        };
        if changes.is_empty() {
            return;
        }
        tried.lost += 1;
        let before = self.world.files();
        let mut after = before.clone();
        for change in &changes {
            match &change.after {
                Some(bytes) => after.insert(change.path.to_string(), bytes.clone()),
                None => after.remove(change.path.as_str()),
            };
        }
        let killed = Killed::at(at.index(8 * changes.len() + 16));
        let happened = write::update(self.world.dir(), &changes, &killed).is_ok();
        let edited = edit.and_then(|(file, line)| self.line(file, line, tried));
        let left = self.world.files();
        let interrupted = left.contains_key(".dsoi/update/journal");
        let looks = update::run(
            &UpdateArgs {
                check: true,
                guard: guard(false),
                ..UpdateArgs::default()
            },
            self.world.dir(),
        );
        assert!(!interrupted || looks.is_err(), "a look sees nothing of it");
        assert_eq!(left, self.world.files(), "a look writes nothing");
        // A command that has nothing to do but that.
        let next = self.add("base", None).unwrap_err();
        let now = self.world.files();
        let changed: Vec<&str> = match &next {
            Failure::Beside {
                key: "recovered",
                data,
                ..
            } => {
                let list = data["changedSince"].as_array().unwrap();
                list.iter().map(|path| path.as_str().unwrap()).collect()
            }
            _ => Vec::new(),
        };
        assert_eq!(
            interrupted,
            matches!(
                next,
                Failure::Beside {
                    key: "recovered",
                    ..
                }
            ),
            "{next}"
        );
        let is = |whole: &Files| {
            let paths = whole.keys().chain(now.keys());
            let mut others = paths.filter(|path| whole.get(*path) != now.get(*path));
            others.all(|path| Some(path) == edited.as_ref())
        };
        assert!(
            if interrupted {
                is(&before)
            } else {
                is(&before) || is(&after)
            },
            "a mix of the old project and the new one"
        );
        if let Some(path) = &edited {
            assert_eq!(now.get(path), left.get(path), "`{path}` was edited since");
            let planned = changes.iter().any(|change| change.path.as_str() == path);
            let named = changed.contains(&path.as_str());
            assert_eq!(named, interrupted && planned, "`{path}`: {changed:?}");
        } else if is(&before) {
            tried.old += 1;
        } else {
            tried.new += 1;
        }
        if happened || is(&after) {
            self.fresh = self.world.rendered();
        }
    }
}

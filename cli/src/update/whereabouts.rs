//! Whether a directory is that of a project, and what to say where it is not. Every verb that needs one asks here.

use std::fs;
use std::path::Path;

/// What a directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    Project,
    /// A project without the `.dsoi/lock` that updates stand on.
    Bereft,
    /// Below a project; the way up to that.
    Below(String),
    /// There is a manifest, and no more.
    Manifest,
    Nowhere,
    /// There is no such directory.
    Nothing(String),
}

impl Whereabouts {
    /// Looks at a directory.
    pub fn of(directory: &Path) -> Self {
        let is_file = |path: &str| directory.join(path).is_file();
        let is_there = |path: &str| directory.join(path).symlink_metadata().is_ok();
        if !directory.is_dir() {
            return Self::Nothing(directory.display().to_string());
        }
        // What is wrong with a link is said where it would be followed.
        let own = directory.join(".dsoi").symlink_metadata();
        if own.is_ok_and(|meta| meta.is_symlink()) || is_there(".dsoi/lock") {
            return Self::Project;
        }
        // What cannot be read says nothing.
        let cargo = || fs::read_to_string(directory.join("Cargo.toml")).unwrap_or_default();
        let has_manifest = is_file("dsoi.yaml");
        if is_there(".dsoi") || (has_manifest && cargo().contains("dsoi-runtime")) {
            return Self::Bereft;
        }
        match above(directory) {
            Some(above) => Self::Below(above),
            None if has_manifest => Self::Manifest,
            None => Self::Nowhere,
        }
    }

    /// What is wrong; `None` in a project.
    pub fn message(&self) -> Option<String> {
        Some(match self {
            Self::Project => return None,
            Self::Bereft => "this dsoi project has lost `.dsoi/lock`".to_owned(),
            Self::Below(_) => "this is no dsoi project, but lies in one".to_owned(),
            Self::Manifest => {
                "this is no dsoi project: there is a manifest, and no more".to_owned()
            }
            Self::Nowhere => "this is no dsoi project".to_owned(),
            Self::Nothing(directory) => format!("there is no directory `{directory}`"),
        })
    }

    /// The way out.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Project => return None,
            Self::Bereft => BEREFT.to_owned(),
            Self::Below(above) if above.contains(char::is_whitespace) => {
                format!("the project is `{above}`: `-C \"{above}\"`")
            }
            Self::Below(above) => format!("the project is `{above}`: `-C {above}`"),
            Self::Manifest => "`dsoi init DIR -f dsoi.yaml` makes one of it; `-C DIR` names the directory of another".to_owned(),
            Self::Nowhere => "`-C DIR` names the directory of one; `dsoi init DIR -f dsoi.yaml` or `--example NAME` makes one".to_owned(),
            Self::Nothing(_) => "`-C DIR` names another".to_owned(),
        })
    }
}

/// The way out of a project without its lock.
pub(super) const BEREFT: &str = "bring `.dsoi` back from version control; or write the project anew with `dsoi init DIR -f dsoi.yaml` and copy its `.dsoi` here: what differs from it then counts as your edit";

/// The project that a directory lies in, by the way up to it.
fn above(directory: &Path) -> Option<String> {
    // Where that fails, nothing can be said of it.
    let whole = directory.canonicalize().ok()?;
    let mut levels = whole.ancestors().enumerate().skip(1);
    let (up, root) = levels.find(|(_, above)| above.join(".dsoi/lock").is_file())?;
    // The way that was named, cut short, unless it goes through links or up again.
    let short = directory.ancestors().nth(up).map(|short| {
        let is_here = short.as_os_str().is_empty();
        if is_here { Path::new(".") } else { short }
    });
    if let Some(short) = short
        && short.canonicalize().is_ok_and(|short| short == root)
    {
        return Some(short.display().to_string());
    }
    let path = directory.join(vec![".."; up].join("/"));
    let path = path.strip_prefix(".").unwrap_or(&path);
    Some(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_taken_for_what_it_is() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path();
        let at = |path: &str| Whereabouts::of(&dir.join(path));
        let put = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        assert!(matches!(at("none"), Whereabouts::Nothing(_)));
        put("a/dsoi.yaml", "");
        assert_eq!(at("a"), Whereabouts::Manifest);
        put("a/Cargo.toml", "[dependencies]\ndsoi-runtime = \"0.1\"\n");
        assert_eq!(at("a"), Whereabouts::Bereft);
        put("a/.dsoi/lock", "");
        assert_eq!(at("a"), Whereabouts::Project);
        put("a/src/main.rs", "");
        let Whereabouts::Below(above) = at("a/src") else {
            panic!("{:?}", at("a/src"));
        };
        assert_eq!(above, dir.join("a").display().to_string());
        put("b/x", "");
        assert_eq!(at("b"), Whereabouts::Nowhere);
        assert!(at("b").message().is_some() && at("b").help().is_some());
    }
}

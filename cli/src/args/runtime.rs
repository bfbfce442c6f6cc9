//! What an operator is built from: the runtime crate, and the version of Kubernetes.

use std::path::PathBuf;
use std::str::FromStr;

/// The versions of Kubernetes whose types an operator can be built with.
pub const KUBERNETES: [&str; 5] = ["1.33", "1.34", "1.35", "1.36", "1.37"];

/// Where the runtime crate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    Vendor,
    Path(PathBuf),
    Version(String),
    Git(String),
}

impl FromStr for Runtime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            None if text == "vendor" => Ok(Self::Vendor),
            Some((_, "")) | None => Err("write vendor, path=DIR, version=V or git=URL".to_owned()),
            Some(("path", path)) => Ok(Self::Path(path.into())),
            Some(("version", version)) => Ok(Self::Version(version.to_owned())),
            Some(("git", url)) => Ok(Self::Git(url.to_owned())),
            Some((other, _)) => Err(format!("`{other}` is none of path, version and git")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_says_where_it_comes_from() {
        assert_eq!("path=../rt".parse(), Ok(Runtime::Path("../rt".into())));
        assert!("../rt".parse::<Runtime>().is_err());
        assert!("svn=x".parse::<Runtime>().is_err());
        assert!("git=".parse::<Runtime>().is_err());
    }
}

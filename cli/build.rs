//! Embeds the templates and the runtime's sources, so that `init` needs neither a checkout nor a network.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("..");
    let mut out = String::new();
    embed(&mut out, "TEMPLATES", &root.join("templates"))?;
    embed(&mut out, "RUNTIME", &root.join("runtime/src"))?;
    for (name, file) in [
        ("RUNTIME_MANIFEST", "runtime/Cargo.toml"),
        ("WORKSPACE_MANIFEST", "Cargo.toml"),
    ] {
        let path = root.join(file).canonicalize()?;
        println!("cargo::rerun-if-changed={}", path.display());
        let path = path.to_string_lossy().into_owned();
        writeln!(
            out,
            "pub(crate) static {name}: &str = include_str!({path:?});"
        )
        .map_err(io::Error::other)?;
    }
    let target = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(target.join("embedded.rs"), out)
}

/// A table of all files below `dir`, sorted by their path in it.
fn embed(out: &mut String, name: &str, dir: &Path) -> io::Result<()> {
    let dir = dir.canonicalize()?;
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut files = Vec::new();
    collect(&dir, &mut files)?;
    files.sort();
    writeln!(out, "pub(crate) static {name}: &[(&str, &str)] = &[").map_err(io::Error::other)?;
    for file in files {
        let path = file.strip_prefix(&dir).map_err(io::Error::other)?;
        let path = path.to_string_lossy().replace('\\', "/");
        let file = file.to_string_lossy();
        writeln!(out, "    ({path:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    }
    writeln!(out, "];").map_err(io::Error::other)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

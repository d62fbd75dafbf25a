//! Lists the files of `migrations/` for `db::migrations()`, again whenever one comes, goes or changes.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const FOLDER: &str = "../../migrations";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut list = String::from("&[\n");
    for name in file_names(Path::new(FOLDER))? {
        let (version, title) = name
            .trim_end_matches(".sql")
            .split_once('_')
            .and_then(|(version, title)| Some((version.parse::<i64>().ok()?, title)))
            .ok_or_else(|| format!("migrations/{name} is not named like 0001_title.sql"))?;
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{FOLDER}/{name}\")");
        writeln!(list, "    ({version}, {title:?}, include_str!({path})),")?;
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("migrations.rs"), list)?;
    Ok(())
}

/// The `.sql` files of `folder` in order; none when there is no such folder.
fn file_names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

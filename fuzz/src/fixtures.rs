//! The recorded payloads of other software, which most seeds are drawn from.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Where they are kept.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/activities")
}

/// The contents of all files whose name ends so, in the order of their paths.
pub(crate) fn ending_with(suffix: &str) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    collect(&folder(), &mut files)?;
    files.retain(|file| file.to_string_lossy().ends_with(suffix));
    files.sort();
    files.iter().map(fs::read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// Each string that is the value of a member of that name, anywhere in any fixture, once.
pub(crate) fn strings_named(name: &str) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for bytes in ending_with(".json")? {
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            gather(&value, name, &mut found);
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn gather(value: &Value, name: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, name, found)),
        Value::Object(members) => {
            for (key, inner) in members {
                match inner {
                    Value::String(text) if key == name => found.push(text.clone()),
                    inner => gather(inner, name, found),
                }
            }
        }
        _ => {}
    }
}

//! Where the files are, and ways to read them.

use std::fs;
use std::path::PathBuf;

/// A file or folder of the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(name)
}

/// The text of a file of the repository.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names and texts of all files in `deploy/` but those that git ignores.
pub(crate) fn deploy_files() -> Vec<(String, String)> {
    let ignored = read("deploy/.gitignore");
    let entries = fs::read_dir(path("deploy")).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| name.into_string().unwrap());
    let files = names.filter(|name| ignored.lines().all(|line| line != name));
    files.map(|name| format!("deploy/{name}")).map(|name| (name.clone(), read(&name))).collect()
}

/// The values of all lines `KEY=value` or `KEY value` that begin with `key`.
pub(crate) fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(key)).map(str::trim).collect()
}

/// The blocks of a Markdown text that are fenced as `language`.
pub(crate) fn fenced(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

//! Words that may stand in the sources of some crates only: what the dependency tables cannot tell.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::workspace::Package;

/// The engine is known in `store` alone; the test kit makes its databases, and tests of whole servers look into theirs past
/// our own code.
const ENGINE_HOMES: &[&str] = &["guildhall-store", "guildhall-testkit", "guildhall-federation-tests"];

/// Lines of a package's sources that hold a word which belongs elsewhere, as `file:line: reason`.
pub(crate) fn out_of_place(package: &Package) -> anyhow::Result<Vec<String>> {
    // This file holds the words it looks for.
    if package.apart || package.name == "xtask" {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for file in sources_in(&package.folder)? {
        let text = fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
        let shown = file.strip_prefix(&package.folder).unwrap_or(&file);
        found.extend(
            words_in(&package.name, &text)
                .map(|(line, reason)| format!("{}/{}:{line}: {reason}", package.name, shown.display())),
        );
    }
    Ok(found)
}

/// Line numbers (from 1) with the reason why that line is out of place.
fn words_in<'a>(package: &'a str, text: &'a str) -> impl Iterator<Item = (usize, &'static str)> + 'a {
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.filter_map(move |(index, line)| Some((index + 1, reason_against(package, line)?)))
}

fn reason_against(package: &str, line: &str) -> Option<&'static str> {
    let imports = |name: &str| {
        let line = line.trim_start().trim_start_matches("pub ");
        line.strip_prefix("use ").is_some_and(|rest| rest.starts_with(name))
    };
    let names_driver =
        ["sqlx", "rusqlite"].iter().any(|name| line.contains(&format!("{name}::")) || imports(name));
    if names_driver && !ENGINE_HOMES.contains(&package) {
        return Some("databases are used through guildhall-store's db module only");
    }
    let serialises = line.contains("serde::") || line.contains("Serialize") || line.contains("Deserialize");
    if package == "guildhall-domain" && (serialises || imports("serde")) {
        return Some("domain types know no wire: adapters convert them by hand");
    }
    None
}

/// Every `.rs` file below a folder, build output aside.
fn sources_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "node_modules" {
            files.extend(sources_in(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(package: &str, text: &str) -> Vec<usize> {
        words_in(package, text).map(|(line, _)| line).collect()
    }

    #[test]
    fn the_engine_is_found_outside_its_homes() {
        let text = "use sqlx::Row;\nlet x = 1;\nfn f(p: sqlx::PgPool) {}\npub use rusqlite;\n";
        assert_eq!(lines("guildhall-app", text), [1, 3, 4]);
        assert_eq!(lines("guildhall-store", text), [0; 0]);
        assert_eq!(lines("guildhall-testkit", text), [0; 0]);
    }

    #[test]
    fn serde_is_found_in_the_domain_and_fine_elsewhere() {
        let text = "#[derive(Debug, Serialize)]\nstruct A;\nuse serde::de;\n";
        assert_eq!(lines("guildhall-domain", text), [1, 3]);
        assert_eq!(lines("guildhall-web", text), [0; 0]);
    }

    #[test]
    fn comments_may_name_what_code_may_not() {
        assert_eq!(lines("guildhall-app", "/// As `sqlx::Any` cannot.\n  // sqlx::x\n"), [0; 0]);
    }
}

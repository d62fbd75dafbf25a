//! The table of allowed arrows, and the check of a workspace against it.

use crate::workspace::{Dependency, Kind, Package};

/// One row: a crate of ours and those of ours that it may use.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) may_use: &'static [&'static str],
}

const fn row(name: &'static str, may_use: &'static [&'static str]) -> Row {
    Row { name, may_use }
}

/// The only crate that is a dev-dependency and nothing else, and may be one of every crate.
const TESTKIT: &str = "guildhall-testkit";

/// ARCHITECTURE.md as data. The adapters (federation, client-api, web) are in nobody's list but the binary's and
/// the test kit's: they never import each other.
pub(crate) const ARROWS: &[Row] = &[
    row("guildhall-domain", &[]),
    row("guildhall-activitypub", &[]),
    row("guildhall-store", &["guildhall-domain"]),
    row("guildhall-app", &["guildhall-domain", "guildhall-store"]),
    row(
        "guildhall-federation",
        &["guildhall-activitypub", "guildhall-app", "guildhall-domain", "guildhall-store"],
    ),
    row("guildhall-client-api", &["guildhall-app", "guildhall-domain"]),
    row("guildhall-web", &["guildhall-app", "guildhall-domain"]),
    row("guildhall-server", ALL_LIBRARIES),
    row(TESTKIT, ALL_LIBRARIES),
    row("guildhall-federation-tests", ALL_LIBRARIES),
    row("guildhall-activitypub-peer", &[]),
    row(
        "guildhall-bench",
        &[
            "guildhall-activitypub",
            "guildhall-app",
            "guildhall-domain",
            "guildhall-federation-tests",
            "guildhall-store",
        ],
    ),
    row(
        "guildhall-simulate",
        &["guildhall-app", "guildhall-domain", "guildhall-federation", "guildhall-store"],
    ),
    row("guildhall-fuzz", &["guildhall-activitypub", "guildhall-domain"]),
    row("xtask", &[]),
];

const ALL_LIBRARIES: &[&str] = &[
    "guildhall-activitypub",
    "guildhall-app",
    "guildhall-client-api",
    "guildhall-domain",
    "guildhall-federation",
    "guildhall-store",
    "guildhall-web",
];

/// Test packages: nothing of theirs is shipped, so the test kit may be an ordinary dependency of them.
const MAY_USE_TESTKIT: &[&str] = &["guildhall-federation-tests", "xtask"];

/// Crates from outside that only some of ours may use, tests aside.
const FOREIGN: &[(&str, &[&str])] = &[
    ("rusqlite", &["guildhall-store"]),
    ("sqlx", &["guildhall-store", TESTKIT]),
    ("askama", &["guildhall-web"]),
    ("activitypub_federation", &[]),
];

/// What a crate without input and output does without.
const PURE: &[&str] = &["guildhall-domain", "guildhall-activitypub"];
const INPUT_OUTPUT: &[&str] = &["axum", "hyper", "reqwest", "rusqlite", "sqlx", "tokio"];

/// One line for each arrow between our crates that `table` does not have.
pub(crate) fn broken_arrows(packages: &[Package], table: &[Row]) -> Vec<String> {
    let is_ours = |name: &str| packages.iter().any(|package| package.name == name);
    let mut broken = Vec::new();
    for package in packages {
        let Some(row) = table.iter().find(|row| row.name == package.name) else {
            broken.push(format!("{} has no row in the table of xtask/src/arrows/table.rs", package.name));
            continue;
        };
        let ours = package.dependencies.iter().filter(|dependency| is_ours(&dependency.name));
        broken.extend(ours.filter_map(|dependency| broken_arrow(table, row, dependency)));
    }
    broken
}

/// Whether arrows lead from `row` to `used`.
fn is_below(table: &[Row], row: &Row, used: &str) -> bool {
    row.may_use
        .iter()
        .any(|next| *next == used || table.iter().any(|row| row.name == *next && is_below(table, row, used)))
}

fn broken_arrow(table: &[Row], row: &Row, dependency: &Dependency) -> Option<String> {
    let used = dependency.name.as_str();
    let itself = used == row.name && dependency.kind == Kind::Dev;
    if used == TESTKIT {
        let allowed = dependency.kind == Kind::Dev || MAY_USE_TESTKIT.contains(&row.name);
        return (!allowed)
            .then(|| format!("{} ships {TESTKIT}, which is for [dev-dependencies] only", row.name));
    }
    // A test may set up what lies below, however far: the store, for an adapter that must not know it.
    let below = dependency.kind == Kind::Dev && is_below(table, row, used);
    if itself || below || row.may_use.contains(&used) {
        return None;
    }
    let allowed = if row.may_use.is_empty() { "none of ours".to_owned() } else { row.may_use.join(", ") };
    Some(format!("{} -> {used} ({}): it may use {allowed}", row.name, table_name(dependency.kind)))
}

/// One line for each crate from outside that one of ours may not use.
pub(crate) fn foreign_crates_out_of_place(packages: &[Package]) -> Vec<String> {
    let mut broken = Vec::new();
    for package in packages.iter().filter(|package| !package.apart) {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind != Kind::Dev) {
            let used = dependency.name.as_str();
            let kept_elsewhere = FOREIGN
                .iter()
                .any(|(foreign, homes)| *foreign == used && !homes.contains(&package.name.as_str()));
            let no_place = PURE.contains(&package.name.as_str()) && INPUT_OUTPUT.contains(&used);
            let wire_in_rules = package.name == "guildhall-domain" && used.starts_with("serde");
            if kept_elsewhere || no_place || wire_in_rules {
                broken.push(format!("{} -> {used}: this crate has no place there", package.name));
            }
        }
    }
    broken
}

fn table_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Normal => "[dependencies]",
        Kind::Dev => "[dev-dependencies]",
        Kind::Build => "[build-dependencies]",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Kind)]) -> Package {
        let named = |(name, kind): &(&str, Kind)| Dependency { name: (*name).to_owned(), kind: *kind };
        Package {
            name: name.to_owned(),
            folder: name.into(),
            dependencies: dependencies.iter().map(named).collect(),
            programs: Vec::new(),
            has_library: true,
            apart: false,
        }
    }

    /// A small world with the arrows `low <- high` and the test kit.
    fn found(packages: &[Package]) -> Vec<String> {
        let table = [row("low", &[]), row("high", &["low"]), row(TESTKIT, &["low", "high"])];
        broken_arrows(packages, &table)
    }

    #[test]
    fn arrows_of_the_table_are_fine_in_every_kind_of_dependency() {
        for kind in [Kind::Normal, Kind::Dev, Kind::Build] {
            assert_eq!(found(&[package("low", &[]), package("high", &[("low", kind)])]), [""; 0]);
        }
    }

    #[test]
    fn an_arrow_that_points_back_is_named_with_what_is_allowed() {
        for kind in [Kind::Normal, Kind::Dev, Kind::Build] {
            let broken = found(&[package("low", &[("high", kind)]), package("high", &[])]);
            assert_eq!(broken, [format!("low -> high ({}): it may use none of ours", table_name(kind))]);
        }
    }

    #[test]
    fn tests_may_use_what_lies_below_and_nothing_else_may() {
        let table = [row("low", &[]), row("middle", &["low"]), row("high", &["middle"])];
        let with = |kind| {
            broken_arrows(
                &[package("low", &[]), package("middle", &[]), package("high", &[("low", kind)])],
                &table,
            )
        };
        assert_eq!(with(Kind::Dev), [""; 0]);
        assert_eq!(with(Kind::Normal), ["high -> low ([dependencies]): it may use middle"]);
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let broken = found(&[package("new", &[])]);
        assert!(broken[0].starts_with("new has no row"), "{broken:?}");
    }

    #[test]
    fn the_test_kit_may_be_tested_with_but_not_shipped() {
        let with = |kind| found(&[package("low", &[(TESTKIT, kind)]), package(TESTKIT, &[])]);
        assert_eq!(with(Kind::Dev), [""; 0]);
        for kind in [Kind::Normal, Kind::Build] {
            assert!(with(kind)[0].contains("[dev-dependencies] only"), "{:?}", with(kind));
        }
    }

    #[test]
    fn crates_from_outside_are_no_arrows() {
        assert_eq!(found(&[package("low", &[("serde", Kind::Normal)])]), [""; 0]);
    }

    #[test]
    fn the_adapters_are_in_no_other_adapters_row() {
        let adapters = ["guildhall-federation", "guildhall-client-api", "guildhall-web"];
        for row in ARROWS.iter().filter(|row| adapters.contains(&row.name)) {
            assert!(!row.may_use.iter().any(|used| adapters.contains(used)), "{}", row.name);
        }
    }

    #[test]
    fn crates_from_outside_stay_in_their_place_but_for_tests() {
        let in_place = package("guildhall-store", &[("sqlx", Kind::Normal)]);
        let in_test = package("guildhall-domain", &[("serde_json", Kind::Dev)]);
        assert_eq!(foreign_crates_out_of_place(&[in_place, in_test]), [""; 0]);

        for (name, used) in [
            ("guildhall-app", "sqlx"),
            ("guildhall-domain", "serde"),
            ("guildhall-activitypub", "tokio"),
            ("guildhall-server", "activitypub_federation"),
        ] {
            let broken = foreign_crates_out_of_place(&[package(name, &[(used, Kind::Normal)])]);
            assert_eq!(broken, [format!("{name} -> {used}: this crate has no place there")]);
        }
    }
}

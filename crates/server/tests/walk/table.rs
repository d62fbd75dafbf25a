//! The table: one row a route.

use std::fmt;

/// By which router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Door {
    Api,
    Page,
    Document,
}

const DOORS: [(Door, &str); 3] = [(Door::Api, "api"), (Door::Page, "page"), (Door::Document, "document")];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) door: Door,
    /// As the router spells it.
    pub(crate) path: String,
    pub(crate) method: String,
}

/// What each reader gets, for each kind of group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) route: Route,
    pub(crate) outcomes: Vec<String>,
}

pub(crate) fn read() -> Vec<Row> {
    let lines = include_str!("table.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let [door, method, path, outcomes @ ..] = &words[..] else { panic!("no row: {line}") };
    let door =
        DOORS.iter().find(|(_, name)| name == door).unwrap_or_else(|| panic!("no such door: {line}")).0;
    let route = Route { door, method: (*method).to_owned(), path: (*path).to_owned() };
    Row { route, outcomes: outcomes.iter().map(|&word| word.to_owned()).collect() }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let door = DOORS.iter().find(|(door, _)| *door == self.door).unwrap().1;
        write!(f, "{door:8} {:6} {}", self.method, self.path)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:78} {}", self.route.to_string(), self.outcomes.join("  "))
    }
}

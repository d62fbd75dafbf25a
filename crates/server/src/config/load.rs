//! Puts defaults, file and environment together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::{self, Variable};
use super::file::{self, FileEntry};
use super::nearest::{nearest_key, nearest_section};
use super::setting::Given;
use super::{Config, Place, Problem, Section, checks};

const DEFAULT_FILE: &str = "guildhall.toml";

/// Where settings are read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file; `None`: no file.
    pub file: Option<PathBuf>,
    /// Environment variables, ours and others.
    pub environment: Vec<(String, String)>,
}

impl Sources {
    /// The sources of this process: `path` when given, else `guildhall.toml` in the working folder when there is
    /// one; and the environment.
    pub fn of_process(path: Option<PathBuf>) -> Self {
        let default_file = || Path::new(DEFAULT_FILE).is_file().then(|| PathBuf::from(DEFAULT_FILE));
        let text = |word: std::ffi::OsString| word.to_string_lossy().into_owned();
        Self {
            file: path.or_else(default_file),
            environment: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect(),
        }
    }

    /// Reads everything; what cannot be used keeps its default and becomes a problem.
    pub fn load(&self) -> Loaded {
        let mut loaded = Loaded::default();
        if let Some(path) = &self.file {
            loaded.read_file(path);
        }
        for (name, value) in &self.environment {
            loaded.read_variable(name, value);
        }
        let found = checks::check(&loaded);
        loaded.problems.extend(found);
        loaded
    }
}

/// A configuration with what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The settings in effect.
    pub config: Config,
    /// Where each key that is not left at its default was given, by `section.key`.
    pub places: BTreeMap<String, Place>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// The configuration, when the server can start with it.
    pub fn into_config(self) -> Result<Config, ConfigError> {
        let mut errors = self.problems.into_iter().filter(Problem::is_error);
        match errors.next() {
            None => Ok(self.config),
            Some(first) => Err(ConfigError { first, others: errors.count() }),
        }
    }

    /// Takes the problems out that the server can start with.
    pub fn take_warnings(&mut self) -> Vec<Problem> {
        self.problems.extract_if(.., |problem| !problem.is_error()).collect()
    }

    /// Where `key` was given.
    pub fn place(&self, key: &str) -> Place {
        self.places.get(key).cloned().unwrap_or(Place::Default)
    }

    fn read_file(&mut self, path: &Path) {
        let whole = |line| Place::File(path.to_owned(), line);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("cannot read the configuration file: {error}");
                return self.problems.push(Problem::of_file(whole(None), message));
            }
        };
        match file::read_entries(&text) {
            Ok(entries) => entries.into_iter().for_each(|entry| self.read_entry(path, entry)),
            Err(error) => self.problems.push(Problem::of_file(whole(error.line), error.message)),
        }
    }

    fn read_entry(&mut self, path: &Path, entry: FileEntry) {
        let FileEntry { section, key, given, line } = entry;
        let place = Place::File(path.to_owned(), Some(line));
        match key {
            Some(key) if section.is_empty() => {
                let message = with_suggestion("stands before any section", nearest_key(&key, &self.keys()));
                self.problems.push(Problem::error(key, place, message));
            }
            Some(key) => self.set(&section, &key, &given, place),
            None if self.has_section(&section) => {}
            None => self.refuse_section(&section, place),
        }
    }

    fn read_variable(&mut self, name: &str, value: &str) {
        let place = Place::Environment(name.to_owned());
        match environment::classify(name, &self.keys()) {
            Variable::Foreign => {}
            Variable::Setting(key) => {
                let (section, key) = key.split_once('.').unwrap_or(("", &key));
                self.set(section, key, &Given::Environment(value.to_owned()), place);
            }
            Variable::MeantFor(key) => {
                let message = format!("is no setting; did you mean {}?", environment::variable_of(&key));
                self.problems.push(Problem { key: None, ..Problem::error("", place, message) });
            }
        }
    }

    fn set(&mut self, section: &str, key: &str, given: &Given, place: Place) {
        let name = format!("{section}.{key}");
        if !self.has_section(section) {
            return self.refuse_section(section, place);
        }
        if !self.keys().contains(&name) {
            let message = with_suggestion("unknown key", nearest_key(&name, &self.keys()));
            return self.problems.push(Problem::error(name, place, message));
        }
        let mut sections = self.config.sections_mut();
        let Some(found) = sections.iter_mut().find(|known| known.name() == section) else { return };
        match found.set(key, given) {
            Ok(()) => {
                self.places.insert(name, place);
            }
            Err(mismatch) => {
                let message = format!("got {}, wanted {}", mismatch.given, mismatch.wanted);
                self.problems.push(Problem::error(name, place, message));
            }
        }
    }

    fn refuse_section(&mut self, section: &str, place: Place) {
        let nearest = nearest_section(section, self.config.sections().into_iter().map(Section::name));
        let message = with_suggestion("unknown section", nearest);
        let known = self.problems.iter().any(|problem| problem.key.as_deref() == Some(section));
        if !known {
            self.problems.push(Problem::error(section, place, message));
        }
    }

    fn has_section(&self, name: &str) -> bool {
        self.config.sections().iter().any(|section| section.name() == name)
    }

    fn keys(&self) -> Vec<String> {
        let sections = self.config.sections();
        sections.iter().flat_map(|s| s.keys().iter().map(|key| format!("{}.{key}", s.name()))).collect()
    }
}

fn with_suggestion(message: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("{message}; did you mean {name}?"),
        None => format!("{message}; all keys are in deploy/guildhall.toml"),
    }
}

/// The configuration cannot be used: the first reason, and how many more there are.
#[derive(Debug, Clone, thiserror::Error)]
pub struct ConfigError {
    first: Problem,
    others: usize,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first)?;
        match self.others {
            0 => Ok(()),
            others => write!(f, "; and {others} more, see `guildhall config check`"),
        }
    }
}

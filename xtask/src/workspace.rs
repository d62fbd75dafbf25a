//! What `cargo metadata` says of the workspace: its packages, what they use and which programs they make.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::Value;

use crate::shell;

/// The workspace as its Cargo.toml files tell it; nothing is resolved or downloaded.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_dir: PathBuf,
}

/// One member of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// All that it names, from outside too.
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) programs: Vec<String>,
    pub(crate) has_library: bool,
    /// Built and tested in a cargo call of its own (`[package.metadata.xtask] apart = true`), so that the
    /// features which its dependencies switch on stay out of everybody else's build.
    pub(crate) apart: bool,
}

/// A line of a `[dependencies]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

impl Workspace {
    /// Reads the workspace in the root folder.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let mut cargo = shell::cargo();
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        let metadata: Value = serde_json::from_str(&shell::output_of(&mut cargo)?)?;
        let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
        Ok(Self {
            packages: packages.iter().map(Package::from_metadata).collect(),
            target_dir: text(&metadata["target_directory"]).into(),
        })
    }

    /// Names of the packages that are built on their own.
    pub(crate) fn apart(&self) -> impl Iterator<Item = &str> {
        self.packages.iter().filter(|package| package.apart).map(|package| package.name.as_str())
    }
}

impl Package {
    fn from_metadata(package: &Value) -> Self {
        let mut folder = PathBuf::from(text(&package["manifest_path"]));
        folder.pop();
        let targets =
            |kind: &'static str| list(&package["targets"]).filter(move |target| target["kind"][0] == kind);
        Self {
            name: text(&package["name"]),
            folder,
            dependencies: list(&package["dependencies"]).map(Dependency::from_metadata).collect(),
            programs: targets("bin").map(|target| text(&target["name"])).collect(),
            has_library: targets("lib").next().is_some(),
            apart: package["metadata"]["xtask"]["apart"] == true,
        }
    }
}

impl Dependency {
    fn from_metadata(dependency: &Value) -> Self {
        let kind = match dependency["kind"].as_str() {
            Some("dev") => Kind::Dev,
            Some("build") => Kind::Build,
            _ => Kind::Normal,
        };
        Self { name: text(&dependency["name"]), kind }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

//! The cargo commands of the steps, for the whole workspace or for chosen packages.

use std::{path::PathBuf, process::Command};

use anyhow::bail;

use crate::{
    args::Choice,
    postgres::{self, Cluster},
    shell, tools,
    workspace::Workspace,
};

const SERVER: &str = "guildhall-server";
const WHOLE_SERVER_TESTS: &str = "guildhall-federation-tests";

/// The packages that a run is about.
pub(crate) struct Scope<'a> {
    workspace: &'a Workspace,
    /// Empty: all.
    packages: &'a [String],
}

impl<'a> Scope<'a> {
    pub(crate) fn new(workspace: &'a Workspace, packages: &'a [String]) -> anyhow::Result<Self> {
        for name in packages {
            if !workspace.packages.iter().any(|package| package.name == *name) {
                bail!("no package `{name}` in this workspace");
            }
        }
        Ok(Self { workspace, packages })
    }

    /// Whether no packages were chosen.
    pub(crate) fn is_about_all(&self) -> bool {
        self.packages.is_empty()
    }

    pub(crate) fn clippy(&self) -> Command {
        let mut cargo = self.cargo(&["clippy"]);
        cargo.args(["--all-targets", "--", "--deny", "warnings"]);
        cargo
    }

    pub(crate) fn doc(&self) -> Command {
        let mut cargo = self.cargo(&["doc"]);
        // Private items are documented too, so links to them lead somewhere.
        let flags = "--deny warnings --allow rustdoc::private-intra-doc-links";
        cargo.args(["--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", flags);
        cargo
    }

    /// Programs and tests in one call: the same features for both, so the tests do not build them again. Then
    /// each package that is built apart.
    pub(crate) fn builds(&self) -> Vec<Command> {
        let mut together = self.cargo_without_apart(&["build"]);
        together.args(["--bins", "--tests"]);
        if self.packages.iter().any(|name| name == WHOLE_SERVER_TESTS) {
            together.args(["--package", SERVER]);
        }
        let mut builds = vec![together];
        for name in self.workspace.apart().filter(|_| self.is_about_whole_servers()) {
            let mut apart = shell::cargo();
            apart.args(["build", "--package", name, "--bins"]);
            builds.push(apart);
        }
        builds
    }

    /// `None`: only packages without a library are chosen, and cargo takes that for a mistake.
    pub(crate) fn doctest(&self) -> Option<Command> {
        let chosen = |name: &String| self.packages.is_empty() || self.packages.contains(name);
        let libraries =
            self.workspace.packages.iter().filter(|package| package.has_library && !package.apart);
        let names: Vec<_> = libraries.map(|package| &package.name).filter(|name| chosen(name)).collect();
        if names.is_empty() {
            return None;
        }
        let mut cargo = shell::cargo();
        cargo.args(["test", "--doc"]).args(names.iter().flat_map(|name| ["--package", name]));
        Some(cargo)
    }

    pub(crate) fn nextest(&self, cluster: Option<&Cluster>, choice: &Choice) -> anyhow::Result<Command> {
        let mut nextest = shell::command(tools::cargo_plugin("cargo-nextest")?);
        nextest.args(["nextest", "run", "--no-fail-fast"]);
        self.select(&mut nextest);
        self.leave_out_apart(&mut nextest);
        nextest.args(&choice.nextest);
        if let Some(cluster) = cluster {
            nextest.env(postgres::VARIABLE, cluster.url());
        }
        nextest.envs(self.programs());
        Ok(nextest)
    }

    /// `GUILDHALL_BIN` and the like: each program of the workspace, by its name in capitals.
    fn programs(&self) -> impl Iterator<Item = (String, PathBuf)> {
        let folder = self.workspace.target_dir.join("debug");
        let names = self.workspace.packages.iter().flat_map(|package| &package.programs);
        names.map(move |name| {
            let variable = format!("{}_BIN", name.to_uppercase().replace('-', "_"));
            (variable, folder.join(name))
        })
    }

    fn is_about_whole_servers(&self) -> bool {
        self.packages.is_empty() || self.packages.iter().any(|name| name == WHOLE_SERVER_TESTS)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = shell::cargo();
        cargo.args(arguments);
        self.select(&mut cargo);
        cargo
    }

    fn cargo_without_apart(&self, arguments: &[&str]) -> Command {
        let mut cargo = self.cargo(arguments);
        self.leave_out_apart(&mut cargo);
        cargo
    }

    fn select(&self, cargo: &mut Command) {
        if self.packages.is_empty() {
            cargo.arg("--workspace");
        }
        for name in self.packages {
            cargo.args(["--package", name]);
        }
    }

    fn leave_out_apart(&self, cargo: &mut Command) {
        for name in self.workspace.apart().filter(|_| self.packages.is_empty()) {
            cargo.args(["--exclude", name]);
        }
    }
}

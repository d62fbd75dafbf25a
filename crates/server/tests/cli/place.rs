//! A folder with an instance in it, and short ways to run the binary there.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use guildhall_server::config::{Config, Sources};
use guildhall_server::open::{Opened, open, open_store};
use guildhall_store::Db;
use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, where the binary works.
pub(crate) struct Place {
    folder: TempDir,
}

/// A server that is stopped when dropped.
pub(crate) struct Server(Child);

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// With the account `ada`, an admin, and her group `garden`, where every post is looked at.
    pub(crate) fn with_group() -> Self {
        let place = Self::new();
        place.with_input(
            &["account", "create", "ada", "--admin", "--password-stdin"],
            "correct horse battery\n",
        );
        place.json(&["group", "create", "garden", "--review", "all", "--moderator", "ada"]);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The binary in this folder, with none of our variables from outside.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guildhall"));
        let foreign =
            std::env::vars_os().filter(|(name, _)| !name.to_string_lossy().starts_with("GUILDHALL_"));
        command.env_clear().envs(foreign).current_dir(self.folder.path()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// What it prints with something on its standard input.
    pub(crate) fn with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What a command that is done prints for people.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        succeeded(&self.run(arguments))
    }

    /// What it prints with `--json`: one value on one line.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.text(&[arguments, &["--json"]].concat());
        assert_eq!(printed.lines().count(), 1, "{printed}");
        serde_json::from_str(&printed).unwrap()
    }

    /// The one line on standard error of a command that is refused.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        refusal(&self.run(arguments))
    }

    pub(crate) fn config(&self) -> Config {
        let data = self.path("data").display().to_string();
        let environment = vec![("GUILDHALL_STORAGE__DATA_DIR".to_owned(), data)];
        Sources { file: None, environment }.load().into_config().unwrap()
    }

    /// The instance, as the server has it.
    pub(crate) async fn open(&self) -> Opened {
        open(&self.config()).await.unwrap()
    }

    pub(crate) async fn store(&self) -> Db {
        open_store(&self.config()).await.unwrap()
    }

    /// Writes to the database past all rules.
    pub(crate) async fn change(&self, sql: &[&'static str]) {
        let store = self.store().await;
        let mut tx = store.begin().await.unwrap();
        for sql in sql {
            tx.query(*sql).execute().await.unwrap();
        }
        tx.commit().await.unwrap();
        store.close().await;
    }

    /// A server on a free port, up and running.
    pub(crate) fn serve(&self) -> Server {
        let mut command = self.command(&["serve"]);
        command.env("GUILDHALL_SERVER__LISTEN", "127.0.0.1:0").env("GUILDHALL_SERVER__METRICS_LISTEN", "");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("listening on"), "{line}");
        Server(child)
    }
}

impl Server {
    /// Ends it as an operator does.
    pub(crate) fn stop(mut self) {
        let kill = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(kill.success());
        assert_eq!(self.0.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The output of a command that is done: nothing on standard error.
pub(crate) fn succeeded(done: &Output) -> String {
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    String::from_utf8(done.stdout.clone()).unwrap()
}

/// The one line of a command that is refused, without the program's name.
pub(crate) fn refusal(done: &Output) -> String {
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "");
    failure_line(done)
}

/// The one line on standard error, without the program's name.
pub(crate) fn failure_line(done: &Output) -> String {
    let line = String::from_utf8(done.stderr.clone()).unwrap();
    assert_eq!(line.lines().count(), 1, "{line}");
    line.strip_prefix("guildhall: ").unwrap().trim_end().to_owned()
}

/// The names of an object's fields.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

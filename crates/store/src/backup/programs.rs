//! PostgreSQL's own programs, which know how to write and read its backups.

use std::io;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use url::Url;

use super::BackupError;
use crate::db::DatabaseUrl;

/// A run of `pg_dump` or `pg_restore`.
#[derive(Debug)]
pub(super) struct Program {
    name: &'static str,
    command: Command,
    input: Vec<u8>,
}

impl Program {
    pub(super) fn new(name: &'static str) -> Self {
        let mut command = Command::new(name);
        // Its messages are passed on, in the language of the others.
        command.env("LC_ALL", "C").kill_on_drop(true);
        Self { name, command, input: Vec::new() }
    }

    /// Connects it to `url`; the password goes where no list of processes shows it.
    pub(super) fn connected(mut self, url: &DatabaseUrl) -> Self {
        let (address, password) = for_libpq(url.with_password());
        self.command
            .arg("--no-password")
            .arg(format!("--dbname={address}"))
            .env("PGAPPNAME", "guildhall-backup");
        if let Some(password) = password {
            self.command.env("PGPASSWORD", password);
        }
        self
    }

    pub(super) fn args<I: AsRef<std::ffi::OsStr>>(mut self, arguments: impl IntoIterator<Item = I>) -> Self {
        self.command.args(arguments);
        self
    }

    /// What it reads from its standard input.
    pub(super) fn input(mut self, input: String) -> Self {
        self.input = input.into_bytes();
        self
    }

    /// Runs it to its end. Gives what it printed.
    pub(super) async fn run(mut self) -> Result<String, BackupError> {
        let output = match self.output().await {
            Ok(output) => output,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(BackupError::NoProgram(self.name));
            }
            Err(error) => return Err(self.failed(error.to_string())),
        };
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(self.failed(reason(&said).unwrap_or_else(|| output.status.to_string())))
    }

    async fn output(&mut self) -> io::Result<std::process::Output> {
        let pipes = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn()?;
        let stdin = child.stdin.take();
        let input = std::mem::take(&mut self.input);
        let write = async {
            if let Some(mut stdin) = stdin {
                // One that ends early says why on its standard error.
                let _ = stdin.write_all(&input).await;
            }
        };
        let ((), output) = tokio::join!(write, child.wait_with_output());
        output
    }

    fn failed(&self, message: String) -> BackupError {
        BackupError::Program { program: self.name, message }
    }
}

/// The lines that tell of an error, without the program's name; else the last one.
fn reason(said: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let errors: Vec<&str> = lines.iter().filter_map(|line| Some(line.split_once("error: ")?.1)).collect();
    if errors.is_empty() { lines.last().map(|line| (*line).to_owned()) } else { Some(errors.join("; ")) }
}

/// An address as libpq reads it, and the password apart from it. Some names of parameters are the driver's own.
fn for_libpq(address: &str) -> (String, Option<String>) {
    let Ok(mut url) = Url::parse(address) else { return (address.to_owned(), None) };
    let mut password = url.password().map(decoded);
    // A URL without a host cannot have a password to begin with.
    let _ = url.set_password(None);
    let mut parameters = Vec::new();
    for (key, value) in url.query_pairs().into_owned() {
        match key.as_str() {
            "password" => password = Some(value),
            "statement-cache-capacity" => {}
            "ssl-mode" => parameters.push(("sslmode".to_owned(), value)),
            "ssl-root-cert" | "ssl-ca" => parameters.push(("sslrootcert".to_owned(), value)),
            "ssl-cert" => parameters.push(("sslcert".to_owned(), value)),
            "ssl-key" => parameters.push(("sslkey".to_owned(), value)),
            _ => parameters.push((key, value)),
        }
    }
    url.set_query(None);
    let query: Vec<String> =
        parameters.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    let separator = if query.is_empty() { "" } else { "?" };
    (format!("{url}{separator}{}", query.join("&")), password)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

// Not as in forms: libpq does not read `+` as a space.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_in_the_address() {
        let cases = [
            ("postgres://u:p%20%2B+w@h:5433/d", "postgres://u@h:5433/d"),
            ("postgres://u@h/d?password=p%20%2B%2Bw", "postgres://u@h/d"),
        ];
        for (address, expected) in cases {
            assert_eq!(for_libpq(address), (expected.to_owned(), Some("p ++w".to_owned())), "{address}");
        }
        assert_eq!(for_libpq("postgresql:///d"), ("postgresql:///d".to_owned(), None));
    }

    #[test]
    fn parameters_have_the_names_that_libpq_knows() {
        let (address, _) = for_libpq(
            "postgres://h/d?ssl-mode=require&statement-cache-capacity=9&options=-csearch_path%3Da+b",
        );
        assert_eq!(address, "postgres://h/d?sslmode=require&options=%2Dcsearch%5Fpath%3Da%20b");
    }

    #[test]
    fn the_lines_of_errors_are_the_reason() {
        let said = "pg_dump: warning: x\npg_dump: error: no such server\n\tIs it running?\n";
        assert_eq!(reason(said).as_deref(), Some("no such server"));
        assert_eq!(reason("sh: not\n\n").as_deref(), Some("sh: not"));
        assert_eq!(reason(""), None);
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let error = Program::new("pg_no_such_program").run().await.unwrap_err();
        assert!(error.to_string().starts_with("pg_no_such_program is not installed"), "{error}");
    }
}

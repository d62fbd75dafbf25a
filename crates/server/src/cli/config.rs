//! `guildhall config …`

use std::fmt;

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;

use super::output::Output;
use crate::config::{Level, Loaded, Place};

/// `guildhall config …`
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    /// Print the settings in effect and what is wrong with them.
    Check,
}

/// Runs one of them.
///
/// # Errors
/// `check`: when the server could not start with these settings; the report is printed all the same.
pub fn run(command: &ConfigCommand, loaded: &Loaded, output: Output) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Check => check(loaded, output),
    }
}

fn check(loaded: &Loaded, output: Output) -> anyhow::Result<()> {
    let report = Report::of(loaded);
    output.print(&report)?;
    match report.problems.iter().filter(|problem| problem.level == "error").count() {
        0 => Ok(()),
        1 => anyhow::bail!("the configuration has an error"),
        errors => anyhow::bail!("the configuration has {errors} errors"),
    }
}

/// What `config check` prints: `{"ok", "settings": {key: {"value", "from"}}, "problems": [{"level", "key", "from",
/// "message"}]}`.
#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    settings: serde_json::Map<String, Value>,
    problems: Vec<ProblemView>,
}

#[derive(Debug, Serialize)]
struct ProblemView {
    level: &'static str,
    key: Option<String>,
    from: Option<String>,
    message: String,
    #[serde(skip)]
    line: String,
}

impl Report {
    fn of(loaded: &Loaded) -> Self {
        let setting = |(key, value): (String, Value)| {
            let from = loaded.place(&key).to_string();
            (key, serde_json::json!({ "value": value, "from": from }))
        };
        let problem = |problem: &crate::config::Problem| ProblemView {
            level: match problem.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            key: problem.key.clone(),
            from: (problem.place != Place::Default).then(|| problem.place.to_string()),
            message: problem.message.clone(),
            line: problem.to_string(),
        };
        Self {
            ok: !loaded.problems.iter().any(crate::config::Problem::is_error),
            settings: loaded.config.effective().into_iter().map(setting).collect(),
            problems: loaded.problems.iter().map(problem).collect(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, setting) in &self.settings {
            let from = setting["from"].as_str().unwrap_or_default();
            writeln!(f, "{key} = {}  ({from})", setting["value"])?;
        }
        for problem in &self.problems {
            writeln!(f, "{}: {}", problem.level, problem.line)?;
        }
        f.write_str(if self.problems.is_empty() { "no problems" } else { "end of problems" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn report(variables: &[(&str, &str)]) -> Report {
        let environment = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Report::of(&Sources { file: None, environment }.load())
    }

    #[test]
    fn the_report_shows_values_their_source_and_no_password() {
        let report = report(&[("GUILDHALL_STORAGE__DATABASE_URL", "postgres://u:hunter2@h/d")]);
        let text = report.to_string();
        let line = "storage.database_url = \"postgres://u:***@h/d\"  (GUILDHALL_STORAGE__DATABASE_URL)";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("server.listen = \"127.0.0.1:8080\"  (default)"), "{text}");
        let json = serde_json::to_string(&report).unwrap();
        assert!(!json.contains("hunter2") && !text.contains("hunter2"));
    }

    #[test]
    fn warnings_leave_the_report_ok_and_errors_do_not() {
        let warned = report(&[]);
        assert!(warned.ok && warned.to_string().contains("warning: server.base_url"));
        let failed = report(&[("GUILDHALL_SERVER__LISTEN", "here")]);
        assert!(!failed.ok && failed.to_string().contains("error: server.listen: got \"here\""));
    }
}

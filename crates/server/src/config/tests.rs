use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;

/// `deploy/guildhall.toml`, which documents every key.
fn annotated_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/guildhall.toml")
}

fn from_environment(variables: &[(&str, &str)]) -> Loaded {
    let environment =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sources { file: None, environment }.load()
}

fn from_file(text: &str) -> (TempDir, Loaded) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("guildhall.toml");
    std::fs::write(&path, text).unwrap();
    let loaded = Sources { file: Some(path), environment: Vec::new() }.load();
    (folder, loaded)
}

fn errors(loaded: &Loaded) -> Vec<String> {
    loaded.problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string).collect()
}

/// The only error, without the folder of the temporary file.
fn only_error(text: &str) -> String {
    let (folder, loaded) = from_file(text);
    let errors = errors(&loaded);
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn the_annotated_file_holds_exactly_the_defaults() {
    let loaded = Sources { file: Some(annotated_file()), environment: Vec::new() }.load();
    assert_eq!(errors(&loaded), [""; 0]);
    assert_eq!(loaded.config, Config::default());
    for (key, _) in Config::default().effective() {
        assert!(matches!(loaded.place(&key), Place::File(..)), "{key} is not in deploy/guildhall.toml");
    }
}

#[test]
fn every_key_of_the_annotated_file_has_a_comment_above() {
    let text = std::fs::read_to_string(annotated_file()).unwrap();
    let mut above = "";
    for line in text.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(above.starts_with("# "), "no comment above {line}");
        }
        above = line;
    }
}

#[test]
fn the_defaults_start_and_say_that_plain_http_does_not_federate() {
    let loaded = from_environment(&[]);
    assert_eq!(errors(&loaded), [""; 0]);
    let warning = loaded.problems[0].to_string();
    assert!(warning.contains("federation by plain http is off"), "{warning}");
    assert!(loaded.into_config().is_ok());
}

#[test]
fn plain_http_under_a_public_name_is_refused_unless_allowed() {
    let public = ("GUILDHALL_SERVER__BASE_URL", "http://example.org");
    assert_eq!(errors(&from_environment(&[public])).len(), 1);
    let allowed = from_environment(&[public, ("GUILDHALL_FEDERATION__ALLOW_HTTP", "true")]);
    assert_eq!(allowed.problems, []);
    let alone = from_environment(&[public, ("GUILDHALL_FEDERATION__ENABLED", "false")]);
    assert_eq!(alone.problems, []);
}

#[test]
fn the_environment_outranks_the_file() {
    let (folder, _) = from_file("[server]\nlisten = \"127.0.0.1:1\"\nbase_url = \"https://a.example\"\n");
    let file = Some(folder.path().join("guildhall.toml"));
    let environment = vec![("GUILDHALL_SERVER__LISTEN".to_owned(), "[::1]:2".to_owned())];
    let loaded = Sources { file, environment }.load();
    assert_eq!(loaded.config.server.listen.to_string(), "[::1]:2");
    assert_eq!(loaded.config.server.base_url.as_str(), "https://a.example");
    assert_eq!(loaded.place("server.listen").to_string(), "GUILDHALL_SERVER__LISTEN");
    assert!(loaded.place("server.base_url").to_string().ends_with("guildhall.toml:3"));
}

#[test]
fn every_key_can_be_set_by_its_variable() {
    let values = |key: &str| match key {
        "server.listen" | "server.metrics_listen" => "127.0.0.1:0",
        "server.base_url" => "https://example.org",
        "server.trusted_proxies" | "federation.allow_addresses" => "10.0.0.0/8, ::1",
        "storage.database_url" => "postgres://u:p@h/d",
        "federation.signature_max_age" => "2h",
        "log.format" => "json",
        "log.level" => "debug",
        key if key.ends_with("timeout") => "7s",
        "federation.enabled"
        | "federation.allow_http"
        | "federation.authorized_fetch"
        | "federation.allow_list_only" => "true",
        "federation.workers" | "instance.absence_days" | "instance.groups_per_person" => "3",
        key if key.starts_with("limits.") => "12345",
        _ => "text",
    };
    for (key, _) in Config::default().effective() {
        let variable = super::environment::variable_of(&key);
        let loaded = from_environment(&[(&variable, values(&key))]);
        assert_eq!(loaded.place(&key), Place::Environment(variable), "{:?}", loaded.problems);
    }
}

#[test]
fn lists_in_the_environment_are_comma_separated() {
    let loaded = from_environment(&[("GUILDHALL_SERVER__TRUSTED_PROXIES", "10.1.2.3/8, 192.0.2.1,::1/128")]);
    let ranges: Vec<String> = loaded.config.server.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(ranges, ["10.0.0.0/8", "192.0.2.1/32", "::1/128"]);
    let none = from_environment(&[("GUILDHALL_SERVER__TRUSTED_PROXIES", "")]);
    assert_eq!(none.config.server.trusted_proxies, []);
}

#[test]
fn an_empty_string_switches_optional_settings_off() {
    let loaded = from_environment(&[("GUILDHALL_SERVER__METRICS_LISTEN", "")]);
    assert_eq!(loaded.config.server.metrics_listen, None);
    let (_folder, loaded) = from_file("[server]\nmetrics_listen = \"\"\n");
    assert_eq!(loaded.config.server.metrics_listen, None);
}

#[test]
fn unknown_names_are_refused_with_the_nearest_known_one_and_the_line() {
    let cases = [
        (
            "[server]\nlistne = 1\n",
            "server.listne: unknown key; did you mean server.listen? (guildhall.toml:2)",
        ),
        (
            "[server]\n\nallow_http = true\n",
            "server.allow_http: unknown key; did you mean federation.allow_http? (guildhall.toml:3)",
        ),
        (
            "[server]\nxyz = true\n",
            "server.xyz: unknown key; all keys are in deploy/guildhall.toml (guildhall.toml:2)",
        ),
        (
            "[fedration]\nallow_http = true\nenabled = true\n",
            "fedration: unknown section; did you mean federation? (guildhall.toml:2)",
        ),
        ("[logs]\n", "logs: unknown section; did you mean log? (guildhall.toml:1)"),
        (
            "listen = \"\"\n",
            "listen: stands before any section; did you mean server.listen? (guildhall.toml:1)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(only_error(text), expected);
    }
}

#[test]
fn unknown_variables_are_refused_with_the_nearest_known_one() {
    let cases = [
        (
            "GUILDHALL_SERVER__LISTNE",
            "server.listne: unknown key; did you mean server.listen? (GUILDHALL_SERVER__LISTNE)",
        ),
        ("GUILDHALL_SEVER__LISTEN", "sever: unknown section; did you mean server? (GUILDHALL_SEVER__LISTEN)"),
        (
            "GUILDHALL_SERVER_LISTEN",
            "is no setting; did you mean GUILDHALL_SERVER__LISTEN? (GUILDHALL_SERVER_LISTEN)",
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(errors(&from_environment(&[(name, "127.0.0.1:1")])), [expected]);
    }
}

#[test]
fn wrong_types_say_what_was_given_what_is_wanted_and_where() {
    let cases = [
        (
            "[federation]\nallow_http = \"yes\"\n",
            "federation.allow_http: got \"yes\", wanted true or false (guildhall.toml:2)",
        ),
        (
            "[federation]\nworkers = -1\n",
            "federation.workers: got the number -1, wanted a whole number from 0 to 4294967295 \
             (guildhall.toml:2)",
        ),
        (
            "[federation]\nsignature_max_age = 60\n",
            "federation.signature_max_age: got the number 60, wanted a span of time such as \"30s\", \"10m\" or \
             \"1h\" (guildhall.toml:2)",
        ),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"proxy\"]\n",
            "server.trusted_proxies: got \"proxy\", wanted a list, each item an address range such as \
             \"10.0.0.0/8\" or a single IP address (guildhall.toml:2)",
        ),
        (
            "[server]\nbase_url = \"https://example.org/forum\"\n",
            "server.base_url: got \"https://example.org/forum\", wanted the public address, http:// or https:// \
             with a host and no path, such as \"https://example.org\" (guildhall.toml:2)",
        ),
        (
            "[log]\nformat = \"xml\"\n",
            "log.format: got \"xml\", wanted \"text\" or \"json\" (guildhall.toml:2)",
        ),
        (
            "[server.listen]\nport = 1\n",
            "server.listen: got a table, wanted an IP address with a port such as \"127.0.0.1:8080\" or \
             \"[::]:8080\" (guildhall.toml:1)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(only_error(text), expected);
    }
}

#[test]
fn a_wrong_database_url_is_not_repeated() {
    let error = only_error("[storage]\ndatabase_url = \"mysql://u:hunter2@h/d\"\n");
    assert!(error.starts_with("storage.database_url: ") && !error.contains("hunter2"), "{error}");
}

#[test]
fn a_missing_file_and_broken_toml_are_errors() {
    let loaded = Sources { file: Some("no/such/guildhall.toml".into()), environment: Vec::new() }.load();
    assert!(errors(&loaded)[0].contains("cannot read the configuration file"));
    assert!(only_error("[server\n").ends_with("(guildhall.toml:1)"));
}

#[test]
fn several_errors_become_one_line_that_counts_the_others() {
    let (_folder, loaded) = from_file("[server]\na = 1\nb = 2\n[log]\nformat = 3\n");
    let line = loaded.into_config().unwrap_err().to_string();
    assert!(line.starts_with("server.a: unknown key") && line.contains("and 2 more"), "{line}");
}

#[test]
fn settings_that_cannot_work_together_are_found() {
    let cases = [
        ("[federation]\nsignature_max_age = \"13h\"\n", "federation.signature_max_age: got 13h"),
        ("[federation]\nextra_ca_file = \"/no/such/ca.pem\"\n", "federation.extra_ca_file: cannot read"),
        ("[server]\nmetrics_listen = \"127.0.0.1:8080\"\n", "server.metrics_listen: 127.0.0.1:8080 is taken"),
        ("[federation]\nworkers = 0\n", "federation.workers: must be more than 0"),
        ("[limits]\nheader_timeout = \"0s\"\n", "limits.header_timeout: must be more than 0"),
    ];
    for (text, expected) in cases {
        let error = only_error(text);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_file_that_holds_no_certificate_is_refused_as_ca() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, "hello").unwrap();
    let set =
        |path: &Path| from_environment(&[("GUILDHALL_FEDERATION__EXTRA_CA_FILE", path.to_str().unwrap())]);
    assert!(errors(&set(&path))[0].contains("no certificate in PEM form"));
    std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n").unwrap();
    assert_eq!(errors(&set(&path)), [""; 0]);
}

#[test]
fn open_doors_are_warnings() {
    let loaded = from_environment(&[
        ("GUILDHALL_SERVER__BASE_URL", "https://example.org"),
        ("GUILDHALL_SERVER__METRICS_LISTEN", "0.0.0.0:9464"),
        ("GUILDHALL_SERVER__TRUSTED_PROXIES", "0.0.0.0/0"),
    ]);
    let keys: Vec<&str> = loaded.problems.iter().filter_map(|problem| problem.key.as_deref()).collect();
    assert_eq!(keys, ["server.metrics_listen", "server.trusted_proxies"]);
    assert!(loaded.problems.iter().all(|problem| !problem.is_error()));
}

#[test]
fn the_database_follows_the_data_folder_and_is_shown_without_its_password() {
    let shown = |loaded: &Loaded| {
        let settings = loaded.config.effective();
        settings.into_iter().find(|(key, _)| key == "storage.database_url").unwrap().1
    };
    let sqlite = from_environment(&[("GUILDHALL_STORAGE__DATA_DIR", "/srv/guildhall")]);
    assert_eq!(shown(&sqlite), "sqlite:///srv/guildhall/guildhall.db");
    let postgres = from_environment(&[("GUILDHALL_STORAGE__DATABASE_URL", "postgres://u:hunter2@h/d")]);
    assert_eq!(shown(&postgres), "postgres://u:***@h/d");
    assert!(!format!("{:?}", postgres.config).contains("hunter2"));
}

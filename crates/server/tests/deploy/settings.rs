use guildhall_server::config::{Config, Loaded, Sources};
use tempfile::TempDir;

use crate::compose;
use crate::container;
use crate::files::{deploy_files, fenced, read, values};

/// `GUILDHALL_…` wherever it stands in a text.
fn variables(text: &str) -> Vec<String> {
    let is_of_name = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let words = text.split(|letter| !is_of_name(letter)).filter(|word| word.starts_with("GUILDHALL_"));
    words.map(str::to_owned).collect()
}

fn load(environment: Vec<(String, String)>) -> Loaded {
    Sources { file: None, environment }.load()
}

fn problems(loaded: &Loaded) -> Vec<String> {
    loaded.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn every_variable_in_the_deploy_files_is_a_setting_or_nothing_like_one() {
    let known: Vec<String> = Config::default()
        .effective()
        .iter()
        .map(|(key, _)| format!("GUILDHALL_{}", key.replacen('.', "__", 1).to_uppercase()))
        .collect();
    let address = ("GUILDHALL_SERVER__BASE_URL".to_owned(), "https://community.example".to_owned());
    let mut settings = 0;
    for (name, text) in deploy_files() {
        for variable in variables(&text).into_iter().filter(|variable| variable != "GUILDHALL_SECTION__KEY") {
            if variable.contains("__") {
                assert!(known.contains(&variable), "{name}: {variable}");
                settings += 1;
            } else {
                // The proxies' own: the server must not take them for misspelt settings.
                let of_proxy = (variable.clone(), "x".to_owned());
                assert_eq!(problems(&load(vec![address.clone(), of_proxy])), [""; 0], "{name}: {variable}");
            }
        }
    }
    assert!(settings >= 5, "{settings}");
}

#[test]
fn the_server_starts_with_what_compose_and_the_image_set() {
    let filled: Vec<_> = read("deploy/compose.env.example")
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), if value.is_empty() { "0a1b2c" } else { value }.to_owned()))
        .collect();
    let loaded = load([container::variables(), compose::variables(&filled)].concat());
    // Inside the container the metrics stay on its own loopback, as by default.
    assert_eq!(problems(&loaded), [""; 0]);
    let config = loaded.into_config().unwrap();
    assert_eq!(config.server.base_url.as_str(), "https://community.example");
    assert_eq!(config.server.trusted_proxies[0].to_string(), compose::subnet());
    let database = config.storage.database();
    assert_eq!(database.expose(), "postgres://guildhall:0a1b2c@postgres/guildhall");
}

#[test]
fn the_settings_of_the_readme_can_be_used() {
    let blocks = fenced(&read("README.md"), "toml");
    assert!(blocks.len() >= 2, "{blocks:?}");
    for block in blocks {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("guildhall.toml");
        std::fs::write(&file, &block).unwrap();
        let loaded = Sources { file: Some(file), environment: Vec::new() }.load();
        let errors: Vec<_> = loaded.problems.iter().filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "{block}: {errors:?}");
    }
}

#[test]
fn the_readme_and_the_unit_name_the_same_folders() {
    let block = fenced(&read("README.md"), "toml").remove(0);
    let data_dir = values(&block, "data_dir =").remove(0).trim_matches('"').to_owned();
    assert_eq!(values(&read("deploy/guildhall.service"), "WorkingDirectory="), [data_dir]);
    assert!(block.starts_with("# /etc/guildhall/guildhall.toml"), "{block}");
}

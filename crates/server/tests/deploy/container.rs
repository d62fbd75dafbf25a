use clap::Parser;
use guildhall_server::cli::{Cli, Command};

use crate::files::{path, read, values};

fn containerfile() -> String {
    read("deploy/Containerfile")
}

/// What the image sets for the program.
pub(crate) fn variables() -> Vec<(String, String)> {
    let joined = containerfile().replace("\\\n", " ");
    let pairs = values(&joined, "ENV ").into_iter().flat_map(str::split_whitespace);
    pairs.map(|pair| pair.split_once('=').unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn exec_form(key: &str) -> Vec<String> {
    let text = containerfile();
    let found = values(&text, key);
    assert_eq!(found.len(), 1, "{key}");
    serde_json::from_str(found[0]).unwrap()
}

#[test]
fn the_image_serves() {
    let words = [exec_form("ENTRYPOINT "), exec_form("CMD ")].concat();
    assert_eq!(words[0], "guildhall");
    assert_eq!(Cli::try_parse_from(&words).unwrap().command, Some(Command::Serve));
    assert!(containerfile().contains("/target/release/guildhall /usr/local/bin/guildhall\n"));
}

#[test]
fn the_image_is_built_with_the_version_of_rust_that_is_needed() {
    let image = format!("rust:{}-bookworm AS build", env!("CARGO_PKG_RUST_VERSION").trim_end_matches(".0"));
    assert_eq!(values(&containerfile(), "FROM ")[0], image);
    assert!(containerfile().contains(concat!("--package ", env!("CARGO_PKG_NAME"))));
}

#[test]
fn the_health_check_asks_where_the_server_listens() {
    let listen = variables().into_iter().find(|(name, _)| name == "GUILDHALL_SERVER__LISTEN").unwrap().1;
    let port = listen.rsplit(':').next().unwrap();
    let asked = format!("\"http://127.0.0.1:{port}/health/ready\"");
    assert!(containerfile().contains(&asked), "{asked}");
    assert_eq!(values(&containerfile(), "EXPOSE "), [port]);
}

#[test]
fn what_the_build_needs_is_there_and_let_in() {
    let ignore = read("deploy/Containerfile.dockerignore");
    let let_in = values(&ignore, "!");
    for name in &let_in {
        assert!(path(name).exists(), "{name}");
    }
    let workspace: toml::Value = read("Cargo.toml").parse::<toml::Table>().unwrap().into();
    for member in workspace["workspace"]["members"].as_array().unwrap() {
        let top = member.as_str().unwrap().split('/').next().unwrap();
        assert!(let_in.contains(&top), "{top} is a part of the workspace");
    }
}

use clap::{CommandFactory, Parser};
use guildhall_server::cli::Cli;

use crate::files::{deploy_files, fenced, read};

/// The words of a line as a shell takes them apart, as far as our examples go.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote) = (vec![String::new()], None);
    for letter in line.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// The calls of this program in a text: from its name, with a command or `--config` after it, to the end of the call.
fn calls(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n#", " ").replace("\\\n", " ");
    let definition = Cli::command();
    let is_call = |pair: &[String]| {
        let program = pair[0].trim_start_matches("TOKEN=$(");
        let is_ours = program.rsplit('/').next() == Some("guildhall") || ["$one", "$two"].contains(&program);
        is_ours && (definition.find_subcommand(&pair[1]).is_some() || pair[1] == "--config")
    };
    let of_line = |line: &str| {
        let words = words(line);
        let start = words.windows(2).position(is_call)?;
        let call = words[start..].iter().take_while(|word| !["|", "&", "&&", "#"].contains(&word.as_str()));
        Some(call.map(|word| word.trim_end_matches(')').to_owned()).collect())
    };
    joined.lines().filter_map(of_line).collect()
}

fn assert_understood(place: &str, call: &[String]) {
    let words = std::iter::once("guildhall").chain(call.iter().skip(1).map(String::as_str));
    if let Err(error) = Cli::try_parse_from(words) {
        panic!("{place}: {call:?}: {error}");
    }
}

#[test]
fn every_command_in_the_deploy_files_is_understood() {
    let calls: Vec<_> = deploy_files()
        .into_iter()
        .flat_map(|(name, text)| calls(&text).into_iter().map(move |call| (name.clone(), call)))
        .collect();
    for (place, call) in &calls {
        assert_understood(place, call);
    }
    for name in ["deploy/compose.yml", "deploy/Containerfile", "deploy/guildhall.service"] {
        assert!(calls.iter().any(|(place, _)| place == name), "no command found in {name}");
    }
}

#[test]
fn a_password_reaches_a_command_in_a_container() {
    // Compose puts a terminal between the pipe and the command unless told not to; podman leaves standard input out.
    let files =
        [("deploy/compose.yml", " exec -T guildhall "), ("deploy/Containerfile", " exec --interactive ")];
    for (name, way) in files {
        let text = read(name).replace("\\\n#", " ");
        let piped: Vec<_> = text.lines().filter(|line| line.contains("--password-stdin")).collect();
        assert_eq!(piped.len(), 1, "{name}: {piped:?}");
        assert!(piped[0].contains("printf '%s' ") && piped[0].contains(way), "{name}: {piped:?}");
    }
}

#[test]
fn every_command_in_the_readme_is_understood() {
    let readme = read("README.md");
    let blocks: Vec<_> = fenced(&readme, "sh").iter().flat_map(|block| calls(block)).collect();
    assert!(blocks.len() >= 9, "{blocks:?}");

    let spans = readme.split('`').skip(1).step_by(2).filter(|span| span.starts_with("guildhall "));
    let spans: Vec<_> = spans.flat_map(alternatives).collect();
    assert!(spans.len() >= 10, "{spans:?}");
    for call in blocks.iter().chain(&spans) {
        assert_understood("README.md", call);
    }
}

/// `guildhall instance block\|limit HOST` is two commands.
fn alternatives(span: &str) -> Vec<Vec<String>> {
    let mut calls = vec![Vec::new()];
    for word in words(span) {
        let choices: Vec<_> = word.split("\\|").map(str::to_owned).collect();
        calls = choices
            .iter()
            .flat_map(|choice| {
                calls.iter().map(move |call| [call.as_slice(), std::slice::from_ref(choice)].concat())
            })
            .collect();
    }
    calls
}

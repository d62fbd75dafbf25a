//! One target, tried by libFuzzer for some seconds.

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context, bail};

use super::build;
use crate::shell;

/// An input that takes longer than this has found something too, in seconds.
const SLOWEST: &str = "-timeout=10";
/// The most memory that trying one input after another may take, in MiB.
const MEMORY: &str = "-rss_limit_mb=1024";

/// Tries one target; what libFuzzer says goes to a file.
///
/// # Errors
/// An input broke the property: names the file, and how to try it again.
pub(super) fn one(program: &Path, target: &str, seconds: u32) -> anyhow::Result<()> {
    let folder = build::folder()?.join(target);
    let (corpus, seeds, log) = (folder.join("corpus"), folder.join("seeds"), folder.join("log.txt"));
    fs::create_dir_all(&corpus)?;
    let mut fuzzer = shell::command(program);
    fuzzer.env("GUILDHALL_FUZZ_TARGET", target).env("GUILDHALL_FUZZ_SEEDS", &seeds);
    fuzzer.arg(format!("-max_total_time={seconds}")).args([SLOWEST, MEMORY, "-print_final_stats=1"]);
    fuzzer.arg(format!("-artifact_prefix={}/find-", folder.display()));
    let dictionary = shell::root().join("fuzz/dictionaries").join(target).with_extension("dict");
    if dictionary.is_file() {
        fuzzer.arg(format!("-dict={}", dictionary.display()));
    }
    // What is new goes to the first folder; the others are read.
    fuzzer.args([&corpus, &seeds]);
    let kept = shell::root().join("fuzz/corpus").join(target);
    fuzzer.args(kept.is_dir().then_some(kept));

    let output = File::create(&log)?;
    let status = fuzzer.stdout(output.try_clone()?).stderr(output).status();
    let status = status.with_context(|| format!("could not start {}", program.display()))?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !status.success() {
        bail!("{target}: {}", what_broke(&said, target));
    }
    eprintln!("  {target}: held for {} inputs in {seconds} s", executions(&said).unwrap_or("no"));
    Ok(())
}

/// Of `stat::number_of_executed_units: 365298`.
fn executions(said: &str) -> Option<&str> {
    let line = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    Some(line.trim())
}

/// What the property said, and the file that broke it.
fn what_broke(said: &str, target: &str) -> String {
    let panic =
        said.lines().skip_while(|line| !line.contains("panicked at") && !line.contains("ERROR: libFuzzer"));
    let panic: Vec<_> = panic.take(4).collect();
    let input = said
        .lines()
        .find_map(|line| line.split_once("Test unit written to "))
        .map_or("no file", |(_, file)| file);
    format!(
        "{}\n  try it again with: GUILDHALL_FUZZ_TARGET={target} cargo run -p guildhall-fuzz -- {input}\n  \
         once mended, keep it in fuzz/corpus/{target}/ and add a test to the crate",
        panic.join("\n  ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_inputs_is_read() {
        assert_eq!(executions("x\nstat::number_of_executed_units: 365298\ny"), Some("365298"));
        assert_eq!(executions("x"), None);
    }

    #[test]
    fn what_broke_a_property_is_told_with_its_file() {
        let said = "INFO: x\nthread 'main' panicked at a.rs:1:2:\n<b> in c\nstack\n==1== ERROR: libFuzzer: deadly\n\
                    artifact_prefix='t/'; Test unit written to t/find-1\n";
        let told = what_broke(said, "html");
        assert!(told.contains("<b> in c") && told.contains("guildhall-fuzz -- t/find-1"), "{told}");
    }
}

//! What a figure cannot be judged without: the machine, how busy it is, and how long a signature takes there.

use std::{fs, process::Command};

use crate::{options::Options, yardstick::Yardstick};

/// Prints date, commit, machine, load and the yardstick.
pub(crate) fn print(options: &Options, yardstick: &Yardstick) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    println!("{}, commit {}{}", today(), commit(), if options.quick { ", --quick" } else { "" });
    println!("{cores} cores of {}, load average {}", processor(), load.join(" "));
    println!(
        "one RSA-2048 signature takes {:.3} ms of an undisturbed core; x1.5 means half as long again while it was measured\n",
        yardstick.best().as_secs_f64() * 1000.0
    );
}

#[expect(clippy::disallowed_methods, reason = "the date of a measurement is the real one")]
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn commit() -> String {
    let folder = env!("CARGO_MANIFEST_DIR");
    let output = Command::new("git").args(["-C", folder, "describe", "--always", "--dirty"]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find_map(|line| line.strip_prefix("model name"));
    line.map_or_else(
        || "an unknown processor".to_owned(),
        |line| line.trim_matches([' ', '\t', ':']).to_owned(),
    )
}

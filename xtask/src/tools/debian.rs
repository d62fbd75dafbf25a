//! Programs from Debian's packages.

use std::path::Path;

use anyhow::bail;

use crate::{postgres, shell};

/// A program that tests start, or whose library they load, and the package that has it.
struct Tool {
    program: &'static str,
    package: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool { program: "caddy", package: "caddy" },
    Tool { program: "chromium", package: "chromium" },
    Tool { program: "faketime", package: "faketime" },
    Tool { program: "g++", package: "g++" },
    Tool { program: "nginx", package: "nginx" },
    Tool { program: "node", package: "nodejs" },
    Tool { program: "npm", package: "npm" },
];

/// Installs packages whose programs are missing. Needs root; otherwise the error is the command to run.
pub(super) fn install_missing() -> anyhow::Result<()> {
    let missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
    }
    if !shell::is_root() {
        let packages = missing.join(" ");
        bail!("missing programs; as root, run: apt-get install --no-install-recommends {packages}");
    }
    eprintln!("  missing Debian packages: {}", missing.join(", "));
    let apt = || {
        let mut apt = shell::command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "Acquire::Retries=3"]);
        apt
    };
    shell::run(apt().arg("update"))?;
    shell::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(&missing))?;
    stop_services(&missing)
}

fn missing_packages() -> Vec<&'static str> {
    let missing = TOOLS.iter().filter(|tool| shell::find_program(tool.program).is_none());
    let mut packages: Vec<_> = missing.map(|tool| tool.package).collect();
    if postgres::find_programs().is_none() {
        packages.push("postgresql");
    }
    packages
}

/// Debian starts what it installs; tests start their own copies, and ports 80 and 5432 are not ours to take.
fn stop_services(installed: &[&str]) -> anyhow::Result<()> {
    let services: Vec<_> =
        ["caddy", "nginx", "postgresql"].into_iter().filter(|s| installed.contains(s)).collect();
    if services.is_empty() || !Path::new("/run/systemd/system").exists() {
        return Ok(());
    }
    shell::run(shell::command("systemctl").args(["disable", "--now"]).args(services))
}

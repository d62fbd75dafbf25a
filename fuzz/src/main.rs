//! The program that libFuzzer drives when it is built by `cargo xtask fuzz`, and else one that tries files.
//!
//! `GUILDHALL_FUZZ_TARGET` names the target; `GUILDHALL_FUZZ_SEEDS` a folder that its seeds are written to first.

#![cfg_attr(guildhall_fuzz, no_main)]

use std::{env, path::Path, sync::LazyLock};

use guildhall_fuzz::Target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = env::var("GUILDHALL_FUZZ_TARGET").unwrap_or_default();
    Target::named(&name).unwrap_or_else(|| panic!("GUILDHALL_FUZZ_TARGET names no target: `{name}`"))
});

/// Writes the seeds where they are wanted.
fn prepare() {
    if let Some(folder) = env::var_os("GUILDHALL_FUZZ_SEEDS") {
        TARGET
            .write_seeds(Path::new(&folder))
            .unwrap_or_else(|error| panic!("seeds were not written: {error}"));
    }
}

#[cfg(guildhall_fuzz)]
libfuzzer_sys::fuzz_target!(init: prepare(), |data: &[u8]| TARGET.try_bytes(data));

#[cfg(not(guildhall_fuzz))]
fn main() -> std::io::Result<()> {
    prepare();
    for file in env::args_os().skip(1) {
        TARGET.try_bytes(&std::fs::read(&file)?);
        println!("{}: holds", Path::new(&file).display());
    }
    Ok(())
}

//! The properties hold for every seed and for every input that is kept because it once broke one.

use std::{fs, path::Path};

use guildhall_fuzz::Target;

#[test]
fn the_properties_hold_for_every_seed() {
    for target in Target::ALL {
        let seeds = target.seeds().unwrap();
        assert!(!seeds.is_empty(), "{} has no seeds", target.name());
        for seed in seeds {
            target.try_bytes(&seed);
        }
    }
}

#[test]
fn the_properties_hold_for_every_input_that_once_broke_one() {
    for target in Target::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name());
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let file = entry.unwrap().path();
            println!("{}", file.display());
            target.try_bytes(&fs::read(&file).unwrap());
        }
    }
}

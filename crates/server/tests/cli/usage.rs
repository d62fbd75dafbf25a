use crate::place::Place;

#[test]
fn wrong_usage_ends_with_2_and_touches_nothing() {
    let place = Place::new();
    let lines = [
        "nonsense",
        "account create ada",
        "group create g --admission maybe",
        "group create g --review some",
        "group refuse 7",
        "instance block",
        "instance profile h pigeon",
        "delivery skip",
        "backup",
        "restore",
        "doctor now",
    ];
    for line in lines {
        let done = place.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(done.status.code(), Some(2), "{line}");
        assert!(done.stdout.is_empty() && !done.stderr.is_empty(), "{line}");
    }
    assert!(!place.path("data").exists());
}

#[test]
fn every_command_explains_itself() {
    let place = Place::new();
    let help = place.text(&["--help"]);
    for command in ["account", "token", "group", "instance", "delivery", "doctor", "backup", "restore"] {
        assert!(help.contains(command), "{command}: {help}");
    }
}

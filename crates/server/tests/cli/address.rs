use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::Stdio;

use crate::place::{Place, refusal};

#[test]
fn a_database_of_another_address_is_refused_by_the_server_and_by_every_command() {
    let place = Place::with_group();
    let elsewhere = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("GUILDHALL_SERVER__BASE_URL", "http://localhost:9090").stdin(Stdio::null());
        command.env("GUILDHALL_SERVER__LISTEN", "127.0.0.1:0").env("GUILDHALL_SERVER__METRICS_LISTEN", "");
        // Else the server warns about plain http first.
        command.env("GUILDHALL_FEDERATION__ALLOW_HTTP", "true");
        refusal(&command.output().unwrap())
    };
    for arguments in [&["serve"][..], &["group", "queue", "garden"], &["instance", "block", "bad.example"]] {
        let line = elsewhere(arguments);
        assert!(line.contains("belongs to another address"), "{line}");
        assert!(line.contains("http://localhost:8080/") && line.contains("http://localhost:9090"), "{line}");
    }
    assert_eq!(place.text(&["group", "queue", "garden"]), "Nothing waits.\n", "at its own it goes on");
    assert_eq!(place.text(&["instance", "list"]), "Nothing was decided.\n");
}

#[test]
fn with_federation_switched_off_nobody_elsewhere_is_looked_up() {
    let place = Place::with_group();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let moderator = format!("bob@{}", other.local_addr().unwrap());
    let mut command = place.command(&["group", "create", "books", "--moderator", &moderator]);
    command.env("GUILDHALL_FEDERATION__ENABLED", "false").stdin(Stdio::null());
    command.env("GUILDHALL_FEDERATION__ALLOW_HTTP", "true");
    command.env("GUILDHALL_FEDERATION__ALLOW_ADDRESSES", "127.0.0.0/8");
    let line = refusal(&command.output().unwrap());
    assert!(line.contains("federation is switched off on this server"), "{line}");
    assert_eq!(other.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody knocked");
}

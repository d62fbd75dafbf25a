use clap::{CommandFactory, Parser};
use guildhall_domain::group::{Admission, Posting, Review, Visibility};

use super::account::{AccountCommand, CreateAccountArgs};
use super::config::ConfigCommand;
use super::delivery::DeliveryCommand;
use super::doctor::DoctorArgs;
use super::group::{CreateGroupArgs, GroupCommand};
use super::instance::{InstanceCommand, PolicyArgs, ProfileArg};
use super::key::{KeyCommand, RotateArgs};
use super::token::TokenCommand;
use super::{Cli, Command};

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("guildhall").chain(line.split_whitespace()))
}

fn command(line: &str) -> Command {
    parse(line).unwrap_or_else(|error| panic!("{line}: {error}")).command.unwrap()
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn without_a_command_there_is_none_and_options_may_stand_anywhere() {
    assert_eq!(parse("").unwrap().command, None);
    for line in ["--config a.toml --json config check", "config check --json --config a.toml"] {
        let cli = parse(line).unwrap();
        assert_eq!(cli.command, Some(Command::Config(ConfigCommand::Check)), "{line}");
        assert_eq!((cli.json, cli.config.as_deref()), (true, Some("a.toml".as_ref())), "{line}");
    }
}

#[test]
fn an_account_is_created_with_its_password_on_standard_input() {
    let expected = CreateAccountArgs {
        name: "ada".into(),
        email: Some("ada@example.org".into()),
        admin: true,
        password_stdin: true,
    };
    assert_eq!(
        command("account create ada --email ada@example.org --admin --password-stdin"),
        Command::Account(AccountCommand::Create(expected))
    );
}

#[test]
fn a_token_has_all_scopes_unless_told_otherwise() {
    let Command::Token(TokenCommand::Create(args)) = command("token create ada") else { panic!() };
    assert_eq!(args.scopes().collect::<Vec<_>>(), ["read", "write", "follow", "push"]);
    let words = ["guildhall", "token", "create", "ada", "--scopes", "read write"];
    let Some(Command::Token(TokenCommand::Create(args))) = Cli::try_parse_from(words).unwrap().command else {
        panic!()
    };
    assert_eq!(args.scopes().collect::<Vec<_>>(), ["read", "write"]);
}

#[test]
fn a_group_is_open_to_all_unless_told_otherwise() {
    let plain = CreateGroupArgs {
        name: "gardening".into(),
        title: None,
        admission: Admission::Open,
        posting: Posting::Everyone,
        review: Review::None,
        visibility: Visibility::Public,
        moderators: Vec::new(),
    };
    assert_eq!(command("group create gardening"), Command::Group(GroupCommand::Create(plain)));
    let strict = CreateGroupArgs {
        name: "g".into(),
        title: Some("Garden".into()),
        admission: Admission::Invite,
        posting: Posting::Moderators,
        review: Review::First,
        visibility: Visibility::Members,
        moderators: vec!["ada".into(), "bob@peer.example".into()],
    };
    let line = "group create g --title Garden --admission invite --posting moderators --review first \
                --visibility members --moderator ada --moderator bob@peer.example";
    assert_eq!(command(line), Command::Group(GroupCommand::Create(strict)));
}

#[test]
fn every_other_command_of_the_contract_is_understood() {
    let refuse = GroupCommand::Refuse { item: "7".into(), reason: "off-topic".into() };
    let plain = PolicyArgs { host: "h".into(), ..PolicyArgs::default() };
    let policy = PolicyArgs { group: Some("g".into()), reason: Some("spam".into()), ..plain.clone() };
    let rotate = |names: &[&str], all| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Command::Key(KeyCommand::Rotate(RotateArgs { names, all }))
    };
    let cases = [
        ("serve", Command::Serve),
        ("key rotate ada", rotate(&["ada"], false)),
        ("key rotate ada garden", rotate(&["ada", "garden"], false)),
        ("key rotate --all", rotate(&[], true)),
        ("group queue g", Command::Group(GroupCommand::Queue { name: "g".into() })),
        ("group show 7", Command::Group(GroupCommand::Show { item: "7".into() })),
        ("group admit 7", Command::Group(GroupCommand::Admit { item: "7".into() })),
        ("group refuse 7 --reason off-topic", Command::Group(refuse)),
        ("instance block h --group g --reason spam", Command::Instance(InstanceCommand::Block(policy))),
        ("instance list", Command::Instance(InstanceCommand::List { host: None, group: None })),
        ("instance list h", Command::Instance(InstanceCommand::List { host: Some("h".into()), group: None })),
        (
            "instance profile h microblog",
            Command::Instance(InstanceCommand::Profile { host: "h".into(), profile: ProfileArg::Microblog }),
        ),
        ("instance allow h", Command::Instance(InstanceCommand::Allow(plain))),
        ("delivery status", Command::Delivery(DeliveryCommand::Status)),
        ("delivery skip h", Command::Delivery(DeliveryCommand::Skip { host: "h".into() })),
        ("doctor", Command::Doctor(DoctorArgs { repair: false })),
        ("doctor --repair", Command::Doctor(DoctorArgs { repair: true })),
    ];
    for (line, expected) in cases {
        assert_eq!(command(line), expected, "{line}");
    }
    for line in [
        "instance limit h --mute-media --until 7d",
        "instance mute-media h --public-comment spam --private-comment x",
        "instance clear h --group g",
        "instance profile h auto",
        "instance list --group g",
        "instance export --group g --output list.csv",
        "instance import list.csv --group g --dry-run",
        "instance subscribe https://l.example/a.csv --mode automatic --every 6h --suspend limit --silence ignore \
         --ignore-media --except h --except i --dry-run",
        "instance subscriptions",
        "instance subscription 7 --mode draft",
        "instance changes 7",
        "instance accept 7 h i --revision 2",
        "instance refresh",
        "instance unsubscribe https://l.example/a.csv",
    ] {
        assert!(matches!(command(line), Command::Instance(_)), "{line}");
    }
    for line in ["delivery pause h", "delivery resume h", "delivery retry h"] {
        assert!(matches!(command(line), Command::Delivery(_)), "{line}");
    }
    assert!(matches!(command("backup a.tar"), Command::Backup(args) if args.file.as_os_str() == "a.tar"));
    assert!(matches!(command("restore a.tar"), Command::Restore(args) if args.file.as_os_str() == "a.tar"));
}

#[test]
fn wrong_usage_ends_with_2() {
    let lines = [
        "nonsense",
        "account create ada",
        "account create --password-stdin",
        "group create g --admission maybe",
        "group refuse 7",
        "instance block",
        "instance block h --until yesterday",
        "instance subscribe",
        "instance subscribe https://l.example/a.csv --suspend allow",
        "instance profile h pigeon",
        "delivery pause",
        "key rotate",
        "key rotate ada --all",
        "backup",
        "serve --nonsense",
    ];
    for line in lines {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
}

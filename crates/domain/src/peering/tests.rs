//! Tables and properties of the lists of hosts.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp(1_000);

fn list(entries: &[(&str, PeeringAction)]) -> Vec<PeeringEntry> {
    entries.iter().map(|(host, action)| PeeringEntry::new(*host, *action)).collect()
}

fn listed(host: &str, action: PeeringAction) -> PeeringEntry {
    PeeringEntry { is_from_list: true, ..PeeringEntry::new(host, action) }
}

fn decide(entries: &[PeeringEntry], authority: &str, allow_list_only: bool) -> Peering {
    decide_peering(entries, authority, allow_list_only, NOW)
}

#[test]
fn a_block_covers_subdomains_and_every_port() {
    let entries = list(&[("bad.example", PeeringAction::Block)]);
    for authority in ["bad.example", "a.b.bad.example", "bad.example:8443"] {
        assert_eq!(decide(&entries, authority, false), Peering::Blocked, "{authority}");
    }
    assert_eq!(decide(&entries, "notbad.example", false), Peering::Open);
}

#[test]
fn the_most_specific_entry_wins() {
    let entries = list(&[
        ("example", PeeringAction::Limit),
        ("good.example", PeeringAction::Allow),
        ("127.0.0.1:2", PeeringAction::Block),
    ]);
    assert_eq!(decide(&entries, "x.good.example", false), Peering::Open);
    assert_eq!(decide(&entries, "other.example", false), Peering::Limited);
    assert_eq!(decide(&entries, "127.0.0.1:2", false), Peering::Blocked);
    assert_eq!(decide(&entries, "127.0.0.1:3", false), Peering::Open);
}

#[test]
fn in_allow_list_mode_only_allowed_hosts_pass() {
    let entries = list(&[
        ("good.example", PeeringAction::Allow),
        ("soso.example", PeeringAction::Limit),
        ("loud.example", PeeringAction::MuteMedia),
    ]);
    assert_eq!(decide(&entries, "good.example", true), Peering::Open);
    for other in ["soso.example", "loud.example", "other.example"] {
        assert_eq!(decide(&entries, other, true), Peering::Blocked, "{other}");
    }
}

#[test]
fn an_entry_counts_up_to_its_end_and_no_longer() {
    let ending = |until| PeeringEntry {
        until: Some(Timestamp(until)),
        ..PeeringEntry::new("bad.example", PeeringAction::Block)
    };
    assert_eq!(decide(&[ending(1_001)], "bad.example", false), Peering::Blocked);
    assert_eq!(decide(&[ending(1_000)], "bad.example", false), Peering::Open);
    let entries = [ending(999), PeeringEntry::new("example", PeeringAction::Limit)];
    assert_eq!(decide(&entries, "bad.example", false), Peering::Limited, "what it stood before comes back");
    let muted = PeeringEntry { mute_media: true, ..ending(1_000) };
    assert!(!decide_media_muted(&[muted], "bad.example", NOW));
}

#[test]
fn a_block_list_never_loosens_what_was_decided_here() {
    let block = PeeringEntry::new("example.org", PeeringAction::Block);
    let entries = [block, listed("a.example.org", PeeringAction::Limit), listed("org", PeeringAction::Limit)];
    assert_eq!(decide(&entries, "a.example.org", false), Peering::Blocked);
}

#[test]
fn a_block_list_tightens_what_was_decided_here_about_a_parent() {
    let limit = PeeringEntry::new("example.org", PeeringAction::Limit);
    let entries = [limit, listed("a.example.org", PeeringAction::Block)];
    assert_eq!(decide(&entries, "a.example.org", false), Peering::Blocked);
    assert_eq!(decide(&entries, "example.org", false), Peering::Limited);
}

#[test]
fn of_several_block_lists_the_strictest_counts() {
    let entries =
        [listed("a.example.org", PeeringAction::Limit), listed("example.org", PeeringAction::Block)];
    assert_eq!(decide(&entries, "a.example.org", false), Peering::Blocked);
    let twice = [listed("b.example", PeeringAction::Limit), listed("b.example", PeeringAction::Block)];
    assert_eq!(decide(&twice, "b.example", false), Peering::Blocked);
}

#[test]
fn what_was_decided_here_about_a_name_outranks_block_lists_about_it_and_its_parents() {
    let allow = PeeringEntry::new("good.example.org", PeeringAction::Allow);
    let entries = [
        allow,
        listed("good.example.org", PeeringAction::Block),
        listed("example.org", PeeringAction::Block),
        listed("bad.good.example.org", PeeringAction::Limit),
    ];
    assert_eq!(decide(&entries, "good.example.org", false), Peering::Open);
    assert_eq!(
        decide(&entries, "bad.good.example.org", false),
        Peering::Limited,
        "a list knows more of that one"
    );
    assert_eq!(decide(&entries, "other.example.org", false), Peering::Blocked);
    assert_eq!(decide(&entries, "good.example.org", true), Peering::Open);
}

#[test]
fn muted_media_say_nothing_about_what_may_come_in() {
    let entries = list(&[("example", PeeringAction::Block), ("loud.example", PeeringAction::MuteMedia)]);
    assert_eq!(decide(&entries, "loud.example", false), Peering::Blocked);
    assert!(decide_media_muted(&entries, "a.loud.example", NOW));
    assert!(!decide_media_muted(&entries, "quiet.example", NOW));
}

#[test]
fn media_are_muted_by_any_entry_up_to_an_allow() {
    let with =
        |host: &str, action, mute_media| PeeringEntry { mute_media, ..PeeringEntry::new(host, action) };
    let parent = with("example.org", PeeringAction::Limit, true);
    let muted = |entry: PeeringEntry| decide_media_muted(&[parent.clone(), entry], "a.example.org", NOW);
    assert!(muted(with("a.example.org", PeeringAction::Limit, false)));
    assert!(!muted(with("a.example.org", PeeringAction::Allow, false)));
    assert!(muted(with("a.example.org", PeeringAction::Allow, true)));
    let by_list = PeeringEntry { mute_media: true, ..listed("b.example", PeeringAction::Limit) };
    assert!(decide_media_muted(std::slice::from_ref(&by_list), "b.example", NOW));
    let by_hand = with("b.example", PeeringAction::Limit, false);
    assert!(!decide_media_muted(&[by_list, by_hand], "b.example", NOW), "decided here about the same name");
}

#[test]
fn an_address_has_no_parent_domain() {
    let names: Vec<_> = covering_names("127.0.0.1:80").collect();
    assert_eq!(names, ["127.0.0.1:80", "127.0.0.1"]);
    assert_eq!(covering_names("[::1]:80").collect::<Vec<_>>(), ["[::1]:80", "[::1]"]);
}

#[test]
fn an_entry_covers_subdomains_and_every_port() {
    assert!(covers("bad.example", "a.bad.example:8443"));
    assert!(covers("bad.example:8443", "bad.example:8443"));
    assert!(!covers("bad.example", "notbad.example") && !covers("a.bad.example", "bad.example"));
}

fn any_entry() -> impl Strategy<Value = PeeringEntry> {
    let host = prop::sample::select(vec!["example", "a.example", "b.a.example", "a.example:8443", "other"]);
    let action = prop::sample::select(PeeringAction::ALL.to_vec());
    (host, action, any::<bool>(), prop::option::of(990_i64..1_010), any::<bool>()).prop_map(
        |(host, action, mute_media, until, is_from_list)| PeeringEntry {
            host: host.to_owned(),
            action: if is_from_list && action == PeeringAction::Allow {
                PeeringAction::Limit
            } else {
                action
            },
            mute_media,
            until: until.map(Timestamp),
            is_from_list,
        },
    )
}

proptest! {
    #[test]
    fn a_group_never_loosens_what_the_instance_decided(
        of_instance in prop::collection::vec(any_entry(), 0..6),
        of_group in prop::collection::vec(any_entry(), 0..6),
        allow_list_only: bool,
    ) {
        let instance = decide(&of_instance, "b.a.example:8443", allow_list_only);
        let group = decide(&of_group, "b.a.example:8443", false);
        prop_assert!(combine(instance, group) >= instance);
    }

    #[test]
    fn a_subscription_never_opens_a_host(
        made_here in prop::collection::vec(any_entry(), 0..6),
        more in prop::collection::vec(any_entry(), 0..6),
        allow_list_only: bool,
    ) {
        let made_here: Vec<_> = made_here.into_iter().filter(|entry| !entry.is_from_list).collect();
        let with = made_here.iter().cloned().chain(more.into_iter().filter(|entry| entry.is_from_list)).collect::<Vec<_>>();
        let decided = |entries: &[PeeringEntry]| decide(entries, "b.a.example:8443", allow_list_only);
        prop_assert!(decided(&with) >= decided(&made_here));
    }
}

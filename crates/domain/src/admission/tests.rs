use proptest::prelude::*;

use super::*;
use crate::group::Admission;

const NOW: Timestamp = Timestamp(10);

fn facts() -> EntryFacts {
    EntryFacts {
        kind: EntryKind::Post,
        instance_peering: Peering::Open,
        group_peering: Peering::Open,
        standing: Standing::default(),
        role: Role::Outsider,
        policy: Policy::default(),
        admitted_before: false,
        is_public: true,
        thread_locked: false,
    }
}

fn with_policy(posting: Posting, review: Review) -> EntryFacts {
    EntryFacts { policy: Policy { admission: Admission::Open, posting, review }, ..facts() }
}

fn verdict(facts: &EntryFacts) -> (Verdict, Layer) {
    let decided = decide_admission(facts, NOW);
    (decided.verdict, decided.layer)
}

#[test]
fn an_open_group_admits_a_stranger() {
    assert_eq!(verdict(&facts()), (Verdict::Admit, Layer::Default));
}

#[test]
fn posting_settings_ask_for_a_role() {
    use EntryKind::{Comment, Post};
    use Role::{Member, Moderator, Outsider};
    let no = |refusal| (Verdict::Refuse(refusal), Layer::Role);
    let yes = (Verdict::Admit, Layer::Default);
    let table = [
        (Posting::Members, Post, Outsider, no(Refusal::MembersOnly)),
        (Posting::Members, Post, Member, yes),
        (Posting::Members, Comment, Outsider, no(Refusal::MembersOnly)),
        (Posting::Moderators, Post, Member, no(Refusal::ModeratorsOnly)),
        (Posting::Moderators, Post, Outsider, no(Refusal::ModeratorsOnly)),
        (Posting::Moderators, Comment, Outsider, no(Refusal::MembersOnly)),
        (Posting::Moderators, Comment, Member, yes),
        (Posting::Moderators, Post, Moderator, yes),
    ];
    for (posting, kind, role, want) in table {
        let asked = EntryFacts { kind, role, ..with_policy(posting, Review::None) };
        assert_eq!(verdict(&asked), want, "{posting} {kind:?} {role:?}");
    }
}

#[test]
fn review_of_first_posts_ends_with_the_first_admitted_one() {
    let mut asked = with_policy(Posting::Everyone, Review::First);
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::FirstPost), Layer::Review));
    asked.admitted_before = true;
    assert_eq!(verdict(&asked), (Verdict::Admit, Layer::Default));
}

#[test]
fn review_of_everything_spares_only_moderators() {
    let mut asked = with_policy(Posting::Everyone, Review::All);
    asked.admitted_before = true;
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::ReviewAll), Layer::Review));
    asked.role = Role::Moderator;
    assert_eq!(verdict(&asked), (Verdict::Admit, Layer::Default));
}

#[test]
fn a_limited_host_waits_but_a_ban_still_refuses() {
    let mut asked = EntryFacts { instance_peering: Peering::Limited, ..facts() };
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::HostLimited), Layer::InstancePeering));
    asked.standing.group_ban = Some(None);
    assert_eq!(verdict(&asked), (Verdict::Refuse(Refusal::Banned), Layer::Standing));
}

#[test]
fn a_host_blocked_by_the_instance_gets_no_answer_but_one_blocked_by_the_group_does() {
    let instance = EntryFacts { instance_peering: Peering::Blocked, ..facts() };
    assert_eq!(verdict(&instance), (Verdict::Drop(Refusal::HostBlocked), Layer::InstancePeering));
    let group = EntryFacts { group_peering: Peering::Blocked, ..facts() };
    assert_eq!(verdict(&group), (Verdict::Refuse(Refusal::HostBlocked), Layer::GroupPeering));
}

#[test]
fn a_locked_thread_takes_replies_of_moderators_only() {
    let mut asked = EntryFacts { kind: EntryKind::Comment, thread_locked: true, ..facts() };
    assert_eq!(verdict(&asked), (Verdict::Refuse(Refusal::Locked), Layer::Thread));
    asked.role = Role::Moderator;
    assert_eq!(verdict(&asked), (Verdict::Admit, Layer::Default));
}

#[test]
fn an_edit_in_a_locked_thread_is_still_an_edit() {
    let asked = EntryFacts { thread_locked: true, ..with_policy(Posting::Everyone, Review::First) };
    assert_eq!(decide_edit_admission(&asked, NOW).verdict, Verdict::Admit);
}

fn any_facts() -> impl Strategy<Value = EntryFacts> {
    let peering = || prop_oneof![Just(Peering::Open), Just(Peering::Limited), Just(Peering::Blocked)];
    let ban =
        || prop_oneof![Just(None), Just(Some(None)), (0_i64..20).prop_map(|t| Some(Some(Timestamp(t))))];
    let role = prop_oneof![Just(Role::Outsider), Just(Role::Member), Just(Role::Moderator)];
    let policy = (
        proptest::sample::select(Admission::ALL),
        proptest::sample::select(Posting::ALL),
        proptest::sample::select(Review::ALL),
    );
    let kind = prop_oneof![Just(EntryKind::Post), Just(EntryKind::Comment)];
    (kind, peering(), peering(), ban(), ban(), role, policy, any::<[bool; 3]>()).prop_map(
        |(kind, instance_peering, group_peering, instance_ban, group_ban, role, policy, flags)| EntryFacts {
            kind,
            instance_peering,
            group_peering,
            standing: Standing { instance_ban, group_ban },
            role,
            policy: Policy { admission: policy.0, posting: policy.1, review: policy.2 },
            admitted_before: flags[0],
            is_public: flags[1],
            thread_locked: flags[2],
        },
    )
}

proptest! {
    #[test]
    fn what_is_banned_blocked_or_not_public_is_never_admitted_or_held(facts in any_facts()) {
        let bad = facts.standing.is_banned(NOW) || !facts.is_public
            || facts.instance_peering == Peering::Blocked || facts.group_peering == Peering::Blocked;
        let entered = matches!(decide_admission(&facts, NOW).verdict, Verdict::Admit | Verdict::Hold(_));
        prop_assert!(!(bad && entered));
    }

    #[test]
    fn nothing_of_a_limited_host_is_admitted_unseen(facts in any_facts()) {
        let limited = facts.instance_peering == Peering::Limited || facts.group_peering == Peering::Limited;
        prop_assert!(!(limited && decide_admission(&facts, NOW).verdict == Verdict::Admit));
    }
}

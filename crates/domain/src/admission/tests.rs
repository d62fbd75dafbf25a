use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    group::{Admission, Posting, Review, Visibility},
    rules::{Action, Effect},
    trust::GateEffect,
};

const NOW: Timestamp = Timestamp(10);

fn facts() -> Facts {
    Facts {
        wants: Wants::Post,
        is_post: true,
        instance_peering: Peering::Open,
        group_peering: Peering::Open,
        standing: Standing::default(),
        role: Role::Outsider,
        is_local: false,
        is_invited: false,
        policy: Policy::default(),
        trust: Trust::New,
        gates: Gates::default(),
        amounts: Amounts::default(),
        admitted_before: false,
        is_public: true,
        thread_locked: false,
    }
}

fn comment() -> Facts {
    Facts { wants: Wants::Comment, is_post: false, ..facts() }
}

fn with_policy(posting: Posting, review: Review) -> Facts {
    Facts { policy: Policy { admission: Admission::Open, posting, review, ..Policy::default() }, ..facts() }
}

fn banned() -> Standing {
    Standing { group: Sanctions { ban: Some(End::Open), ..Sanctions::default() }, ..Standing::default() }
}

fn verdict(facts: &Facts) -> (Verdict, Layer) {
    let decided = decide(facts, Judgement::default, NOW);
    (decided.verdict, decided.layer)
}

const IN: (Verdict, Layer) = (Verdict::Admit, Layer::Default);

#[test]
fn an_open_group_admits_a_stranger() {
    assert_eq!(verdict(&facts()), IN);
}

#[test]
fn posting_settings_ask_for_a_role() {
    use Role::{Member, Moderator, Outsider};
    let no = |refusal| (Verdict::Refuse(refusal), Layer::Role);
    let table = [
        (Posting::Members, true, Outsider, no(Refusal::MembersOnly)),
        (Posting::Members, true, Member, IN),
        (Posting::Members, false, Outsider, no(Refusal::MembersOnly)),
        (Posting::Moderators, true, Member, no(Refusal::ModeratorsOnly)),
        (Posting::Moderators, true, Outsider, no(Refusal::ModeratorsOnly)),
        (Posting::Moderators, false, Outsider, no(Refusal::MembersOnly)),
        (Posting::Moderators, false, Member, IN),
        (Posting::Moderators, true, Moderator, IN),
    ];
    for (posting, is_post, role, want) in table {
        let wants = if is_post { Wants::Post } else { Wants::Comment };
        let asked = Facts { wants, is_post, role, ..with_policy(posting, Review::None) };
        assert_eq!(verdict(&asked), want, "{posting} {wants} {role:?}");
    }
}

#[test]
fn review_of_first_posts_ends_with_the_first_admitted_one() {
    let mut asked = with_policy(Posting::Everyone, Review::First);
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::FirstPost), Layer::Review));
    asked.admitted_before = true;
    assert_eq!(verdict(&asked), IN);
}

#[test]
fn review_of_everything_spares_moderators_and_those_a_group_trusts_with_it() {
    let mut asked =
        Facts { admitted_before: true, trust: Trust::Trusted, ..with_policy(Posting::Everyone, Review::All) };
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::ReviewAll), Layer::Review));
    asked.gates.skips_review = Some(Trust::Trusted);
    assert_eq!(verdict(&asked), IN);
    asked.trust = Trust::Known;
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::ReviewAll), Layer::Review));
    asked.role = Role::Moderator;
    assert_eq!(verdict(&asked), IN);
}

#[test]
fn a_limited_host_waits_but_a_ban_still_refuses() {
    let mut asked = Facts { instance_peering: Peering::Limited, ..facts() };
    assert_eq!(verdict(&asked), (Verdict::Hold(HoldReason::HostLimited), Layer::InstancePeering));
    asked.standing = banned();
    assert_eq!(verdict(&asked), (Verdict::Refuse(Refusal::Banned), Layer::Standing));
}

#[test]
fn a_host_blocked_by_the_instance_gets_no_answer_but_one_blocked_by_the_group_does() {
    let instance = Facts { instance_peering: Peering::Blocked, ..facts() };
    assert_eq!(verdict(&instance), (Verdict::Drop(Refusal::HostBlocked), Layer::InstancePeering));
    let group = Facts { group_peering: Peering::Blocked, ..facts() };
    assert_eq!(verdict(&group), (Verdict::Refuse(Refusal::HostBlocked), Layer::GroupPeering));
}

#[test]
fn sanctions_stop_what_they_are_about_and_nothing_else() {
    use Wants::{Comment, Edit, Join, Post, Report, Vote};
    let under = |sanctions| Standing { instance: sanctions, ..Standing::default() };
    let muted = under(Sanctions { mute: Some(End::At(Timestamp(11))), ..Sanctions::default() });
    let watched = under(Sanctions { probation: Some(End::Open), ..Sanctions::default() });
    let no = (Verdict::Refuse(Refusal::Muted), Layer::Standing);
    let waits = (Verdict::Hold(HoldReason::Probation), Layer::Standing);
    let uncounted = (Verdict::Refuse(Refusal::Probation), Layer::Standing);
    for (standing, wants, want) in [
        (muted, Post, no),
        (muted, Comment, no),
        (muted, Edit, no),
        (muted, Vote, no),
        (muted, Join, IN),
        (muted, Report, IN),
        (watched, Post, waits),
        (watched, Edit, waits),
        (watched, Vote, uncounted),
        (watched, Join, IN),
        (watched, Report, IN),
    ] {
        assert_eq!(verdict(&Facts { wants, standing, ..facts() }), want, "{wants}");
    }
    let over = Standing { instance: Sanctions { mute: Some(End::At(NOW)), ..Sanctions::default() }, ..muted };
    assert_eq!(verdict(&Facts { standing: over, ..facts() }), IN);
}

#[test]
fn gates_keep_what_a_group_wants_kept_for_those_it_trusts() {
    let gates = Gates {
        media: Trust::Known,
        often: Trust::Trusted,
        rate: 3,
        voting: Trust::Known,
        reporting: Trust::Known,
        ..Gates::default()
    };
    let of = |amounts| Facts { gates, amounts, ..facts() };
    let held = |reason| (Verdict::Hold(reason), Layer::Trust);
    let links = of(Amounts { links: 6, ..Amounts::default() });
    assert_eq!(verdict(&links), held(HoldReason::Links));
    assert_eq!(verdict(&Facts { trust: Trust::Known, ..links.clone() }), IN);
    assert_eq!(verdict(&of(Amounts { links: 5, ..Amounts::default() })), IN);
    assert_eq!(verdict(&of(Amounts { media: 1, ..Amounts::default() })), held(HoldReason::Media));
    assert_eq!(verdict(&of(Amounts { mentions: 6, ..Amounts::default() })), held(HoldReason::Mentions));
    let often = of(Amounts { recent: 3, ..Amounts::default() });
    assert_eq!(verdict(&often), held(HoldReason::Rate));
    assert_eq!(verdict(&Facts { wants: Wants::Edit, ..often }), IN, "an edit is no new item");
    for wants in [Wants::Vote, Wants::Report] {
        let new = Facts { wants, gates, ..facts() };
        assert_eq!(verdict(&new), (Verdict::Refuse(Refusal::NotTrusted), Layer::Trust), "{wants}");
        assert_eq!(verdict(&Facts { trust: Trust::Known, ..new }), IN, "{wants}");
    }
    let strict = Facts { gates: Gates { effect: GateEffect::Refuse, ..gates }, ..links };
    assert_eq!(verdict(&strict), (Verdict::Refuse(Refusal::NotTrusted), Layer::Trust));
}

#[test]
fn joining_goes_by_the_admission_setting() {
    let join = |admission| Facts {
        wants: Wants::Join,
        policy: Policy { admission, ..Policy::default() },
        ..facts()
    };
    assert_eq!(verdict(&join(Admission::Open)), IN);
    assert_eq!(verdict(&join(Admission::Approval)), (Verdict::Hold(HoldReason::Approval), Layer::Review));
    assert_eq!(verdict(&join(Admission::Invite)), (Verdict::Refuse(Refusal::InviteNeeded), Layer::Role));
    for admission in [Admission::Approval, Admission::Invite] {
        assert_eq!(verdict(&Facts { is_invited: true, ..join(admission) }), IN);
        assert_eq!(verdict(&Facts { role: Role::Moderator, ..join(admission) }), IN);
    }
}

#[test]
fn a_group_for_its_members_takes_what_is_for_them_and_from_them() {
    let of = |role, is_public| Facts {
        role,
        is_public,
        policy: Policy { visibility: Visibility::Members, ..Policy::default() },
        ..facts()
    };
    for wants in [Wants::Post, Wants::Vote, Wants::Report] {
        let outside = (Verdict::Refuse(Refusal::MembersOnly), Layer::Role);
        assert_eq!(verdict(&Facts { wants, ..of(Role::Outsider, true) }), outside, "{wants}");
        assert_eq!(verdict(&Facts { wants, ..of(Role::Member, false) }), IN, "{wants}");
    }
    assert_eq!(verdict(&Facts { wants: Wants::Join, ..of(Role::Outsider, false) }), IN);
    assert_eq!(verdict(&Facts { is_public: false, ..facts() }).0, Verdict::Refuse(Refusal::NotPublic));
}

#[test]
fn a_group_of_this_server_takes_nobody_from_elsewhere() {
    let policy = Policy { visibility: Visibility::Local, ..Policy::default() };
    for wants in [Wants::Join, Wants::Post, Wants::Vote] {
        let there = Facts { wants, policy, ..facts() };
        assert_eq!(verdict(&there), (Verdict::Refuse(Refusal::LocalOnly), Layer::Audience), "{wants}");
        assert_eq!(verdict(&Facts { is_local: true, ..there }), IN);
    }
}

#[test]
fn a_locked_thread_takes_replies_of_moderators_only() {
    let mut asked = Facts { thread_locked: true, ..comment() };
    assert_eq!(verdict(&asked), (Verdict::Refuse(Refusal::Locked), Layer::Thread));
    asked.role = Role::Moderator;
    assert_eq!(verdict(&asked), IN);
}

#[test]
fn an_edit_in_a_locked_thread_is_still_an_edit() {
    let asked =
        Facts { wants: Wants::Edit, thread_locked: true, ..with_policy(Posting::Everyone, Review::First) };
    assert_eq!(verdict(&asked), IN);
}

fn said(refused: bool, held: bool, action: Option<Action>) -> Judgement {
    let rule: Arc<str> = "tulips".into();
    Judgement {
        refused: refused.then(|| (rule.clone(), "No tulips.".to_owned())),
        held: held.then(|| rule.clone()),
        effects: action.into_iter().map(|action| Effect { rule: rule.clone(), action }).collect(),
        fitting: vec![rule],
    }
}

#[test]
fn automatic_rules_come_last_and_name_themselves() {
    let decide = |facts: &Facts, judgement: Judgement| super::decide(facts, || judgement, NOW);
    let refused = decide(&facts(), said(true, true, None));
    assert_eq!((refused.verdict, refused.layer), (Verdict::Refuse(Refusal::Rule), Layer::Rule));
    assert_eq!((refused.named(), refused.explanation()), (Some("tulips"), Some("No tulips.")));
    let held = decide(&facts(), said(false, true, None));
    assert_eq!((held.verdict, held.named()), (Verdict::Hold(HoldReason::Rule), Some("tulips")));
    let reported = decide(&facts(), said(false, false, Some(Action::Report)));
    assert_eq!((reported.verdict, reported.named()), (Verdict::AdmitAndReport, Some("tulips")));
    let noted = decide(&facts(), said(false, false, Some(Action::Notify)));
    assert_eq!((noted.verdict, noted.layer, noted.effects.len()), (Verdict::Admit, Layer::Default, 1));

    let limited = Facts { instance_peering: Peering::Limited, ..facts() };
    let earlier = decide(&limited, said(false, true, Some(Action::Report)));
    assert_eq!(
        (earlier.verdict, earlier.layer),
        (Verdict::Hold(HoldReason::HostLimited), Layer::InstancePeering)
    );
    assert_eq!(earlier.effects.len(), 1, "what a rule wants done besides is done all the same");
    assert_eq!(decide(&limited, said(true, false, None)).verdict, Verdict::Refuse(Refusal::Rule));
}

#[test]
fn automatic_rules_are_not_asked_about_moderators_nor_about_what_is_refused_anyway() {
    let never = || -> Judgement { panic!("nobody asked") };
    let moderator = Facts { role: Role::Moderator, ..facts() };
    assert_eq!(super::decide(&moderator, never, NOW).verdict, Verdict::Admit);
    let refused = Facts { standing: banned(), ..facts() };
    assert_eq!(super::decide(&refused, never, NOW).verdict, Verdict::Refuse(Refusal::Banned));
}

#[test]
fn a_held_vote_does_not_count_and_a_held_report_is_a_report() {
    let limited = |wants| Facts { wants, group_peering: Peering::Limited, ..facts() };
    assert_eq!(verdict(&limited(Wants::Vote)).0, Verdict::Refuse(Refusal::HostLimited));
    assert_eq!(verdict(&limited(Wants::Report)).0, Verdict::Admit);
}

#[test]
fn every_layer_can_be_reached() {
    let reached = [
        Facts { instance_peering: Peering::Blocked, ..facts() },
        Facts { group_peering: Peering::Blocked, ..facts() },
        Facts { standing: banned(), ..facts() },
        Facts { is_public: false, ..facts() },
        with_policy(Posting::Members, Review::None),
        Facts { amounts: Amounts { links: 9, ..Amounts::default() }, ..facts() },
        Facts { thread_locked: true, ..comment() },
        with_policy(Posting::Everyone, Review::All),
        facts(),
    ];
    let mut layers: Vec<Layer> = reached.iter().map(|facts| verdict(facts).1).collect();
    layers.push(super::decide(&facts(), || said(true, false, None), NOW).layer);
    layers.sort_unstable();
    let all: Vec<Layer> = Layer::ALL.iter().copied().filter(|layer| *layer != Layer::Moderator).collect();
    assert_eq!(layers, {
        let mut all = all;
        all.sort_unstable();
        all
    });
}

#[test]
fn of_two_layers_that_say_no_the_first_answers() {
    let strict = Gates { effect: GateEffect::Refuse, ..Gates::default() };
    let linking = |facts: Facts| Facts { amounts: Amounts { links: 9, ..Amounts::default() }, ..facts };
    let watched = Standing {
        group: Sanctions { probation: Some(End::Open), ..Sanctions::default() },
        ..Standing::default()
    };
    let (limited, blocked) = (Peering::Limited, Peering::Blocked);
    let closed = with_policy(Posting::Members, Review::All);
    let reviewed = with_policy(Posting::Everyone, Review::All);
    for (facts, want) in [
        (Facts { instance_peering: limited, group_peering: limited, ..facts() }, Layer::InstancePeering),
        (Facts { instance_peering: blocked, standing: banned(), ..facts() }, Layer::InstancePeering),
        (Facts { group_peering: blocked, standing: banned(), ..facts() }, Layer::GroupPeering),
        (Facts { group_peering: limited, standing: watched, ..facts() }, Layer::GroupPeering),
        (Facts { standing: banned(), is_public: false, ..facts() }, Layer::Standing),
        (Facts { standing: banned(), ..closed.clone() }, Layer::Standing),
        (linking(Facts { standing: watched, ..facts() }), Layer::Standing),
        (Facts { is_public: false, ..closed.clone() }, Layer::Audience),
        (linking(Facts { gates: strict, ..closed }), Layer::Role),
        (linking(Facts { gates: strict, thread_locked: true, ..comment() }), Layer::Trust),
        (linking(reviewed.clone()), Layer::Trust),
        (Facts { thread_locked: true, policy: reviewed.policy, ..comment() }, Layer::Thread),
    ] {
        assert_eq!(verdict(&facts).1, want, "{facts:?}");
    }
    // A locked thread refuses and a review holds, so that what is decided does not tell these two apart; what is
    // explained does.
    let order: Vec<Layer> = walk(&facts(), NOW).map(|(layer, _)| layer).collect();
    let wanted = [
        Layer::InstancePeering,
        Layer::GroupPeering,
        Layer::Standing,
        Layer::Audience,
        Layer::Role,
        Layer::Trust,
        Layer::Thread,
        Layer::Review,
    ];
    assert_eq!(order, wanted);
}

fn any_sanctions() -> impl Strategy<Value = Sanctions> {
    let end = || {
        prop_oneof![Just(None), Just(Some(End::Open)), (0_i64..20).prop_map(|t| Some(End::At(Timestamp(t))))]
    };
    (end(), end(), end()).prop_map(|(ban, mute, probation)| Sanctions { ban, mute, probation })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let peering = || prop_oneof![Just(Peering::Open), Just(Peering::Limited), Just(Peering::Blocked)];
    let role = prop_oneof![Just(Role::Outsider), Just(Role::Member), Just(Role::Moderator)];
    let policy = (
        proptest::sample::select(Admission::ALL),
        proptest::sample::select(Posting::ALL),
        proptest::sample::select(Review::ALL),
        proptest::sample::select(Visibility::ALL),
    );
    let seen = (proptest::sample::select(Trust::ALL), 0_usize..9, 0_usize..3, 0_usize..9, 0_i64..40);
    let wants = proptest::sample::select(Wants::ALL);
    (wants, peering(), peering(), any_sanctions(), any_sanctions(), role, policy, seen, any::<[bool; 6]>())
        .prop_map(|(wants, instance_peering, group_peering, instance, group, role, policy, seen, flags)| {
            Facts {
                wants,
                is_post: wants == Wants::Post || flags[4],
                instance_peering,
                group_peering,
                standing: Standing { instance, group },
                role,
                is_local: flags[5],
                is_invited: flags[3],
                policy: Policy {
                    admission: policy.0,
                    posting: policy.1,
                    review: policy.2,
                    visibility: policy.3,
                },
                trust: if role == Role::Moderator { Trust::Moderator } else { seen.0 },
                gates: Gates {
                    media: Trust::Known,
                    often: Trust::Known,
                    voting: Trust::Known,
                    reporting: Trust::Known,
                    ..Gates::default()
                },
                amounts: Amounts { links: seen.1, media: seen.2, mentions: seen.3, recent: seen.4 },
                admitted_before: flags[0],
                is_public: flags[1],
                thread_locked: flags[2],
            }
        })
}

proptest! {
    #[test]
    fn what_is_banned_blocked_or_not_public_never_gets_in_by_any_door(facts in any_facts(), rules in any::<[bool; 2]>()) {
        let is_open = matches!(facts.policy.visibility, Visibility::Public | Visibility::Unlisted);
        let bad = facts.standing.is_banned(NOW) || (!facts.is_public && is_open)
            || (facts.policy.visibility == Visibility::Local && !facts.is_local)
            || (facts.policy.visibility == Visibility::Members && facts.role == Role::Outsider && facts.wants != Wants::Join)
            || facts.instance_peering == Peering::Blocked || facts.group_peering == Peering::Blocked;
        let decided = super::decide(&facts, || said(rules[0], rules[1], Some(Action::Report)), NOW);
        prop_assert!(!bad || matches!(decided.verdict, Verdict::Refuse(_) | Verdict::Drop(_)));
    }

    #[test]
    fn nothing_of_a_limited_host_is_admitted_unseen(facts in any_facts()) {
        let limited = facts.instance_peering == Peering::Limited || facts.group_peering == Peering::Limited;
        let admitted = verdict(&facts).0.is_admitted();
        prop_assert!(!(limited && admitted) || facts.wants == Wants::Report);
    }

    #[test]
    fn the_group_never_loosens_what_the_instance_decided(facts in any_facts(), rules in any::<[bool; 2]>()) {
        let alone = Facts { group_peering: Peering::Open, standing: facts.standing.of_instance(), ..facts.clone() };
        let rank = |facts: &Facts| match super::decide(facts, || said(rules[0], rules[1], None), NOW).verdict {
            Verdict::Admit | Verdict::AdmitAndReport => 0,
            Verdict::Hold(_) => 1,
            Verdict::Refuse(_) => 2,
            Verdict::Drop(_) => 3,
        };
        prop_assert!(rank(&facts) >= rank(&alone).min(2));
        prop_assert!(rank(&alone) != 3 || rank(&facts) == 3);
    }

    #[test]
    fn every_refused_item_has_a_reason_and_every_held_one_too(facts in any_facts(), rules in any::<[bool; 2]>()) {
        let decided = super::decide(&facts, || said(rules[0], rules[1], None), NOW);
        let is_in = decided.verdict.is_admitted();
        // A report that a rule would hold is let in all the same, and may name it.
        prop_assert!(is_in || decided.named().is_some());
        let is_refused = matches!(decided.verdict, Verdict::Refuse(_) | Verdict::Drop(_));
        prop_assert_eq!(decided.explanation().is_some_and(|said| !said.is_empty()), is_refused);
    }
}

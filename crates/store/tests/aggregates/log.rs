//! The public log: only what is open, by every filter, page by page.

use guildhall_domain::{
    ActorId, ApId, DecisionId, EntryId, GroupId, Timestamp,
    admission::Layer,
    group::Visibility,
    membership::MembershipState,
    moderation::{Decision, DecisionAction, Target, WrittenRule},
    peering::PeeringAction,
};
use guildhall_store::{
    Db, IdGenerator, decision, entry,
    log::{self, Filter, Logged, Many, Rule, Scope},
    membership::{self, Membership},
    peering::{self, ListedHost},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, NOW, add, comment, people, post};

const DAY: i64 = 24 * 60 * 60 * 1000;
const OF_GROUP: Scope = Scope::Group(GROUP);

fn id(at: i64, number: i64) -> DecisionId {
    DecisionId(IdGenerator::first_at(at) + number)
}

/// Decided on a day after `NOW`, open.
fn on_day(day: i64, group: Option<GroupId>, action: DecisionAction, target: Target) -> Decision {
    let at = NOW.0 + day * DAY;
    Decision {
        group,
        is_open: true,
        by: Some(ANN),
        ..Decision::new(id(at, day), action, target, Layer::Moderator, Timestamp(at))
    }
}

async fn keep(db: &Db, decisions: &[Decision]) {
    let mut tx = db.begin().await.unwrap();
    for decision in decisions {
        decision::insert(&mut tx, decision).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The days on which what is found was decided.
async fn days(db: &Db, scope: &Scope, filter: &Filter) -> Vec<i64> {
    let found = log::list(db, scope, filter, None, 100).await.unwrap();
    found.iter().map(|logged| (logged.decision.at.0 - NOW.0) / DAY).collect()
}

fn everything() -> Many {
    Many {
        instance: true,
        here: true,
        elsewhere: true,
        visibilities: vec![Visibility::Public],
        groups: Vec::new(),
    }
}

async fn follow(db: &Db, group: GroupId, actor: ActorId, state: MembershipState) {
    let mut tx = db.begin().await.unwrap();
    let membership = Membership { group_id: group, actor_id: actor, state, follow: None::<ApId> };
    membership::set(&mut tx, &membership, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn each_filter_finds_its_own_and_all_together_what_fits_all(db: Db) {
        people(&db).await;
        let first = post(1);
        add(&db, &[&first, &comment(2, &first)]).await;
        let by_rule = |day, rule: &str| Decision {
            rule: Some(rule.to_owned()),
            ..on_day(day, Some(GROUP), DecisionAction::Lock, Target::Entry(EntryId(1)))
        };
        keep(&db, &[
            on_day(1, Some(GROUP), DecisionAction::Ban, Target::Actor(BOB)),
            Decision { by: None, ..on_day(2, Some(GROUP), DecisionAction::Unban, Target::Actor(BOB)) },
            on_day(3, Some(GROUP), DecisionAction::Remove, Target::Entry(EntryId(2))),
            Decision {
                written_rule: Some(WrittenRule { number: 3, title: "No adverts".to_owned() }),
                ..on_day(4, Some(GROUP), DecisionAction::Remove, Target::Entry(EntryId(1)))
            },
            by_rule(5, "no-links"),
            by_rule(6, "block-list https://lists.example/a"),
            Decision { is_open: false, ..on_day(7, Some(GROUP), DecisionAction::Warn, Target::Actor(BOB)) },
            on_day(8, Some(FAR_GROUP), DecisionAction::Ban, Target::Actor(BOB)),
        ]).await;
        let all = Filter::default();
        let cases = [
            (all.clone(), vec![6, 5, 4, 3, 2, 1]),
            (Filter { action: Some(DecisionAction::Remove), ..all.clone() }, vec![4, 3]),
            (Filter { action: Some(DecisionAction::Warn), ..all.clone() }, vec![]),
            (Filter { rule: Some(Rule::Named("no-links".to_owned())), ..all.clone() }, vec![5]),
            (Filter { rule: Some(Rule::Numbered(3)), ..all.clone() }, vec![4]),
            (Filter { rule: Some(Rule::BlockList), ..all.clone() }, vec![6]),
            (Filter { is_automatic: Some(true), ..all.clone() }, vec![2]),
            (Filter { is_automatic: Some(false), ..all.clone() }, vec![6, 5, 4, 3, 1]),
            (Filter { person: Some(BOB), ..all.clone() }, vec![3, 2, 1]),
            (Filter { person: Some(ANN), ..all.clone() }, vec![6, 5, 4]),
            (Filter { from: Some(Timestamp(NOW.0 + 3 * DAY)), ..all.clone() }, vec![6, 5, 4, 3]),
            (Filter { to: Some(Timestamp(NOW.0 + 3 * DAY)), ..all.clone() }, vec![2, 1]),
            (
                Filter {
                    from: Some(Timestamp(NOW.0 + 2 * DAY)),
                    action: Some(DecisionAction::Remove),
                    person: Some(BOB),
                    is_automatic: Some(false),
                    ..all
                },
                vec![3],
            ),
        ];
        for (filter, want) in cases {
            assert_eq!(days(&db, &OF_GROUP, &filter).await, want, "{filter:?}");
        }
    }

    async fn pages_follow_each_other_without_gaps(db: Db) {
        people(&db).await;
        let bans: Vec<Decision> =
            (1..=7).map(|day| on_day(day, Some(GROUP), DecisionAction::Ban, Target::Actor(BOB))).collect();
        keep(&db, &bans).await;
        for scope in [OF_GROUP, Scope::Many(everything())] {
            let (mut before, mut seen) = (None, Vec::new());
            loop {
                let page: Vec<Logged> = log::list(&db, &scope, &Filter::default(), before, 3).await.unwrap();
                let Some(last) = page.last() else { break };
                before = Some(last.decision.id);
                seen.extend(page.into_iter().map(|logged| logged.decision));
            }
            seen.reverse();
            assert_eq!(seen, bans);
        }
    }

    async fn the_log_of_many_has_what_is_read_and_followed(db: Db) {
        people(&db).await;
        let host = Target::Host("bad.example".to_owned());
        keep(&db, &[
            on_day(1, None, DecisionAction::BlockHost, host),
            on_day(2, Some(GROUP), DecisionAction::Ban, Target::Actor(BOB)),
            on_day(3, Some(FAR_GROUP), DecisionAction::Ban, Target::Actor(BOB)),
        ]).await;
        let of = async |many: Many| days(&db, &Scope::Many(many), &Filter::default()).await;
        assert_eq!(of(everything()).await, [2, 1], "nobody here is in the group elsewhere");
        follow(&db, FAR_GROUP, BOB, MembershipState::Member).await;
        follow(&db, FAR_GROUP, ANN, MembershipState::Pending).await;
        assert_eq!(of(everything()).await, [2, 1], "nor do others, or a request, make it followed");
        follow(&db, FAR_GROUP, ANN, MembershipState::Member).await;
        assert_eq!(of(everything()).await, [3, 2, 1]);
        assert_eq!(of(Many { instance: false, ..everything() }).await, [3, 2]);
        assert_eq!(of(Many { here: false, ..everything() }).await, [3, 1]);
        assert_eq!(of(Many { elsewhere: false, ..everything() }).await, [2, 1]);
        let nobody = Many { visibilities: vec![Visibility::Unlisted], ..everything() };
        assert_eq!(of(nobody.clone()).await, [1]);
        assert_eq!(of(Many { groups: vec![GROUP], ..nobody }).await, [2, 1]);
    }

    async fn what_is_shown_of_a_post_is_its_title_as_long_as_it_is_there(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2)]).await;
        keep(&db, &[
            on_day(1, Some(GROUP), DecisionAction::Lock, Target::Entry(EntryId(1))),
            on_day(2, Some(GROUP), DecisionAction::Remove, Target::Entry(EntryId(2))),
        ]).await;
        let mut tx = db.begin().await.unwrap();
        entry::set_state(&mut tx, EntryId(2), guildhall_domain::content::EntryState::Removed, None).await.unwrap();
        tx.commit().await.unwrap();
        let found = log::list(&db, &OF_GROUP, &Filter::default(), None, 10).await.unwrap();
        let titles: Vec<_> = found.iter().map(|logged| logged.entry.as_ref().unwrap().title.as_deref()).collect();
        assert_eq!(titles, [None, Some("Post 1")]);
    }

    async fn of_a_host_there_is_what_everybody_may_read(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        let listed = ListedHost {
            public_comment: Some("Spam.".to_owned()),
            private_comment: Some("as Tom says".to_owned()),
            ..ListedHost::new(None, "bad.example", PeeringAction::Block, NOW)
        };
        peering::put(&mut tx, &listed).await.unwrap();
        tx.commit().await.unwrap();
        let block = |day, group| on_day(day, group, DecisionAction::BlockHost, Target::Host("bad.example".to_owned()));
        keep(&db, &[block(1, None), block(2, Some(GROUP))]).await;
        let found = log::list(&db, &Scope::Many(everything()), &Filter::default(), None, 10).await.unwrap();
        let comments: Vec<_> = found.iter().map(|logged| logged.public_comment.as_deref()).collect();
        assert_eq!(comments, [None, Some("Spam.")], "each list speaks for itself");
    }
}

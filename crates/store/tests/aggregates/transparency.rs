//! The figures of a period, by records made by hand.

use guildhall_domain::{
    ActorId, AppealId, CaseId, DecisionId, EntryId, GroupId, QueueItemId, Timestamp,
    admission::Layer,
    group::Visibility,
    moderation::{
        AppealOutcome, Decision, DecisionAction, Target, WrittenRule,
        case::{Lane, Subject},
    },
};
use guildhall_store::{
    Db, IdGenerator,
    appeal::{self, Appeal, Settled},
    case::{self, Case},
    decision,
    queue::{self, QueueItem, QueueKind},
    testing::on_both_engines,
    transparency::{
        Appeals, CaseCount, Cases, Counted, InForce, RuleCount, Span, Took, appeals, cases, count_actions,
        count_rules, list_groups, queue as queue_figures, sanctions_in_force,
    },
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, NOW, add, people, post};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn at(minutes: i64) -> Timestamp {
    Timestamp(NOW.0 + minutes * MINUTE)
}

fn id(minutes: i64) -> i64 {
    IdGenerator::first_at(at(minutes).0) + 1
}

/// Of the day that begins with `NOW`.
fn of_group() -> Span {
    Span { instance: false, groups: vec![GROUP], from: NOW, to: Timestamp(NOW.0 + DAY) }
}

fn of_instance() -> Span {
    Span { instance: true, ..of_group() }
}

fn decided(minutes: i64, group: Option<GroupId>, action: DecisionAction) -> Decision {
    let decision =
        Decision::new(DecisionId(id(minutes)), action, Target::Actor(BOB), Layer::Moderator, at(minutes));
    Decision { group, by: Some(ANN), ..decision }
}

async fn keep(db: &Db, decisions: &[Decision]) {
    let mut tx = db.begin().await.unwrap();
    for decision in decisions {
        decision::insert(&mut tx, decision).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn took(count: i64, median: i64, p90: i64) -> Took {
    Took { count, median_ms: Some(median * MINUTE), p90_ms: Some(p90 * MINUTE) }
}

on_both_engines! {
    async fn decisions_are_counted_within_the_span_and_nowhere_else(db: Db) {
        people(&db).await;
        let rule = |minutes, rule: &str| Decision {
            by: None,
            layer: Layer::Rule,
            rule: Some(rule.to_owned()),
            ..decided(minutes, Some(GROUP), DecisionAction::Hold)
        };
        let written = Some(WrittenRule { number: 2, title: "Be kind".to_owned() });
        let of_queue = Some("first-post".to_owned());
        keep(&db, &[
            decided(-1, Some(GROUP), DecisionAction::Ban),
            decided(0, Some(GROUP), DecisionAction::Ban),
            Decision { written_rule: written.clone(), ..decided(1, Some(GROUP), DecisionAction::Ban) },
            rule(2, "no-links"),
            rule(3, "no-links"),
            rule(4, "no-ads"),
            Decision { rule: of_queue, ..decided(5, Some(GROUP), DecisionAction::Admit) },
            decided(6, Some(FAR_GROUP), DecisionAction::Ban),
            decided(7, None, DecisionAction::BlockHost),
            // By another server, about one of its own.
            Decision { by: Some(BOB), ..decided(8, None, DecisionAction::Ban) },
            decided(24 * 60, Some(GROUP), DecisionAction::Ban),
        ]).await;
        let counted = |action, is_automatic, count| Counted { action, is_automatic, count };
        let own = vec![
            counted(DecisionAction::Admit, false, 1),
            counted(DecisionAction::Ban, false, 2),
            counted(DecisionAction::Hold, true, 3),
        ];
        assert_eq!(count_actions(&db, &of_group()).await.unwrap(), own);
        let mut all = own;
        all.insert(2, counted(DecisionAction::BlockHost, false, 1));
        assert_eq!(count_actions(&db, &of_instance()).await.unwrap(), all);

        let by = |action, layer, rule: Option<&str>, written, count| {
            RuleCount { action, layer, rule: rule.map(str::to_owned), written, count }
        };
        assert_eq!(count_rules(&db, &of_group()).await.unwrap(), [
            by(DecisionAction::Hold, Layer::Rule, Some("automatic"), None, 3),
            by(DecisionAction::Ban, Layer::Moderator, None, written, 1),
        ]);
    }

    async fn the_last_word_before_the_end_says_who_is_under_a_sanction(db: Db) {
        people(&db).await;
        let about = |minutes, who: i64, action| Decision { target: Target::Actor(ActorId(who)), ..decided(minutes, Some(GROUP), action) };
        let until = |minutes, decision| Decision { until: Some(at(minutes)), ..decision };
        keep(&db, &[
            // Long ago, and still.
            about(-500 * 24 * 60, 1, DecisionAction::Ban),
            about(1, 2, DecisionAction::Ban),
            about(2, 2, DecisionAction::Unban),
            // Muted too: another matter.
            about(3, 2, DecisionAction::Mute),
            until(24 * 60, about(4, 3, DecisionAction::Ban)),
            until(24 * 60 + 1, about(5, 4, DecisionAction::Probation)),
            about(6, 5, DecisionAction::Ban),
            about(7, 5, DecisionAction::Ban),
            Decision { group: None, ..about(8, 5, DecisionAction::Ban) },
            about(24 * 60, 6, DecisionAction::Ban),
            about(24 * 60 + 2, 1, DecisionAction::Unban),
        ]).await;
        let in_force = |banned| InForce { banned, muted: 1, on_probation: 1 };
        assert_eq!(sanctions_in_force(&db, &of_group()).await.unwrap(), in_force(2));
        assert_eq!(sanctions_in_force(&db, &of_instance()).await.unwrap(), in_force(3), "and one everywhere");
    }

    async fn what_waited_is_counted_by_how_long_it_waited_until_somebody_decided(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        let mut tx = db.begin().await.unwrap();
        for waited in 1..=11 {
            let item = QueueItem {
                id: QueueItemId(id(waited)),
                kind: QueueKind::Join,
                group: GROUP,
                actor: BOB,
                entry: None,
                object: None,
                title: String::new(),
                reason: "approval".to_owned(),
                edit: None,
                written_at: None,
                received: None,
                received_at: NOW,
                decided_at: None,
            };
            queue::insert(&mut tx, &item).await.unwrap();
            // The last is decided after the day.
            let after = if waited == 11 { 24 * 60 } else { waited };
            queue::set_decided(&mut tx, item.id, at(after)).await.unwrap();
        }
        let withdrawn = QueueItem {
            id: QueueItemId(id(20)),
            kind: QueueKind::Post,
            group: GROUP,
            actor: BOB,
            entry: Some(EntryId(1)),
            object: None,
            title: String::new(),
            reason: "first-post".to_owned(),
            edit: None,
            written_at: None,
            received: None,
            received_at: NOW,
            decided_at: None,
        };
        queue::insert(&mut tx, &withdrawn).await.unwrap();
        queue::close_entry(&mut tx, EntryId(1), at(600)).await.unwrap();
        tx.commit().await.unwrap();
        // 1 to 10 minutes: half took at most 5, nine of ten at most 9.
        assert_eq!(queue_figures(&db, &of_group()).await.unwrap(), took(10, 5, 9));
        let empty = Span { groups: vec![FAR_GROUP], ..of_group() };
        assert_eq!(queue_figures(&db, &empty).await.unwrap(), Took::default());
    }

    async fn cases_are_counted_where_they_are_looked_at(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        // Opened at minute `number`, closed so many minutes later.
        for (number, lane, is_ours, closed) in [
            (1, Lane::Group, true, Some((10, "decided"))),
            (2, Lane::Group, true, Some((30, "dismissed"))),
            (3, Lane::Group, true, Some((20, "decided"))),
            (4, Lane::Group, true, None),
            (5, Lane::Group, true, Some((24 * 60, "decided"))),
            (-10, Lane::Group, true, Some((40, "handed-over"))),
            (-20, Lane::Group, true, Some((5, "decided"))),
            (6, Lane::Instance, true, Some((7, "decided"))),
            (7, Lane::Target, false, Some((1, "resolved"))),
        ] {
            let case = Case {
                id: CaseId(id(number)),
                group: Some(GROUP),
                subject: Subject::Entry(EntryId(1000 + number)),
                title: String::new(),
                person: None,
                assignee: None,
                opened_at: at(number),
                closed_at: None,
            };
            case::insert(&mut tx, &case).await.unwrap();
            case::open_lane(&mut tx, case.id, lane, "here.example", is_ours, at(number)).await.unwrap();
            if let Some((minutes, outcome)) = closed {
                case::close_lane(&mut tx, case.id, lane, outcome, None, at(number + minutes)).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        let ended = |outcome: &str, count| CaseCount { outcome: outcome.to_owned(), count };
        let own = Cases {
            opened: 5,
            closed: vec![ended("decided", 2), ended("dismissed", 1), ended("handed-over", 1)],
            open: 2,
            took: took(4, 20, 40),
        };
        assert_eq!(cases(&db, &of_group()).await.unwrap(), own);
        let all = cases(&db, &of_instance()).await.unwrap();
        assert_eq!((all.opened, all.took.count, &all.closed[0]), (6, 5, &ended("decided", 3)));
    }

    async fn appeals_are_counted_with_their_results(db: Db) {
        people(&db).await;
        let decisions: Vec<Decision> =
            (1..=5).map(|minutes| decided(minutes, Some(GROUP), DecisionAction::Ban)).collect();
        keep(&db, &decisions).await;
        let mut tx = db.begin().await.unwrap();
        let outcomes = [
            Some((10, AppealOutcome::Upheld)),
            Some((20, AppealOutcome::Reversed)),
            Some((60, AppealOutcome::Upheld)),
            None,
            Some((24 * 60, AppealOutcome::Changed)),
        ];
        for (decision, outcome) in decisions.iter().zip(outcomes) {
            let made = Appeal {
                id: AppealId(decision.id.0),
                decision: decision.id,
                group: Some(GROUP),
                actor: BOB,
                text: "Why?".to_owned(),
                created_at: decision.at,
                settled: None,
            };
            assert!(appeal::insert(&mut tx, &made).await.unwrap());
            if let Some((minutes, outcome)) = outcome {
                let at = Timestamp(decision.at.0 + minutes * MINUTE);
                let settled = Settled { outcome, reason: "So.".to_owned(), by: ANN, undone_by: None, at };
                appeal::settle(&mut tx, made.id, &settled).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        let want = Appeals { received: 5, upheld: 2, reversed: 1, changed: 0, open: 2, took: took(3, 20, 60) };
        assert_eq!(appeals(&db, &of_group()).await.unwrap(), want);
        let next_day = Span { from: Timestamp(NOW.0 + DAY), to: Timestamp(NOW.0 + 2 * DAY), ..of_group() };
        let want = Appeals { received: 0, changed: 1, open: 1, took: took(1, 24 * 60, 24 * 60), ..Appeals::default() };
        assert_eq!(appeals(&db, &next_day).await.unwrap(), want);
    }

    async fn groups_hosted_here_are_found_by_who_reads_there(db: Db) {
        people(&db).await;
        let list = async |visibilities: &[Visibility], groups: &[GroupId]| list_groups(&db, visibilities, groups).await.unwrap();
        assert_eq!(list(&[Visibility::Public], &[]).await, [GROUP]);
        assert_eq!(list(&[Visibility::Members], &[]).await, []);
        assert_eq!(list(&[Visibility::Members], &[GROUP, FAR_GROUP]).await, [GROUP], "those elsewhere count for themselves");
    }
}

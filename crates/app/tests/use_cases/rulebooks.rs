//! Rulebooks: read and changed by those who may, never one over the other, and on record.

use guildhall_app::{
    Viewer, entry,
    rulebook::{self, Replace, RulebookError, SetRule},
};
use guildhall_domain::{
    GroupId,
    admission::{Refusal, Verdict},
    content::EntryState,
    moderation::{DecisionAction, Target},
    rules::{RuleMode, RuleSet},
};
use guildhall_store::{Db, decision, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Here, people::viewer, write::posting};

fn no_casinos() -> Value {
    json!({ "name": "no-casinos", "title": "No casinos.", "when": { "words": ["casino"] }, "then": ["refuse"] })
}

fn replacing(group: GroupId, before: i64, rules: &[Value]) -> Replace {
    Replace { group: Some(group), before, body: json!({ "rules": rules }) }
}

fn setting(group: Option<GroupId>, name: &str, rule: Option<Value>) -> SetRule {
    SetRule { group, before: None, name: name.to_owned(), rule }
}

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

on_both_engines! {
    async fn what_a_moderator_writes_holds_from_the_next_post_on(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let moderator = here.moderator(group).await;
        let ann = here.person("ann").await;
        let before = rulebook::current(&here.app, &viewer(moderator), Some(group)).await.unwrap();
        assert_eq!((before.revision, before.updated_at), (0, None));

        let now = rulebook::replace(&here.app, &viewer(moderator), replacing(group, 0, &[no_casinos()])).await.unwrap();
        assert_eq!((now.revision, now.updated_at), (1, Some(here.now())));
        assert_eq!(rulebook::current(&here.app, &viewer(moderator), Some(group)).await.unwrap(), now);
        let done = entry::submit(&here.app, posting(group, ann, "My casino")).await.unwrap();
        assert_eq!((done.state, done.decided.verdict), (EntryState::Refused, Verdict::Refuse(Refusal::Rule)));

        rulebook::set_rule(&here.app, &viewer(moderator), setting(Some(group), "no-casinos", None)).await.unwrap();
        let done = entry::submit(&here.app, posting(group, ann, "My casino")).await.unwrap();
        assert_eq!(done.state, EntryState::Published);

        let records = here.decisions(group).await;
        let changes: Vec<_> = records.iter().filter(|record| record.action == DecisionAction::ChangeRules).collect();
        assert_eq!(changes.len(), 2);
        assert!(changes.iter().all(|record| record.by == Some(moderator) && record.target == Target::Actor(group.actor())));
        let mut named: Vec<_> = changes.iter().map(|record| record.rule.as_deref()).collect();
        named.sort_unstable();
        assert_eq!(named, [None, Some("no-casinos")]);
    }

    async fn nobody_overwrites_what_somebody_else_has_just_written(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (one, other) = (viewer(here.moderator(group).await), viewer(here.moderator(group).await));
        rulebook::replace(&here.app, &one, replacing(group, 0, &[no_casinos()])).await.unwrap();
        let error = rulebook::replace(&here.app, &other, replacing(group, 0, &[])).await.unwrap_err();
        assert!(matches!(error, RulebookError::Stale { given: 0, now: 1 }), "{error}");
        let stale = SetRule { before: Some(0), ..setting(Some(group), "no-casinos", None) };
        let error = rulebook::set_rule(&here.app, &other, stale).await.unwrap_err();
        assert!(error.to_string().contains("read them again"), "{error}");
        let kept = rulebook::current(&here.app, &one, Some(group)).await.unwrap();
        assert_eq!((kept.revision, kept.book.rules.len()), (1, 1));
    }

    async fn two_who_change_at_the_same_time_do_not_both_succeed(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let one = viewer(here.moderator(group).await);
        let both = tokio::join!(
            rulebook::replace(&here.app, &one, replacing(group, 0, &[no_casinos()])),
            rulebook::replace(&here.app, &one, replacing(group, 0, &[])),
        );
        assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "{both:?}");
        let chief = admin();
        let both = tokio::join!(
            rulebook::replace(&here.app, &chief, Replace { group: None, before: 0, body: json!({}) }),
            rulebook::replace(&here.app, &chief, Replace { group: None, before: 0, body: json!({}) }),
        );
        assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "{both:?}");
    }

    async fn one_rule_changes_and_the_others_stay(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let who = viewer(here.moderator(group).await);
        let other = json!({ "title": "Other.", "when": "remote", "then": ["hold"] });
        rulebook::replace(&here.app, &who, replacing(group, 0, &[no_casinos()])).await.unwrap();
        rulebook::set_rule(&here.app, &who, setting(Some(group), "other", Some(other))).await.unwrap();
        let quiet = json!({ "title": "No casinos.", "mode": "observe", "when": { "words": ["casino"] }, "then": ["hold"] });
        let now = rulebook::set_rule(&here.app, &who, setting(Some(group), "no-casinos", Some(quiet))).await.unwrap();
        let rules: Vec<_> = now.book.rules.iter().map(|rule| (rule.name.as_str(), rule.mode)).collect();
        assert_eq!(rules, [("no-casinos", RuleMode::Observe), ("other", RuleMode::On)]);
        let gone = rulebook::set_rule(&here.app, &who, setting(Some(group), "nowhere", None)).await.unwrap_err();
        assert!(matches!(gone, RulebookError::NoSuchRule(_)));
    }

    async fn only_those_read_and_change_rules_whose_they_are(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (viewer(here.moderator(group).await), viewer(here.person("ann").await));
        for stranger in [&ann, &Viewer::anonymous()] {
            let error = rulebook::current(&here.app, stranger, Some(group)).await.unwrap_err();
            assert!(matches!(error, RulebookError::NotPermitted(_)), "{error}");
            let error = rulebook::replace(&here.app, stranger, replacing(group, 0, &[])).await.unwrap_err();
            assert!(matches!(error, RulebookError::NotPermitted(_)), "{error}");
            let error = rulebook::figures(&here.app, stranger, Some(group), 7).await.unwrap_err();
            assert!(matches!(error, RulebookError::NotPermitted(_)), "{error}");
        }
        for stranger in [&ann, &moderator] {
            let error = rulebook::current(&here.app, stranger, None).await.unwrap_err();
            assert!(matches!(error, RulebookError::NotAdmin), "{error}");
            let error = rulebook::set_rule(&here.app, stranger, setting(None, "x", None)).await.unwrap_err();
            assert!(matches!(error, RulebookError::NotAdmin), "{error}");
        }
        rulebook::replace(&here.app, &admin(), replacing(group, 0, &[no_casinos()])).await.unwrap();
        assert_eq!(here.decisions(group).await.last().unwrap().by, Some(group.actor()), "as the group");
        let far = here.far_group("boats").await;
        let error = rulebook::current(&here.app, &admin(), Some(far)).await.unwrap_err();
        assert!(matches!(error, RulebookError::NoSuchGroup), "{error}");
    }

    async fn rules_of_the_instance_hold_in_every_group_and_are_on_its_record(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        rulebook::set_rule(&here.app, &admin(), setting(None, "no-casinos", Some(no_casinos()))).await.unwrap();
        let done = entry::submit(&here.app, posting(group, ann, "My casino")).await.unwrap();
        assert_eq!(done.decided.rule.as_deref(), Some("instance:no-casinos"));
        let records = decision::list_of_instance_before(&here.app.store, None, 10).await.unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].action, records[0].rule.as_deref()), (DecisionAction::ChangeRules, Some("no-casinos")));
        let figures = rulebook::figures(&here.app, &admin(), None, 1).await.unwrap();
        assert_eq!((figures.rules[0].name.as_str(), figures.rules[0].fitted), ("no-casinos", 1));
    }

    async fn what_cannot_be_used_is_refused_with_its_place_and_nothing_is_written(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let who = viewer(here.moderator(group).await);
        let bad = json!({ "name": "bad", "title": "Bad.", "when": { "any": [ { "pattern": "(" } ] }, "then": ["hold"] });
        let error = rulebook::replace(&here.app, &who, replacing(group, 0, &[no_casinos(), bad.clone()])).await.unwrap_err();
        assert!(error.to_string().starts_with("rules[1].when.any[0].pattern: "), "{error}");
        let error = rulebook::set_rule(&here.app, &who, setting(Some(group), "bad", Some(bad.clone()))).await.unwrap_err();
        assert!(error.to_string().starts_with("when.any[0].pattern: "), "{error}");
        let error = rulebook::set_rule(&here.app, &who, setting(Some(group), "good", Some(bad))).await.unwrap_err();
        assert!(error.to_string().starts_with("name: "), "{error}");
        assert_eq!(rulebook::current(&here.app, &who, Some(group)).await.unwrap().revision, 0);
        assert!(here.decisions(group).await.iter().all(|record| record.action != DecisionAction::ChangeRules));
    }

    async fn figures_count_what_acts_and_what_only_observes_by_day(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (who, ann) = (viewer(here.moderator(group).await), here.person("ann").await);
        let watch = json!({ "name": "watch", "title": "Watch.", "mode": "observe", "when": { "words": ["about"] }, "then": ["refuse"] });
        let idle = json!({ "name": "idle", "title": "Idle.", "when": { "words": ["nothing"] }, "then": ["hold"] });
        rulebook::replace(&here.app, &who, replacing(group, 0, &[no_casinos(), watch, idle])).await.unwrap();
        for title in ["Tulips", "A casino", "Roses"] {
            here.post(group, ann, title).await;
        }
        here.pass(std::time::Duration::from_hours(24));
        here.post(group, ann, "Lilies").await;
        rulebook::set_rule(&here.app, &who, setting(Some(group), "no-casinos", None)).await.unwrap();
        let figures = rulebook::figures(&here.app, &who, Some(group), 30).await.unwrap();
        let told: Vec<_> = figures
            .rules
            .iter()
            .map(|rule| (rule.name.as_str(), rule.rule.is_some(), rule.fitted, rule.days.iter().map(|(_, count)| *count).collect::<Vec<_>>()))
            .collect();
        assert_eq!(told, [("watch", true, 4, vec![3, 1]), ("idle", true, 0, vec![]), ("no-casinos", false, 1, vec![1])]);
        let today = rulebook::figures(&here.app, &who, Some(group), 1).await.unwrap();
        assert_eq!((today.rules[0].fitted, today.since.0 % 86_400_000), (1, 0));
    }
}

#[test]
fn the_rules_to_begin_with_can_be_used() {
    let body: Value = serde_json::from_str(include_str!("../../../../deploy/automatic-rules.json")).unwrap();
    let book = rulebook::read(&body).unwrap();
    assert!(book.rules.len() > 5);
    RuleSet::compile(&book.rules).unwrap();
}

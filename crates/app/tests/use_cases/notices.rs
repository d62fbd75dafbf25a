//! What people are told of decisions about them.

use guildhall_app::{
    entry::{self, Delete},
    group::{self, SetBan, Warn},
    notice,
};
use guildhall_domain::{
    ApId,
    admission::Sanction,
    event::{Cause, EventKind},
    group::{Admission, Posting, Review},
    moderation::{NoticeKind, Target},
};
use guildhall_store::{
    Db, direct_note, event,
    rulebook::{self, StoredRulebook},
    testing::on_both_engines,
};
use serde_json::json;

use crate::support::{
    Here,
    people::{policy, viewer},
    write::posting,
};

on_both_engines! {
    async fn a_removal_is_told_once_with_reason_and_how_to_appeal(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, ann) = (here.moderator(group).await, here.person("ann").await);
        let post = entry::submit(&here.app, posting(group, ann, "Buy!")).await.unwrap().entry.unwrap();
        let delete = Delete { entry: post, by, reason: Some("An advertisement.".into()), cause: Cause::Local };
        entry::delete(&here.app, delete.clone()).await.unwrap();
        entry::delete(&here.app, delete).await.unwrap();

        let [told] = &here.notices(ann).await[..] else { panic!("one notice") };
        assert_eq!((told.kind, told.group, told.entry), (NoticeKind::Decision, Some(group), Some(post)));
        let lines: Vec<_> = told.text.lines().collect();
        assert_eq!(lines[0], "“Buy!” was removed from The garden: An advertisement.");
        assert_eq!(lines[1], "Decided by the moderators.");
        assert!(lines[2].starts_with("If you think this is wrong, you can appeal here until 2026-01-15"), "{lines:?}");

        assert!(notice::mark_read(&here.app, &viewer(by), told.id).await.is_err(), "somebody else's");
        notice::mark_read(&here.app, &viewer(ann), told.id).await.unwrap();
        assert!(here.notices(ann).await[0].read_at.is_some());
    }

    async fn a_ban_with_all_that_was_written_is_one_notice(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        for text in ["Buy!", "Buy more!"] {
            entry::submit(&here.app, posting(group, bob, text)).await.unwrap();
        }
        let ban = SetBan {
            group, actor: bob, by, banned: true, until: None, reason: Some("spam".into()), remove_content: true,
            cause: Cause::Local,
        };
        group::set_ban(&here.app, ban).await.unwrap();
        let [told] = &here.notices(bob).await[..] else { panic!("one notice") };
        assert!(told.text.starts_with("You are banned from The garden: spam\nWhat you wrote there is removed too.\n"));
        assert!(told.text.contains("reply to this message"), "{}", told.text);
        let events = event::list_unpublished(&here.app.store, 100).await.unwrap();
        let noticed: Vec<_> = events.iter().filter(|event| matches!(event.kind, EventKind::Noticed { .. })).collect();
        let [event] = noticed[..] else { panic!("one message") };
        let id = ApId::new(format!("https://here.example/activities/{}/notice/note", event.id));
        let note = direct_note::find(&here.app.store, &id).await.unwrap().unwrap();
        assert_eq!((note.actor, note.subject), (bob, told.decision.unwrap().0));
    }

    async fn nobody_elsewhere_is_flooded_with_what_one_rule_refuses(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", policy(Admission::Open, Posting::Members, Review::None)).await;
        let bob = here.remote("bob").await;
        for _ in 0..3 {
            entry::submit(&here.app, posting(group, bob, "Tulips")).await.unwrap();
        }
        assert_eq!(here.notices(bob).await.len(), 1, "one a day");
        for _ in 0..=24 * 60 {
            here.minute();
        }
        entry::submit(&here.app, posting(group, bob, "Tulips")).await.unwrap();
        assert_eq!(here.notices(bob).await.len(), 2);
    }

    async fn nobody_is_told_of_what_was_fetched_or_what_they_did_themselves(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", policy(Admission::Open, Posting::Members, Review::None)).await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        let fetched = entry::Submit { is_fetched: true, ..posting(group, bob, "Tulips") };
        entry::submit(&here.app, fetched).await.unwrap();
        assert_eq!(here.notices(bob).await, []);
        let before = here.notices(by).await.len();
        let own = entry::submit(&here.app, posting(group, by, "Roses")).await.unwrap().entry.unwrap();
        entry::delete(&here.app, Delete { entry: own, by, reason: None, cause: Cause::Local }).await.unwrap();
        assert_eq!(here.notices(by).await.len(), before);
    }

    async fn two_items_that_one_rule_fits_at_once_are_told_once(db: Db) {
        let here = Here::new(db);
        let (garden, boats) = (here.group("garden").await, here.group("boats").await);
        let (chief, ann, bob) = (here.person("chief").await, here.remote("ann").await, here.remote("bob").await);
        let rule = json!({ "name": "casinos", "title": "Casinos.", "mode": "on", "when": { "words": ["casino"] }, "then": ["notify"] });
        let book = StoredRulebook { revision: 1, body: json!({ "rules": [rule] }), updated_at: here.now() };
        let mut tx = here.app.begin().await.unwrap();
        tx.query("INSERT INTO accounts (id, actor_id, password_hash, is_admin, created_at) VALUES ($1, $1, 'x', $2, 1)")
            .bind(chief.0)
            .bind(true)
            .execute()
            .await
            .unwrap();
        assert!(rulebook::set(&mut tx, None, 0, &book).await.unwrap());
        tx.commit().await.unwrap();
        let (one, other) = tokio::join!(
            entry::submit(&here.app, posting(garden, ann, "Casino one")),
            entry::submit(&here.app, posting(boats, bob, "Casino two")),
        );
        assert!(one.unwrap().decided.verdict.is_admitted() && other.unwrap().decided.verdict.is_admitted());
        let told = here.notices(chief).await;
        assert_eq!(told.len(), 1, "{told:?}");
        here.pass(std::time::Duration::from_hours(1));
        notice::tell_of_fitting_rules(&here.app).await.unwrap();
        assert!(here.notices(chief).await[1].text.contains("fitted 1 times more"));
    }

    async fn a_warning_is_a_notice_and_lemmys_activity(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        here.told().await;
        let reason = Some("Be kind.".to_owned());
        let warning =
            Warn { group, target: Target::Actor(bob), by, reason: reason.clone(), cause: Cause::Local };
        group::warn(&here.app, warning.clone()).await.unwrap();
        let warned = EventKind::Warned { group, actor: bob, entry: None, by, reason };
        assert_eq!(here.told().await, [warned]);
        assert!(here.notices(bob).await[0].text.starts_with("The moderators of The garden warn you: Be kind."));
        assert!(group::warn(&here.app, Warn { by: bob, ..warning }).await.is_err(), "no moderator");
        assert_eq!(guildhall_store::standing::find(&here.app.store, Some(group), bob).await.unwrap().end_of(Sanction::Ban, here.now()), None);
    }
}

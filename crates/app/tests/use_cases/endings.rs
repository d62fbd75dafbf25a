//! What ends by itself, also while nobody was there.

use std::time::Duration;

use guildhall_app::{
    ending,
    entry::{self, Annotate, Annotation},
    group::{self, SetBan},
};
use guildhall_domain::{
    admission::{End, Sanction},
    event::{Cause, EventKind},
    moderation::DecisionAction,
};
use guildhall_store::{Db, db::Sql, decision, standing, testing::on_both_engines};

use crate::support::{
    Here,
    write::{commenting, posting},
};

on_both_engines! {
    async fn a_ban_that_ended_while_the_server_was_down_is_told_once(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, bob) = (here.moderator(group).await, here.remote("bob").await);
        let until = here.now().plus(Duration::from_secs(90));
        let ban = SetBan {
            group, actor: bob, by, banned: true, until: Some(until), reason: None, remove_content: false,
            cause: Cause::Local,
        };
        group::set_ban(&here.app, ban).await.unwrap();
        let banned = here.notices(bob).await[0].decision;
        here.told().await;
        assert_eq!(ending::end_what_is_over(&here.app).await.unwrap(), Some(until), "wakes then");
        assert_eq!(here.told().await, []);
        here.minute();
        here.minute();
        for _ in 0..2 {
            assert_eq!(ending::end_what_is_over(&here.app).await.unwrap(), None);
        }
        let by = group.actor();
        let told = EventKind::BanChanged { group, actor: bob, by, banned: false, until: None, reason: None };
        assert_eq!(here.told().await, [told]);
        let records = decision::list_of_group(&here.app.store, group, 10).await.unwrap();
        assert_eq!((records[0].action, records[0].by, records[0].undoes), (DecisionAction::Unban, None, banned));
        let notices = here.notices(bob).await;
        assert_eq!(notices.len(), 2);
        assert_eq!(
            notices[1].text,
            "You are no longer banned from The garden.\nThe time that was set for it is over."
        );
    }

    async fn two_who_end_the_same_end_it_once(db: Db) {
        let here = Here::new(db);
        let (group, bob) = (here.group("garden").await, here.person("bob").await);
        let mut tx = here.app.begin().await.unwrap();
        for sanction in [Sanction::Mute, Sanction::Probation] {
            standing::set(&mut tx, Some(group), bob, sanction, End::At(here.now())).await.unwrap();
        }
        tx.commit().await.unwrap();
        let (one, other) = tokio::join!(ending::end_what_is_over(&here.app), ending::end_what_is_over(&here.app));
        assert_eq!((one.unwrap(), other.unwrap()), (None, None));
        let mut actions: Vec<_> = here.decisions(group).await.into_iter().map(|seen| seen.action).collect();
        actions.sort_by_key(|action| action.as_str());
        assert_eq!(actions, [DecisionAction::EndProbation, DecisionAction::Unmute]);
        assert_eq!(here.notices(bob).await.len(), 2);
    }

    async fn one_that_cannot_be_ended_keeps_no_other_from_it(db: Db) {
        let here = Here::new(db);
        let (group, eve, bob) = (here.group("garden").await, here.person("eve").await, here.person("bob").await);
        let mut tx = here.app.begin().await.unwrap();
        for actor in [eve, bob] {
            standing::set(&mut tx, Some(group), actor, Sanction::Mute, End::At(here.now())).await.unwrap();
        }
        let text = |text: String| text.leak() as &'static str;
        let broken = Sql {
            sqlite: text(format!(
                "CREATE TRIGGER broken BEFORE INSERT ON decisions WHEN NEW.actor_id = {eve}
                 BEGIN SELECT RAISE(ABORT, 'broken'); END"
            )),
            postgres: text(format!("ALTER TABLE decisions ADD CONSTRAINT broken CHECK (actor_id <> {eve})")),
        };
        tx.query(broken).execute().await.unwrap();
        tx.commit().await.unwrap();
        assert!(ending::end_what_is_over(&here.app).await.is_err(), "it is tried again");
        assert_eq!(here.notices(bob).await.len(), 1);
        assert!(here.notices(eve).await.is_empty());
        let left = standing::find(&here.app.store, Some(group), eve).await.unwrap();
        assert_eq!(left.mute, Some(End::At(here.now())), "not forgotten");
    }

    async fn a_renewed_ban_does_not_end_with_the_old_one(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let mut tx = here.app.begin().await.unwrap();
        let later = End::At(here.now().plus(Duration::from_mins(10)));
        standing::set(&mut tx, Some(group), bob, Sanction::Ban, End::At(here.now())).await.unwrap();
        standing::set(&mut tx, Some(group), bob, Sanction::Ban, later).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ending::end_what_is_over(&here.app).await.unwrap(), later.moment());
        assert_eq!(here.notices(bob).await, []);
    }

    async fn a_lock_ends_at_its_moment_and_is_told_after(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, ann) = (here.moderator(group).await, here.person("ann").await);
        let post = entry::submit(&here.app, posting(group, ann, "Tulips")).await.unwrap().entry.unwrap();
        let until = here.now().plus(Duration::from_secs(90));
        let annotation = Annotation::LockedUntil(until);
        let lock = Annotate { entry: post, by, annotation, reason: None, cause: Cause::Local };
        entry::annotate(&here.app, lock).await.unwrap();
        let state = async || {
            entry::submit(&here.app, commenting(group, ann, post, "Deep.")).await.unwrap().decided.verdict.is_admitted()
        };
        assert!(!state().await);
        here.minute();
        here.minute();
        assert!(state().await, "whether it was told or not");
        here.told().await;
        ending::end_what_is_over(&here.app).await.unwrap();
        let told = EventKind::LockChanged { entry: post, by: group.actor(), locked: false, reason: None };
        assert_eq!(here.told().await, [told]);
        assert!(!here.entry(post).await.locked);
    }
}

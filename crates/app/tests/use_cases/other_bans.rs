//! A ban that is taken back on appeal beside others: nothing comes back past one that stands.

use guildhall_app::{
    appeal, entry,
    group::{self, SetBan},
};
use guildhall_domain::{
    admission::{End, Sanction},
    content::EntryState,
};
use guildhall_store::{Db, removal, standing, testing::on_both_engines};

use crate::support::{
    Here,
    appeals::{admin, ban, ban_everywhere, is_banned, latest, object, put_into, reversing},
    people::viewer,
};

on_both_engines! {
    async fn nothing_comes_back_to_who_is_banned_from_the_instance_by_then(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, other, ann) =
            (here.moderator(group).await, here.moderator(group).await, here.person("ann").await);
        here.join(group, ann).await;
        let post = here.post(group, ann, "Tulips").await;
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(group, ann, by) }).await.unwrap();
        let made = object(&here, latest(&here, ann).await, ann).await;
        let mut tx = here.app.begin().await.unwrap();
        standing::set(&mut tx, None, ann, Sanction::Ban, End::Open).await.unwrap();
        tx.commit().await.unwrap();
        appeal::decide(&here.app, &viewer(other), reversing(made)).await.unwrap();
        assert!(!is_banned(&here, Some(group), ann).await);
        entry::finish_returns(&here.app).await.unwrap();
        assert_eq!((here.state(post).await, here.membership(group, ann).await), (EntryState::Removed, None));
    }

    async fn what_a_ban_from_the_instance_took_does_not_come_back_where_its_author_is_banned_since(db: Db) {
        let here = Here::new(db);
        let (garden, den, bob) = (here.group("garden").await, here.group("den").await, here.person("bob").await);
        let (chief, other) = (admin(&here, "chief").await, admin(&here, "other").await);
        let (tulips, rug) = (here.post(garden, bob, "Tulips").await, here.post(den, bob, "Rug").await);
        ban_everywhere(&here, &chief, bob).await;
        let made = object(&here, latest(&here, bob).await, bob).await;
        here.ban(garden, bob).await;
        appeal::decide(&here.app, &other, reversing(made)).await.unwrap();
        assert_eq!((here.state(tulips).await, here.state(rug).await), (EntryState::Removed, EntryState::Published));
        assert!(removal::list_returns(&here.app.store, 0, 9).await.unwrap().is_empty());
        here.counts(den).await;
    }

    async fn what_a_group_took_does_not_come_back_in_another(db: Db) {
        let here = Here::new(db);
        let (from, to) = (here.group("garden").await, here.group("den").await);
        let (by, other, bob) = (here.moderator(from).await, here.moderator(from).await, here.remote("bob").await);
        let (moved, kept) = (here.post(from, bob, "Rug").await, here.post(from, bob, "Tulips").await);
        group::set_ban(&here.app, SetBan { remove_content: true, ..ban(from, bob, by) }).await.unwrap();
        let made = object(&here, latest(&here, bob).await, bob).await;
        put_into(&here, moved, to).await;
        appeal::decide(&here.app, &viewer(other), reversing(made)).await.unwrap();
        assert_eq!((here.state(moved).await, here.state(kept).await), (EntryState::Removed, EntryState::Published));
    }
}

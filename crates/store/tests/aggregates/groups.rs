//! Groups: settings, rules, counters, and the list of those hosted here.

use guildhall_domain::{
    ActorId, GroupId,
    actor::ActorKind,
    group::{Admission, Policy, Posting, Review, Rule},
};
use guildhall_store::{
    Db, actor,
    group::{self, Counts, GroupFields, RenderedRule},
    moderator, staff,
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, add, comment, fields, people, post, settings};

async fn add_group(db: &Db, id: i64, members: i64) {
    let mut tx = db.begin().await.unwrap();
    let name = format!("group{id}");
    actor::insert_local(&mut tx, ActorId(id), &fields("here.example", ActorKind::Group, &name), NOW)
        .await
        .unwrap();
    group::insert(&mut tx, GroupId(id), true, &settings(&name), NOW).await.unwrap();
    group::add_counts(&mut tx, GroupId(id), Counts { members, ..Counts::default() }).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn settings_come_back_as_they_were_set(db: Db) {
        people(&db).await;
        let new = GroupFields {
            title: "Gärten".to_owned(),
            description_source: "*hi*".to_owned(),
            description_html: "<em>hi</em>".to_owned(),
            language: Some("de".to_owned()),
            picture_url: Some("https://here.example/a.png".to_owned()),
            policy: Policy {
                admission: Admission::Invite,
                posting: Posting::Moderators,
                review: Review::First,
                visibility: guildhall_domain::group::Visibility::Members,
            },
        };
        let mut tx = db.begin().await.unwrap();
        group::set_fields(&mut tx, GROUP, &new, LATER).await.unwrap();
        // A group that is known is not made again.
        group::insert(&mut tx, GROUP, false, &settings("Other"), LATER).await.unwrap();
        let locked = group::lock(&mut tx, GROUP).await.unwrap().unwrap();
        tx.commit().await.unwrap();

        let kept = group::find(&db, GROUP).await.unwrap().unwrap();
        assert_eq!(format!("{kept:?}"), format!("{locked:?}"));
        assert_eq!((kept.is_local, kept.created_at, kept.updated_at), (true, NOW, LATER));
        let told = GroupFields {
            title: kept.title,
            description_source: kept.description_source,
            description_html: kept.description_html,
            language: kept.language,
            picture_url: kept.picture_url,
            policy: kept.policy,
        };
        assert_eq!(format!("{told:?}"), format!("{new:?}"));
        assert!(group::find(&db, GroupId(999)).await.unwrap().is_none());
    }

    async fn rules_keep_their_order_and_are_replaced_as_a_whole(db: Db) {
        people(&db).await;
        let rule = |title: &str| RenderedRule {
            rule: Rule { title: title.to_owned(), text: format!("{title}!") },
            text_html: format!("<p>{title}!</p>"),
        };
        for rules in [vec![rule("b"), rule("a"), rule("c")], vec![rule("c")], Vec::new()] {
            let mut tx = db.begin().await.unwrap();
            group::set_rules(&mut tx, GROUP, &rules).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(group::list_rules(&db, GROUP).await.unwrap(), rules);
        }
    }

    async fn groups_here_are_listed_by_members_and_every_page_goes_on_where_the_last_ended(db: Db) {
        people(&db).await;
        for (id, members) in [(101, 3), (102, 5), (103, 3), (104, 3)] {
            add_group(&db, id, members).await;
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = group::list_local(&db, after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.member_count, last.id));
            seen.extend(page.iter().map(|group| group.id.0));
        }
        assert_eq!(seen, [102, 101, 103, 104, GROUP.0], "and none from elsewhere, such as {FAR_GROUP}");
    }

    async fn counters_add_up(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        group::add_counts(&mut tx, GROUP, Counts { members: 2, posts: 3, comments: 5 }).await.unwrap();
        group::add_counts(&mut tx, GROUP, Counts { members: -1, posts: 0, comments: -2 }).await.unwrap();
        tx.commit().await.unwrap();
        let kept = group::find(&db, GROUP).await.unwrap().unwrap();
        assert_eq!((kept.member_count, kept.post_count, kept.comment_count), (1, 3, 3));
    }

    async fn what_was_published_by_people_here_is_counted(db: Db) {
        people(&db).await;
        assert_eq!(group::count_local_entries(&db).await.unwrap(), (0, 0));
        let first = post(1);
        let held = guildhall_store::entry::NewEntry {
            state: guildhall_domain::content::EntryState::Held,
            ..post(2)
        };
        let own = guildhall_store::entry::NewEntry { is_local: true, ..comment(4, &first) };
        add(&db, &[&first, &held, &comment(3, &first), &own]).await;
        assert_eq!(group::count_local_entries(&db).await.unwrap(), (1, 1));
    }

    async fn moderators_are_listed_by_time_in_office(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        assert!(moderator::insert(&mut tx, GROUP, BOB, NOW).await.unwrap());
        assert!(moderator::insert(&mut tx, GROUP, ANN, LATER).await.unwrap());
        assert!(!moderator::insert(&mut tx, GROUP, BOB, LATER).await.unwrap(), "is one already");
        tx.commit().await.unwrap();
        assert_eq!(moderator::list(&db, GROUP).await.unwrap(), [BOB, ANN]);
        let after = async |last, limit| moderator::list_after(&db, GROUP, last, limit).await.unwrap();
        assert_eq!(after(None, 9).await, [(BOB, NOW), (ANN, LATER)]);
        assert_eq!((after(None, 1).await, after(Some((NOW, BOB)), 9).await), (vec![(BOB, NOW)], vec![(ANN, LATER)]));
        assert_eq!(moderator::count(&db, GROUP).await.unwrap(), 2);
        assert!(moderator::exists(&db, GROUP, BOB).await.unwrap());
        assert!(!moderator::exists(&db, FAR_GROUP, BOB).await.unwrap());

        let mut tx = db.begin().await.unwrap();
        assert!(staff::delete(&mut tx, GROUP, BOB).await.unwrap());
        assert!(!staff::delete(&mut tx, GROUP, BOB).await.unwrap(), "is none any more");
        tx.commit().await.unwrap();
        assert_eq!(moderator::list(&db, GROUP).await.unwrap(), [ANN]);
    }
}

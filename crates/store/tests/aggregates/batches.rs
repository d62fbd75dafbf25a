//! Several rows in one statement: the same as one after the other.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use guildhall_domain::{ActorId, ApId, EntryId, GroupId, ReceivedId, content::Form};
use guildhall_store::{
    Db,
    acquaintance::{self, More},
    arrivals::{self, End},
    entry::{self, Locked, NewEntry},
    group::{self, Counts},
    received::{self, NewReceived, Outcome},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, add, comment, entry, people, post};

async fn insert(db: &Db, entries: &[&NewEntry]) -> HashSet<EntryId> {
    let mut tx = db.begin().await.unwrap();
    let added = entry::insert_all(&mut tx, entries, NOW).await.unwrap();
    tx.commit().await.unwrap();
    added
}

fn arriving(id: i64, ap_id: &str) -> NewReceived {
    NewReceived {
        id: ReceivedId(id),
        ap_id: ApId::new(ap_id),
        actor: ApId::new("https://far.example/bob"),
        host: "far.example".to_owned(),
        verb: "Create".to_owned(),
        via: (id % 2 == 0).then(|| ApId::new("https://boats.example/group")),
        body: vec![b'{', 0, 255, b'}'],
    }
}

on_both_engines! {
    async fn several_entries_are_added_and_none_twice(db: Db) {
        people(&db).await;
        let full = NewEntry {
            state_reason: Some("why".to_owned()),
            page_url: Some("https://far.example/2".to_owned()),
            edited_at: Some(LATER),
            received_id: Some(ReceivedId(9)),
            texts: entry::Texts {
                content_html: "<p>\"quoted\" \\ and ü</p>".to_owned(),
                content_source: Some("source".to_owned()),
                sensitive: true,
                media: 3,
                form: Some(Form::Image),
                ..entry::Texts::default()
            },
            ..comment(2, &post(1))
        };
        let twin = NewEntry { id: EntryId(3), ..full.clone() };
        let added = insert(&db, &[&post(1), &full, &twin]).await;
        assert_eq!(added.len(), 2);
        assert!(added.contains(&EntryId(1)));
        let kept = if added.contains(&EntryId(2)) { full } else { twin };
        let found = entry::find(&db, kept.id).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", entry::Entry::of_new(&kept, NOW)));
        assert_eq!(insert(&db, &[&post(1), &post(4)]).await, HashSet::from([EntryId(4)]));
    }

    async fn places_are_found_with_the_posts_of_their_threads(db: Db) {
        people(&db).await;
        let first = comment(2, &post(1));
        add(&db, &[&post(1), &first, &comment(3, &first), &post(4)]).await;
        let mut tx = db.begin().await.unwrap();
        for locked in [Locked::Skipped, Locked::Awaited] {
            let wanted = BTreeSet::from([EntryId(3), EntryId(4), EntryId(99)]);
            let places = entry::lock_places(&mut tx, &wanted, locked).await.unwrap();
            let places: BTreeMap<_, _> =
                places.into_iter().map(|(id, (post, entry))| (id.0, (post.id.0, entry.id.0))).collect();
            assert_eq!(places, BTreeMap::from([(3, (1, 3)), (4, (4, 4))]));
        }
    }

    async fn comments_are_counted_for_their_threads_and_for_what_they_answer(db: Db) {
        people(&db).await;
        let (one, two) = (comment(2, &post(1)), comment(5, &post(4)));
        add(&db, &[&post(1), &one, &post(4), &two]).await;
        let mut tx = db.begin().await.unwrap();
        let new = [comment(6, &one), comment(7, &one), comment(8, &post(1)), comment(9, &post(4))];
        entry::count_comments(&mut tx, &new.iter().collect::<Vec<_>>(), LATER).await.unwrap();
        entry::count_comments(&mut tx, &[], LATER).await.unwrap();
        entry::count_comments(&mut tx, &[&new[3]], NOW).await.unwrap();
        let counts = Counts { members: 1, posts: 2, comments: 3 };
        let changes = BTreeMap::from([(GROUP, counts), (FAR_GROUP, Counts { posts: 1, ..Counts::default() })]);
        group::add_all_counts(&mut tx, &changes).await.unwrap();
        tx.commit().await.unwrap();
        let mut found = Vec::new();
        for id in [1, 2, 4, 5] {
            let entry = entry(&db, id).await;
            found.push((entry.comment_count, entry.last_activity_at));
        }
        assert_eq!(found, [(3, LATER), (2, NOW), (2, LATER), (0, NOW)]);
        let group = group::find(&db, GROUP).await.unwrap().unwrap();
        assert_eq!((group.member_count, group.post_count, group.comment_count), (1, 2, 3));
        assert_eq!(group::find(&db, FAR_GROUP).await.unwrap().unwrap().post_count, 1);
    }

    async fn facts_are_read_for_several_authors(db: Db) {
        people(&db).await;
        let mut tx = db.begin().await.unwrap();
        let seen = [((GROUP, ANN), More { accepted: 1, ..More::default() })].into();
        acquaintance::add(&mut tx, &seen, NOW).await.unwrap();
        let asked = [(GROUP, ANN), (GROUP, BOB), (FAR_GROUP, ANN), (GroupId(77), ANN), (GROUP, ActorId(78))];
        let facts = entry::list_author_facts(&mut tx, &asked).await.unwrap();
        let found = asked.map(|asked| facts.get(&asked).map(|facts| (facts.group_is_local, facts.trust.seen.accepted > 0)));
        let outsider = Some((true, false));
        assert_eq!(found, [Some((true, true)), outsider, Some((false, false)), None, outsider]);
    }

    async fn several_activities_are_kept_and_ended_once_each(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let new = [arriving(1, "x:1"), arriving(2, "x:2"), arriving(3, "x:2")];
        let kept = arrivals::insert_all(&mut tx, &new.iter().collect::<Vec<_>>(), NOW).await.unwrap();
        assert!(kept.len() == 2 && kept.contains(&ReceivedId(1)), "{kept:?}");
        assert!(arrivals::insert_all(&mut tx, &[&arriving(4, "x:1"), &arriving(5, "x:2")], NOW).await.unwrap().is_empty());
        let end = |id, outcome, reason| End { id: ReceivedId(id), outcome, reason };
        let applied = end(1, Outcome::Applied, None);
        let ends = [applied, end(2, Outcome::Refused, Some("why")), end(3, Outcome::Refused, Some("why"))];
        assert_eq!(arrivals::finish_all(&mut tx, &ends, LATER).await.unwrap(), kept);
        assert!(arrivals::finish_all(&mut tx, &ends, LATER).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        let first = received::find_by_ap_id(&db, &ApId::new("x:1")).await.unwrap().unwrap();
        assert_eq!((first.id, first.via, first.body), (ReceivedId(1), None, vec![b'{', 0, 255, b'}']));
        assert_eq!(first.received_at, NOW);
        assert!(received::list_due(&db, LATER, 10).await.unwrap().is_empty());
    }
}

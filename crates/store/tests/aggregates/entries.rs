//! One entry: written once, changed piece by piece.

use guildhall_domain::{
    ApId, EntryId, ReceivedId, Timestamp,
    content::{EntryKind, EntryState, Form, Tally},
};
use guildhall_store::{
    Db, Tx,
    entry::{self, NewEntry, Texts},
    testing::on_both_engines,
};

use crate::set_up::{ANN, GROUP, LATER, NOW, add, comment, entry, people, post};

fn full() -> NewEntry {
    NewEntry {
        state: EntryState::Held,
        state_reason: Some("first-post".to_owned()),
        page_url: Some("https://far.example/@bob/7".to_owned()),
        context_url: None,
        texts: texts(),
        published_at: Timestamp(NOW.0 - 5),
        edited_at: Some(Timestamp(NOW.0 - 3)),
        received_id: Some(ReceivedId(77)),
        ..comment(7, &post(1))
    }
}

fn texts() -> Texts {
    let text = |text: &str| Some(text.to_owned());
    Texts {
        title: text("Tomatoes \u{1F345}"),
        content_html: "<p>ripe</p>".to_owned(),
        content_source: text("ripe"),
        excerpt: "ripe".to_owned(),
        link_url: text("https://x.example/"),
        image_url: text("https://x.example/a.png"),
        language: text("en"),
        sensitive: true,
        media: 4,
        form: Some(Form::Video),
    }
}

async fn change(db: &Db, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = db.begin().await.unwrap();
    work(&mut tx).await;
    tx.commit().await.unwrap();
}

fn texts_of(entry: entry::Entry) -> String {
    let texts = Texts {
        title: entry.title,
        content_html: entry.content_html,
        content_source: entry.content_source,
        excerpt: entry.excerpt,
        link_url: entry.link_url,
        image_url: entry.image_url,
        language: entry.language,
        sensitive: entry.sensitive,
        media: entry.media,
        form: entry.form,
    };
    format!("{texts:?}")
}

on_both_engines! {
    async fn an_entry_comes_back_as_it_was_written(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &full()]).await;
        let (new, kept) = (full(), entry(&db, 7).await);
        assert_eq!((&kept.ap_id, kept.kind, kept.group_id), (&new.ap_id, EntryKind::Comment, GROUP));
        assert_eq!((kept.author_id, kept.thread_id, kept.parent_id), (new.author_id, EntryId(1), Some(EntryId(1))));
        assert_eq!((kept.depth, kept.is_local, kept.state), (1, false, EntryState::Held));
        assert_eq!((&kept.state_reason, &kept.page_url), (&new.state_reason, &new.page_url));
        assert_eq!((kept.wire_type.as_str(), kept.received_id), ("Note", Some(ReceivedId(77))));
        assert_eq!((kept.published_at, kept.edited_at), (new.published_at, new.edited_at));
        assert_eq!((kept.created_at, kept.last_activity_at), (NOW, NOW));
        assert_eq!((kept.locked, kept.featured, kept.tally, kept.comment_count), (false, false, Tally::default(), 0));
        assert_eq!(texts_of(kept), format!("{:?}", new.texts));
    }

    async fn tags_are_added_to_those_there_are_and_come_back_sorted(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2)]).await;
        let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        for new in [&["roses", "bulb"][..], &["été", "bulb"], &[]] {
            change(&db, async |tx| entry::add_tags(tx, EntryId(1), &tags(new)).await.unwrap()).await;
        }
        change(&db, async |tx| entry::add_tags(tx, EntryId(99), &tags(&["none"])).await.unwrap()).await;
        assert_eq!(entry(&db, 1).await.tags, tags(&["bulb", "roses", "été"]));
        assert_eq!(entry(&db, 2).await.tags, tags(&[]));
    }

    async fn a_known_global_id_is_not_written_again(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2)]).await;
        change(&db, async |tx| {
            let again = NewEntry { ap_id: post(1).ap_id, texts: texts(), ..post(3) };
            assert!(!entry::insert(tx, &again, LATER).await.unwrap());
        })
        .await;
        assert!(entry::find(&db, EntryId(3)).await.unwrap().is_none());
        assert_eq!(entry(&db, 1).await.title.as_deref(), Some("Post 1"), "the first one stays");
    }

    async fn entries_are_found_by_every_name(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &full()]).await;
        let by_id = entry::find_by_ap_id(&db, &full().ap_id).await.unwrap().unwrap();
        let by_page = async || entry::find_by_page_url(&db, "https://far.example/@bob/7").await.unwrap();
        assert!(by_page().await.is_none(), "what nobody saw cannot have been named by its page");
        change(&db, async |tx| entry::set_state(tx, EntryId(7), EntryState::Published, None).await.unwrap()).await;
        assert_eq!((by_id.id, by_page().await.unwrap().id), (EntryId(7), EntryId(7)));
        assert!(entry::find_by_ap_id(&db, &ApId::new("https://far.example/@bob/7")).await.unwrap().is_none());
        assert!(entry::find_by_page_url(&db, full().ap_id.as_str()).await.unwrap().is_none());
        let mut found = entry::list_by_ids(&db, &[EntryId(7), EntryId(1), EntryId(9)]).await.unwrap();
        found.sort_by_key(|entry| entry.id);
        assert_eq!(crate::set_up::ids(&found), [1, 7]);
        assert!(entry::list_by_ids(&db, &[]).await.unwrap().is_empty());
        change(&db, async |tx| {
            assert_eq!(entry::lock(tx, EntryId(7)).await.unwrap().unwrap().id, EntryId(7));
            assert_eq!(entry::find_in(tx, EntryId(7)).await.unwrap().unwrap().id, EntryId(7));
            assert!(entry::lock(tx, EntryId(9)).await.unwrap().is_none());
        })
        .await;
    }

    async fn each_change_touches_its_own_field_of_its_own_entry(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2)]).await;
        change(&db, async |tx| {
            entry::set_texts(tx, EntryId(1), &texts(), LATER).await.unwrap();
            entry::set_state(tx, EntryId(1), EntryState::Removed, Some("spam")).await.unwrap();
            entry::set_locked(tx, EntryId(1), true, None).await.unwrap();
            entry::set_featured(tx, EntryId(1), true).await.unwrap();
            entry::add_votes(tx, EntryId(1), Tally { up: 3, down: 1 }).await.unwrap();
            entry::add_votes(tx, EntryId(1), Tally { up: -1, down: 1 }).await.unwrap();
        })
        .await;
        let kept = entry(&db, 1).await;
        assert_eq!((kept.state, kept.state_reason.as_deref()), (EntryState::Removed, Some("spam")));
        assert_eq!((kept.locked, kept.featured, kept.tally), (true, true, Tally { up: 2, down: 2 }));
        assert_eq!((kept.edited_at, kept.author_id), (Some(LATER), ANN));
        assert_eq!(texts_of(kept), format!("{:?}", texts()));
        let other = entry(&db, 2).await;
        assert_eq!((other.title.as_deref(), other.state), (Some("Post 2"), EntryState::Published));
        assert_eq!((other.locked, other.featured, other.tally), (false, false, Tally::default()));

        change(&db, async |tx| {
            entry::set_state(tx, EntryId(1), EntryState::Published, None).await.unwrap();
            entry::set_locked(tx, EntryId(1), false, None).await.unwrap();
            entry::set_featured(tx, EntryId(1), false).await.unwrap();
        })
        .await;
        let kept = entry(&db, 1).await;
        assert_eq!((kept.state, kept.state_reason), (EntryState::Published, None));
        assert_eq!((kept.locked, kept.featured), (false, false));
    }

    async fn comments_count_for_the_thread_and_for_the_comment_they_answer_but_once(db: Db) {
        people(&db).await;
        let (first, second) = (post(1), comment(2, &post(1)));
        add(&db, &[&first, &second]).await;
        change(&db, async |tx| {
            entry::add_comment_counts(tx, EntryId(1), Some(EntryId(1)), 1).await.unwrap();
            entry::add_comment_counts(tx, EntryId(1), Some(EntryId(2)), 1).await.unwrap();
            entry::add_comment_counts(tx, EntryId(1), Some(EntryId(2)), 1).await.unwrap();
            entry::add_comment_counts(tx, EntryId(1), Some(EntryId(2)), -1).await.unwrap();
        })
        .await;
        assert_eq!((entry(&db, 1).await.comment_count, entry(&db, 2).await.comment_count), (2, 1));
    }

    async fn activity_in_a_thread_never_goes_back_by_something_older(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2)]).await;
        change(&db, async |tx| {
            entry::set_activity(tx, EntryId(1), LATER).await.unwrap();
            entry::set_activity(tx, EntryId(1), NOW).await.unwrap();
        })
        .await;
        assert_eq!((entry(&db, 1).await.last_activity_at, entry(&db, 2).await.last_activity_at), (LATER, NOW));
    }

    async fn activity_goes_back_to_what_is_left_when_the_latest_comment_goes(db: Db) {
        people(&db).await;
        let first = post(1);
        let held = NewEntry { state: EntryState::Held, ..comment(4, &first) };
        add(&db, &[&first, &comment(2, &first), &comment(3, &first), &held]).await;
        let at = |minutes: i64| Timestamp(NOW.0 + minutes * 60_000);
        change(&db, async |tx| {
            for (id, minutes) in [(1, 3), (2, 2), (3, 3), (4, 9)] {
                entry::set_activity(tx, EntryId(id), at(minutes)).await.unwrap();
            }
        })
        .await;
        for (gone, left) in [(2, 3), (3, 2)] {
            change(&db, async |tx| {
                if gone == 3 {
                    entry::set_state(tx, EntryId(3), EntryState::Removed, None).await.unwrap();
                }
                entry::reset_activity(tx, first.id, at(gone)).await.unwrap();
            })
            .await;
            assert_eq!(entry(&db, 1).await.last_activity_at, at(left));
        }
        change(&db, async |tx| {
            entry::set_state(tx, EntryId(2), EntryState::Removed, None).await.unwrap();
            entry::reset_activity(tx, first.id, at(2)).await.unwrap();
        })
        .await;
        assert_eq!(entry(&db, 1).await.last_activity_at, NOW, "the post itself");
    }

    async fn an_entry_is_locked_with_its_thread(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &full()]).await;
        change(&db, async |tx| {
            assert_eq!(entry::lock_in_thread(tx, EntryId(7)).await.unwrap().unwrap().id, EntryId(7));
            assert_eq!(entry::lock_in_thread(tx, EntryId(1)).await.unwrap().unwrap().id, EntryId(1));
            assert!(entry::lock_in_thread(tx, EntryId(9)).await.unwrap().is_none());
            entry::clear_received(tx, EntryId(7)).await.unwrap();
        })
        .await;
        assert_eq!(entry(&db, 7).await.received_id, None);
    }
}

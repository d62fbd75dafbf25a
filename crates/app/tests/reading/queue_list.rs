//! The queue as moderators see it.

use guildhall_app::{
    entry::{self, Edit, Poll, Submit, Texts},
    group::{self, ChangeGroup},
    queue::{self, QueueError},
    read::{
        PageRequest, QueueItemView,
        queue::{self as queue_read, MAX_ORIGINAL_BYTES},
    },
};
use guildhall_domain::{
    GroupId,
    group::{Admission, Posting, Review},
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{
    Here,
    people::{policy, reviewing, viewer},
    write::{posting, said, titled},
};

async fn list(here: &Here, group: GroupId) -> Vec<QueueItemView> {
    let moderator = viewer(here.moderator(group).await);
    queue_read::list(&here.app, &moderator, group, PageRequest::default()).await.unwrap().items
}

on_both_engines! {
    async fn every_kind_of_item_says_who_what_and_why(db: Db) {
        let here = Here::new(db);
        let careful = policy(Admission::Approval, Posting::Everyone, Review::All);
        let group = here.group_with("garden", careful).await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        here.join(group, ann).await;
        let post = here.post(group, bob, "Tomatoes").await;
        let item = here.queue(group).await.pop().unwrap();
        queue::admit(&here.app, item.id, group.actor()).await.unwrap();
        let comment = here.comment(post, ann, "Some *words*").await;
        let held = here.post(group, ann, "Held").await;
        here.minute();
        entry::edit(&here.app, here.retitling(post, bob, "Cucumbers")).await.unwrap();

        let items = list(&here, group).await;
        let seen: Vec<_> = items
            .iter()
            .map(|item| (item.kind.as_str(), item.actor.name.as_str(), item.title.as_str(), item.reason.as_str(), item.entry))
            .collect();
        assert_eq!(
            seen,
            [
                ("join", "ann", "@ann@here.example", "approval", None),
                ("comment", "ann", "Some words", "review-all", Some(comment)),
                ("post", "ann", "Held", "review-all", Some(held)),
                ("edit", "bob@far.example", "Cucumbers", "review-all", Some(post)),
            ]
        );
        let html: Vec<_> = items.iter().map(|item| item.texts.content_html.trim()).collect();
        assert_eq!(
            html,
            ["", "<p>Some <em>words</em></p>", "<p>About Held.</p>", "<p>About Cucumbers.</p>"],
            "of an edit the new text"
        );
        assert_eq!(items[2].object.as_ref(), Some(&here.entry(held).await.ap_id));
        assert_eq!(items[3].received_at, here.now());

        let change = entry::Edit { texts: said("Other words"), ..here.retitling(comment, ann, "") };
        entry::edit(&here.app, change).await.unwrap();
        let item = list(&here, group).await.into_iter().find(|item| item.entry == Some(comment)).unwrap();
        assert_eq!((item.title.as_str(), item.texts.content_html.trim()), ("Other words", "<p>Other words</p>"));
    }

    async fn an_item_carries_what_would_be_announced(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let bob = here.remote("bob").await;
        let poll = Poll { options: vec![("Red".into(), 2), ("Blue".into(), 0)], multiple: false, closes_at: None };
        let texts = Texts {
            link_url: Some("https://a.example/x".into()),
            image_url: Some("https://a.example/x.png".into()),
            language: Some("en".into()),
            sensitive: true,
            ..titled("Which?")
        };
        let asked = Submit { texts: texts.clone(), poll: Some(poll.clone()), ..posting(group, bob, "") };
        let asked = here.received(asked).await;
        let id = entry::submit(&here.app, asked).await.unwrap().entry.unwrap();
        let item = list(&here, group).await.pop().unwrap();
        assert_eq!(format!("{:?}", item.texts), format!("{texts:?}"));
        assert_eq!(item.poll, Some(poll));
        assert_eq!(item.original.as_deref(), Some(&b"{}"[..]), "the activity that is passed on");

        here.minute();
        entry::edit(&here.app, Edit { cause: here.activity().await, ..here.retitling(id, bob, "New") }).await.unwrap();
        let item = list(&here, group).await.pop().unwrap();
        assert_eq!(item.texts.title.as_deref(), Some("New"));
        assert_eq!(item.original, None, "the activity says something else by now, and is not passed on");
    }

    async fn an_edit_carries_its_own_texts_question_and_activity(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let poll = |name: &str| Poll { options: vec![(name.into(), 0)], multiple: false, closes_at: None };
        let asked = Submit { poll: Some(poll("Old")), ..posting(group, bob, "Which?") };
        let id = entry::submit(&here.app, here.received(asked).await).await.unwrap().entry.unwrap();
        let all = ChangeGroup { review: Some(Review::All), ..ChangeGroup::default() };
        group::change(&here.app, group, group.actor(), all).await.unwrap();
        here.minute();
        let change = Edit { poll: Some(poll("New")), ..here.retitling(id, bob, "Which one?") };
        entry::edit(&here.app, change.clone()).await.unwrap();
        let item = list(&here, group).await.pop().unwrap();
        assert_eq!((item.poll, item.original), (Some(poll("New")), None), "written here: no activity to pass on");

        here.minute();
        let poll = Some(poll("Newer"));
        let again = Edit { cause: here.activity().await, written_at: here.now(), poll, ..change };
        entry::edit(&here.app, again).await.unwrap();
        let item = list(&here, group).await.pop().unwrap();
        assert_eq!(item.original.as_deref(), Some(&b"{}"[..]));
    }

    async fn pages_of_large_originals_end_early_and_leave_nothing_out(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let bob = here.remote("bob").await;
        let mut made = Vec::new();
        for size in [1, MAX_ORIGINAL_BYTES - 1, 1, MAX_ORIGINAL_BYTES + 1, 1] {
            let post = here.received(posting(group, bob, "Large")).await;
            let cause = post.cause;
            made.push(entry::submit(&here.app, post).await.unwrap().entry);
            let mut tx = here.app.begin().await.unwrap();
            let enlarge = "UPDATE received_activities SET body = $2 WHERE id = $1";
            tx.query(enlarge).bind(cause.received().unwrap().0).bind(vec![b'x'; size]).execute().await.unwrap();
            tx.commit().await.unwrap();
        }
        let moderator = viewer(here.moderator(group).await);
        let mut request = PageRequest::default();
        let mut pages = Vec::new();
        loop {
            let page = queue_read::list(&here.app, &moderator, group, request).await.unwrap();
            pages.push(page.items.iter().map(|item| item.entry).collect::<Vec<_>>());
            match page.next {
                Some(next) => request.after = Some(next),
                None => break,
            }
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1, 1]);
        assert_eq!(pages.concat(), made);
    }

    async fn a_moderator_of_one_group_does_not_see_the_queue_of_another(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let moderator = viewer(here.moderator(group).await);
        let listed = queue_read::list(&here.app, &moderator, other, PageRequest::default()).await;
        assert!(matches!(listed, Err(QueueError::NotPermitted(_))), "{listed:?}");
    }
}

//! The queue as moderators see it.

use guildhall_app::{
    entry,
    queue::{self, QueueError},
    read::{PageRequest, QueueItemView, queue as queue_read},
};
use guildhall_domain::{
    GroupId,
    group::{Admission, Posting, Review},
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{
    Here,
    people::{policy, viewer},
    write::said,
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
        let html: Vec<_> = items.iter().map(|item| item.content_html.trim()).collect();
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
        assert_eq!((item.title.as_str(), item.content_html.trim()), ("Other words", "<p>Other words</p>"));
    }

    async fn a_moderator_of_one_group_does_not_see_the_queue_of_another(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let moderator = viewer(here.moderator(group).await);
        let listed = queue_read::list(&here.app, &moderator, other, PageRequest::default()).await;
        assert!(matches!(listed, Err(QueueError::NotModerator(_))), "{listed:?}");
    }
}

//! New texts.

use guildhall_app::{
    entry::{self, Edit, EditError, Edited, Poll, Submit, Texts},
    instance, queue,
};
use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    admission::{Layer, Refusal},
    content::{EditRefusal, EntryState},
    event::EventKind,
    group::Review,
    moderation::DecisionAction,
    peering::PeeringAction,
};
use guildhall_store::{Db, poll, testing::on_both_engines};

use crate::support::{FAR, Here, people::reviewing, write::posting};

/// A post from elsewhere that is published, in a group with the given review.
async fn published(here: &Here, review: Review) -> (GroupId, ActorId, EntryId) {
    let group = here.group_with("garden", reviewing(review)).await;
    let bob = here.remote("bob").await;
    let command = here.received(posting(group, bob, "Tomatoes")).await;
    let post = entry::submit(&here.app, command).await.unwrap().entry.unwrap();
    for item in here.queue(group).await {
        queue::admit(&here.app, item.id, group.actor()).await.unwrap();
    }
    here.told().await;
    here.minute();
    (group, bob, post)
}

async fn edit(here: &Here, command: Edit) -> Result<Edited, EditError> {
    entry::edit(&here.app, command).await
}

async fn title(here: &Here, post: EntryId) -> String {
    here.entry(post).await.title.unwrap()
}

on_both_engines! {
    async fn an_author_changes_the_text_and_it_is_told(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        let cause = here.activity().await;
        let command = Edit { cause, ..here.retitling(post, bob, "Cucumbers") };
        assert_eq!(edit(&here, command.clone()).await.unwrap(), Edited::Changed);
        let changed = here.entry(post).await;
        assert_eq!((changed.title.as_deref(), changed.excerpt.as_str()), (Some("Cucumbers"), "About Cucumbers."));
        assert_eq!((changed.edited_at, changed.published_at < here.now()), (Some(here.now()), true));
        assert_eq!(here.outcome(cause).await, "applied");
        assert_eq!(here.caused().await, [(cause, EventKind::EntryEdited { entry: post })]);

        // The same activity again, as when two workers have it.
        let again = Edit { written_at: Timestamp(i64::MAX), texts: crate::support::write::titled("Twice"), ..command };
        assert_eq!(edit(&here, again).await.unwrap(), Edited::Unchanged);
        assert_eq!(title(&here, post).await, "Cucumbers");
        assert!(here.told().await.is_empty());
    }

    async fn nobody_but_the_author_edits(db: Db) {
        let here = Here::new(db);
        let (group, _, post) = published(&here, Review::None).await;
        // Neither one of the same host, nor a moderator, nor the group.
        for editor in [here.remote("eve").await, here.moderator(group).await, group.actor()] {
            here.told().await;
            let cause = here.activity().await;
            let error = edit(&here, Edit { cause, ..here.retitling(post, editor, "Mine") }).await.unwrap_err();
            assert!(matches!(error, EditError::Refused(EditRefusal::NotAuthor)), "{error}");
            assert_eq!(here.outcome(cause).await, "refused");
            assert!(here.told().await.is_empty());
        }
        assert_eq!(title(&here, post).await, "Tomatoes");
    }

    async fn an_edit_that_was_overtaken_changes_nothing(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        let early = here.retitling(post, bob, "Early");
        here.minute();
        edit(&here, here.retitling(post, bob, "Late")).await.unwrap();
        let cause = here.activity().await;
        assert_eq!(edit(&here, Edit { cause, ..early }).await.unwrap(), Edited::Unchanged);
        assert_eq!(here.outcome(cause).await, "ignored");
        assert_eq!(title(&here, post).await, "Late");
    }

    async fn what_somebody_here_asks_for_last_counts_whatever_the_clock_says(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        edit(&here, here.retitling(post, bob, "First")).await.unwrap();
        let before = here.entry(post).await.edited_at.unwrap();
        // Taken in by a node whose clock is a little behind.
        let written_at = Timestamp(before.0 - 5);
        let command = Edit { written_at, ..here.retitling(post, bob, "Second") };
        assert_eq!(edit(&here, command).await.unwrap(), Edited::Changed);
        assert_eq!(title(&here, post).await, "Second");
        assert!(here.entry(post).await.edited_at.unwrap().is_after(before), "others must see that it is newer");
    }

    async fn a_group_that_reviews_all_holds_an_edit_and_shows_the_old_text(db: Db) {
        let here = Here::new(db);
        let (group, bob, post) = published(&here, Review::All).await;
        let cause = here.activity().await;
        let first = here.retitling(post, bob, "First");
        assert_eq!(edit(&here, Edit { cause, ..first.clone() }).await.unwrap(), Edited::Held);
        assert_eq!((here.outcome(cause).await.as_str(), title(&here, post).await.as_str()), ("held", "Tomatoes"));
        let hold = here.decisions(group).await.pop().unwrap();
        assert_eq!((hold.action, hold.layer), (DecisionAction::Hold, Layer::Review));

        here.minute();
        edit(&here, here.retitling(post, bob, "Second")).await.unwrap();
        assert_eq!(here.waiting(group).await.title, "Second", "in place of the first");
        let late = Edit { cause: here.activity().await, ..first };
        assert_eq!(edit(&here, late).await.unwrap(), Edited::Unchanged, "an edit that waits is not undone by an older");
        assert_eq!(here.waiting(group).await.title, "Second");
        assert!(here.told().await.is_empty());
    }

    async fn an_edit_that_needs_no_review_closes_one_that_waits(db: Db) {
        let here = Here::new(db);
        let (group, bob, post) = published(&here, Review::All).await;
        edit(&here, here.retitling(post, bob, "Waiting")).await.unwrap();
        let item = here.waiting(group).await.id;
        let open = guildhall_app::group::ChangeGroup { review: Some(Review::None), ..Default::default() };
        guildhall_app::group::change(&here.app, group, group.actor(), open).await.unwrap();
        here.minute();
        edit(&here, here.retitling(post, bob, "Shown")).await.unwrap();
        assert!(queue::admit(&here.app, item, group.actor()).await.is_err());
        assert_eq!(title(&here, post).await, "Shown");
    }

    async fn first_posts_alone_are_reviewed_where_the_group_says_so(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::First).await;
        assert_eq!(edit(&here, here.retitling(post, bob, "Changed")).await.unwrap(), Edited::Changed);
    }

    async fn who_may_no_longer_write_may_not_edit_either(db: Db) {
        let here = Here::new(db);
        let (group, bob, post) = published(&here, Review::None).await;
        here.ban(group, bob).await;
        here.told().await;
        let cause = here.activity().await;
        let command = Edit { cause, ..here.retitling(post, bob, "Spam") };
        let error = edit(&here, command.clone()).await.unwrap_err();
        assert!(matches!(error, EditError::NotAdmitted(Refusal::Banned, _)), "{error}");
        assert_eq!(here.outcome(cause).await, "refused");
        let refused = here.decisions(group).await.pop().unwrap();
        assert_eq!((refused.action, refused.layer), (DecisionAction::Refuse, Layer::Standing));
        assert_eq!(title(&here, post).await, "Tomatoes");

        instance::set_peering(&here.app, None, FAR, Some(PeeringAction::Block), None).await.unwrap();
        let error = edit(&here, Edit { cause: here.activity().await, ..command }).await.unwrap_err();
        assert!(matches!(error, EditError::NotAdmitted(Refusal::HostBlocked, _)), "{error}");
        assert!(here.told().await.is_empty());
    }

    async fn what_is_gone_or_was_refused_is_not_edited(db: Db) {
        let here = Here::new(db);
        let (group, bob, removed) = published(&here, Review::None).await;
        let deleted = here.post(group, bob, "Deleted").await;
        here.take_away(removed, group.actor()).await;
        here.take_away(deleted, bob).await;
        for post in [removed, deleted] {
            let cause = here.activity().await;
            let error = edit(&here, Edit { cause, ..here.retitling(post, bob, "Back") }).await.unwrap_err();
            assert!(matches!(error, EditError::Refused(EditRefusal::Closed)), "{error}");
            assert_eq!(here.outcome(cause).await, "refused");
        }
        assert_eq!(here.state(removed).await, EntryState::Removed);
    }

    async fn an_edit_in_a_group_elsewhere_is_taken_and_ours_is_told(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let theirs = entry::submit(&here.app, here.received(posting(group, bob, "Theirs")).await).await.unwrap();
        let ours = here.post(group, ann, "Ours").await;
        here.told().await;
        here.minute();
        let theirs = theirs.entry.unwrap();
        assert_eq!(edit(&here, here.retitling(theirs, bob, "New")).await.unwrap(), Edited::Changed);
        assert!(here.told().await.is_empty());
        assert_eq!(edit(&here, here.retitling(ours, ann, "New")).await.unwrap(), Edited::Changed);
        assert_eq!(here.told().await, [EventKind::EntryEdited { entry: ours }]);
    }

    async fn the_same_text_again_is_no_edit(db: Db) {
        let here = Here::new(db);
        let (group, bob, post) = published(&here, Review::All).await;
        assert_eq!(edit(&here, here.retitling(post, bob, "Tomatoes")).await.unwrap(), Edited::Unchanged);
        assert_eq!(here.entry(post).await.edited_at, None);
        assert!(here.told().await.is_empty() && here.queue(group).await.is_empty());
        let stranger = here.remote("eve").await;
        assert!(edit(&here, here.retitling(post, stranger, "Tomatoes")).await.is_err(), "still not theirs");

        // What waits is not sent round again by the same text, and withdrawn by the one that is shown.
        edit(&here, here.retitling(post, bob, "Cucumbers")).await.unwrap();
        let item = here.waiting(group).await.id;
        here.minute();
        assert_eq!(edit(&here, here.retitling(post, bob, "Cucumbers")).await.unwrap(), Edited::Unchanged);
        assert_eq!(here.waiting(group).await.id, item);
        assert_eq!(edit(&here, here.retitling(post, bob, "Tomatoes")).await.unwrap(), Edited::Unchanged);
        assert!(here.queue(group).await.is_empty() && here.told().await.is_empty());
        assert_eq!(here.entry(post).await.edited_at, None);
    }

    async fn the_same_text_of_what_is_held_leaves_its_item_alone(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tomatoes").await;
        let item = here.waiting(group).await.id;
        here.minute();
        assert_eq!(edit(&here, here.retitling(post, ann, "Tomatoes")).await.unwrap(), Edited::Unchanged);
        assert_eq!(here.waiting(group).await.id, item);
    }

    async fn an_update_from_elsewhere_that_changes_nothing_is_ignored(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        let boats = here.far_group("boats").await;
        let theirs = entry::submit(&here.app, here.received(posting(boats, bob, "Tomatoes")).await).await.unwrap();
        here.minute();
        for post in [post, theirs.entry.unwrap()] {
            let cause = here.activity().await;
            let command = Edit { cause, ..here.retitling(post, bob, "Tomatoes") };
            assert_eq!(edit(&here, command).await.unwrap(), Edited::Unchanged);
            assert_eq!((here.outcome(cause).await.as_str(), here.entry(post).await.edited_at), ("ignored", None));
        }
        assert!(here.told().await.is_empty());
    }

    async fn an_update_that_says_when_it_was_made_may_be_about_more_than_is_kept(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        here.minute();
        let command = Edit { cause: here.activity().await, is_dated: true, ..here.retitling(post, bob, "Tomatoes") };
        assert_eq!(edit(&here, command).await.unwrap(), Edited::Changed);
        assert_eq!(here.told().await, [EventKind::EntryEdited { entry: post }], "it is passed on");
        assert_eq!(here.entry(post).await.edited_at, Some(here.now()), "what was written before it comes too late");
    }

    async fn whatever_is_shown_makes_an_edit(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        let old = crate::support::write::titled("Tomatoes");
        let some = |text: &str| Some(text.to_owned());
        let asked = |votes| Poll { options: vec![("Yes".to_owned(), votes)], multiple: false, closes_at: None };
        let changes = [
            (Texts { title: some("Cucumbers"), ..old.clone() }, None),
            // Of another server the HTML counts, whatever the source says.
            (Texts { content_html: "<p>Other</p>".to_owned(), ..old.clone() }, None),
            (Texts { link_url: some("https://a.example/"), ..old.clone() }, None),
            (Texts { image_url: some("https://a.example/p.png"), ..old.clone() }, None),
            (Texts { language: some("de"), ..old.clone() }, None),
            (Texts { sensitive: true, ..old.clone() }, None),
            (old.clone(), Some(asked(1))),
            (Texts { language: some("de"), ..old }, Some(asked(2))),
        ];
        for (texts, poll) in changes {
            here.minute();
            let command = Edit { texts, poll, cause: here.activity().await, ..here.retitling(post, bob, "") };
            assert_eq!(edit(&here, command.clone()).await.unwrap(), Edited::Changed, "{command:?}");
            assert_eq!(here.entry(post).await.edited_at, Some(here.now()));
            assert_eq!(here.told().await, [EventKind::EntryEdited { entry: post }]);
            // And once more, a minute later.
            let before = here.now();
            here.minute();
            let cause = here.activity().await;
            let again = Edit { cause, written_at: here.now(), ..command };
            assert_eq!(edit(&here, again).await.unwrap(), Edited::Unchanged);
            assert_eq!((here.outcome(cause).await.as_str(), here.entry(post).await.edited_at), ("ignored", Some(before)));
            assert!(here.told().await.is_empty());
        }
    }

    async fn an_author_elsewhere_takes_back_an_edit_that_waits(db: Db) {
        let here = Here::new(db);
        let (group, bob, post) = published(&here, Review::All).await;
        let asked = Poll { options: vec![("Yes".to_owned(), 0)], multiple: false, closes_at: None };
        let waits = Edit { cause: here.activity().await, ..here.retitling(post, bob, "Cucumbers") };
        edit(&here, waits.clone()).await.unwrap();
        let item = here.waiting(group).await.id;
        here.minute();
        let repeated = Edit { cause: here.activity().await, written_at: here.now(), ..waits.clone() };
        assert_eq!(edit(&here, repeated).await.unwrap(), Edited::Unchanged);
        assert_eq!(here.waiting(group).await.id, item);
        let with_poll = Edit { cause: here.activity().await, written_at: here.now(), poll: Some(asked), ..waits };
        assert_eq!(edit(&here, with_poll).await.unwrap(), Edited::Held, "a poll is something new");
        here.minute();
        let back = Edit { cause: here.activity().await, ..here.retitling(post, bob, "Tomatoes") };
        assert_eq!(edit(&here, back).await.unwrap(), Edited::Unchanged);
        assert!(here.queue(group).await.is_empty() && here.told().await.is_empty());
        assert_eq!(here.entry(post).await.edited_at, None);
    }

    async fn an_edit_that_is_admitted_brings_its_poll(db: Db) {
        let here = Here::new(db);
        let (group, bob, post) = published(&here, Review::All).await;
        let options = vec![("Yes".to_owned(), 0), ("No".to_owned(), 2)];
        let asked = Poll { options, multiple: true, closes_at: Some(here.now()) };
        let command = Edit {
            cause: here.activity().await,
            poll: Some(asked.clone()),
            ..here.retitling(post, bob, "Yes or no?")
        };
        assert_eq!(edit(&here, command).await.unwrap(), Edited::Held);
        assert_eq!(poll::find(&here.app.store, post).await.unwrap(), None, "not before somebody has read it");
        queue::admit(&here.app, here.waiting(group).await.id, group.actor()).await.unwrap();
        assert_eq!(poll::find(&here.app.store, post).await.unwrap(), Some(asked));
    }

    async fn new_counts_are_no_edit_and_new_options_are(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let bob = here.remote("bob").await;
        let asked = |option: &str, votes| Poll { options: vec![(option.to_owned(), votes)], multiple: false, closes_at: None };
        let command = Submit { poll: Some(asked("Yes", 0)), ..posting(group, bob, "Yes?") };
        let post = entry::submit(&here.app, here.received(command).await).await.unwrap().entry.unwrap();
        queue::admit(&here.app, here.waiting(group).await.id, group.actor()).await.unwrap();
        here.told().await;

        let cause = here.activity().await;
        let counts = Edit { cause, poll: Some(asked("Yes", 3)), ..here.retitling(post, bob, "Yes?") };
        assert_eq!(edit(&here, counts.clone()).await.unwrap(), Edited::Changed);
        assert_eq!(poll::find(&here.app.store, post).await.unwrap(), Some(asked("Yes", 3)));
        assert_eq!((here.outcome(cause).await.as_str(), here.entry(post).await.edited_at), ("applied", None));
        assert!(here.queue(group).await.is_empty() && here.told().await.is_empty());
        let stranger = Edit { editor: here.remote("eve").await, cause: here.activity().await, ..counts.clone() };
        let theirs = stranger.cause;
        assert!(edit(&here, stranger).await.is_err(), "the counts are the author's");
        assert_eq!(here.outcome(theirs).await, "refused");

        let renamed = Edit { cause: here.activity().await, poll: Some(asked("Buy", 3)), ..counts };
        assert_eq!(edit(&here, renamed).await.unwrap(), Edited::Held);
        assert_eq!(poll::find(&here.app.store, post).await.unwrap(), Some(asked("Yes", 3)));
    }

    async fn new_counts_of_a_question_replace_the_old_ones(db: Db) {
        let here = Here::new(db);
        let (_, bob, post) = published(&here, Review::None).await;
        let counted = |votes| Poll { options: vec![("Yes".to_owned(), votes)], multiple: false, closes_at: None };
        for votes in [1, 5] {
            here.minute();
            let command = Edit { poll: Some(counted(votes)), ..here.retitling(post, bob, "Yes?") };
            edit(&here, command).await.unwrap();
            assert_eq!(poll::find(&here.app.store, post).await.unwrap(), Some(counted(votes)));
        }
    }
}

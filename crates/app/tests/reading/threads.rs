//! Threads in reading order.

use guildhall_app::{
    Viewer,
    read::{
        PageRequest, entries,
        thread::{self, MAX_COMMENTS, ThreadView},
    },
    remote::{self, EntryRefused},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    content::{EntryKind, EntryState},
    event::Cause,
    visibility::Sight,
};
use guildhall_store::{
    Db,
    entry::{self as store, NewEntry, Texts},
    testing::on_both_engines,
};

use crate::support::{Here, people::viewer};

async fn read(here: &Here, post: EntryId, viewer: &Viewer) -> ThreadView {
    thread::find(&here.app, viewer, post).await.unwrap().unwrap()
}

fn texts(thread: &ThreadView) -> Vec<&str> {
    thread.comments.iter().map(|comment| comment.excerpt.as_str()).collect()
}

fn plain(id: EntryId, group: GroupId, author: ActorId, post: EntryId) -> NewEntry {
    NewEntry {
        id,
        ap_id: ApId::new(format!("https://here.example/comments/{id}")),
        kind: EntryKind::Comment,
        group_id: group,
        author_id: author,
        thread_id: post,
        parent_id: Some(post),
        depth: 1,
        is_local: true,
        state: EntryState::Published,
        state_reason: None,
        wire_type: "Note".to_owned(),
        page_url: None,
        context_url: None,
        texts: Texts::default(),
        published_at: guildhall_domain::Timestamp(1),
        edited_at: None,
        received_id: None,
    }
}

on_both_engines! {
    async fn answers_stand_below_what_they_answer_oldest_first(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Post").await;
        let one = here.comment(post, ann, "1").await;
        let two = here.comment(post, ann, "2").await;
        let of_two = here.comment(two, ann, "2.1").await;
        let of_one = here.comment(one, ann, "1.1").await;
        here.comment(of_one, ann, "1.1.1").await;
        here.comment(one, ann, "1.2").await;
        here.comment(post, ann, "3").await;
        here.comment(of_two, ann, "2.1.1").await;
        let other = here.post(group, ann, "Other").await;
        here.comment(other, ann, "elsewhere").await;

        let thread = read(&here, post, &Viewer::anonymous()).await;
        assert_eq!(texts(&thread), ["1", "1.1", "1.1.1", "1.2", "2", "2.1", "2.1.1", "3"]);
        assert_eq!(thread.comments.iter().map(|comment| comment.depth).collect::<Vec<_>>(), [1, 2, 3, 2, 1, 2, 3, 1]);
        assert_eq!((thread.post.id, thread.post.comment_count, thread.is_cut), (post, 8, false));
        let anchor = format!("https://here.example/posts/{post}#comment-{one}");
        assert_eq!(thread.comments[0].url, anchor);
    }

    async fn traces_are_kept_where_something_hangs_on_them(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(group, ann, "Post").await;
        let with_answer = here.comment(post, bob, "with an answer").await;
        let between = here.comment(with_answer, bob, "between").await;
        here.comment(between, ann, "answer").await;
        let alone = here.comment(post, bob, "alone").await;
        let above = here.comment(post, bob, "above a trace").await;
        let below = here.comment(above, bob, "a trace").await;
        for comment in [with_answer, between, alone, above, below] {
            here.take_away(comment, group.actor()).await;
        }
        let thread = read(&here, post, &Viewer::anonymous()).await;
        let shown: Vec<_> = thread.comments.iter().map(|comment| (comment.id, comment.sight)).collect();
        assert_eq!(shown[..2], [(with_answer, Sight::Trace), (between, Sight::Trace)]);
        assert_eq!((shown.len(), thread.comments[2].excerpt.as_str()), (3, "answer"), "{shown:?}");

        let thread = read(&here, post, &viewer(bob)).await;
        assert_eq!(thread.comments.len(), 6, "the author of what was removed sees it all");
    }

    async fn answers_to_what_is_not_shown_are_shown_all_the_same(db: Db) {
        let here = Here::new(db);
        let group = here.far_group("boats").await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Post").await;
        let refused = here.comment(post, ann, "refused").await;
        let answer = here.comment(refused, ann, "answer").await;
        here.comment(answer, ann, "below").await;
        here.comment(post, ann, "last").await;
        let (group, reason, cause) = (group.actor(), None, Cause::Local);
        remote::entry_refused(&here.app, EntryRefused { entry: refused, group, reason, is_edit: false, cause }).await.unwrap();

        let thread = read(&here, post, &Viewer::anonymous()).await;
        assert_eq!(texts(&thread), ["answer", "below", "last"]);
        let thread = read(&here, post, &viewer(ann)).await;
        assert_eq!(texts(&thread), ["refused", "answer", "below", "last"]);
    }

    async fn a_long_thread_is_cut_at_its_newest_comments(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Post").await;
        let mut ids = Vec::new();
        let mut tx = here.app.begin().await.unwrap();
        for _ in 0..=MAX_COMMENTS {
            let id = EntryId(here.app.new_id());
            assert!(store::insert(&mut tx, &plain(id, group, ann, post), here.now()).await.unwrap());
            ids.push(id);
        }
        tx.commit().await.unwrap();
        let thread = read(&here, post, &Viewer::anonymous()).await;
        assert!(thread.is_cut);
        let shown: Vec<EntryId> = thread.comments.iter().map(|comment| comment.id).collect();
        assert_eq!(shown, ids[..ids.len() - 1]);
    }

    async fn what_is_limited_stands_in_its_thread_for_its_author_and_moderators(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (mona, ann, bob) = (here.moderator(group).await, here.person("ann").await, here.person("bob").await);
        let post = here.post(group, ann, "Post").await;
        let limited = here.comment(post, bob, "1").await;
        here.comment(limited, ann, "2").await;
        let limit = async |entry| {
            let mut tx = here.app.begin().await.unwrap();
            store::past::set_limited(&mut tx, entry, true).await.unwrap();
            tx.commit().await.unwrap();
        };
        limit(limited).await;
        let listed = async |viewer: Viewer| {
            let page = entries::comments(&here.app, &viewer, post, PageRequest::default()).await.unwrap();
            page.items.into_iter().map(|comment| comment.excerpt).collect::<Vec<_>>()
        };
        for (reader, want) in [
            (Viewer::anonymous(), &["2"][..]),
            (viewer(ann), &["2"]),
            (viewer(bob), &["1", "2"]),
            (viewer(mona), &["1", "2"]),
        ] {
            assert_eq!(texts(&read(&here, post, &reader).await), want, "{reader:?}");
            assert_eq!(listed(reader).await, want);
        }
        assert!(entries::find(&here.app, &Viewer::anonymous(), limited).await.unwrap().is_some(), "by its address");

        limit(post).await;
        assert_eq!(texts(&read(&here, post, &Viewer::anonymous()).await), ["1", "2"], "it is by its address that one is there");
    }
}

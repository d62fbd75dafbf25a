//! Pages: cursors walk through everything exactly once, whatever is hidden in between.

use guildhall_app::{
    Viewer,
    entry::{self, CastVote},
    read::{Cursor, Page, PageRequest, entries, groups, queue},
};
use guildhall_domain::{
    EntryId,
    content::{EntryState, Sort, Vote},
    event::Cause,
    group::Review,
};
use guildhall_store::{Db, entry as store, testing::on_both_engines};

use crate::support::{
    Here,
    people::{reviewing, viewer},
};

/// Every page of `limit`, joined; each as full as it can be.
async fn walk<T, E: std::fmt::Debug>(
    limit: u32,
    mut page: impl AsyncFnMut(PageRequest) -> Result<Page<T>, E>,
) -> Vec<T> {
    let (mut seen, mut after) = (Vec::new(), None);
    for _ in 0..100 {
        let found = page(PageRequest { after, limit: Some(limit) }).await.unwrap();
        assert!(found.items.len() <= limit as usize);
        seen.extend(found.items);
        let Some(next) = found.next else { return seen };
        // As it goes through a URL.
        after = Some(Cursor::decode(&next.encode()).unwrap());
    }
    panic!("the list has no end");
}

fn ids(items: &[entries::EntryView]) -> Vec<EntryId> {
    items.iter().map(|item| item.id).collect()
}

fn sorted(mut ids: Vec<EntryId>) -> Vec<EntryId> {
    ids.sort_unstable();
    ids
}

on_both_engines! {
    async fn posts_are_walked_once_in_every_order(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let people = [here.person("ann").await, here.remote("bob").await];
        let mut posts = Vec::new();
        for number in 0..9 {
            posts.push(here.post(group, people[number % 2], "Post").await);
            here.minute();
        }
        for (number, post) in posts.iter().enumerate() {
            let vote = Some(if number % 3 == 0 { Vote::Up } else { Vote::Down });
            let (entry, actor, cause) = (*post, people[0], Cause::Local);
            entry::cast_vote(&here.app, CastVote { entry, actor, vote, cause }).await.unwrap();
        }
        for number in [4, 1] {
            here.comment(posts[number], people[0], "Hi").await;
        }
        here.take_away(posts[7], group.actor()).await;
        let order = |places: [usize; 8]| places.map(|place| posts[place]).to_vec();
        for (sort, want) in [
            (Sort::New, order([8, 6, 5, 4, 3, 2, 1, 0])),
            (Sort::Active, order([4, 1, 8, 6, 5, 3, 2, 0])),
            (Sort::Top, order([6, 3, 0, 8, 5, 4, 2, 1])),
        ] {
            for limit in [1, 3, 100] {
                let anybody = Viewer::anonymous();
                let page = async |request| entries::posts(&here.app, &anybody, group, sort, request).await;
                assert_eq!(ids(&walk(limit, page).await), want, "{sort:?} by {limit}");
            }
        }
        let of_ann = walk(2, async |request| {
            entries::by_author(&here.app, &Viewer::anonymous(), people[0], request).await
        });
        assert_eq!(sorted(ids(&of_ann.await)).len(), 5 + 2, "five posts and two comments");
    }

    async fn hidden_comments_shorten_pages_and_hide_nothing_behind_them(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Post").await;
        let mut comments = Vec::new();
        for number in 0..12 {
            let comment = here.comment(post, ann, "Hi").await;
            comments.push(comment);
            // The middle of the thread is held, as long as two pages.
            if (3..9).contains(&number) {
                let mut tx = here.app.begin().await.unwrap();
                store::set_state(&mut tx, comment, EntryState::Held, None).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
        let moderator = here.moderator(group).await;
        let published = [&comments[..3], &comments[9..]].concat();
        for (viewer, want) in [(Viewer::anonymous(), &published), (viewer(moderator), &comments)] {
            let page = async |request| entries::comments(&here.app, &viewer, post, request).await;
            assert_eq!(ids(&walk(3, page).await), *want);
            let page = async |request| entries::replies(&here.app, &viewer, post, request).await;
            assert_eq!(ids(&walk(3, page).await), published);
        }
    }

    async fn a_trace_stands_on_its_page_whatever_page_its_answers_are_on(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.person("bob").await);
        let post = here.post(group, ann, "Post").await;
        let above = here.comment(post, ann, "Above").await;
        let bare = here.comment(post, ann, "Bare").await;
        let between = here.comment(above, ann, "Between").await;
        let mut want = vec![above, between];
        for _ in 0..4 {
            want.push(here.comment(post, bob, "Hi").await);
        }
        let below = here.comment(between, bob, "Below").await;
        want.push(below);
        for gone in [above, bare, between] {
            here.take_away(gone, ann).await;
        }
        let page = async |request| entries::comments(&here.app, &Viewer::anonymous(), post, request).await;
        assert_eq!(ids(&walk(2, page).await), want);
        here.take_away(below, bob).await;
        assert_eq!(ids(&walk(2, page).await), want[2..6], "nothing shown hangs on the traces any more");
    }

    async fn groups_and_queues_are_walked_once(db: Db) {
        let here = Here::new(db);
        let mut made = Vec::new();
        for name in ["a", "b", "c", "d", "e"] {
            made.push(here.group_with(name, reviewing(Review::All)).await);
        }
        here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        for (group, actor) in [(made[3], ann), (made[3], bob), (made[1], ann)] {
            here.join(group, actor).await;
        }
        let page = async |request| groups::list(&here.app, &Viewer::anonymous(), request).await;
        let listed: Vec<_> = walk(2, page).await.iter().map(|view| view.group.id).collect();
        assert_eq!(listed, [made[3], made[1], made[0], made[2], made[4]], "members, then age; hosted here");

        let mut waiting = Vec::new();
        for _ in 0..5 {
            waiting.push(Some(here.post(made[0], bob, "Held").await));
        }
        let moderator = viewer(here.moderator(made[0]).await);
        let page = async |request| queue::list(&here.app, &moderator, made[0], request).await;
        let listed: Vec<_> = walk(2, page).await.iter().map(|item| item.entry).collect();
        assert_eq!(listed, waiting);
    }
}

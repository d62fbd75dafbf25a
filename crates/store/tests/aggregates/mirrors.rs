//! Posts of partners in a group: which are promised, and the orders in which they are listed.

use std::cmp::Reverse;

use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    content::{Sort, Tally},
    membership::MembershipState,
    partner::{MirrorState, PartnerPolicy},
};
use guildhall_store::{
    Db,
    entry::{self, Entry, NewEntry},
    membership::{self, Membership},
    partner::{self, Partner},
    testing::on_both_engines,
};

use crate::set_up::{FAR_GROUP, GROUP, NOW, add, people, post};

async fn link(db: &Db, group: GroupId, other: GroupId) {
    let mut tx = db.begin().await.unwrap();
    let policy = PartnerPolicy::Mirror;
    let link = Partner {
        group,
        partner: other,
        policy,
        reason: None,
        public_comment: None,
        by: None,
        created_at: NOW,
    };
    partner::put(&mut tx, &link).await.unwrap();
    tx.commit().await.unwrap();
}

fn there(id: i64) -> NewEntry {
    NewEntry { group_id: FAR_GROUP, ..post(id) }
}

async fn promise(db: &Db, id: i64, other: GroupId) -> u64 {
    let mut tx = db.begin().await.unwrap();
    let promised = partner::promise(&mut tx, EntryId(id), other, NOW).await.unwrap();
    tx.commit().await.unwrap();
    promised
}

/// Shows what is promised.
async fn show(db: &Db, group: GroupId, ids: impl IntoIterator<Item = i64>) {
    let mut tx = db.begin().await.unwrap();
    for id in ids {
        let mirror = partner::lock_mirror(&mut tx, group, EntryId(id)).await.unwrap().unwrap();
        let shown = partner::Mirror { state: MirrorState::Shown, ..mirror };
        partner::set_mirror(&mut tx, &shown).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn key(sort: Sort, entry: &Entry) -> i64 {
    match sort {
        Sort::New => 0,
        Sort::Active => entry.last_activity_at.0,
        Sort::Top => entry.tally.score(),
    }
}

/// Every page of `size`, one after the other.
async fn walk(db: &Db, sort: Sort, size: usize) -> Vec<i64> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let mut page = partner::list_posts(db, GROUP, sort, after, size).await.unwrap();
        page.sort_by_key(|entry| Reverse((key(sort, entry), entry.id)));
        let Some(last) = page.last() else { return seen };
        after = Some((key(sort, last), last.id));
        seen.extend(page.iter().map(|entry| entry.id.0));
    }
}

on_both_engines! {
    async fn a_post_is_promised_where_its_group_lives_here_or_has_let_ours_in(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &there(2), &there(3)]).await;
        assert_eq!(promise(&db, 1, GROUP).await, 0, "nobody is linked");
        link(&db, GROUP, FAR_GROUP).await;
        link(&db, FAR_GROUP, GROUP).await;
        assert_eq!(promise(&db, 1, GROUP).await, 1, "a group that lives here is not asked");
        for (state, want) in [(MembershipState::Pending, 0), (MembershipState::Member, 1)] {
            let mut tx = db.begin().await.unwrap();
            let asked = Membership { group_id: FAR_GROUP, actor_id: GROUP.actor(), state, follow: None };
            membership::set(&mut tx, &asked, NOW).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(promise(&db, 2, FAR_GROUP).await, want, "{state}");
        }
        let mut tx = db.begin().await.unwrap();
        membership::delete(&mut tx, FAR_GROUP, GROUP.actor()).await.unwrap();
        let promised = partner::promise_all(&mut tx, &[(EntryId(3), FAR_GROUP)], NOW).await.unwrap();
        assert_eq!(promised, 0, "put out");
    }

    // Above some number they are looked for in another way.
    async fn few_and_many_are_walked_once_in_every_order(db: Db) {
        people(&db).await;
        link(&db, GROUP, FAR_GROUP).await;
        let posts: Vec<NewEntry> = (1..=620).map(there).collect();
        add(&db, &posts.iter().collect::<Vec<_>>()).await;
        let mut tx = db.begin().await.unwrap();
        tx.query(
            "INSERT INTO group_mirrors (group_id, entry_id, partner_id, state, created_at)
             SELECT $1, id, group_id, 'waiting', 1 FROM entries",
        )
        .bind(GROUP.0)
        .execute()
        .await
        .unwrap();
        for id in 1..=620 {
            let (up, at) = (id * 7 % 11, Timestamp(NOW.0 + id * 13 % 17));
            entry::add_votes(&mut tx, EntryId(id), Tally { up, down: 0 }).await.unwrap();
            entry::set_activity(&mut tx, EntryId(id), at).await.unwrap();
        }
        tx.commit().await.unwrap();
        for shown in [1..=30, 31..=600] {
            show(&db, GROUP, shown.clone()).await;
            let ids: Vec<EntryId> = (1..=*shown.end()).map(EntryId).collect();
            let mut all = entry::list_by_ids(&db, &ids).await.unwrap();
            for sort in [Sort::New, Sort::Active, Sort::Top] {
                all.sort_by_key(|entry| Reverse((key(sort, entry), entry.id)));
                let want: Vec<i64> = all.iter().map(|entry| entry.id.0).collect();
                assert_eq!(walk(&db, sort, 70).await, want, "{sort} up to {}", shown.end());
            }
        }
        let mut tx = db.begin().await.unwrap();
        entry::set_group(&mut tx, EntryId(600), GROUP).await.unwrap();
        tx.commit().await.unwrap();
        for sort in [Sort::New, Sort::Active, Sort::Top] {
            assert!(!walk(&db, sort, 70).await.contains(&600), "{sort}: it is another group's");
        }
    }

    async fn what_is_new_is_walked_in_turns_and_what_is_left_by_nothing_else(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2), &post(3)]).await;
        link(&db, FAR_GROUP, GROUP).await;
        assert!(!partner::has_unsettled(&db).await.unwrap());
        for id in 1..=3 {
            promise(&db, id, GROUP).await;
        }
        assert!(partner::has_unsettled(&db).await.unwrap());
        let keys = async |after| {
            let page = partner::list_new(&db, after, 2).await.unwrap();
            page.iter().map(|mirror| mirror.entry.0).collect::<Vec<_>>()
        };
        assert_eq!(keys(None).await, [1, 2]);
        assert_eq!(keys(Some((EntryId(2), FAR_GROUP))).await, [3]);
    }
}

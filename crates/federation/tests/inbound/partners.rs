//! A partner elsewhere: what it announces is passed on by its id, and partners that mirror each other come to an end.

use guildhall_activitypub::Iri;
use guildhall_app::{
    Viewer,
    partner::{self, Judge, SetPartner},
    peering::By,
    read::PageRequest,
};
use guildhall_domain::{
    GroupId,
    content::{EntryState, Sort},
    membership::MembershipState,
    partner::PartnerPolicy,
};
use guildhall_store::{Db, membership, testing::on_both_engines};
use guildhall_testkit::{FakePeer, PeerActor};
use serde_json::{Value, json};

use crate::{
    announce::Followed,
    support::{With as _, World, activity, announce, create, delete, follow, id, note, to_group, undo},
};

/// Our group mirrors one elsewhere, and a microblog follows ours.
struct Linked {
    world: World,
    books: PeerActor,
    partner: GroupId,
    reader: FakePeer,
    third: FakePeer,
    tom: PeerActor,
}

impl Linked {
    /// The partner has let our group in.
    async fn new(db: Db) -> Self {
        let linked = Self::asked(db).await;
        let asked = linked.world.peer.take().only("Follow");
        assert_eq!(linked.world.send(&activity(&linked.books, "Accept", asked)).await, "applied");
        linked
    }

    async fn asked(db: Db) -> Self {
        let world = World::new(db, "lemmy").await;
        let (reader, _) = world.follower("mastodon", "rita").await;
        let books = world.peer.group("books");
        let third = world.here.peer("mastodon").await;
        let tom = third.actor("tom");
        let partner = GroupId(world.here.remote(&books.id).await.id.0);
        let (group, policy) = (world.group.id, PartnerPolicy::Mirror);
        let link = SetPartner { group, partner, policy, reason: None, public_comment: None };
        partner::set(&world.here.app, &By::Operator, link).await.unwrap();
        world.here.run_until_idle().await;
        Self { world, books, partner, reader, third, tom }
    }

    /// A post of tom's in the partner that the partner announces whole; gives its id.
    async fn announced(&self, text: &str) -> Value {
        let note = to_group(note(&self.tom, text), &self.books.id);
        let create = create(&self.tom, &note);
        self.third.put(&note);
        self.third.put(&create);
        assert_eq!(self.world.send(&announce(&self.books, &create)).await, "applied");
        note
    }

    async fn listed(&self) -> Vec<String> {
        let (app, viewer) = (&self.world.here.app, Viewer::anonymous());
        let request = PageRequest::default();
        let page = partner::posts(app, &viewer, self.world.group.id, Sort::New, request).await.unwrap();
        page.items.into_iter().map(|entry| entry.ap_id.to_string()).collect()
    }
}

on_both_engines! {
    async fn our_group_follows_its_partner_and_hears_its_answer(db: Db) {
        let linked = Linked::asked(db).await;
        let asked = linked.world.peer.take().only("Follow");
        assert_eq!((&asked["actor"], &asked["object"]), (&json!(linked.world.group.ap_id), &json!(linked.books.id)));
        assert_eq!(linked.world.send(&activity(&linked.books, "Accept", asked)).await, "applied");
        let us = linked.world.group.id.actor();
        let store = &linked.world.here.app.store;
        let kept = membership::find(store, linked.partner, us).await.unwrap().unwrap();
        assert_eq!(kept.state, MembershipState::Member);
    }

    async fn what_a_partner_announces_is_passed_on_by_its_id_and_never_as_ours(db: Db) {
        let linked = Linked::new(db).await;
        let note = linked.announced("Dune").await;
        assert_eq!(linked.listed().await, [id(&note)]);
        let boost = linked.reader.take().only("Announce");
        assert_eq!((&boost["actor"], &boost["object"]), (&json!(linked.world.group.ap_id), &note["id"]));
        assert_eq!(linked.world.send_from(&linked.third, &delete(&linked.tom, id(&note))).await, "applied");
        assert!(linked.listed().await.is_empty());
        let undone = linked.reader.take().only("Undo");
        assert_eq!((&undone["object"]["id"], &undone["object"]["object"]), (&boost["id"], &note["id"]));
    }

    async fn what_is_shown_once_more_is_announced_as_something_new(db: Db) {
        let linked = Linked::new(db).await;
        let here = &linked.world.here;
        let note = linked.announced("Dune").await;
        let first = linked.reader.take().only("Announce");
        let (group, entry) = (linked.world.group.id, here.entry(id(&note)).await.unwrap().id);
        let judge = || Judge { group, entry, by: group.actor(), reason: None };
        partner::take_away(&here.app, judge()).await.unwrap();
        here.run_until_idle().await;
        let undo = linked.reader.take().only("Undo");
        assert_eq!((&undo["object"]["id"], &undo["object"]["object"]), (&first["id"], &note["id"]));
        partner::admit(&here.app, judge()).await.unwrap();
        here.run_until_idle().await;
        let second = linked.reader.take().only("Announce");
        assert_ne!(first["id"], second["id"]);
        partner::take_away(&here.app, judge()).await.unwrap();
        here.run_until_idle().await;
        let undone = linked.reader.take().only("Undo");
        assert_eq!(undone["object"]["id"], second["id"]);
        for told in [&first, &undo, &second, &undone] {
            let at = Iri::parse(id(told)).unwrap();
            assert_eq!(linked.reader.fetch_status(&at).await.as_u16(), 200, "{at}");
        }
    }

    async fn what_is_taken_away_before_it_was_told_is_not_announced(db: Db) {
        let linked = Linked::new(db).await;
        let here = &linked.world.here;
        let note = linked.announced("Dune").await;
        linked.reader.take();
        let (group, entry) = (linked.world.group.id, here.entry(id(&note)).await.unwrap().id);
        let judge = || Judge { group, entry, by: group.actor(), reason: None };
        for _ in 0..2 {
            partner::take_away(&here.app, judge()).await.unwrap();
            partner::admit(&here.app, judge()).await.unwrap();
        }
        here.run_until_idle().await;
        assert_eq!(linked.reader.take().all("Announce").len(), 1, "the last word alone");
    }

    async fn what_a_group_elsewhere_passes_on_no_longer_is_taken_away_here(db: Db) {
        let followed = Followed::joined(db).await;
        let (world, state) = (&followed.world, async |note: &Value| followed.state(note).await.unwrap());
        let posted = async |text: &str| {
            let (note, _) = followed.post(text);
            followed.third.put(&note);
            let boost = announce(&followed.books, &note["id"]);
            assert_eq!(world.send(&boost).await, "applied", "{text}");
            (note, boost)
        };
        let ((note, boost), (other, named)) = (posted("Dune").await, posted("Emma").await);
        let stranger = world.peer.group("strangers");
        let theirs = undo(&stranger, &announce(&stranger, &note["id"]));
        assert_eq!(world.send(&theirs).await, "ignored", "another group's word");
        let forged = undo(&stranger, &boost);
        assert_eq!(world.send(&forged).await, "refused");
        let person = undo(&followed.tom, &announce(&followed.tom, &note["id"]));
        assert_eq!(world.send_from(&followed.third, &person).await, "ignored", "a boost of a person's");
        assert_eq!(state(&note).await, EntryState::Published);
        assert_eq!(world.send(&undo(&followed.books, &boost)).await, "applied");
        assert_eq!(world.send(&undo(&followed.books, &named["id"])).await, "applied", "named by its id");
        for gone in [&note, &other] {
            assert_eq!(state(gone).await, EntryState::Removed);
        }
        let decided = world.here.decisions(followed.group).await;
        assert!(decided.iter().all(|made| made.by == Some(followed.group.actor())), "{decided:?}");
        assert_eq!(world.send(&undo(&followed.books, &boost)).await, "ignored", "once");
    }

    async fn partners_that_mirror_each_other_come_to_an_end(db: Db) {
        let linked = Linked::new(db).await;
        let world = &linked.world;
        assert_eq!(world.send(&follow(&linked.books, &world.group.ap_id)).await, "applied");
        world.peer.take();
        // Theirs: they are told that we pass it on, say so in their turn, and nothing comes of that.
        let note = linked.announced("Dune").await;
        let told = world.peer.take().only("Announce");
        assert_eq!(told["object"], note["id"]);
        assert_eq!(world.send(&announce(&linked.books, &note["id"])).await, "ignored");
        // Ours: they pass it on, and nothing comes of that either.
        let ours = world.posted("Tulips").await;
        world.peer.take();
        assert_eq!(world.send(&announce(&linked.books, &ours["id"])).await, "ignored");
        world.here.run_until_idle().await;
        assert!(world.peer.take().all("Announce").is_empty());
        assert_eq!(linked.listed().await, [id(&ours), id(&note)]);
    }

    async fn what_a_partner_passes_on_of_its_own_partners_is_not_passed_on(db: Db) {
        let linked = Linked::new(db).await;
        let boats = linked.third.group("boats");
        for (text, audience) in [("Sails", true), ("Masts", false)] {
            let mut note = to_group(note(&linked.tom, text), &boats.id);
            if audience {
                note = note.with(json!({ "audience": boats.id }));
            } else {
                linked.world.here.remote(&boats.id).await;
            }
            linked.third.put(&note);
            assert_eq!(linked.world.send(&announce(&linked.books, &note["id"])).await, "applied", "{text}");
        }
        assert!(linked.listed().await.is_empty());
        assert!(linked.reader.take().all("Announce").is_empty());
    }

    async fn what_a_partner_says_to_its_members_alone_is_not_passed_on(db: Db) {
        let linked = Linked::new(db).await;
        let members = format!("{}/followers", linked.books.id);
        let note = note(&linked.tom, "Secret").with(json!({ "to": [members], "audience": linked.books.id }));
        let create = create(&linked.tom, &note).with(json!({ "to": [members] }));
        linked.third.put(&note);
        linked.third.put(&create);
        let told = announce(&linked.books, &create).with(json!({ "to": [members], "cc": [] }));
        linked.world.send(&told).await;
        assert!(linked.listed().await.is_empty());
        assert!(linked.reader.take().all("Announce").is_empty());
    }
}

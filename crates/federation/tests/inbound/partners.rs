//! A partner elsewhere: what it announces is passed on by its id, and partners that mirror each other come to an end.

use guildhall_app::{
    Viewer,
    partner::{self, SetPartner},
    peering::By,
    read::PageRequest,
};
use guildhall_domain::{GroupId, content::Sort, membership::MembershipState, partner::PartnerPolicy};
use guildhall_store::{Db, membership, testing::on_both_engines};
use guildhall_testkit::{FakePeer, PeerActor};
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, announce, create, delete, follow, id, note, to_group};

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
    async fn new(db: Db) -> Self {
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
        let linked = Linked::new(db).await;
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
        partner::settle(&linked.world.here.app).await.unwrap();
        linked.world.here.run_until_idle().await;
        let undone = linked.reader.take().only("Undo");
        assert_eq!((&undone["object"]["id"], &undone["object"]["object"]), (&boost["id"], &note["id"]));
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
        partner::settle(&world.here.app).await.unwrap();
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

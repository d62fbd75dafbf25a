//! A group elsewhere that counts other members here than we do (FEP-8fcf).

use std::time::Duration;

use guildhall_activitypub::{
    Iri,
    synchronization::{FollowersDigest, Synchronization},
};
use guildhall_app::account::{self, CreateAccount};
use guildhall_domain::{ActorId, ApId, GroupId, membership::MembershipState};
use guildhall_federation::inbound::synchronize;
use guildhall_store::{
    Db,
    actor::Actor,
    membership::{self, Membership},
    testing::on_both_engines,
};
use serde_json::{Value, json};

use crate::peer::{Here, Peer, PeerActor, Post, Reply};

const LIST: &str = "/users/boats/followers_synchronization";

/// A group at a peer that says who its followers are, and people here.
struct Scene {
    here: Here,
    peer: Peer,
    boats: PeerActor,
    group: GroupId,
    number: std::cell::Cell<u32>,
}

impl Scene {
    async fn start(db: Db) -> Self {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let boats = peer.actor_of("Group", "boats");
        let mut document = boats.document();
        document["followers"] = json!(format!("{}/followers", boats.id));
        peer.put_document(&document);
        let known = here.federation.fetcher.refresh_actor(&ApId::new(boats.id.as_str())).await.unwrap();
        Self { group: GroupId(known.id.0), here, peer, boats, number: std::cell::Cell::new(0) }
    }

    async fn person(&self, name: &str, state: Option<MembershipState>) -> Actor {
        let command =
            CreateAccount { name: name.into(), email: None, password: "long enough".into(), is_admin: false };
        let app = &self.here.federation.app;
        let person = account::create(app, command).await.unwrap();
        if let Some(state) = state {
            let member = Membership { group_id: self.group, actor_id: person.id, state, follow: None };
            let mut tx = app.begin().await.unwrap();
            membership::set(&mut tx, &member, app.now()).await.unwrap();
            tx.commit().await.unwrap();
        }
        person
    }

    fn list(&self, ids: &[&str]) {
        let list = json!({ "@context": "https://www.w3.org/ns/activitystreams", "id": self.peer.iri(LIST),
            "type": "OrderedCollection", "orderedItems": ids });
        self.peer.put(LIST, Reply::document(&list));
    }

    fn said(&self, ids: &[&str]) -> Synchronization {
        Synchronization {
            collection: Iri::parse(&format!("{}/followers", self.boats.id)).unwrap(),
            url: self.peer.iri(LIST),
            digest: ids.iter().collect::<FollowersDigest>(),
        }
    }

    fn activity(&self) -> Value {
        self.number.set(self.number.get() + 1);
        json!({ "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.peer.iri(&format!("/activities/{}", self.number.get())),
            "type": "Announce", "actor": self.boats.id, "to": [format!("{}/followers", self.boats.id)],
            "object": self.peer.iri("/posts/1") })
    }

    /// Receives an activity with this said, and does what follows; gives how often the list was asked for.
    async fn receive(&self, said: &Synchronization) -> usize {
        self.send(&Post::synchronizing(&self.here, &self.boats, &said.to_string(), &self.activity())).await
    }

    async fn send(&self, post: &Post) -> usize {
        let before = self.peer.count(LIST);
        assert_eq!(post.send().await.status, 202);
        synchronize::run_until_idle(&self.here.federation).await;
        self.peer.count(LIST) - before
    }

    async fn state(&self, person: &Actor) -> Option<MembershipState> {
        membership::find(self.here.db(), self.group, person.id).await.unwrap().map(|found| found.state)
    }

    /// Who is told there that they are no member here.
    async fn undone(&self) -> Vec<ActorId> {
        let sql = "SELECT actor_id FROM events WHERE kind = 'left' ORDER BY actor_id";
        let rows: Vec<(i64,)> = self.here.db().query(sql).all().await.unwrap();
        rows.into_iter().map(|(id,)| ActorId(id)).collect()
    }

    fn advance(&self) {
        self.here.clock.advance(Duration::from_mins(11));
    }
}

on_both_engines! {
    async fn what_the_group_says_of_its_members_holds(db: Db) {
        use MembershipState::{Member, Pending};
        let scene = Scene::start(db).await;
        let (stays, goes) = (scene.person("ann", Some(Member)).await, scene.person("bob", Some(Member)).await);
        let (waits, unknown) = (scene.person("cleo", Some(Pending)).await, scene.person("dan", None).await);
        scene.advance();
        let new = scene.person("emil", Some(Member)).await;
        let there = [&stays, &waits, &unknown].map(|person| person.ap_id.as_str());
        scene.list(&there);
        assert_eq!(scene.receive(&scene.said(&there)).await, 1);
        assert!(scene.peer.last_asked().headers.contains_key("signature"), "it is shown to this server alone");
        assert_eq!([scene.state(&stays).await, scene.state(&goes).await], [Some(Member), None]);
        assert_eq!(scene.state(&waits).await, Some(Pending), "the answer may be on its way");
        assert_eq!(scene.state(&new).await, Some(Member), "who joined just now may not be on the list yet");
        assert_eq!(scene.undone().await, [unknown.id], "whoever left here is told there");
    }

    async fn nobody_is_asked_while_both_count_alike_nor_twice_in_a_row(db: Db) {
        let scene = Scene::start(db).await;
        let ann = scene.person("ann", Some(MembershipState::Member)).await;
        scene.advance();
        scene.list(&[ann.ap_id.as_str()]);
        assert_eq!(scene.receive(&scene.said(&[ann.ap_id.as_str()])).await, 0);
        assert_eq!(scene.receive(&scene.said(&[])).await, 1, "a digest that was old");
        assert_eq!(scene.receive(&scene.said(&[])).await, 0);
        scene.advance();
        assert_eq!(scene.receive(&scene.said(&[])).await, 1);
        assert_eq!(scene.state(&ann).await, Some(MembershipState::Member));
    }

    async fn a_list_of_thousands_is_read_to_its_end(db: Db) {
        let scene = Scene::start(db).await;
        let ann = scene.person("ann", Some(MembershipState::Member)).await;
        scene.advance();
        let other = |number: u32| format!("{}/users/other{number}", scene.here.federation.app.site.base_url);
        let mut there: Vec<String> = (0..3_000).map(other).collect();
        there.push(ann.ap_id.to_string());
        let there: Vec<&str> = there.iter().map(String::as_str).collect();
        scene.list(&there);
        assert_eq!(scene.receive(&scene.said(&there)).await, 1);
        assert_eq!(scene.state(&ann).await, Some(MembershipState::Member));
        scene.list(&there[..3_000]);
        scene.advance();
        assert_eq!(scene.receive(&scene.said(&there[..3_000])).await, 1);
        assert_eq!(scene.state(&ann).await, None, "not among three thousand");
    }

    async fn who_is_no_group_is_not_asked_for_a_list(db: Db) {
        let scene = Scene::start(db).await;
        let person = scene.peer.actor_of("Person", "anna");
        let mut document = person.document();
        document["followers"] = json!(format!("{}/followers", person.id));
        scene.peer.put_document(&document);
        scene.here.federation.fetcher.refresh_actor(&ApId::new(person.id.as_str())).await.unwrap();
        scene.list(&[]);
        let collection = Iri::parse(&format!("{}/followers", person.id)).unwrap();
        let said = Synchronization { collection, ..scene.said(&["https://here.example/users/nobody"]) };
        let activity = json!({ "@context": "https://www.w3.org/ns/activitystreams",
            "id": scene.peer.iri("/activities/anna"), "type": "Announce", "actor": person.id,
            "to": [format!("{}/followers", person.id)], "object": scene.peer.iri("/posts/1") });
        assert_eq!(scene.send(&Post::synchronizing(&scene.here, &person, &said.to_string(), &activity)).await, 0);
    }

    async fn what_is_not_signed_or_not_its_own_has_no_effect(db: Db) {
        let scene = Scene::start(db).await;
        let ann = scene.person("ann", Some(MembershipState::Member)).await;
        scene.advance();
        scene.list(&[]);
        let said = scene.said(&[]);
        let unsigned = Post::cavage(&scene.here, &scene.boats, &scene.activity());
        assert_eq!(scene.send(&unsigned.header("collection-synchronization", &said.to_string())).await, 0);
        let others = Synchronization { collection: scene.peer.iri("/users/others/followers"), ..said.clone() };
        assert_eq!(scene.receive(&others).await, 0);
        let other = Peer::start().await;
        let elsewhere = Synchronization { url: other.iri(LIST), ..said.clone() };
        scene.receive(&elsewhere).await;
        assert_eq!(other.count_all(), 0, "no server is made to ask another");
        assert_eq!(scene.state(&ann).await, Some(MembershipState::Member));

        scene.peer.put(LIST, Reply::status(500));
        assert_eq!(scene.receive(&said).await, 1);
        assert_eq!(scene.state(&ann).await, Some(MembershipState::Member), "no answer says nothing");
    }
}

//! The order of the check list: a request that fails two neighbouring steps is answered, and counted, by the earlier one.

use guildhall_domain::admission::{End, Sanction};
use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use guildhall_app::instance::set_peering;
use guildhall_domain::ApId;
use guildhall_domain::peering::PeeringAction;
use guildhall_federation::net::ClientIp;
use guildhall_federation::routes;
use guildhall_store::{Db, standing, testing::on_both_engines};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::support::REQUESTS;
use crate::peer::{Counted, Here, Peer, PeerActor, Post, Reply, follow, note};

/// The steps of SECURITY-CASES.md that can end a request, and the outcome of failing one as [`World::fail`] does.
const STEPS: [(u32, u16, &str); 16] = [
    (1, 415, "media-type"),
    (2, 413, "too-large"),
    (3, 429, "too-many-requests"),
    (4, 400, "double-header"),
    (5, 421, "wrong-host"),
    (6, 401, "digest-mismatch"),
    (7, 401, "signature-algorithm"),
    (8, 401, "signature-not-covered"),
    (9, 401, "signature-too-old"),
    (10, 202, "blocked-host"),
    (11, 422, "malformed"),
    (12, 202, "suspended-actor"),
    (13, 202, "duplicate"),
    (14, 401, "signature-mismatch"),
    (15, 202, "gone-actor"),
    (16, 403, "foreign-object"),
];

/// Neighbours that one request can fail both. 14 and 15 are none: where the actor is gone, so is its key.
const NEIGHBOURS: [(u32, u32); 16] = [
    (1, 2),
    (2, 3),
    (3, 4),
    (4, 5),
    (5, 6),
    (6, 7),
    (7, 8),
    (8, 9),
    (9, 10),
    (10, 11),
    (11, 12),
    (12, 13),
    (13, 14),
    (13, 15),
    (14, 16),
    (15, 16),
];

on_both_engines! {
    async fn each_step_has_its_own_outcome(db: Db) {
        let world = World::new(db).await;
        assert_eq!(world.fail(&[]).await, (202, "accepted".to_owned()));
        for (step, status, outcome) in STEPS {
            assert_eq!(world.fail(&[step]).await, (status, outcome.to_owned()), "step {step}");
        }
    }

    async fn of_two_steps_that_fail_the_earlier_one_answers(db: Db) {
        let world = World::new(db).await;
        for (earlier, later) in NEIGHBOURS {
            let (_, status, outcome) = STEPS[earlier as usize - 1];
            let told = world.fail(&[earlier, later]).await;
            assert_eq!(told, (status, outcome.to_owned()), "steps {earlier} and {later}");
        }
    }
}

/// Requests of one address in a minute.
const PER_MINUTE: u32 = 3;
/// More than an activity may have.
const TOO_MANY_BYTES: usize = (1 << 20) + 1;

/// This instance, asked without a connection, so that everybody can come from an address of their own.
struct World {
    here: Here,
    router: Router,
    counted: Counted,
    next_client: std::cell::Cell<u32>,
}

/// A request that fails some of the steps, by somebody on a server of their own.
struct Attempt<'a> {
    world: &'a World,
    failing: &'a [u32],
    peer: Peer,
    alice: PeerActor,
    client: ClientIp,
}

impl World {
    async fn new(db: Db) -> Self {
        let here = Here::on(db, |setup| setup.limits.inbox.per_ip_per_minute = PER_MINUTE).await;
        here.group("gardening").await;
        let router = routes::router(here.federation.clone());
        Self { here, router, counted: Counted::default(), next_client: 1.into() }
    }

    /// Sends what fails just these steps; gives the status and the outcome under which it was counted.
    async fn fail(&self, failing: &[u32]) -> (u16, String) {
        let peer = Peer::start().await;
        let alice = peer.actor("alice");
        let number = self.next_client.replace(self.next_client.get() + 1);
        let client = ClientIp(IpAddr::V4(Ipv4Addr::from_bits(0xc000_0200 + number)));
        let attempt = Attempt { world: self, failing, peer, alice, client };
        attempt.prepare().await;
        attempt.send(&attempt.post()).await
    }
}

impl Attempt<'_> {
    fn fails(&self, step: u32) -> bool {
        self.failing.contains(&step)
    }

    /// Brings about what does not lie in the request itself.
    async fn prepare(&self) {
        let federation = &self.world.here.federation;
        if self.fails(13) {
            let first = Post::cavage(&self.world.here, &self.alice, &self.follow());
            assert_eq!(self.send(&first).await, (202, "accepted".to_owned()));
        }
        if self.fails(12) {
            let known = federation.fetcher.actor(&ApId::new(self.alice.id.as_str())).await.unwrap();
            let mut tx = federation.app.begin().await.unwrap();
            standing::set(&mut tx, None, known.id, Sanction::Ban, End::at(None)).await.unwrap();
            tx.commit().await.unwrap();
        }
        if self.fails(15) {
            // Longer than a key is believed.
            self.world.here.clock.advance(std::time::Duration::from_hours(25));
            self.peer.put("/users/alice", Reply::status(410));
        }
        if self.fails(10) {
            let (host, block) = (self.alice.id.authority(), Some(PeeringAction::Block));
            set_peering(&federation.app, None, host, block, None).await.unwrap();
            federation.fetcher.peers().forget();
        }
        if self.fails(3) {
            let unsigned = Post::of_bytes(&self.world.here, &self.alice, b"{}").without("signature");
            for _ in 0..PER_MINUTE {
                assert_eq!(self.send(&unsigned).await.1, "signature-missing");
            }
        }
    }

    fn follow(&self) -> Value {
        let group = format!("{}/groups/gardening", self.world.here.base);
        follow(&self.peer, &self.alice, &group)
    }

    fn activity(&self) -> Value {
        let mut activity = self.follow();
        if self.fails(15) || self.fails(16) {
            let host = if self.fails(16) { "http://127.0.0.1:9".to_owned() } else { self.peer.base.clone() };
            let object = guildhall_activitypub::Iri::parse(&format!("{host}/notes/1")).unwrap();
            activity["type"] = json!("Update");
            activity["object"] = note(&object, &self.alice.id);
        }
        if self.fails(11) {
            activity["object"] = json!(null);
        }
        activity
    }

    fn post(&self) -> Post {
        let here = &self.world.here;
        let names = if self.fails(8) { "host date digest" } else { "(request-target) host date digest" };
        let age = if self.fails(9) { 2 * 3_600_000 } else { 0 };
        let signed_at = here.now().as_millis() - age;
        let post = Post::covering(here, &self.alice, names, signed_at, &self.activity());
        self.spoil(post)
    }

    /// Changes the request after it was signed.
    fn spoil(&self, mut post: Post) -> Post {
        if self.fails(14) {
            // As fresh as before, but not what was signed.
            let second_earlier = self.world.here.now().as_millis() - 1000;
            let date = guildhall_activitypub::signature::format_http_date(second_earlier).unwrap();
            post = post.header("date", &date);
        }
        if self.fails(7) {
            let signature = post.value("signature").replace("hs2019", "rsa-sha1");
            post = post.header("signature", &signature);
        }
        if self.fails(6) {
            post = post.header("digest", &guildhall_activitypub::digest::digest_header(b"other"));
        }
        if self.fails(5) {
            post = post.header("host", "other.example");
        }
        if self.fails(4) {
            let date = post.value("date");
            post = post.second("date", &date);
        }
        if self.fails(2) {
            post.body.resize(TOO_MANY_BYTES, b' ');
        }
        if self.fails(1) {
            post = post.header("content-type", "text/plain");
        }
        post
    }

    /// Without `Content-Length`, so that it is the bytes themselves that are too many.
    async fn send(&self, post: &Post) -> (u16, String) {
        let mut request = Request::post("/inbox").body(Body::from(post.body.clone())).unwrap();
        *request.headers_mut() = post.headers.clone();
        request.extensions_mut().insert(self.client);
        let World { router, counted, .. } = self.world;
        let answer = counted.during(router.clone().oneshot(request)).await.unwrap();
        let mut outcomes = counted.take(REQUESTS);
        assert_eq!(outcomes.len(), 1, "{outcomes:?}");
        (answer.status().as_u16(), outcomes.remove(0))
    }
}

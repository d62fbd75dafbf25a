//! Where nothing is fetched from: blocked hosts, and anywhere while federation is switched off.

use std::sync::Arc;

use bytes::Bytes;
use guildhall_activitypub::Iri;
use guildhall_app::group::{self, JoinError, NoDealings, RequestJoin};
use guildhall_app::port::ResolveError;
use guildhall_domain::event::Cause;
use guildhall_domain::peering::PeeringAction;
use guildhall_domain::{ActorId, ApId, GroupId, Handle};
use guildhall_federation::delivery::{ProfileSource as _, Transport as _};
use guildhall_federation::fetch::FetchError;
use guildhall_store::actor::{self, ActorFields};
use guildhall_store::{Db, membership, testing::on_both_engines};
use http::HeaderMap;
use serde_json::json;

use crate::peer::{Here, NOW, Peer, PeerActor, Reply};

/// Older than what is believed without asking again.
const TWO_DAYS_MS: i64 = 48 * 3_600_000;

fn authority(peer: &Peer) -> String {
    peer.iri("/").authority().to_owned()
}

/// Serves WebFinger at `at` for an actor, whose handle ends in `host`.
fn finger(at: &Peer, actor: &PeerActor, host: &str) {
    let asked = authority(at).replace(':', "%3A");
    let path = format!("/.well-known/webfinger?resource=acct:{}@{asked}", actor.name);
    let link = json!({"rel": "self", "type": "application/activity+json", "href": actor.id});
    let jrd = json!({"subject": format!("acct:{}@{host}", actor.name), "links": [link]});
    at.put(&path, Reply::typed("application/jrd+json", jrd.to_string()));
}

fn handle(name: &str, peer: &Peer) -> Handle {
    Handle { name: name.to_owned(), host: Some(authority(peer)) }
}

async fn list(here: &Here, peer: &Peer, action: PeeringAction) {
    let app = &here.federation.app;
    guildhall_app::instance::set_peering(app, None, &authority(peer), Some(action), None).await.unwrap();
    here.federation.fetcher.peers().forget();
}

async fn person(here: &Here) -> ActorId {
    let app = &here.federation.app;
    let base = &app.site.base_url;
    let fields = ActorFields {
        ap_id: ApId::new(format!("{base}/users/ann")),
        username: "ann".to_owned(),
        host: app.site.host.clone(),
        inbox: format!("{base}/users/ann/inbox"),
        ..remote_fields()
    };
    let (id, mut tx) = (ActorId(app.new_id()), app.begin().await.unwrap());
    assert!(actor::insert_local(&mut tx, id, &fields, app.now()).await.unwrap());
    tx.commit().await.unwrap();
    id
}

fn remote_fields() -> ActorFields {
    ActorFields {
        ap_id: ApId::new("https://far.example/users/bob"),
        kind: guildhall_domain::actor::ActorKind::Person,
        username: "bob".to_owned(),
        host: "far.example".to_owned(),
        display_name: None,
        summary_html: None,
        page_url: None,
        icon_url: None,
        inbox: "https://far.example/inbox".to_owned(),
        shared_inbox: None,
        outbox: None,
        followers: None,
        moderators_url: None,
        featured_url: None,
        wall_url: None,
        also_known_as: Vec::new(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
    }
}

async fn join(here: &Here, group: ActorId, actor: ActorId) -> Result<(), JoinError> {
    let command = RequestJoin { group: GroupId(group.0), actor, follow: None, cause: Cause::Local };
    group::request_join(&here.federation.app, command).await.map(|_| ())
}

on_both_engines! {
    async fn while_federation_is_off_what_is_known_is_found_and_nobody_is_asked(db: Db) {
        let peer = Peer::start().await;
        let books = peer.actor_of("Group", "books");
        finger(&peer, &books, &authority(&peer));
        let known = {
            let on = Here::on(db.clone(), |_| {}).await;
            on.federation.app.resolver.actor_by_handle(&handle("books", &peer)).await.unwrap()
        };
        let off = Here::on(db, |setup| {
            setup.switched_off = true;
            setup.now = NOW + TWO_DAYS_MS;
        })
        .await;
        let asked = peer.count_all();
        let app = &off.federation.app;
        assert_eq!(app.resolver.actor_by_handle(&handle("books", &peer)).await.unwrap(), known);
        for name in ["news", "alice"] {
            let unknown = app.resolver.actor_by_handle(&handle(name, &peer)).await.unwrap_err();
            assert!(matches!(unknown, ResolveError::SwitchedOff), "{unknown}");
            assert_eq!(unknown.to_string(), "federation is switched off on this server");
            let resolved = group::resolve(app, &handle(name, &peer)).await.unwrap_err();
            assert!(matches!(resolved, ResolveError::SwitchedOff), "{resolved}");
        }
        let ann = person(&off).await;
        let refused = join(&off, known, ann).await.unwrap_err();
        assert!(matches!(refused, JoinError::NoDealings(NoDealings::SwitchedOff)), "{refused}");
        assert!(membership::find(off.db(), GroupId(known.0), ann).await.unwrap().is_none());

        let fetcher = &off.federation.fetcher;
        let refreshed = fetcher.refresh_actor(&ApId::new(books.id.as_str())).await.unwrap_err();
        assert!(matches!(refreshed, FetchError::SwitchedOff), "{refreshed}");
        assert!(fetcher.learn(&authority(&peer)).await.is_none());
        let transport = Arc::new(off.federation.transport());
        let sent = transport.post(&peer.iri("/inbox"), HeaderMap::new(), Bytes::from_static(b"{}")).await;
        assert!(sent.is_err());
        assert_eq!(peer.count_all(), asked, "nobody was asked, and nothing sent");
    }

    async fn a_group_on_a_blocked_host_is_neither_looked_up_nor_joined(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let books = peer.actor_of("Group", "books");
        finger(&peer, &books, &authority(&peer));
        let app = &here.federation.app;
        let known = app.resolver.actor_by_handle(&handle("books", &peer)).await.unwrap();
        list(&here, &peer, PeeringAction::Block).await;
        let asked = peer.count_all();
        let refused = group::resolve(app, &handle("news", &peer)).await.unwrap_err();
        assert!(matches!(refused, ResolveError::Blocked), "{refused}");
        let ann = person(&here).await;
        let refused = join(&here, known, ann).await.unwrap_err();
        assert!(matches!(refused, JoinError::NoDealings(NoDealings::HostBlocked)), "{refused}");
        assert_eq!(peer.count_all(), asked);

        list(&here, &peer, PeeringAction::Allow).await;
        join(&here, known, ann).await.unwrap();
    }

    async fn a_short_domain_is_no_way_to_a_blocked_server_and_the_other_way_round(db: Db) {
        let here = Here::start(db).await;
        for is_server_blocked in [true, false] {
            let (short, server) = (Peer::start().await, Peer::start().await);
            let books = server.actor_of("Group", "books");
            finger(&short, &books, &authority(&short));
            finger(&server, &books, &authority(&short));
            let (blocked, way_in) = if is_server_blocked { (&server, &short) } else { (&short, &server) };
            list(&here, blocked, PeeringAction::Block).await;
            let asked = blocked.count_all();
            let refused = group::resolve(&here.federation.app, &handle("books", way_in)).await.unwrap_err();
            assert!(matches!(refused, ResolveError::Blocked), "{refused}");
            assert_eq!(blocked.count_all(), asked);
            assert!(here.known(&books.id).await.is_none());
        }
    }

    async fn an_actor_that_says_to_belong_to_a_blocked_host_is_not_taken_in_under_another(db: Db) {
        let (here, short, server) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let alice = server.actor("alice");
        let mut document = alice.document();
        document["webfinger"] = json!(format!("alice@{}", authority(&short)));
        server.put_document(&document);
        list(&here, &short, PeeringAction::Block).await;
        let id = ApId::new(Iri::as_str(&alice.id));
        let refused = here.federation.fetcher.actor(&id).await.unwrap_err();
        assert!(matches!(refused, FetchError::Blocked), "{refused}");
        assert!(here.known(&alice.id).await.is_none());
    }
}

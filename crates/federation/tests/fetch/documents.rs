//! Documents: type, size, id, redirects, blocks.

use std::time::Duration;

use guildhall_domain::ApId;
use guildhall_domain::peering::PeeringAction;
use guildhall_federation::fetch::FetchError;
use guildhall_store::{Db, peering, testing::on_both_engines};
use serde_json::json;

use super::gzip::bomb;
use crate::peer::{Here, Peer, Reply, note};

fn id(peer: &Peer, path: &str) -> ApId {
    ApId::new(peer.iri(path).as_str())
}

async fn fetched(here: &Here, peer: &Peer, path: &str) -> Result<String, FetchError> {
    here.federation.fetcher.fetch_object(&id(peer, path)).await.map(|object| object.id.as_str().to_owned())
}

on_both_engines! {
    async fn an_object_is_fetched_by_a_signed_request(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        peer.put_document(&note(&peer.iri("/notes/1"), &peer.iri("/users/alice")));
        assert_eq!(fetched(&here, &peer, "/notes/1").await.unwrap(), peer.iri("/notes/1").as_str());

        let asked = peer.last_asked();
        let header = |name: &str| asked.headers[name].to_str().unwrap();
        let key_id = format!("keyId=\"{}/actor#main-key\"", here.base);
        assert!(
            header("signature").contains(&key_id) && header("signature").contains("(request-target) host date")
        );
        assert!(header("accept").contains("application/activity+json"));
        assert!(header("user-agent").starts_with("Guildhall/") && header("user-agent").contains(&here.base));
        assert_eq!(header("host"), peer.iri("/").authority());
    }

    async fn only_activitypub_documents_are_taken(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let document = note(&peer.iri("/notes/1"), &peer.iri("/users/alice")).to_string();
        for media_type in ["application/json", "text/html", "text/plain", "image/png", "application/ld+json"] {
            peer.put("/notes/1", Reply::typed(media_type, document.clone()));
            let error = fetched(&here, &peer, "/notes/1").await.unwrap_err();
            assert!(matches!(error, FetchError::NotActivityPub(_)), "{media_type}: {error}");
        }
        let profile = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"; charset=utf-8";
        peer.put("/notes/1", Reply::typed(profile, document));
        assert!(fetched(&here, &peer, "/notes/1").await.is_ok());
        for body in ["[]", "no json", "{\"id\": 7}"] {
            peer.put("/notes/1", Reply::typed("application/activity+json", body));
            let error = fetched(&here, &peer, "/notes/1").await.unwrap_err();
            assert!(matches!(error, FetchError::NotActivityPub(_) | FetchError::WrongId), "{body}: {error}");
        }
    }

    async fn a_page_leads_to_the_object_under_its_own_id(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let real = note(&peer.iri("/notes/1"), &peer.iri("/users/alice"));
        peer.put("/@alice/1", Reply::document(&real));
        peer.put_document(&real);
        assert_eq!(fetched(&here, &peer, "/@alice/1").await.unwrap(), peer.iri("/notes/1").as_str());
        assert_eq!(peer.count("/notes/1"), 1);
    }

    async fn a_server_cannot_vouch_for_anothers_id(db: Db) {
        let (here, peer, victim) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let forged = note(&victim.iri("/notes/1"), &victim.iri("/users/bob"));
        peer.put("/notes/1", Reply::document(&forged));
        assert!(matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::NotFound)));

        // The victim's own words count, if it has any.
        let mut real = forged.clone();
        real["content"] = json!("<p>mine</p>");
        victim.put_document(&real);
        let object = here.federation.fetcher.fetch_object(&id(&peer, "/notes/1")).await.unwrap();
        assert_eq!(object.content_html.as_deref(), Some("<p>mine</p>"));

        // An open redirect of the victim does not make it the victim's.
        victim.put("/notes/1", Reply::redirect(peer.iri("/notes/1").as_str()));
        assert!(matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::WrongId)));
        assert!(matches!(fetched(&here, &victim, "/notes/1").await, Err(FetchError::WrongId)));
    }

    async fn three_redirects_are_followed_and_no_more(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        peer.put_document(&note(&peer.iri("/notes/1"), &peer.iri("/users/alice")));
        for (from, to) in
            [("/r1", "/notes/1"), ("/r2", "/r1"), ("/r3", "/r2"), ("/r4", "/r3"), ("/self", "/self")]
        {
            peer.put(from, Reply::redirect(to));
        }
        assert!(fetched(&here, &peer, "/r3").await.is_ok());
        assert!(matches!(fetched(&here, &peer, "/r4").await, Err(FetchError::TooManyRedirects)));
        assert!(matches!(fetched(&here, &peer, "/self").await, Err(FetchError::TooManyRedirects)));
        assert_eq!(peer.count("/self"), 4);
    }

    async fn each_redirect_is_checked_like_the_first_address(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        for target in [
            "http://10.0.0.1/",
            "http://169.254.169.254/latest",
            "https://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://0x0a000001/",
        ] {
            peer.put("/notes/1", Reply::redirect(target));
            assert!(matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::Refused(_))), "{target}");
        }
        for target in ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user@127.0.0.1/"] {
            peer.put("/notes/1", Reply::redirect(target));
            assert!(
                matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::TooManyRedirects)),
                "{target}"
            );
        }
        peer.put("/notes/1", Reply::redirect(&format!("{}/actor", here.base)));
        assert!(matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::OwnHost)));
    }

    async fn blocked_hosts_are_not_asked_also_not_by_redirect(db: Db) {
        let (here, peer, blocked) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let mut tx = here.db().begin().await.unwrap();
        let host = blocked.iri("/").authority().to_owned();
        peering::set(&mut tx, None, &host, PeeringAction::Block, None, here.now()).await.unwrap();
        tx.commit().await.unwrap();
        peer.put("/notes/1", Reply::redirect(blocked.iri("/notes/1").as_str()));
        assert!(matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::Blocked)));
        assert!(matches!(fetched(&here, &blocked, "/notes/1").await, Err(FetchError::Blocked)));
        assert_eq!(blocked.count_all(), 0);
    }

    async fn what_is_too_large_is_not_read_also_not_when_it_was_packed(db: Db) {
        let here = Here::on(db, |setup| setup.limits.fetch.body_bytes = 100_000).await;
        let peer = Peer::start().await;
        peer.put("/large", Reply::typed("application/activity+json", " ".repeat(100_001)));
        assert!(matches!(fetched(&here, &peer, "/large").await, Err(FetchError::TooLarge)));

        let bomb = bomb(50 << 20);
        assert!(bomb.len() < 400_000);
        let mut packed = Reply::typed("application/activity+json", bomb);
        packed.headers.push(("content-encoding", "gzip".to_owned()));
        peer.put("/bomb", packed);
        assert!(matches!(fetched(&here, &peer, "/bomb").await, Err(FetchError::TooLarge)));
    }

    async fn a_server_that_never_answers_is_not_waited_for(db: Db) {
        let here = Here::on(db, |setup| setup.limits.fetch.timeout = Duration::from_millis(50)).await;
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = ApId::new(format!("http://{}/notes/1", silent.local_addr().unwrap()));
        let error = here.federation.fetcher.fetch_object(&url).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
    }

    async fn what_a_status_means_is_told_apart(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        for (status, is_retryable, is_absent) in [
            (404, false, true),
            (410, false, true),
            (401, false, false),
            (403, false, false),
            (400, false, false),
            (429, true, false),
            (500, true, false),
            (503, true, false),
        ] {
            peer.put("/notes/1", Reply::status(status));
            let error = fetched(&here, &peer, "/notes/1").await.unwrap_err();
            assert_eq!((error.is_retryable(), error.is_absent()), (is_retryable, is_absent), "{status}: {error}");
        }
        peer.put("/notes/1", Reply::document(&json!({"id": peer.iri("/notes/1"), "type": "Tombstone"})));
        assert!(matches!(fetched(&here, &peer, "/notes/1").await, Err(FetchError::Gone)));
    }
}

//! Those who want one thing of another server at the same time ask for it once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../peer/mod.rs"]
mod peer;
mod slow;

use guildhall_activitypub::Object;
use guildhall_domain::ApId;
use guildhall_federation::{
    delivery::port::ProfileSource as _,
    fetch::{FetchError, Fetcher},
};
use guildhall_store::{db::Db, testing::on_both_engines};
use http::StatusCode;
use peer::{Here, note};
use serde_json::json;
use slow::SlowPeer;

fn id(peer: &SlowPeer, path: &str) -> ApId {
    ApId::new(peer.iri(path).as_str())
}

/// Notes 1 to `last`, each the answer to the one before.
async fn thread(last: u32) -> SlowPeer {
    let peer = SlowPeer::start().await;
    for number in 1..=last {
        let mut note = note(&peer.iri(&format!("/notes/{number}")), &peer.iri("/users/alice"));
        if number > 1 {
            note["inReplyTo"] = json!(peer.iri(&format!("/notes/{}", number - 1)));
        }
        peer.put(&note);
    }
    peer
}

fn paths(chain: Result<Vec<Object>, FetchError>) -> Vec<String> {
    chain.unwrap().iter().map(|object| object.id.path_and_query().to_owned()).collect()
}

/// Two activities that are worked on at the same time, each with an account of its own for `count` documents.
async fn two_causes(db: Db, count: u32) -> (Here, Fetcher, Fetcher) {
    let here = Here::on(db, |setup| setup.limits.fetch.count = count).await;
    let (one, other) = (here.federation.fetcher.for_one_cause(), here.federation.fetcher.for_one_cause());
    (here, one, other)
}

on_both_engines! {
    async fn two_answers_to_one_comment_bring_its_thread_in_once(db: Db) {
        let (_here, one, other) = two_causes(db, 50).await;
        let peer = thread(4).await;
        let parent = id(&peer, "/notes/4");
        let both = async { tokio::join!(one.fetch_thread_upwards(&parent), other.fetch_thread_upwards(&parent)) };
        let (chain, same) = peer.during(both).await;
        assert_eq!(paths(chain), ["/notes/1", "/notes/2", "/notes/3", "/notes/4"]);
        assert_eq!(paths(same), ["/notes/1", "/notes/2", "/notes/3", "/notes/4"]);
        assert_eq!(peer.asked(), ["/notes/4", "/notes/3", "/notes/2", "/notes/1"]);
    }

    async fn an_answer_that_comes_while_the_thread_is_fetched_waits_for_the_same(db: Db) {
        let (_here, one, other) = two_causes(db, 50).await;
        let peer = thread(3).await;
        let parent = id(&peer, "/notes/3");
        let later = async {
            while peer.asked().len() < 2 {
                tokio::task::yield_now().await;
            }
            other.fetch_thread_upwards(&parent).await
        };
        let (chain, same) = peer.during(async { tokio::join!(one.fetch_thread_upwards(&parent), later) }).await;
        assert_eq!(paths(chain), paths(same));
        assert_eq!(peer.asked(), ["/notes/3", "/notes/2", "/notes/1"]);
    }

    async fn who_joins_pays_for_one_document_and_who_fetches_for_all(db: Db) {
        let (_here, one, other) = two_causes(db, 4).await;
        let peer = thread(4).await;
        let parent = id(&peer, "/notes/4");
        let both = async {
            let (chain, same) =
                tokio::join!(one.fetch_thread_upwards(&parent), other.fetch_thread_upwards(&parent));
            assert!(chain.is_ok() && same.is_ok());
            assert!(matches!(one.fetch_object(&parent).await, Err(FetchError::BudgetSpent)));
            for _ in 0..3 {
                assert!(other.fetch_object(&parent).await.is_ok());
            }
            assert!(matches!(other.fetch_object(&parent).await, Err(FetchError::BudgetSpent)));
        };
        peer.during(both).await;
    }

    async fn who_joins_goes_on_where_the_account_of_the_other_is_spent(db: Db) {
        let (_here, one, other) = two_causes(db, 5).await;
        let peer = thread(4).await;
        let (first, parent) = (id(&peer, "/notes/1"), id(&peer, "/notes/4"));
        let both = async {
            for _ in 0..2 {
                one.fetch_object(&first).await.unwrap();
            }
            tokio::join!(one.fetch_thread_upwards(&parent), other.fetch_thread_upwards(&parent))
        };
        let (spent, chain) = peer.during(both).await;
        assert!(matches!(spent, Err(FetchError::BudgetSpent)), "three documents are not enough for four");
        assert_eq!(chain.unwrap().len(), 4);
    }

    async fn a_document_is_asked_for_once_and_each_pays(db: Db) {
        let (_here, one, other) = two_causes(db, 1).await;
        let peer = thread(1).await;
        let wanted = id(&peer, "/notes/1");
        let both = async { tokio::join!(one.fetch_object(&wanted), other.fetch_object(&wanted)) };
        let (first, second) = peer.during(both).await;
        assert_eq!(first.unwrap().id, second.unwrap().id);
        for cause in [&one, &other] {
            assert!(matches!(cause.fetch_object(&wanted).await, Err(FetchError::BudgetSpent)));
        }
        assert_eq!(peer.asked(), ["/notes/1"]);
    }

    async fn a_later_one_wants_an_answer_of_its_own(db: Db) {
        let (_here, one, other) = two_causes(db, 9).await;
        let peer = thread(1).await;
        let wanted = id(&peer, "/notes/1");
        assert!(peer.during(one.fetch_object(&wanted)).await.is_ok());
        peer.put_status("/notes/1", StatusCode::GONE);
        assert!(matches!(peer.during(other.fetch_object(&wanted)).await, Err(FetchError::Gone)));
    }

    async fn a_failure_is_shared(db: Db) {
        let (_here, one, other) = two_causes(db, 9).await;
        let peer = SlowPeer::start().await;
        peer.put_status("/notes/1", StatusCode::SERVICE_UNAVAILABLE);
        let wanted = id(&peer, "/notes/1");
        let both = async { tokio::join!(one.fetch_object(&wanted), other.fetch_object(&wanted)) };
        let (first, second) = peer.during(both).await;
        assert!(first.unwrap_err().is_retryable() && second.unwrap_err().is_retryable());
        assert_eq!(peer.asked(), ["/notes/1"]);
    }

    async fn the_pages_of_a_collection_are_asked_for_once(db: Db) {
        let (_here, one, other) = two_causes(db, 9).await;
        let peer = SlowPeer::start().await;
        let page = |number: u32| peer.iri(&format!("/thread?page={number}"));
        peer.put(&json!({ "id": peer.iri("/thread"), "type": "OrderedCollection", "first": page(1) }));
        for (number, next) in [(1, Some(page(2))), (2, None)] {
            peer.put(&json!({
                "id": page(number), "type": "OrderedCollectionPage", "partOf": peer.iri("/thread"),
                "orderedItems": [peer.iri(&format!("/notes/{number}"))], "next": next,
            }));
        }
        let wanted = id(&peer, "/thread");
        let (mut mine, mut theirs) = (one.budget(), other.budget());
        let both = async {
            tokio::join!(one.fetch_collection(&wanted, &mut mine), other.fetch_collection(&wanted, &mut theirs))
        };
        let (first, second) = peer.during(both).await;
        assert_eq!((first.unwrap().len(), second.unwrap().len()), (2, 2));
        assert_eq!(peer.asked(), ["/thread", "/thread?page=1", "/thread?page=2"]);
    }

    async fn a_host_is_asked_once_what_it_runs(db: Db) {
        let (_here, one, other) = two_causes(db, 9).await;
        let peer = SlowPeer::start().await;
        let rel = "http://nodeinfo.diaspora.software/ns/schema/2.1";
        peer.put_json("/.well-known/nodeinfo", &json!({ "links": [{ "rel": rel, "href": peer.iri("/nodeinfo/2.1") }] }));
        let software = json!({ "name": "lemmy", "version": "1.0" });
        peer.put_json("/nodeinfo/2.1", &json!({ "version": "2.1", "software": software, "protocols": ["activitypub"] }));
        let home = peer.iri("/");
        let host = home.authority();
        let both = async { tokio::join!(one.learn(host), other.learn(host)) };
        let (first, second) = peer.during(both).await;
        assert_eq!((first.unwrap().name.as_str(), second.unwrap().name.as_str()), ("lemmy", "lemmy"));
        assert_eq!(peer.asked(), ["/.well-known/nodeinfo", "/nodeinfo/2.1"]);
    }
}

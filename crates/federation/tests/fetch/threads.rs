//! Threads upwards and collections, within budgets.

use guildhall_domain::ApId;
use guildhall_federation::fetch::FetchError;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::peer::{Here, Peer, Reply, note};

fn id(peer: &Peer, path: &str) -> ApId {
    ApId::new(peer.iri(path).as_str())
}

/// Notes 1 to `last`, each the answer to the one before.
fn thread(peer: &Peer, last: u32) {
    for number in 1..=last {
        let mut note = note(&peer.iri(&format!("/notes/{number}")), &peer.iri("/users/alice"));
        if number > 1 {
            note["inReplyTo"] = json!(peer.iri(&format!("/notes/{}", number - 1)));
        }
        peer.put_document(&note);
    }
}

async fn upwards(here: &Here, peer: &Peer, path: &str) -> Result<Vec<String>, FetchError> {
    let chain = here.federation.fetcher.fetch_thread_upwards(&id(peer, path)).await?;
    Ok(chain.iter().map(|object| object.id.path_and_query().to_owned()).collect())
}

on_both_engines! {
    async fn a_reply_comes_with_all_that_it_answers(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        thread(&peer, 3);
        assert_eq!(upwards(&here, &peer, "/notes/3").await.unwrap(), ["/notes/1", "/notes/2", "/notes/3"]);
    }

    async fn a_thread_begins_below_what_is_gone(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        thread(&peer, 3);
        for status in [404, 410, 403] {
            peer.put("/notes/1", Reply::status(status));
            assert_eq!(upwards(&here, &peer, "/notes/3").await.unwrap(), ["/notes/2", "/notes/3"], "{status}");
        }
        peer.put("/notes/1", Reply::status(503));
        assert!(upwards(&here, &peer, "/notes/3").await.unwrap_err().is_retryable());
    }

    async fn endless_threads_and_circles_come_to_an_end(db: Db) {
        let here = Here::on(db, |setup| setup.limits.fetch.depth = 4).await;
        let peer = Peer::start().await;
        thread(&peer, 30);
        assert_eq!(upwards(&here, &peer, "/notes/5").await.unwrap().len(), 5);
        assert!(matches!(upwards(&here, &peer, "/notes/30").await, Err(FetchError::BudgetSpent)));
        assert!(peer.count_all() <= 10);

        let mut first = note(&peer.iri("/notes/1"), &peer.iri("/users/alice"));
        first["inReplyTo"] = json!(peer.iri("/notes/3"));
        peer.put_document(&first);
        assert_eq!(upwards(&here, &peer, "/notes/3").await.unwrap().len(), 3);
    }

    async fn the_number_of_documents_for_one_cause_is_limited(db: Db) {
        let here = Here::on(db, |setup| setup.limits.fetch.count = 3).await;
        let peer = Peer::start().await;
        thread(&peer, 10);
        assert!(matches!(upwards(&here, &peer, "/notes/10").await, Err(FetchError::BudgetSpent)));
        assert_eq!(peer.count_all(), 3);
    }

    async fn a_collection_is_walked_page_by_page(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let item = |number: u32| peer.iri(&format!("/notes/{number}"));
        let page = |number: u32, next: Option<u32>| {
            json!({
                "id": peer.iri(&format!("/outbox?page={number}")),
                "type": "OrderedCollectionPage",
                "orderedItems": [item(number * 2), item(number * 2 + 1)],
                "next": next.map(|next| peer.iri(&format!("/outbox?page={next}"))),
            })
        };
        peer.put_document(
            &json!({"id": peer.iri("/outbox"), "type": "OrderedCollection", "first": peer.iri("/outbox?page=1")}),
        );
        peer.put_document(&page(1, Some(2)));
        peer.put_document(&page(2, None));
        assert_eq!(items(&here, &peer, "/outbox").await.unwrap(), 4);
        // Embedded first page.
        peer.put_document(
            &json!({"id": peer.iri("/outbox"), "type": "OrderedCollection", "first": page(1, Some(2))}),
        );
        assert_eq!(items(&here, &peer, "/outbox").await.unwrap(), 4);
        // A page that points back ends it.
        peer.put_document(&page(2, Some(1)));
        assert_eq!(items(&here, &peer, "/outbox").await.unwrap(), 4);
    }

    async fn endless_pages_come_to_an_end_and_other_hosts_are_not_asked(db: Db) {
        let here = Here::on(db, |setup| setup.limits.fetch.collection_pages = 5).await;
        let (peer, other) = (Peer::start().await, Peer::start().await);
        for number in 1..20 {
            peer.put_document(&json!({
                "id": peer.iri(&format!("/endless/{number}")),
                "type": "CollectionPage",
                "items": [peer.iri("/notes/1")],
                "next": peer.iri(&format!("/endless/{}", number + 1)),
            }));
        }
        assert_eq!(items(&here, &peer, "/endless/1").await.unwrap(), 5);
        assert!(peer.count_all() <= 6);

        peer.put_document(&json!({
            "id": peer.iri("/away"), "type": "Collection", "items": [peer.iri("/notes/1")], "first": other.iri("/page"),
        }));
        assert_eq!(items(&here, &peer, "/away").await.unwrap(), 1);
        assert_eq!(other.count_all(), 0);
    }
}

async fn items(here: &Here, peer: &Peer, path: &str) -> Result<usize, FetchError> {
    let fetcher = &here.federation.fetcher;
    Ok(fetcher.fetch_collection(&id(peer, path), &mut fetcher.budget()).await?.len())
}

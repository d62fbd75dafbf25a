//! Block lists are fetched past the same guard as everything else.

use guildhall_app::block_list::Validators;
use guildhall_app::instance::set_peering;
use guildhall_app::port::{FetchedList, ResolveError};
use guildhall_domain::peering::PeeringAction;
use guildhall_store::{Db, testing::on_both_engines};

use crate::peer::{Here, Peer, Reply};

const CSV: &str = "#domain,#severity\nbad.example,suspend\n";

async fn fetch(here: &Here, url: &str, known: &Validators) -> Result<FetchedList, ResolveError> {
    here.federation.app.resolver.block_list(url, known).await
}

async fn refusal(here: &Here, peer: &Peer, path: &str) -> String {
    fetch(here, peer.iri(path).as_str(), &Validators::default()).await.unwrap_err().to_string()
}

on_both_engines! {
    async fn a_list_is_fetched_over_redirects_and_told_by_its_tag_the_next_time(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let mut reply = Reply::typed("text/csv", CSV);
        reply.headers.push(("etag", "\"v1\"".to_owned()));
        reply.headers.push(("last-modified", "Sun, 01 Mar 2026 12:00:00 GMT".to_owned()));
        peer.put("/list.csv", reply);
        peer.put("/moved.csv", Reply::redirect("/list.csv"));
        let validators = Validators {
            etag: Some("\"v1\"".to_owned()),
            last_modified: Some("Sun, 01 Mar 2026 12:00:00 GMT".to_owned()),
        };
        let got = fetch(&here, peer.iri("/moved.csv").as_str(), &Validators::default()).await.unwrap();
        assert_eq!(got, FetchedList::Text { text: CSV.to_owned(), validators: validators.clone() });
        assert!(!peer.last_asked().headers.contains_key("signature"), "in nobody's name");

        peer.put("/list.csv", Reply::status(304));
        assert_eq!(fetch(&here, peer.iri("/list.csv").as_str(), &validators).await.unwrap(), FetchedList::Unchanged);
        let asked = peer.last_asked();
        assert_eq!(asked.headers["if-none-match"], "\"v1\"");
        assert_eq!(asked.headers["if-modified-since"], "Sun, 01 Mar 2026 12:00:00 GMT");
    }

    async fn what_is_no_list_is_refused_with_the_reason(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        peer.put("/large.csv", Reply::typed("text/csv", vec![b'a'; (4 << 20) + 1]));
        peer.put("/latin1.csv", Reply::typed("text/csv", vec![b'b', 0xfc, b'c']));
        peer.put("/down.csv", Reply::status(503));
        peer.put("/secret.csv", Reply::status(403));
        peer.put("/loop.csv", Reply::redirect("/loop.csv"));
        peer.put("/inside.csv", Reply::redirect("http://10.0.0.1/list.csv"));
        for (path, said) in [
            ("/large.csv", "larger than 4 MiB"),
            ("/latin1.csv", "not text in UTF-8"),
            ("/down.csv", "could not be reached: status 503"),
            ("/secret.csv", "status 403"),
            ("/loop.csv", "redirected too often"),
            ("/inside.csv", "forbidden range"),
            ("/none.csv", "nothing is found"),
        ] {
            let refused = refusal(&here, &peer, path).await;
            assert!(refused.contains(said), "{path}: {refused}");
        }
    }

    async fn a_blocked_host_is_not_asked_for_a_list(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        peer.put("/list.csv", Reply::typed("text/csv", CSV));
        let host = peer.iri("/").authority().to_owned();
        set_peering(&here.federation.app, None, &host, Some(PeeringAction::Block), None).await.unwrap();
        here.federation.fetcher.peers().forget();
        assert_eq!(refusal(&here, &peer, "/list.csv").await, "this server is blocked here");
        assert_eq!(peer.count_all(), 0);
    }

    async fn nothing_is_fetched_while_federation_is_off(db: Db) {
        let (here, peer) = (Here::on(db, |setup| setup.switched_off = true).await, Peer::start().await);
        assert_eq!(refusal(&here, &peer, "/list.csv").await, "federation is switched off on this server");
        assert_eq!(peer.count_all(), 0);
    }
}

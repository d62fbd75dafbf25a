//! Steps 7 to 9: strict parsing, what has to be signed, and when.

use std::time::Duration;

use guildhall_store::{Db, testing::on_both_engines};

use super::support::{Scene, refusal};
use crate::peer::Post;

const ALL: &str = "(request-target) host date digest";

on_both_engines! {
    async fn without_a_signature_nothing_passes_whatever_else_is_there(db: Db) {
        let scene = Scene::start(db).await;
        let bare = scene.post().without("signature");
        assert_eq!(scene.refused_unasked(&bare).await, refusal(401, "signature-missing"));
        let signature = scene.post().value("signature");
        for header in [format!("Signature {signature}"), "Bearer x".to_owned()] {
            let post = bare.clone().header("authorization", &header);
            assert_eq!(scene.refused_unasked(&post).await, refusal(401, "signature-missing"));
        }
        // An input without its signature.
        let rfc9421 = Post::rfc9421(&scene.here, &scene.alice.key_id, &scene.alice.key, &scene.follow());
        assert_eq!(scene.refused_unasked(&rfc9421.without("signature")).await, refusal(401, "signature-missing"));
    }

    async fn a_malformed_signature_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        let good = scene.post().value("signature");
        let key_id = format!("keyId=\"{}\"", scene.alice.key_id);
        for (bad, status, code) in [
            (String::new(), 400, "signature-malformed"),
            ("x".to_owned(), 400, "signature-malformed"),
            (good.replace(&format!("headers=\"{ALL}\""), "headers=\"\""), 401, "signature-component"),
            (good.replace(&format!(",headers=\"{ALL}\""), ""), 400, "signature-malformed"),
            (format!("{good},{key_id}"), 400, "signature-doubled"),
            (format!("{good},headers=\"{ALL}\""), 400, "signature-doubled"),
            (good.replace("rsa-sha256", "none"), 401, "signature-algorithm"),
            (good.replace("rsa-sha256", "rsa-sha1"), 401, "signature-algorithm"),
            (good.replace(&key_id, "keyId=\"acct:alice@example.org\""), 401, "signature-key-id"),
            (
                good.replace(&key_id, &format!("keyId=\"http://127.0.0.1/{}\"", "a".repeat(2048))),
                401,
                "signature-key-id",
            ),
        ] {
            let post = scene.post().header("signature", &bad);
            assert_eq!(scene.refused_unasked(&post).await, refusal(status, code), "{bad}");
        }
    }

    async fn two_signatures_of_rfc_9421_are_refused(db: Db) {
        let scene = Scene::start(db).await;
        let post = Post::rfc9421(&scene.here, &scene.alice.key_id, &scene.alice.key, &scene.follow());
        let (input, signature) = (post.value("signature-input"), post.value("signature"));
        let doubled = post
            .header("signature-input", &format!("{input}, {}", input.replace("sig1", "sig2")))
            .header("signature", &format!("{signature}, {}", signature.replace("sig1", "sig2")));
        assert_eq!(scene.refused_unasked(&doubled).await, refusal(401, "signature-several"));
    }

    async fn everything_that_matters_has_to_be_signed(db: Db) {
        let scene = Scene::start(db).await;
        let now = scene.here.now().as_millis();
        for names in [
            "host date digest",
            "(request-target) date digest",
            "(request-target) host digest",
            "(request-target) host date",
            "date",
        ] {
            let post = Post::covering(&scene.here, &scene.alice, names, now, &scene.follow());
            assert_eq!(scene.refused_unasked(&post).await, refusal(401, "signature-not-covered"), "{names}");
        }
    }

    async fn a_signature_is_good_for_an_hour(db: Db) {
        let scene = Scene::start(db).await;
        let post = scene.post();
        scene.here.clock.advance(Duration::from_secs(3601));
        assert_eq!(scene.refused_unasked(&post).await, refusal(401, "signature-too-old"));

        let now = scene.here.now().as_millis();
        for (time, code) in [(now - 3_601_000, "signature-too-old"), (now + 301_000, "signature-future")] {
            let post = Post::covering(&scene.here, &scene.alice, ALL, time, &scene.follow());
            assert_eq!(scene.refused_unasked(&post).await, refusal(401, code));
        }
        let created = "(request-target) (created) host digest";
        let post = Post::covering(&scene.here, &scene.alice, created, now - 61_000, &scene.follow());
        assert_eq!(scene.refused_unasked(&post).await, refusal(401, "signature-expired"));
        // A fresh `Date` beside it does not help: it is the signed time that counts.
        let stale = Post::covering(&scene.here, &scene.alice, ALL, now - 3_601_000, &scene.follow());
        let fresh_date = scene.post().value("date");
        assert_eq!(scene.refused(&stale.header("date", &fresh_date)).await, refusal(401, "signature-mismatch"));
    }

    async fn a_little_skew_is_forgiven(db: Db) {
        let scene = Scene::start(db).await;
        let now = scene.here.now().as_millis();
        let post = Post::covering(&scene.here, &scene.alice, ALL, now - 3_500_000, &scene.follow());
        scene.accepted(&post).await;
        let mut second = scene.follow();
        second["id"] = format!("{}/activities/2", scene.peer.base).into();
        scene.accepted(&Post::covering(&scene.here, &scene.alice, ALL, now + 290_000, &second)).await;
        assert_eq!(scene.here.kept().await.len(), 2);
    }

    async fn a_request_replayed_to_another_path_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        let mut post = scene.post();
        post.url =
            guildhall_activitypub::Iri::parse(&format!("{}/groups/gardening/inbox", scene.here.base)).unwrap();
        assert_eq!(scene.refused(&post).await, refusal(401, "signature-mismatch"));
    }

    async fn a_signature_with_another_key_is_refused_without_effect(db: Db) {
        let scene = Scene::start(db).await;
        let stranger = guildhall_activitypub::KeyPair::generate_ed25519().unwrap();
        let forged = Post::rfc9421(&scene.here, &scene.alice.ed25519_id(), &stranger, &scene.follow());
        assert_eq!(scene.refused(&forged).await, refusal(401, "signature-mismatch"));
        // The algorithm says one kind of key, the id names one of another.
        let confused = Post::rfc9421(&scene.here, &scene.alice.key_id, &stranger, &scene.follow());
        assert_eq!(scene.refused(&confused).await, refusal(401, "signature-key-kind"));
    }
}

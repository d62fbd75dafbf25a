//! Subscriptions to block lists.

use std::time::Duration;

use guildhall_domain::{
    BlockListId,
    peering::block_list::{ListEffect, ListMode, Mapping, Offer, Severity},
};
use guildhall_store::{
    Db,
    block_list::{self, BlockList, Checked, Terms, Validators},
    testing::on_both_engines,
};

use crate::set_up::{LATER, NOW};

const HOUR: Duration = Duration::from_hours(1);

fn list(id: i64, url: &str) -> BlockList {
    BlockList {
        id: BlockListId(id),
        url: url.to_owned(),
        terms: Terms { mode: ListMode::Draft, mapping: Mapping::default(), interval: HOUR },
        revision: 0,
        validators: Validators::default(),
        fetched_at: None,
        checked_at: None,
        next_check_at: NOW,
        failure: None,
        failures: 0,
        created_at: NOW,
    }
}

fn offer(host: &str) -> Offer {
    Offer {
        host: host.to_owned(),
        severity: Severity::Silence,
        reject_media: true,
        public_comment: Some("x".into()),
    }
}

on_both_engines! {
    async fn a_subscription_is_kept_as_it_was_made_and_each_url_once(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let first = list(7, "https://l.example/a.csv");
        assert!(block_list::insert(&mut tx, &first).await.unwrap());
        assert!(!block_list::insert(&mut tx, &list(8, "https://l.example/a.csv")).await.unwrap());
        assert!(block_list::insert(&mut tx, &list(9, "https://l.example/b.csv")).await.unwrap());
        let terms = Terms {
            mode: ListMode::Automatic,
            mapping: Mapping { suspend: ListEffect::Limit, silence: ListEffect::MuteMedia, media: false },
            interval: 2 * HOUR,
        };
        block_list::set_terms(&mut tx, BlockListId(9), &terms, LATER).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(block_list::find_by_url(&db, "https://l.example/a.csv").await.unwrap(), Some(first));
        let changed = block_list::find(&db, BlockListId(9)).await.unwrap().unwrap();
        assert_eq!((changed.terms, changed.next_check_at), (terms, LATER));
        let due: Vec<_> = block_list::list_due(&db, NOW).await.unwrap().into_iter().map(|list| list.id.0).collect();
        assert_eq!(due, [7]);
    }

    async fn what_a_source_said_and_how_asking_went_is_kept(db: Db) {
        let id = BlockListId(7);
        let mut tx = db.begin().await.unwrap();
        block_list::insert(&mut tx, &list(7, "https://l.example/a.csv")).await.unwrap();
        let offers: Vec<Offer> = (0..2_500).map(|number| offer(&format!("h{number:04}.example"))).collect();
        block_list::set_offers(&mut tx, id, &offers).await.unwrap();
        let validators = Validators { etag: Some("\"1\"".into()), last_modified: None };
        block_list::set_validators(&mut tx, id, &validators).await.unwrap();
        let good = Checked { at: NOW, next_at: LATER, failure: None };
        block_list::set_checked(&mut tx, id, &good).await.unwrap();
        assert_eq!(block_list::list_offers(&mut tx, id).await.unwrap(), offers);
        for _ in 0..2 {
            let failed = Checked { at: LATER, next_at: LATER.plus(HOUR), failure: Some("no answer".into()) };
            block_list::set_checked(&mut tx, id, &failed).await.unwrap();
        }
        block_list::set_exceptions(&mut tx, id, &["b.example".into(), "a.example".into()]).await.unwrap();
        tx.commit().await.unwrap();
        let kept = block_list::find(&db, id).await.unwrap().unwrap();
        assert_eq!((kept.revision, &kept.validators, kept.failures), (1, &validators, 2));
        assert_eq!((kept.fetched_at, kept.checked_at, kept.failure.as_deref()), (Some(NOW), Some(LATER), Some("no answer")));
        assert_eq!(block_list::list_exceptions(&db, id).await.unwrap(), ["a.example", "b.example"]);

        let mut tx = db.begin().await.unwrap();
        block_list::set_offers(&mut tx, id, &[offer("only.example")]).await.unwrap();
        block_list::set_checked(&mut tx, id, &good).await.unwrap();
        tx.commit().await.unwrap();
        let kept = block_list::find(&db, id).await.unwrap().unwrap();
        assert_eq!((kept.revision, kept.failures, kept.failure), (2, 0, None));
        assert_eq!(block_list::list_offers(&db, id).await.unwrap(), [offer("only.example")]);

        let mut tx = db.begin().await.unwrap();
        block_list::delete(&mut tx, id).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(block_list::list(&db).await.unwrap(), []);
    }
}

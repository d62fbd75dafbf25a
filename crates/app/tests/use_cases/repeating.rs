//! Requests that come more than once under one key.

use std::sync::Arc;

use guildhall_app::{
    App, Signals,
    entry::{self, Once, OnceError, RequestKey, Submit},
};
use guildhall_domain::{
    EntryId,
    group::{Admission, Posting, Review},
};
use guildhall_store::{Db, testing::on_both_engines};
use tokio::task::JoinSet;

use crate::support::{
    Here,
    people::{policy, reviewing},
    write::{commenting, posting},
};

fn key(name: &str, request: &str) -> RequestKey {
    RequestKey::new(name.as_bytes(), &[request.as_bytes()]).unwrap()
}

async fn once(app: &App, command: &Submit, key: RequestKey) -> Result<EntryId, OnceError> {
    match entry::submit_once(app, command.clone(), key).await? {
        Once::Submitted(submitted) => Ok(submitted.entry.unwrap()),
        Once::Repeated(entry) => Ok(entry),
    }
}

/// Another process on the same database: nothing is shared but that.
fn other_node(here: &Here) -> App {
    App { signals: Arc::new(Signals::default()), ..here.app.clone() }
}

async fn keys(here: &Here) -> i64 {
    here.app.store.query("SELECT count(*) FROM request_keys").one::<(i64,)>().await.unwrap().0
}

on_both_engines! {
    async fn equal_requests_at_once_make_one_entry(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let post = here.post(group, ann, "Tomatoes").await;
        let (nodes, told) = ([here.app.clone(), other_node(&here)], here.told().await.len());
        assert_eq!(told, 1);
        let mut work = JoinSet::new();
        for number in 0..48 {
            // Of each eight, six are one request, from both nodes; two stand alone and must not suffer.
            let name = if number % 8 < 6 { format!("same{}", number / 8) } else { format!("own{number}") };
            let (app, command) = (nodes[number % 2].clone(), commenting(group, ann, post, &name));
            work.spawn(async move {
                let made = once(&app, &command, key(&name, &name)).await.unwrap();
                (name, made)
            });
        }
        let mut made = work.join_all().await;
        made.sort_unstable();
        made.dedup();
        assert_eq!(made.len(), 6 + 12, "one entry for each name");
        assert_eq!(here.counts(group).await, (0, 1, 18));
        assert_eq!((here.told().await.len(), keys(&here).await), (18, 18));
    }

    async fn a_key_given_to_another_request_is_refused(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let command = posting(group, ann, "Tomatoes");
        let post = once(&here.app, &command, key("k", "a")).await.unwrap();
        let other = once(&here.app, &command, key("k", "b")).await;
        assert!(matches!(other, Err(OnceError::KeyReused)), "{other:?}");
        assert_eq!(once(&here.app, &command, key("k", "a")).await.unwrap(), post);
        assert_eq!(here.counts(group).await, (0, 1, 0));
    }

    async fn two_requests_at_once_under_one_key_do_not_pass_for_each_other(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let other = other_node(&here);
        for round in 0..8 {
            let name = format!("k{round}");
            let (one, two) = (posting(group, ann, "One"), posting(group, ann, "Two"));
            let (one, two) = tokio::join!(
                once(&here.app, &one, key(&name, "one")),
                once(&other, &two, key(&name, "two"))
            );
            assert!(matches!((&one, &two), (Ok(_), Err(OnceError::KeyReused)) | (Err(OnceError::KeyReused), Ok(_))), "{one:?} {two:?}");
            assert_eq!(here.counts(group).await, (0, round + 1, 0));
        }
    }

    async fn what_is_held_keeps_its_key_and_what_is_refused_leaves_none(db: Db) {
        let here = Here::new(db);
        let ann = here.person("ann").await;
        let reviewed = here.group_with("garden", reviewing(Review::All)).await;
        let held = once(&here.app, &posting(reviewed, ann, "Held"), key("held", "a")).await.unwrap();
        assert_eq!(once(&here.app, &posting(reviewed, ann, "Held"), key("held", "a")).await.unwrap(), held);
        assert_eq!((here.queue(reviewed).await.len(), keys(&here).await), (1, 1));

        let closed = here.group_with("club", policy(Admission::Open, Posting::Members, Review::None)).await;
        let command = posting(closed, ann, "Refused");
        let refused = once(&here.app, &command, key("refused", "b")).await.unwrap();
        let missing = commenting(closed, ann, EntryId(1), "Hm");
        assert!(matches!(once(&here.app, &missing, key("missing", "c")).await, Err(OnceError::Submit(_))));
        assert_eq!(keys(&here).await, 1);
        here.join(closed, ann).await;
        let entered = once(&here.app, &command, key("refused", "b")).await.unwrap();
        assert_ne!(entered, refused);
        assert_eq!(once(&here.app, &command, key("refused", "b")).await.unwrap(), entered);
    }

    async fn a_key_exists_exactly_if_its_entry_does(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        let command = posting(group, ann, "Tomatoes");
        // What comes last in the transaction fails.
        let rename = async |from: &'static str, to: &'static str| {
            let mut tx = here.app.begin().await.unwrap();
            tx.query(format!("ALTER TABLE {from} RENAME TO {to}").leak() as &'static str).execute().await.unwrap();
            tx.commit().await.unwrap();
        };
        rename("events", "events_away").await;
        assert!(matches!(once(&here.app, &command, key("k", "a")).await, Err(OnceError::Submit(_))));
        rename("events_away", "events").await;
        assert_eq!((keys(&here).await, here.counts(group).await), (0, (0, 0, 0)));
        once(&here.app, &command, key("k", "a")).await.unwrap();
        assert_eq!((keys(&here).await, here.counts(group).await), (1, (0, 1, 0)));
    }
}

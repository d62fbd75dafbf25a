//! Keeping what was verified. What comes at the same time is kept in one transaction: each sender hears 202 after the one
//! commit of all.

use guildhall_app::App;
use guildhall_store::instance::{self, SignatureScheme};
use guildhall_store::received::{self, NewReceived};
use guildhall_store::{StoreError, Together, arrivals};

use crate::Federation;

/// What is about to be kept.
pub(crate) type Keeping = Together<Arriving, Result<Kept, StoreError>>;

/// A verified activity on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct Arriving {
    pub(super) new: NewReceived,
    /// The signature scheme that its host has shown to understand.
    pub(super) shown: Option<SignatureScheme>,
}

/// What keeping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It was new.
    New,
    /// Some group had announced it, to no effect; from its author it may have one. It keeps the key it had.
    Revived,
    /// Its id was known.
    Known,
}

/// Writes a verified activity.
pub(super) async fn keep(federation: &Federation, arriving: Arriving) -> Result<Kept, StoreError> {
    let app = federation.app.clone();
    let work = move |all| {
        let app = app.clone();
        async move { keep_all(&app, all).await }
    };
    federation.keeping.ask(arriving, work).await?
}

async fn keep_all(app: &App, arriving: Vec<Arriving>) -> Vec<Result<Kept, StoreError>> {
    match keep_together(app, &arriving).await {
        Ok(kept) => kept.into_iter().map(Ok).collect(),
        Err(error) if arriving.len() == 1 || error.is_unavailable() => {
            error.shared(arriving.len()).map(Err).collect()
        }
        // One of them cannot be written, perhaps; it takes nobody with it.
        Err(_) => keep_apart(app, &arriving).await,
    }
}

async fn keep_apart(app: &App, arriving: &[Arriving]) -> Vec<Result<Kept, StoreError>> {
    let mut all = Vec::with_capacity(arriving.len());
    for one in arriving {
        let kept = keep_together(app, std::slice::from_ref(one)).await;
        all.push(kept.and_then(|kept| kept.first().copied().ok_or(StoreError::RowNotFound)));
    }
    all
}

async fn keep_together(app: &App, arriving: &[Arriving]) -> Result<Vec<Kept>, StoreError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let new: Vec<&NewReceived> = arriving.iter().map(|arriving| &arriving.new).collect();
    let inserted = arrivals::insert_all(&mut tx, &new, now).await?;
    let mut all = Vec::with_capacity(arriving.len());
    for Arriving { new, .. } in arriving {
        all.push(if inserted.contains(&new.id) {
            Kept::New
        } else if received::set_direct(&mut tx, new).await? {
            Kept::Revived
        } else {
            Kept::Known
        });
    }
    let shown = |arriving: &Arriving| Some((arriving.new.host.clone(), arriving.shown?));
    let mut shown: Vec<_> = arriving.iter().filter_map(shown).collect();
    shown.sort_by(|(one, _), (other, _)| one.cmp(other));
    shown.dedup_by(|(one, _), (other, _)| one == other);
    for (host, scheme) in shown {
        instance::note_signature(&mut tx, &host, scheme, now).await?;
    }
    tx.commit().await?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use guildhall_app::{Signals, Site};
    use guildhall_domain::{ApId, ReceivedId};
    use guildhall_store::db::{Db, Sql};
    use guildhall_store::received::Outcome;
    use guildhall_store::{IdGenerator, testing::on_both_engines};
    use guildhall_testkit::{FixedClock, SeededRng, StaticKeys};

    use super::*;
    use crate::fetch::Offline;

    fn app(db: Db) -> App {
        let site = Site {
            base_url: "https://here.example".into(),
            host: "here.example".into(),
            name: "Here".into(),
            description: String::new(),
            allow_list_only: false,
            absence: std::time::Duration::ZERO,
            groups_per_person: 20,
        };
        App {
            store: db,
            ids: Arc::new(IdGenerator::new(1).unwrap()),
            site: Arc::new(site),
            clock: Arc::new(FixedClock::default()),
            rng: Arc::new(SeededRng::new(1)),
            keys: Arc::new(StaticKeys),
            resolver: Arc::new(Offline),
            signals: Arc::new(Signals::default()),
        }
    }

    /// The activity `name` from `host`, with a body that tells it from others of its name.
    fn arriving(app: &App, name: &str, host: &str, body: &str) -> Arriving {
        let new = NewReceived {
            id: ReceivedId(app.new_id()),
            ap_id: ApId::new(format!("https://{host}/activities/{name}")),
            actor: ApId::new(format!("https://{host}/bob")),
            host: host.to_owned(),
            verb: "Create".to_owned(),
            via: None,
            body: body.as_bytes().to_vec(),
        };
        Arriving { new, shown: None }
    }

    /// The same, announced by a group.
    fn announced(app: &App, name: &str, host: &str) -> Arriving {
        let mut announced = arriving(app, name, host, "announced");
        announced.new.via = Some(ApId::new("https://boats.example/group"));
        announced
    }

    async fn kept(app: &App, all: Vec<Arriving>) -> Vec<Kept> {
        keep_all(app, all).await.into_iter().map(Result::unwrap).collect()
    }

    async fn end(app: &App, id: ReceivedId, outcome: Outcome) {
        let mut tx = app.begin().await.unwrap();
        assert!(received::finish(&mut tx, id, outcome, None, app.now()).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Key, state and body of an activity.
    async fn row(app: &App, ap_id: &ApId) -> (i64, String, String) {
        let (id, state, body): (i64, String, Vec<u8>) = app
            .store
            .query("SELECT id, state, body FROM received_activities WHERE ap_id = $1")
            .bind(ap_id.as_str())
            .one()
            .await
            .unwrap();
        (id, state, String::from_utf8(body).unwrap())
    }

    async fn scheme(app: &App, host: &str) -> Option<SignatureScheme> {
        instance::find(&app.store, host).await.unwrap().map(|found| found.signature)
    }

    on_both_engines! {
        async fn each_of_many_is_kept_as_if_it_had_come_alone(db: Db) {
            let app = app(db);
            let known = arriving(&app, "known", "a.example", "first");
            let (ignored, applied) = (announced(&app, "ignored", "a.example"), announced(&app, "applied", "b.example"));
            for (before, outcome) in [(&known, None), (&ignored, Some(Outcome::Ignored)), (&applied, Some(Outcome::Applied))] {
                assert_eq!(kept(&app, vec![before.clone()]).await, [Kept::New]);
                if let Some(outcome) = outcome {
                    end(&app, before.new.id, outcome).await;
                }
            }
            let new = arriving(&app, "new", "b.example", "new");
            let all = vec![
                arriving(&app, "known", "a.example", "second"),
                new.clone(),
                arriving(&app, "ignored", "a.example", "direct"),
                arriving(&app, "applied", "b.example", "direct"),
                announced(&app, "other", "c.example"),
            ];
            let want = [Kept::Known, Kept::New, Kept::Revived, Kept::Known, Kept::New];
            assert_eq!(kept(&app, all).await, want);

            let is = |id: &NewReceived, state: &str, body: &str| (id.id.0, state.to_owned(), body.to_owned());
            assert_eq!(row(&app, &known.new.ap_id).await, is(&known.new, "queued", "first"));
            assert_eq!(row(&app, &new.new.ap_id).await, is(&new.new, "queued", "new"));
            assert_eq!(row(&app, &ignored.new.ap_id).await, is(&ignored.new, "queued", "direct"), "under its old key");
            assert_eq!(row(&app, &applied.new.ap_id).await, is(&applied.new, "done", "announced"));
        }

        async fn of_two_with_one_id_one_is_new(db: Db) {
            let app = app(db);
            let twins = [arriving(&app, "twin", "a.example", "one"), arriving(&app, "twin", "a.example", "two")];
            let kept = kept(&app, vec![twins[0].clone(), arriving(&app, "other", "b.example", ""), twins[1].clone()]).await;
            assert_eq!(kept[1], Kept::New);
            let new = usize::from(kept[0] != Kept::New);
            assert_eq!([kept[new * 2], kept[2 - new * 2]], [Kept::New, Kept::Known]);
            assert_eq!(row(&app, &twins[new].new.ap_id).await.0, twins[new].new.id.0);
        }

        async fn what_each_host_has_shown_is_noted(db: Db) {
            let app = app(db);
            let shown = |name: &str, host: &str, shown| Arriving { shown, ..arriving(&app, name, host, "") };
            let (rfc, ed25519) = (Some(SignatureScheme::Rfc9421), Some(SignatureScheme::Rfc9421Ed25519));
            kept(&app, vec![shown("0", "old.example", ed25519)]).await;
            let all = vec![
                shown("1", "b.example", rfc),
                shown("2", "a.example", ed25519),
                shown("3", "b.example", rfc),
                shown("4", "quiet.example", None),
                shown("5", "old.example", rfc),
                // Its activity is known; that it signs like this may be new.
                shown("1", "c.example", ed25519),
            ];
            kept(&app, vec![shown("1", "c.example", None)]).await;
            kept(&app, all).await;
            assert_eq!((scheme(&app, "a.example").await, scheme(&app, "b.example").await), (ed25519, rfc));
            assert_eq!((scheme(&app, "c.example").await, scheme(&app, "old.example").await), (ed25519, ed25519));
            assert_eq!(scheme(&app, "quiet.example").await, None);
        }

        async fn one_that_cannot_be_written_takes_nobody_with_it(db: Db) {
            let app = app(db);
            let mut tx = app.begin().await.unwrap();
            tx.query(Sql {
                sqlite: "CREATE TRIGGER broken BEFORE INSERT ON received_activities WHEN NEW.verb = 'Broken'
                         BEGIN SELECT RAISE(ABORT, 'broken'); END",
                postgres: "ALTER TABLE received_activities ADD CONSTRAINT broken CHECK (verb <> 'Broken')",
            })
            .execute()
            .await
            .unwrap();
            tx.commit().await.unwrap();
            let known = arriving(&app, "known", "a.example", "");
            kept(&app, vec![known.clone()]).await;
            let mut broken = arriving(&app, "broken", "b.example", "");
            "Broken".clone_into(&mut broken.new.verb);
            broken.shown = Some(SignatureScheme::Rfc9421);
            let (first, last) = (arriving(&app, "first", "a.example", ""), arriving(&app, "last", "c.example", ""));
            let answers = keep_all(&app, vec![first.clone(), broken, known, last.clone()]).await;
            let kept: Vec<Option<Kept>> = answers.iter().map(|answer| answer.as_ref().ok().copied()).collect();
            assert_eq!(kept, [Some(Kept::New), None, Some(Kept::Known), Some(Kept::New)]);
            assert!(matches!(answers[1], Err(StoreError::Constraint { .. })), "{:?}", answers[1]);
            for one in [first, last] {
                assert_eq!(row(&app, &one.new.ap_id).await.0, one.new.id.0);
            }
            assert_eq!(scheme(&app, "b.example").await, None, "nothing of it is there");
        }

        async fn each_is_told_that_the_database_is_away(db: Db) {
            let app = app(db);
            app.store.close().await;
            let all = (0..3).map(|number| arriving(&app, &number.to_string(), "a.example", "")).collect();
            let answers = keep_all(&app, all).await;
            assert_eq!(answers.len(), 3);
            for answer in answers {
                assert!(answer.is_err_and(|error| error.is_unavailable()));
            }
        }
    }
}

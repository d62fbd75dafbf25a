//! What is tidied now and then: activities, events, keys of requests and figures of rules that have done their work, decisions
//! about servers whose time is over, and removals that a crash cut short.

use std::time::Duration;

use guildhall_app::App;
use guildhall_app::rulebook::MAX_DAYS;
use guildhall_store::lease::{self, Lease};
use guildhall_store::{StoreError, event, received, request_key, rulebook};

/// The lease of the one who tidies.
const LEASE: &str = "housekeeping";
/// How often.
const EVERY: Duration = Duration::from_hours(1);
/// How soon to try again while another node tidies, or seems to: it may have been killed at it.
const AGAIN: Duration = Duration::from_secs(15);
/// For how long a repeated activity is known as one (SECURITY-CASES 13: 30 days and more).
const KEEP_RECEIVED: Duration = Duration::from_hours(35 * 24);
/// For how long told events are kept: long enough to look into what went wrong.
const KEEP_EVENTS: Duration = Duration::from_hours(7 * 24);
/// Rows deleted in one transaction, so that others do not wait.
const BATCH: usize = 500;

/// Tidies every hour until `stop` ends, one node at a time. `holder` is a name that no other process has.
pub(crate) async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        let turn = take_turn(&app, LEASE, &holder, Box::pin(tidy(&app))).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "tidying could not begin");
            false
        });
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(if turn { EVERY } else { AGAIN }) => {}
        }
    }
}

/// Does `work` under a lease; `false`: another node does it just now.
pub(crate) async fn take_turn(
    app: &App,
    name: &str,
    holder: &str,
    work: impl Future<Output = ()>,
) -> Result<bool, StoreError> {
    let mut tx = app.begin().await?;
    let lease = lease::acquire(&mut tx, name, holder, app.now()).await?;
    tx.commit().await?;
    let Some(mut lease) = lease else { return Ok(false) };
    tokio::select! {
        () = work => {}
        () = renew(app, &mut lease) => {}
    }
    let mut tx = app.begin().await?;
    lease::release(&mut tx, &lease).await?;
    tx.commit().await?;
    Ok(true)
}

/// Holds the lease for as long as it takes. A second node that tidies, too, would only do double work.
async fn renew(app: &App, lease: &mut Lease) {
    loop {
        tokio::time::sleep(lease::RENEW_EVERY).await;
        let renewed = async {
            let mut tx = app.begin().await?;
            lease::renew(&mut tx, lease, app.now()).await?;
            tx.commit().await
        };
        note("its lease", renewed.await);
    }
}

/// Does each chore, whatever became of the others.
async fn tidy(app: &App) {
    note("removals", guildhall_app::entry::finish_removals(app).await);
    note("what comes back", guildhall_app::entry::finish_returns(app).await);
    note("received activities", forget_received(app).await);
    note("events", forget_events(app).await);
    note("keys of requests", forget_request_keys(app).await);
    note("servers listed for a time", guildhall_app::peering::end(app).await);
    note("figures of rules", forget_figures(app).await);
}

fn note(chore: &'static str, result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::warn!(chore, error = %error, "tidying failed");
    }
}

async fn forget_received(app: &App) -> Result<(), StoreError> {
    let before = app.now().minus(KEEP_RECEIVED);
    loop {
        let mut tx = app.begin().await?;
        let deleted = received::delete_finished(&mut tx, before, BATCH).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}

async fn forget_events(app: &App) -> Result<(), StoreError> {
    let before = app.now().minus(KEEP_EVENTS);
    loop {
        let mut tx = app.begin().await?;
        let deleted = event::delete_published(&mut tx, before, BATCH).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}

async fn forget_figures(app: &App) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    rulebook::prune_fitted(&mut tx, app.now().day() - i64::from(MAX_DAYS)).await?;
    tx.commit().await
}

async fn forget_request_keys(app: &App) -> Result<(), StoreError> {
    loop {
        let mut tx = app.begin().await?;
        let deleted = request_key::delete_old(&mut tx, app.now(), BATCH).await?;
        tx.commit().await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use guildhall_domain::{
        EventId, Timestamp,
        event::{Cause, Event, EventKind},
    };

    use super::*;
    use crate::{config::Config, open::open};

    const LONG_AGO: Timestamp = Timestamp(1);

    #[tokio::test]
    async fn one_chore_that_fails_keeps_no_other_from_being_done() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.storage.data_dir = folder.path().to_owned();
        let app = open(&config).await.unwrap().federation.app;
        let mut tx = app.begin().await.unwrap();
        let kind = EventKind::EntryPublished { entry: guildhall_domain::EntryId(1) };
        let told = Event { id: EventId(1), at: LONG_AGO, cause: Cause::Local, kind };
        event::append(&mut tx, &told).await.unwrap();
        event::mark_published(&mut tx, told.id, LONG_AGO).await.unwrap();
        // Without what its rows refer to.
        for sql in [
            "DROP TABLE request_keys",
            "CREATE TABLE request_keys (author_id INTEGER, name TEXT, created_at INTEGER)",
            "INSERT INTO request_keys VALUES (1, 'k', 1)",
        ] {
            tx.query(sql).execute().await.unwrap();
        }
        for table in ["removals", "received_activities"] {
            tx.query(format!("ALTER TABLE {table} RENAME TO {table}_lost").leak() as &'static str)
                .execute()
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();

        tidy(&app).await;
        let (events,): (i64,) = app.store.query("SELECT count(*) FROM events").one().await.unwrap();
        let (keys,): (i64,) = app.store.query("SELECT count(*) FROM request_keys").one().await.unwrap();
        assert_eq!((events, keys), (0, 0));
    }
}

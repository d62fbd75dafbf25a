//! What the store says of itself.

use anyhow::Context as _;
use guildhall_app::port::Clock as _;
use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::db::{self, Engine};
use guildhall_store::doctor as checks;

use super::{Examination, Finding, care, counters, moving};
use crate::config::Config;
use crate::node::CLOCK_TOLERANCE;
use crate::open::{Unusable, database_url, open_store};
use crate::ports::SystemClock;

/// Looks at the database that the settings name, as far as it can be opened.
pub(super) async fn check(config: &Config, repair: bool, now: Timestamp, found: &mut Examination) {
    let store = match open(config).await {
        Ok(Some(store)) => store,
        Ok(None) => {
            let what = format!("there is no database at {} yet", config.storage.database().masked());
            let advice =
                "it is made when the server starts, or check storage.data_dir and storage.database_url";
            return found.findings.push(Finding::warning("database", what, advice));
        }
        Err(Unusable { what, advice }) => {
            return found.findings.push(Finding::error("database", what, advice));
        }
    };
    found.findings.extend(or_failed("integrity", damage(&store).await));
    let schema = or_failed("migrations", schema(&store).await);
    let is_current = schema.is_empty();
    found.findings.extend(schema);
    if is_current {
        found.findings.extend(or_failed("references", references(&store).await));
        found.findings.extend(or_failed("base_url", ids(&store, config).await));
        counters::check(&store, repair, now, found).await;
        let (here, clock) = (SystemClock.now(), store.clock().await);
        // The servers go by it where it has a clock of its own.
        let now = clock.as_ref().ok().copied().flatten().unwrap_or(now);
        found.findings.extend(or_failed("clock", clock.map_err(Into::into).map(|clock| time(clock, here))));
        found.findings.extend(or_failed("stuck", moving::check(&store, config, now).await));
        found.findings.extend(or_failed("care", care::check(&store).await));
    }
    store.close().await;
}

/// `None`: there is none. Opening a file that is not there would make it.
async fn open(config: &Config) -> Result<Option<Db>, Unusable> {
    let url = database_url(config)?;
    if url.path().is_some_and(|path| !path.exists()) {
        return Ok(None);
    }
    open_store(config).await.map(Some)
}

fn or_failed(check: &'static str, result: anyhow::Result<Vec<Finding>>) -> Vec<Finding> {
    result.unwrap_or_else(|error| vec![Finding::failed(check, &error)])
}

async fn damage(store: &Db) -> anyhow::Result<Vec<Finding>> {
    let advice = match store.engine() {
        Engine::Sqlite => {
            "the disk or memory of this machine may be failing: keep a copy of the file, and restore the last good \
             backup into a new place"
        }
        Engine::Postgres => {
            "make a backup, then do with psql what the brackets say; look into the log of PostgreSQL for the cause"
        }
    };
    let damage = checks::list_damage(store).await?;
    Ok(damage.into_iter().map(|what| Finding::error("integrity", what, advice)).collect())
}

/// Anything found here makes the other checks meaningless.
async fn schema(store: &Db) -> anyhow::Result<Vec<Finding>> {
    const CHECK: &str = "migrations";
    let known = db::migrations();
    let unfinished =
        checks::list_unfinished_migrations(store).await.context("reading the migrations failed")?;
    if let Some(version) = unfinished.first() {
        let what = format!("migration {version} began and did not end");
        return Ok(vec![Finding::error(CHECK, what, "restore the backup from before the update")]);
    }
    let versions = checks::list_versions(store).await?;
    if versions.is_empty() {
        let advice = "it is set up when the server starts, or check storage.database_url";
        return Ok(vec![Finding::warning(CHECK, "the database is empty", advice)]);
    }
    if let Some(version) = versions.iter().rfind(|version| !known.version_exists(**version)) {
        let what = format!("the database is of a newer guildhall (migration {version})");
        return Ok(vec![Finding::error(CHECK, what, "install that version again")]);
    }
    if let Some(version) = store.changed_migrations(&known).await?.first() {
        let what = format!("migration {version} ran in another wording: another build made this database");
        let advice = "run that build of guildhall again, or start with an empty database";
        return Ok(vec![Finding::error(CHECK, what, advice)]);
    }
    let pending = store.pending_migrations(&known).await?;
    let Some(first) = pending.first() else { return Ok(Vec::new()) };
    let (count, title) = (pending.len(), &first.title);
    let what = format!("the database is of an older guildhall: {count} migrations have not run ({title} …)");
    Ok(vec![Finding::warning(CHECK, what, "make a backup and start the server, which brings it up to date")])
}

/// How far the database's clock is from this machine's.
fn time(database: Option<Timestamp>, here: Timestamp) -> Vec<Finding> {
    let Some(database) = database else { return Vec::new() };
    let off = here.since(database).max(database.since(here));
    if off <= CLOCK_TOLERANCE {
        return Vec::new();
    }
    let ahead = if here.is_after(database) { "ahead of" } else { "behind" };
    let what = format!(
        "the clock of this machine is {:.1} s {ahead} that of the database, which is used",
        off.as_secs_f64()
    );
    vec![Finding::warning(
        "clock",
        what,
        "set the clocks of both by NTP: other servers refuse signatures that are too old or too young",
    )]
}

async fn references(store: &Db) -> anyhow::Result<Vec<Finding>> {
    let advice = "this is nothing that guildhall does: restore a backup into a new place, or look into what else \
                  writes to the database";
    let finding = |broken: checks::Broken| {
        Finding::error("references", format!("{} {}", broken.rows, broken.what), advice)
    };
    Ok(checks::list_broken(store).await?.into_iter().map(finding).collect())
}

/// Ids cannot change: others know them.
async fn ids(store: &Db, config: &Config) -> anyhow::Result<Vec<Finding>> {
    let base_url = config.server.base_url.as_str();
    let Some(foreign) = checks::find_foreign_ids(store, base_url).await? else { return Ok(Vec::new()) };
    let (actors, example) = (foreign.actors, foreign.example);
    let what =
        format!("{actors} actors of this instance do not have ids under {base_url} (such as {example})");
    let advice = "server.base_url has changed since they were made: set it back, since other servers know these ids \
                  and no others";
    Ok(vec![Finding::error("base_url", what, advice)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_by_more_than_two_seconds_is_worth_a_word() {
        let found = |ahead: i64| time(Some(Timestamp(10_000)), Timestamp(10_000 + ahead));
        assert!(found(2_000).is_empty() && found(-2_000).is_empty());
        assert!(found(2_500)[0].what.contains("2.5 s ahead of"), "{:?}", found(2_500));
        assert!(found(-60_000)[0].what.contains("60.0 s behind"));
        assert!(time(None, Timestamp(0)).is_empty(), "a file has no clock");
    }
}

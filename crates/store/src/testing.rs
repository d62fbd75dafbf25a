//! A fresh database for each test, on both engines. Only ever behind a dev-dependency (feature `testing`).
//!
//! PostgreSQL is the cluster that `GUILDHALL_TEST_POSTGRES` names (`postgres://…`), where each test gets a schema of its
//! own; `cargo xtask test` starts one. `GUILDHALL_TEST_ENGINES=sqlite` leaves PostgreSQL out, visibly.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, process, thread};

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::db::{DatabaseUrl, Db, Durability, Engine, OpenOptions, migrations};

const CLUSTER: &str = "GUILDHALL_TEST_POSTGRES";
const ENGINES: &str = "GUILDHALL_TEST_ENGINES";

/// Room for one database, empty at first; gone, with all that is in it, when dropped.
#[derive(Debug)]
pub struct Place {
    url: DatabaseUrl,
    _guard: Guard,
}

#[derive(Debug)]
enum Guard {
    Folder(#[expect(dead_code, reason = "held for its drop")] TempDir),
    Schema { cluster: DatabaseUrl, name: String },
}

/// An open database with all migrations, in a [`Place`] of its own. Derefs to [`Db`].
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    place: Place,
}

/// A test database of SQLite.
pub async fn sqlite() -> TestDb {
    TestDb::at(Place::sqlite()).await
}

/// A test database of PostgreSQL.
///
/// # Panics
/// Unless `GUILDHALL_TEST_POSTGRES` names a cluster. Ask [`wants`] first where the test can do without.
pub async fn postgres() -> TestDb {
    TestDb::at(Place::postgres().await).await
}

/// Whether tests on `engine` are to run: PostgreSQL's are not with `GUILDHALL_TEST_ENGINES=sqlite`.
pub fn wants(engine: Engine) -> bool {
    let only_sqlite = env::var(ENGINES).is_ok_and(|engines| engines == "sqlite");
    engine == Engine::Sqlite || !only_sqlite
}

impl TestDb {
    /// A database of `engine`.
    pub async fn new(engine: Engine) -> Self {
        Self::at(Place::new(engine).await).await
    }

    async fn at(place: Place) -> Self {
        Self { db: Db::given(&place).await, place }
    }

    /// The open database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Its address, for a second connection or another process.
    pub fn url(&self) -> &DatabaseUrl {
        &self.place.url
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

/// What tests open their databases with: few connections, and no waiting for the disk.
pub fn options() -> OpenOptions {
    OpenOptions {
        application_name: "guildhall-test".into(),
        max_connections: 8,
        max_readers: 4,
        durability: Durability::ProcessCrash,
        ..OpenOptions::default()
    }
}

impl Place {
    /// Room on `engine`.
    pub async fn new(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres => Self::postgres().await,
        }
    }

    /// The address to open.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    fn sqlite() -> Self {
        let folder = tempfile::Builder::new().prefix("guildhall-").tempdir().expect("a temporary folder");
        let url = DatabaseUrl::sqlite(folder.path().join("test.db"));
        Self { url, _guard: Guard::Folder(folder) }
    }

    async fn postgres() -> Self {
        let Ok(text) = env::var(CLUSTER) else {
            panic!(
                "tests on PostgreSQL need a cluster: run `cargo xtask test`, which starts one, or set {CLUSTER} \
                 to postgres://…, or leave them out with {ENGINES}=sqlite"
            );
        };
        let cluster: DatabaseUrl = text.parse().unwrap_or_else(|error| panic!("{CLUSTER}: {error}"));
        let name = schema_name();
        let fresh = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        run_on(&cluster, fresh).await.unwrap_or_else(|error| panic!("no schema in {CLUSTER}: {error}"));
        let separator = if text.contains('?') { '&' } else { '?' };
        let url = format!("{text}{separator}options=-csearch_path%3D{name}");
        Self { url: url.parse().expect("a parameter more"), _guard: Guard::Schema { cluster, name } }
    }
}

/// One for each call: the process's number tells apart those that run now, and what an earlier one with the same number
/// left behind is dropped.
fn schema_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn run_on(cluster: &DatabaseUrl, sql: String) -> sqlx::Result<()> {
    let options: sqlx::postgres::PgConnectOptions = cluster.with_password().parse()?;
    // A transaction that a failed test left open must not hold up the others.
    let mut connection = options.options([("lock_timeout", "5s")]).connect().await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await
}

impl Drop for Guard {
    fn drop(&mut self) {
        let Self::Schema { cluster, name } = self else { return };
        let sql = format!("DROP SCHEMA {name} CASCADE");
        // On a thread of its own, since the runtime of the test, if there is one here, cannot be waited on.
        let dropped = thread::scope(|scope| scope.spawn(|| runtime(1).block_on(run_on(cluster, sql))).join());
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("schema {name} was not dropped: {dropped:?}");
        }
    }
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().expect("a runtime")
}

/// What a test of [`on_both_engines!`](crate::on_both_engines) may ask for as its argument.
pub trait Given: Sized {
    /// Makes it in `place`.
    fn given(place: &Place) -> impl Future<Output = Self> + Send;
}

/// An open database with all migrations.
impl Given for Db {
    async fn given(place: &Place) -> Self {
        let db = Db::open(&place.url, &options()).await.expect("the test database opens");
        db.migrate_unlocked(&migrations()).await.expect("the migrations run");
        db
    }
}

/// The address of an empty database, not opened yet.
impl Given for DatabaseUrl {
    async fn given(place: &Place) -> Self {
        place.url.clone()
    }
}

/// Runs `test` on `engine`; the work behind [`on_both_engines!`](crate::on_both_engines).
pub fn run<A: Given, F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(A) -> F) {
    if !wants(engine) {
        eprintln!("skipped: {ENGINES}=sqlite leaves PostgreSQL out");
        return;
    }
    let runtime = runtime(2);
    // Outlives the test and its connections, also when it panics.
    let place = runtime.block_on(Place::new(engine));
    runtime.block_on(async { test(A::given(&place).await).await });
    runtime.shutdown_timeout(Duration::from_secs(5));
}

/// Makes of each test two, `sqlite::name` and `postgres::name`, on a fresh database and a runtime of two threads.
///
/// The argument is a [`Db`] with all migrations, or a [`DatabaseUrl`] of an empty
/// database. Once per module, since it makes the modules `sqlite` and `postgres`.
///
/// ```
/// # use guildhall_store::{db::Db, testing::on_both_engines};
/// on_both_engines! {
///     async fn an_open_database_answers(db: Db) {
///         db.ping().await.unwrap();
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($argument:ident: $type:ty) $body:block)+) => {
        $(
            #[cfg(test)]
            async fn $name($argument: $type) $body
        )+

        #[cfg(test)]
        mod sqlite {
            $(
                #[test]
                $(#[$attribute])*
                fn $name() {
                    $crate::testing::run($crate::db::Engine::Sqlite, super::$name);
                }
            )+
        }

        #[cfg(test)]
        mod postgres {
            $(
                #[test]
                $(#[$attribute])*
                fn $name() {
                    $crate::testing::run($crate::db::Engine::Postgres, super::$name);
                }
            )+
        }
    };
}

pub use crate::on_both_engines;

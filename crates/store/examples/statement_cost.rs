//! What a statement and a transaction cost this process, in CPU time: `cargo run --release -p guildhall-store --example
//! statement_cost [postgres://…]`. Without an address, a SQLite file in a temporary folder.
#![expect(clippy::unwrap_used, reason = "a measurement that fails says so best by itself")]

use std::fs;
use std::time::Duration;

use guildhall_store::db::{DatabaseUrl, Db, Durability, Migrator, OpenOptions, migration};
use tokio::time::Instant;

const ROWS: i64 = 50_000;
const SELECT: &str = "SELECT id, name, body, score, is_local FROM things WHERE id = $1";
const UPDATE: &str = "UPDATE things SET score = score + $2 WHERE id = $1";

type Thing = (i64, String, Vec<u8>, i64, bool);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // On a worker thread, as the tasks of a server are.
    runtime.block_on(async { tokio::spawn(measure()).await.unwrap() });
}

async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let url = match std::env::args().nth(1) {
        Some(text) => text.parse().unwrap(),
        None => DatabaseUrl::sqlite(folder.path().join("cost.db")),
    };
    for durability in [Durability::ProcessCrash, Durability::Full] {
        let db = Db::open(&url, &OpenOptions { durability, ..OpenOptions::default() }).await.unwrap();
        fill(&db).await;
        println!("{durability:?}");
        point_selects(&db, 1, 60_000).await;
        point_selects(&db, 8, 10_000).await;
        page_selects(&db, 5_000).await;
        transactions(&db, 1, 3_000).await;
        transactions(&db, 8, 1_000).await;
        transactions(&db, 64, 200).await;
        db.close().await;
    }
}

async fn fill(db: &Db) {
    let table = "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL, body BYTEA NOT NULL,
                 score BIGINT NOT NULL DEFAULT 0, is_local BOOLEAN NOT NULL DEFAULT true);";
    db.migrate(&Migrator::with_migrations(vec![migration(1, "things", table)])).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    for id in 0..ROWS {
        tx.query("INSERT INTO things (id, name, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(format!("thing number {id}"))
            .bind(vec![7_u8; 200])
            .execute()
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn point_selects(db: &Db, tasks: i64, each: i64) {
    let work = |db: Db, task: i64| async move {
        for n in 0..each {
            let id = (n * 7919 + task) % ROWS;
            let thing: Thing = db.query(SELECT).bind(id).one().await.unwrap();
            assert_eq!(thing.0, id);
        }
    };
    report(db, "point select", tasks, each, work).await;
}

async fn page_selects(db: &Db, each: i64) {
    let work = |db: Db, _task: i64| async move {
        for n in 0..each {
            let page: Vec<Thing> = db
                .query(
                    "SELECT id, name, body, score, is_local FROM things WHERE id > $1 ORDER BY id LIMIT 20",
                )
                .bind((n * 7919) % (ROWS - 21))
                .all()
                .await
                .unwrap();
            assert_eq!(page.len(), 20);
        }
    };
    report(db, "page of 20", 1, each, work).await;
}

/// Five reads and five writes each.
async fn transactions(db: &Db, tasks: i64, each: i64) {
    let work = |db: Db, task: i64| async move {
        for n in 0..each {
            let mut tx = db.begin().await.unwrap();
            for step in 0..5 {
                let id = (n * 7919 + task * 31 + step * 97) % ROWS;
                let thing: Thing = tx.query(SELECT).bind(id).one().await.unwrap();
                tx.query(UPDATE).bind(thing.0).bind(step).execute().await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    };
    report(db, "transaction of 10", tasks, each, work).await;
}

async fn report<W: Future<Output = ()> + Send + 'static>(
    db: &Db,
    what: &str,
    tasks: i64,
    each: i64,
    work: impl Fn(Db, i64) -> W,
) {
    let (began, cpu) = (Instant::now(), cpu_time());
    let running: Vec<_> = (0..tasks).map(|task| tokio::spawn(work(db.clone(), task))).collect();
    for task in running {
        task.await.unwrap();
    }
    let per = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(u32::try_from(tasks * each).unwrap());
    println!(
        "  {what}, {tasks} at once: {:.1} us of CPU, {:.1} us of wall",
        per(cpu_time().saturating_sub(cpu)),
        per(began.elapsed())
    );
}

/// User and system time of this process so far. Source: proc(5), fields 14 and 15 of `stat`, in 1/100 s.
fn cpu_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

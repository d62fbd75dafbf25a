//! What a server can do to a transaction.

use std::error::Error as _;
use std::time::{Duration, Instant};

use guildhall_store::StoreError;
use guildhall_store::db::{Db, Engine, OpenOptions, advice};
use guildhall_store::testing::{Place, options, wants};

use crate::support::{insert, open};

#[tokio::test]
async fn a_serialization_failure_is_worth_a_retry() {
    if !wants(Engine::Postgres) {
        return;
    }
    let place = Place::new(Engine::Postgres).await;
    let db = open(place.url()).await;
    let mut tx = db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();

    let mut first = db.begin().await.unwrap();
    first.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute().await.unwrap();
    first.query("SELECT id FROM notes").one::<(i64,)>().await.unwrap();
    let mut second = db.begin().await.unwrap();
    second.query("UPDATE notes SET hot = 1").execute().await.unwrap();
    second.commit().await.unwrap();
    let error = first.query("UPDATE notes SET hot = 2").execute().await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)) && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_lost_connection_is_worth_a_retry_and_is_replaced() {
    if !wants(Engine::Postgres) {
        return;
    }
    let place = Place::new(Engine::Postgres).await;
    let db = open(place.url()).await;
    let mut tx = db.begin().await.unwrap();
    let (process,): (i32,) = tx.query("SELECT pg_backend_pid()").one().await.unwrap();
    db.query("SELECT pg_terminate_backend($1)").bind(process).one::<(bool,)>().await.unwrap();
    let error = insert(&mut tx, 1).await.unwrap_err();
    assert!(error.is_retryable() && error.is_unavailable(), "{error:?}");
    drop(tx);
    let mut tx = db.begin().await.unwrap();
    insert(&mut tx, 1).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_as_such_at_once() {
    // Port 9 (discard) on loopback: nobody listens.
    let url = "postgres://nobody@127.0.0.1:9/none".parse().unwrap();
    let began = Instant::now();
    let error = Db::open(&url, &OpenOptions::default()).await.unwrap_err();
    assert!(
        began.elapsed() < OpenOptions::default().acquire_timeout / 2,
        "refused, so there is nothing to wait for"
    );
    assert!(matches!(error, StoreError::Open(_)) && error.is_unavailable(), "{error:?}");
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains("refused"), "{cause}");
    assert!(advice(&error, &url).contains("start PostgreSQL"));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_long() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://nobody@{}/none", silent.local_addr().unwrap()).parse().unwrap();
    let options = OpenOptions { acquire_timeout: Duration::from_millis(50), ..options() };
    let error = Db::open(&url, &options).await.unwrap_err();
    assert!(error.source().unwrap().to_string().contains("no answer within 0.05 s"), "{error:?}");
    assert!(advice(&error, &url).contains("firewall"));
}

#[tokio::test]
async fn what_a_server_refuses_comes_with_advice() {
    if !wants(Engine::Postgres) {
        return;
    }
    let place = Place::new(Engine::Postgres).await;
    let (server, _) = place.url().with_password().rsplit_once('/').unwrap();
    let url = format!("{server}/no_such_database").parse().unwrap();
    let error = Db::open(&url, &options()).await.unwrap_err();
    assert!(error.source().unwrap().to_string().contains("no_such_database"), "{error:?}");
    assert!(advice(&error, &url).contains("createdb"));
    let (_, address) = server.rsplit_once('@').unwrap();
    let url = format!("postgres://guildhall:wrong@{address}/postgres").parse().unwrap();
    let error = Db::open(&url, &options()).await.unwrap_err();
    assert!(advice(&error, &url).contains("password"), "{error:?}");
}

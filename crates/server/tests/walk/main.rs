//! Every route of the native API, the pages, the feeds and federation, as every kind of reader, held against a table. A
//! route without a row fails; so does one that says a word of what its reader may not read.
//!
//! The columns of the table are the readers of [`readers::READERS`], once for each kind of group, [`secrets::VISIBILITIES`]:
//! `+` given, `>` led elsewhere, `-` as if it were not there, `x` not allowed, `?` the request itself is at fault, which is
//! the same for everybody who may come so far.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod ask;
mod fill;
mod hidden;
mod listed;
mod readers;
mod scene;
mod secrets;
mod table;
mod things;
mod voters;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use readers::{READERS, Reader};
use secrets::{Said, Secret, VISIBILITIES, Visibility};
use table::{Door, Route, Row};
use things::Things;
use world::{Template, World};

/// Every route there is, as the routers say.
fn routes() -> BTreeSet<Route> {
    let mut routes = BTreeSet::new();
    let document = serde_json::to_value(guildhall_client_api::native::openapi()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in
            ["get", "put", "post", "patch", "delete"].iter().filter(|&&name| methods.get(name).is_some())
        {
            routes.insert(Route { door: Door::Api, method: method.to_uppercase(), path: path.clone() });
        }
    }
    let get = |door| move |path: &str| Route { door, method: "GET".to_owned(), path: path.to_owned() };
    routes.extend(guildhall_web::paths().into_iter().map(get(Door::Page)));
    for path in guildhall_federation::routes::paths() {
        let mut route = get(Door::Document)(path);
        if path.ends_with("/inbox") {
            "POST".clone_into(&mut route.method);
        }
        routes.insert(route);
    }
    routes
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let rows: Vec<Row> = table::read();
    let written: BTreeSet<Route> = rows.iter().map(|row| row.route.clone()).collect();
    assert_eq!(rows.len(), written.len(), "no route has two rows");
    let routes = routes();
    let missing: Vec<_> = routes.difference(&written).collect();
    let left_over: Vec<_> = written.difference(&routes).collect();
    assert!(
        missing.is_empty() && left_over.is_empty(),
        "without a row: {missing:#?}\nwithout a route: {left_over:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_reader_gets_what_the_table_says_and_not_a_word_more() {
    let template = Arc::new(Template::make().await);
    let walks: Vec<_> =
        VISIBILITIES.map(|group| tokio::spawn(walk(Arc::clone(&template), group))).into_iter().collect();
    let mut walked = Vec::new();
    for walk in walks {
        walked.push(walk.await.unwrap());
    }
    let said: Vec<String> = walked.iter().flat_map(|walked| walked.said.clone()).collect();
    assert!(said.is_empty(), "told to who may not know:\n{}", said.join("\n"));
    let rows = table::read();
    let row = |route: Route| {
        // What is about no group was only asked for in the first.
        let of_first = &walked[0].outcomes[&route];
        let of = |walked: &Walked| walked.outcomes.get(&route).unwrap_or(of_first).clone();
        Row { outcomes: walked.iter().map(of).collect(), route }
    };
    let wrong: Vec<String> =
        routes().into_iter().map(row).filter(|row| !rows.contains(row)).map(|row| row.to_string()).collect();
    assert!(wrong.is_empty(), "other than the table has it:\n{}", wrong.join("\n"));
}

/// What came of walking for one group.
#[derive(Default)]
struct Walked {
    outcomes: BTreeMap<Route, String>,
    /// What was told to who may not know.
    said: Vec<String>,
}

async fn walk(template: Arc<Template>, group: Visibility) -> Walked {
    let mut walked = Walked::default();
    let mut told = BTreeSet::new();
    let mut world = template.copy().await;
    let [of_first, here] = [VISIBILITIES[0], group].map(|group| world.places[&group].usual.clone());
    let is_asked =
        |route: &Route| group == VISIBILITIES[0] || fill::asks(&of_first, route) != fill::asks(&here, route);
    for route in routes().into_iter().filter(is_asked) {
        let mut outcomes = String::new();
        for reader in READERS {
            let answer = world.ask(&route, things(&world, group, reader), reader).await;
            outcomes.push(answer.outcome());
            for secret in answer.secrets() {
                told.insert(secret);
                if !secret.may_be_told(route.door, reader) {
                    walked.said.push(format!("{secret:?} by {route} of {group:?} to {reader:?}"));
                }
            }
            if answer.may_have_changed_something(&route) {
                world = template.copy().await;
            }
        }
        walked.outcomes.insert(route, outcomes);
    }
    for said in [Said::Published, Said::ByBanned] {
        assert!(
            told.contains(&Secret { said, group }),
            "each was told to somebody, so that it would be noticed elsewhere"
        );
    }
    walked
}

/// What a reader asks about.
fn things(world: &World, group: Visibility, reader: Reader) -> &Things {
    let place = &world.places[&group];
    if reader == Reader::BannedAuthorOfOwn { &place.of_banned } else { &place.usual }
}

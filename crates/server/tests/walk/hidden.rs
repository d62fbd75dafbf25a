//! What waits and what was removed: told to those concerned, wherever one may ask for it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    fill,
    readers::READERS,
    routes,
    secrets::Said,
    table::{Door, Route},
    world::{Template, World},
};

/// Where the text of what waits is told: to Alan, who wrote it, to moderators and to admins. All of it is the API.
const HELD_IS_TOLD: [&str; 0] = [];

/// Where the text of what was removed is told: to Bert, who wrote it, to moderators, who can bring it back, and to admins.
const REMOVED_IS_TOLD: [&str; 0] = [];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_and_what_was_removed_is_told_to_those_concerned_alone() {
    let world = Template::make().await.copy().await;
    let mut found = Found::default();
    let mut asked = HashSet::new();
    for route in routes().into_iter().filter(|route| route.method == "GET") {
        for things in world.places.values().flat_map(|place| place.all()) {
            for reader in READERS {
                if asked.insert((route.door, fill::path(things, &route), reader)) {
                    let answer = world.ask(&route, things, reader).await;
                    found.look(&route, &format!("{} {reader:?}", fill::path(things, &route)), |door| {
                        answer.secrets().map(|secret| (secret.said, secret.may_be_told(door, reader))).collect()
                    });
                }
            }
        }
    }
    found.look_at_activities(&world).await;
    assert!(found.wrong.is_empty(), "told to who may not know:\n{}", found.wrong.join("\n"));
    assert_eq!(found.told_of(Said::Held), HELD_IS_TOLD, "where what waits is told");
    assert_eq!(found.told_of(Said::Removed), REMOVED_IS_TOLD, "where what was removed is told");
}

/// What came out.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    told: BTreeMap<Said, BTreeSet<String>>,
}

impl Found {
    /// `secrets`: what an answer of that door tells, and whether its reader may know it.
    fn look(&mut self, route: &Route, asked: &str, secrets: impl FnOnce(Door) -> Vec<(Said, bool)>) {
        for (said, may_know) in secrets(route.door) {
            if may_know {
                self.told.entry(said).or_default().insert(route.to_string());
            } else {
                self.wrong.push(format!("{route}: {said:?} by {asked}"));
            }
        }
    }

    /// All that was ever sent can be asked for by its id.
    async fn look_at_activities(&mut self, world: &World) {
        let activities = world.activities().await;
        assert!(!activities.is_empty());
        for path in activities.into_keys() {
            let route = Route { door: Door::Document, method: "GET".to_owned(), path: path.clone() };
            for reader in READERS {
                let answer = world.fetch(&path, reader).await;
                self.look(&route, &format!("{reader:?}"), |door| {
                    answer.secrets().map(|secret| (secret.said, secret.may_be_told(door, reader))).collect()
                });
            }
        }
    }

    fn told_of(&self, said: Said) -> Vec<&str> {
        self.told.get(&said).into_iter().flatten().map(String::as_str).collect()
    }
}

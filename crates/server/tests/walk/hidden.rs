//! What waits, what was removed, and what is between moderators: told to those concerned, wherever one may ask for it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::{
    ask::Answer,
    fill,
    readers::{READERS, Reader},
    routes,
    secrets::{Said, Secret},
    table::{Door, Route},
    things::{Place, Things},
    world::Template,
};

/// Where each is told, and to whom; all of it is in the API.
const TOLD: [(Said, &[&str]); 4] = [
    // To Alan, who wrote it, and to those who decide about it.
    (
        Said::Held,
        &[
            "/comments/{id}: Moderator, Author, Admin",
            "/comments/{id}/explain: Moderator, Author, Admin",
            "/groups/{name}/queue: Moderator, Admin",
            "/groups/{name}/queue/{item}/explain: Moderator, Author, Admin",
            "/posts/{id}: Moderator, Author, Admin",
            "/posts/{id}/comments: Moderator, Author, Admin",
            "/posts/{id}/explain: Moderator, Author, Admin",
        ],
    ),
    // To Bert, who wrote it, and to those who can bring it back: also as it was when it was reported.
    (
        Said::Removed,
        &[
            "/cases/{case}: Moderator, Admin",
            "/comments/{id}: Moderator, BannedAuthor, BannedAuthorOfOwn, Admin",
            "/comments/{id}/explain: Moderator, BannedAuthor, BannedAuthorOfOwn, Admin",
            "/groups/{name}/cases: Moderator, Admin",
            "/notices: BannedAuthor, BannedAuthorOfOwn",
            "/posts/{id}: Moderator, BannedAuthor, BannedAuthorOfOwn, Admin",
            "/posts/{id}/comments: Moderator, BannedAuthor, BannedAuthorOfOwn, Admin",
            "/posts/{id}/explain: Moderator, BannedAuthor, BannedAuthorOfOwn, Admin",
        ],
    ),
    // To moderators.
    (
        Said::Noted,
        &["/cases/{case}: Moderator, Admin", "/groups/{name}/people/{handle}/notes: Moderator, Admin"],
    ),
    (Said::Reported, &["/cases/{case}: Moderator, Admin", "/groups/{name}/reports: Moderator, Admin"]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_for_everybody_is_told_to_those_concerned_alone() {
    let world = Template::make().await.copy().await;
    let mut found = Found::default();
    let mut asked = HashSet::new();
    for route in routes().into_iter().filter(|route| route.method == "GET") {
        for things in world.places.values().flat_map(Place::all) {
            for reader in READERS {
                let path = fill::path(things, &route);
                if asked.insert((route.door, path.clone(), reader)) {
                    let answer = world.ask(&route, things, reader).await;
                    found.look(&route, &path, reader, &answer);
                }
            }
        }
    }
    // All that was ever sent can be asked for by its id.
    for path in world.activities().await.into_keys() {
        let route = Route { door: Door::Document, method: "GET".to_owned(), path };
        for reader in READERS {
            let answer = world.fetch(&route.path, reader).await;
            found.look(&route, &route.path, reader, &answer);
        }
    }
    assert!(found.wrong.is_empty(), "told to who may not know:\n{}", found.wrong.join("\n"));
    let told = TOLD.map(|(said, _)| (said, found.told_of(said)));
    assert_eq!(told, TOLD.map(|(said, told)| (said, told.iter().map(|&told| told.to_owned()).collect())));
}

/// Not even that it waits is told: whoever has its address finds nothing there, whatever they want of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_as_if_it_were_not_there() {
    let world = Template::make().await.copy().await;
    let is_of_entry = |route: &Route| {
        let path = route.path.trim_start_matches("/api/guildhall/v1");
        // A slash too many is dropped without looking for anything.
        ["/posts/{id}", "/comments/{id}"].iter().any(|of| path.starts_with(of)) && !path.ends_with('/')
    };
    let mut wrong = Vec::new();
    for route in routes().into_iter().filter(is_of_entry) {
        for (group, place) in &world.places {
            // What can be brought back by moderators is here what waits.
            let [held, _] = &place.held;
            let (removed_post, removed_comment) = (held.post.clone(), held.comment.clone());
            let held = Things { removed_post, removed_comment, ..held.clone() };
            for reader in READERS {
                if (Secret { said: Said::Held, group: *group }).may_be_told(route.door, reader) {
                    continue;
                }
                let outcome = world.ask(&route, &held, reader).await.outcome();
                // Who writes without an account is told to sign in, whatever it is about.
                if outcome != '-' && (outcome != 'x' || reader.account().is_some()) {
                    wrong.push(format!("{route} {group:?} {reader:?}: {outcome}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "found by others:\n{}", wrong.join("\n"));
}

/// What came out.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    told: BTreeMap<(Said, Route), BTreeSet<Reader>>,
}

impl Found {
    fn look(&mut self, route: &Route, path: &str, reader: Reader, answer: &Answer) {
        for secret in answer.secrets() {
            if secret.may_be_told(route.door, reader) {
                self.told.entry((secret.said, route.clone())).or_default().insert(reader);
            } else {
                self.wrong.push(format!("{secret:?} by {path} to {reader:?}"));
            }
        }
    }

    /// Where it is told, and to whom.
    fn told_of(&self, what: Said) -> Vec<String> {
        let told = self.told.iter().filter(|((said, _), _)| *said == what);
        told.map(|((_, route), readers)| {
            let readers: Vec<String> = readers.iter().map(|reader| format!("{reader:?}")).collect();
            format!("{}: {}", route.path.trim_start_matches("/api/guildhall/v1"), readers.join(", "))
        })
        .collect()
    }
}

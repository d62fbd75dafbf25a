//! Who voted, told as each group has chosen.

use serde_json::json;

use crate::{
    ask::Answer,
    readers::{READERS, Reader},
    routes,
    scene::VOTER,
    secrets::{VISIBILITIES, Visibility},
    table::{Door, Route},
    world::{Template, World},
};

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Votes {
    Public,
    Members,
    Counted,
}

impl Votes {
    fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Members => "members",
            Self::Counted => "counted",
        }
    }

    /// The rule of `domain::visibility`, written down once more. Where votes are only counted, moderators learn voters by
    /// way of an open case alone, which is noted and is no route that only reads.
    fn may_be_told(self, group: Visibility, door: Door, reader: Reader) -> bool {
        use Reader::{Admin, Author, Member, Moderator, RemoteMember};
        let may_read = group.may_be_read(door, reader);
        match (self, door) {
            (Self::Public, _) => may_read,
            (Self::Members, Door::Api) => may_read && matches!(reader, Member | Moderator | Author | Admin),
            (Self::Members, Door::Document) => may_read && reader == RemoteMember,
            (Self::Members, Door::Page) | (Self::Counted, _) => false,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn voters_are_told_to_those_whom_the_group_has_chosen() {
    let template = Template::make().await;
    for votes in [Votes::Public, Votes::Members, Votes::Counted] {
        let world = template.copy().await;
        choose(&world, votes).await;
        let (mut wrong, mut told) = (Vec::new(), Vec::new());
        for group in VISIBILITIES {
            for reader in READERS {
                for (route, answer) in ask(&world, group, reader).await {
                    if !answer.text().contains(VOTER) {
                        continue;
                    }
                    told.push((route.door, group, reader));
                    if !votes.may_be_told(group, route.door, reader) {
                        wrong.push(format!("{route} {group:?} {reader:?}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{votes:?}: told to who may not know:\n{}", wrong.join("\n"));
        let told = |what| told.contains(&what);
        assert_eq!(told((Door::Api, Visibility::Public, Reader::Nobody)), votes == Votes::Public);
        assert_eq!(told((Door::Api, Visibility::Members, Reader::Member)), votes != Votes::Counted);
        assert_eq!(told((Door::Document, Visibility::Public, Reader::Nobody)), votes == Votes::Public);
        assert_eq!(
            told((Door::Document, Visibility::Members, Reader::RemoteMember)),
            votes != Votes::Counted
        );
    }
}

/// Sets it in all groups, and lets somebody vote after that; what was voted before was told as everybody may know it.
async fn choose(world: &World, votes: Votes) {
    for (group, place) in &world.places {
        let path = format!("/groups/{}", group.group());
        world.call("mona", "PATCH", &path, &json!({ "votes": votes.word() })).await;
        for entry in [format!("/posts/{}", place.usual.post), format!("/comments/{}", place.usual.comment)] {
            world.call(VOTER, "PUT", &format!("{entry}/vote"), &json!({ "value": -1 })).await;
        }
    }
    world.told().await;
}

/// All that is said of entries, votes and what was sent, for one reader and group.
async fn ask(world: &World, group: Visibility, reader: Reader) -> Vec<(Route, Answer)> {
    let things = &world.places[&group].usual;
    let mut answers = Vec::new();
    let is_about_entries = |path: &str| {
        ["/posts", "/comments", "/votes", "/outbox", "/cases"].iter().any(|of| path.contains(of))
    };
    for route in routes().into_iter().filter(|route| route.method == "GET" && is_about_entries(&route.path)) {
        let answer = world.ask(&route, things, reader).await;
        answers.push((route, answer));
    }
    let of_group = format!("/groups/{}", group.group());
    for (path, _) in world.activities().await.into_iter().filter(|(_, sent)| sent.contains(&of_group)) {
        let answer = world.fetch(&path, reader).await;
        answers.push((Route { door: Door::Document, method: "GET".to_owned(), path }, answer));
    }
    answers
}

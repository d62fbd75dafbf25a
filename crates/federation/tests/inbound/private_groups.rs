//! Groups elsewhere that speak to their members alone (Lemmy 1.0: `to` is the community's followers, and never the public).

use guildhall_app::{
    Viewer,
    entry::{self, texts_from_markdown},
    read,
};
use guildhall_domain::{AccountId, ActorId, ApId, content::EntryState, group::Visibility};
use guildhall_store::{Db, actor, group, testing::on_both_engines};
use serde_json::{Value, json};

use crate::announce::Followed;
use crate::support::{With as _, announce, create, id, note};

/// For the group's members alone, with all that is inside of it.
fn for_members(followed: &Followed, document: Value) -> Value {
    document.with(json!({ "to": [followers(followed)], "cc": [], "audience": followed.books.id }))
}

fn followers(followed: &Followed) -> String {
    format!("{}/followers", followed.books.id)
}

/// The group announces what somebody on its server said to its members; gives the note, and what became of it.
async fn say(followed: &Followed, text: &str) -> (Value, String) {
    let neighbour = followed.world.peer.actor("nell");
    let note = for_members(followed, note(&neighbour, text));
    let create = for_members(followed, create(&neighbour, &note));
    let announced = for_members(followed, announce(&followed.books, &create));
    let outcome = followed.world.send(&announced).await;
    (note, outcome)
}

async fn visibility(followed: &Followed) -> Visibility {
    let store = &followed.world.here.app.store;
    group::find_visibility(store, followed.group).await.unwrap().unwrap()
}

fn viewer(actor: ActorId) -> Viewer {
    Viewer { actor: Some(actor), account: Some(AccountId(actor.0)), ..Viewer::default() }
}

async fn person(followed: &Followed, name: &str) -> ActorId {
    actor::find_local_by_name(&followed.world.here.app.store, name).await.unwrap().unwrap().id
}

/// Whether somebody sees an entry, by itself and in its group's list.
async fn sees(followed: &Followed, viewer: &Viewer, note: &Value) -> (bool, bool) {
    let here = &followed.world.here;
    let entry = here.entry(id(note)).await.unwrap().id;
    let alone = read::entries::find(&here.app, viewer, entry).await.unwrap().is_some();
    let request = read::PageRequest::default();
    let sort = guildhall_domain::content::Sort::New;
    let page = read::entries::posts(&here.app, viewer, followed.group, sort, request).await.unwrap();
    (alone, page.items.iter().any(|post| post.id == entry))
}

on_both_engines! {
    async fn what_is_said_to_members_is_shown_to_members(db: Db) {
        let followed = Followed::joined(db).await;
        let neighbour = followed.world.peer.actor("ned");
        let before = crate::support::to_group(note(&neighbour, "Said before"), &followed.books.id);
        assert_eq!(followed.announced(&create(&neighbour, &before)).await, "applied");
        let (said, outcome) = say(&followed, "Behind the greenhouse").await;
        assert_eq!(outcome, "applied");
        assert_eq!(followed.state(&said).await, Some(EntryState::Published));
        assert_eq!(visibility(&followed).await, Visibility::Members);

        followed.world.here.person("nosy").await;
        let (member, stranger) = (person(&followed, "ann").await, person(&followed, "nosy").await);
        assert_eq!(sees(&followed, &viewer(member), &said).await, (true, true));
        for other in [Viewer::default(), viewer(stranger), Viewer::server()] {
            for post in [&said, &before] {
                assert_eq!(sees(&followed, &other, post).await, (false, false), "{other:?}");
            }
        }

        let books = ApId::new(followed.books.id.as_str());
        followed.world.here.federation.fetcher.refresh_actor(&books).await.unwrap();
        assert_eq!(visibility(&followed).await, Visibility::Members, "its document does not open it again");
    }

    async fn where_nobody_here_is_a_member_it_is_not_taken(db: Db) {
        let followed = Followed::new(db).await;
        let (said, _) = say(&followed, "Behind the greenhouse").await;
        assert!(followed.state(&said).await.is_none_or(|state| state != EntryState::Published));
        assert_eq!(visibility(&followed).await, Visibility::Public, "nor does it close the group");
    }

    async fn nobody_but_the_group_itself_closes_it(db: Db) {
        let followed = Followed::joined(db).await;
        let note = for_members(&followed, note(&followed.tom, "Mine alone"));
        let create = for_members(&followed, create(&followed.tom, &note));
        followed.world.send_from(&followed.third, &create).await;
        assert!(followed.state(&note).await.is_none_or(|state| state != EntryState::Published));
        assert_eq!(visibility(&followed).await, Visibility::Public);
    }

    async fn what_members_here_answer_goes_to_the_group_and_to_nobody_else(db: Db) {
        let followed = Followed::joined(db).await;
        let (said, _) = say(&followed, "Behind the greenhouse").await;
        let here = &followed.world.here;
        let parent = here.entry(id(&said)).await.unwrap().id;
        let command = entry::Submit {
            group: followed.group,
            author: person(&followed, "ann").await,
            parent: Some(parent),
            origin: entry::Origin::Here,
            texts: texts_from_markdown(None, "I come.", None),
            poll: None,
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause: guildhall_domain::event::Cause::Local,
        };
        entry::submit(&here.app, command).await.unwrap();
        here.run_until_idle().await;
        let sent = followed.world.peer.take().only("Create").clone();
        assert!(!sent.to_string().contains("#Public"), "{sent}");
        assert!(sent["to"].to_string().contains(&followers(&followed)), "{sent}");
    }
}

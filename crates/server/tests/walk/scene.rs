//! Fills an instance with people, and a group of each kind with something in every place.

use std::collections::HashMap;

use axum::http::{HeaderMap, Method};
use guildhall_app::partner;
use guildhall_domain::ActorId;
use serde_json::{Value, json};

use crate::{
    ask::send,
    readers::{BLOCKED_BY_GROUP, BLOCKED_HERE, READERS, REMOTE, Reader},
    secrets::{HELD_FOR, Said, Secret, VISIBILITIES, Visibility},
    table::Door,
    things::{PARTNER, Place, Things},
    world::World,
};

/// Waits to become a member, is a helper, and votes: no readers.
const OTHERS: [&str; 3] = ["wanda", "hal", VOTER];
/// Who votes, and is heard of nowhere else.
pub(crate) const VOTER: &str = "vreni";
/// The list the instance subscribes to.
pub(crate) const BLOCK_LIST: &str = "https://list.example/list.csv";

impl World {
    /// Fills it.
    pub(crate) async fn fill(&mut self) {
        for name in READERS.into_iter().filter_map(Reader::account).chain(OTHERS) {
            if !self.tokens.contains_key(name) {
                let token = self.person(name, name == "ruth").await;
                self.tokens.insert(name, token);
            }
        }
        let mut elsewhere = HashMap::new();
        for (reader, name, host) in REMOTE {
            elsewhere.insert(reader, self.remote(name, host).await);
        }
        let of_instance = self.fill_instance().await;
        for group in VISIBILITIES {
            let scene = Scene { world: self, group, elsewhere: &elsewhere };
            let place = scene.fill(&of_instance).await;
            self.places.insert(group, place);
        }
    }

    async fn fill_instance(&self) -> Things {
        let block = json!({ "action": "block" });
        self.call("ruth", "PUT", &format!("/instance/peering/{BLOCKED_HERE}"), &block).await;
        let rule = json!({ "title": "No dice.", "when": { "words": ["dice"] }, "then": ["refuse"] });
        self.call("ruth", "PUT", "/instance/automatic-rules/no-links", &rule).await;
        let book = self.call("ruth", "GET", "/instance/rulebook", &Value::Null).await;
        let list = self.call("ruth", "POST", "/instance/block-lists", &json!({ "url": BLOCK_LIST })).await;
        self.call("ruth", "POST", "/groups", &json!({ "name": PARTNER })).await;
        Things {
            file: self.style_sheet().await,
            instance_revision: revision_of(&book),
            block_list: id_of(&list["block_list"]),
            ..Things::default()
        }
    }

    /// The name of the style sheet, which every page has.
    async fn style_sheet(&self) -> String {
        let page = send(self.router(Door::Page), Method::GET, "/", HeaderMap::new(), None).await.text();
        let (_, after) = page.split_once("\"/assets/style").unwrap();
        format!("style{}", after.split_once('"').unwrap().0)
    }
}

/// A group while it is filled.
struct Scene<'a> {
    world: &'a World,
    group: Visibility,
    elsewhere: &'a HashMap<Reader, ActorId>,
}

impl Scene<'_> {
    async fn fill(&self, of_instance: &Things) -> Place {
        self.found().await;
        let mut usual = Things {
            group: self.group.group().to_owned(),
            author: "alan".to_owned(),
            post: self.post("alan", Said::Published).await,
            ..of_instance.clone()
        };
        usual.comment = self.comment("alan", &usual.post, Said::Published).await;
        let mut of_banned = Things {
            author: "bert".to_owned(),
            post: self.post("bert", Said::ByBanned).await,
            comment: self.comment("bert", &usual.post, Said::ByBanned).await,
            ..Things::default()
        };
        self.vote(&usual).await;
        usual.activity = self.lock(&usual.post).await;
        let removed = self.remove(&usual).await;
        (usual.removed_post, usual.removed_comment) = (removed.post.clone(), removed.comment.clone());
        let [held, edited] = self.hold(&usual).await;
        self.open_cases(&mut usual, &removed.case).await;
        self.ban_bert(&mut usual).await;
        self.let_people_ask(&mut usual).await;
        self.world.told().await;

        let of_entry = |of: &Things| Things {
            author: of.author.clone(),
            post: of.post.clone(),
            comment: of.comment.clone(),
            case: if of.case.is_empty() { usual.case.clone() } else { of.case.clone() },
            item: if of.item.is_empty() { usual.item.clone() } else { of.item.clone() },
            ..usual.clone()
        };
        of_banned = of_entry(&of_banned);
        let (held, removed) = ([of_entry(&held), of_entry(&edited)], of_entry(&removed));
        Place { usual, of_banned, held, removed }
    }

    async fn found(&self) {
        let (name, visibility) = (self.group.group(), self.group.word());
        self.world.call("mona", "POST", "/groups", &json!({ "name": name, "visibility": visibility })).await;
        for member in ["mia", "alan", "bert", VOTER] {
            self.at(member, "PUT", "/membership", json!({})).await;
        }
        if self.group != Visibility::Local {
            for reader in [Reader::RemoteMember, Reader::OfHostTheGroupBlocked] {
                self.world.join(name, self.elsewhere[&reader]).await;
            }
        }
        self.world.told().await;
        let block = json!({ "action": "block" });
        self.at("mona", "PUT", &format!("/peering/{BLOCKED_BY_GROUP}"), block).await;
        for (rule, word, then) in [("no-links", "casino", "refuse"), ("unsure", HELD_FOR, "hold")] {
            let rule_of = json!({ "title": "Not here.", "when": { "words": [word] }, "then": [then] });
            self.at("mona", "PUT", &format!("/automatic-rules/{rule}"), rule_of).await;
        }
        let trust = json!({ "level": "trusted", "reason": "so" });
        self.at("mona", "PUT", "/people/mia/trust", trust).await;
    }

    async fn vote(&self, things: &Things) {
        self.world.told().await;
        for entry in [format!("/posts/{}", things.post), format!("/comments/{}", things.comment)] {
            self.world.call(VOTER, "PUT", &format!("{entry}/vote"), &json!({ "value": 1 })).await;
        }
        self.world.told().await;
    }

    /// Locks the post for a moment; gives the number of the activity that tells it.
    async fn lock(&self, post: &str) -> String {
        let path = format!("/posts/{post}/lock");
        self.world.call("mona", "PUT", &path, &json!({})).await;
        let activity = self.world.told().await;
        self.world.call("mona", "DELETE", &path, &Value::Null).await;
        self.world.told().await;
        activity
    }

    /// What was out, was told, and is removed; of the comment a trace is left, since somebody answered it.
    async fn remove(&self, usual: &Things) -> Things {
        let text = self.text(Said::Removed);
        let post = self.post("bert", Said::Removed).await;
        let again = json!({ "content": format!("{text}, again") });
        self.world.call("bert", "PATCH", &format!("/posts/{post}"), &again).await;
        let comment = self.comment("bert", &usual.post, Said::Removed).await;
        let answer = json!({ "content": "Is that so?", "parent": comment });
        self.world.call("mia", "POST", &format!("/posts/{}/comments", usual.post), &answer).await;
        self.world.told().await;
        let case = self.report(&format!("/posts/{post}"), &[]).await;
        for entry in [format!("/posts/{post}"), format!("/comments/{comment}")] {
            self.world.call("mona", "DELETE", &entry, &json!({ "reason": "so" })).await;
        }
        self.world.told().await;
        Things { author: "bert".to_owned(), post, comment, case, ..Things::default() }
    }

    /// What waits: a post and a comment; and the new text of a post, with what waits of it as the item.
    async fn hold(&self, usual: &Things) -> [Things; 2] {
        let post = self.post("alan", Said::Held).await;
        let comment = self.comment("alan", &usual.post, Said::Held).await;
        let text = json!({ "title": "As it was", "content": "As it was." });
        let edited = id_of(&self.at("alan", "POST", "/posts", text).await);
        let edit = json!({ "title": self.text(Said::Held), "content": self.text(Said::Held) });
        self.world.call("alan", "PATCH", &format!("/posts/{edited}"), &edit).await;
        let queue = self.at("mona", "GET", "/queue", Value::Null).await;
        let item = |entry: &str| id_of(found(&queue, |item| item["entry"] == entry));
        let of = |post: &str| Things {
            author: "alan".to_owned(),
            post: post.to_owned(),
            comment: comment.clone(),
            item: item(post),
            ..Things::default()
        };
        [of(&post), of(&edited)]
    }

    async fn open_cases(&self, things: &mut Things, known: &str) {
        things.case = self.report(&format!("/posts/{}", things.post), &[known]).await;
        let note = json!({ "text": self.text(Said::Noted) });
        self.at("mona", "POST", "/people/mia/notes", note.clone()).await;
        self.world.call("mona", "POST", &format!("/cases/{}/notes", things.case), &note).await;
        things.closed_case =
            self.report(&format!("/comments/{}", things.comment), &[known, &things.case]).await;
        self.world.call("mona", "POST", &format!("/cases/{}/close", things.closed_case), &Value::Null).await;
    }

    /// Reports something; gives the case that it opened.
    async fn report(&self, entry: &str, known: &[&str]) -> String {
        let look = json!({ "text": self.text(Said::Reported) });
        self.world.call("mia", "POST", &format!("{entry}/report"), &look).await;
        let cases = self.at("mona", "GET", "/cases", Value::Null).await;
        id_of(found(&cases, |case| case["id"].as_str().is_some_and(|id| !known.contains(&id))))
    }

    async fn ban_bert(&self, things: &mut Things) {
        self.at("mona", "PUT", "/bans/bert", json!({ "reason": "enough" })).await;
        let notices = self.world.call("bert", "GET", "/notices", &Value::Null).await;
        let here =
            |notice: &Value| notice["group"] == self.group.group() && notice["decision"]["action"] == "ban";
        things.notice = id_of(found(&notices, here));
        let path = format!("/notices/{}/appeal", things.notice);
        let appeal = self.world.call("bert", "POST", &path, &json!({ "text": "why" })).await;
        things.appeal = id_of(&appeal["appeal"]);
    }

    /// Who asks to get in, by which ways, and what the group is linked to.
    async fn let_people_ask(&self, things: &mut Things) {
        let made = self.at("mona", "POST", "/invitations", json!({})).await;
        things.invitation = id_of(&made["invitation"]);
        things.code = made["url"].as_str().unwrap().rsplit('/').next().map(str::to_owned).unwrap();
        self.at("mona", "PUT", &format!("/partners/{PARTNER}"), json!({ "policy": "review" })).await;
        let text = json!({ "title": "Hello", "content": "Hello." });
        let post = self.world.call("alan", "POST", &format!("/groups/{PARTNER}/posts"), &text).await;
        things.mirror = id_of(&post);
        partner::settle(&self.world.app).await.unwrap();
        self.at("mona", "PATCH", "", json!({ "admission": "approval", "vouches_needed": 2 })).await;
        self.at("wanda", "PUT", "/membership", json!({})).await;
        self.at("mona", "PUT", "/staff/hal", json!({ "role": "helper" })).await;
        let queue = self.at("mona", "GET", "/queue", Value::Null).await;
        things.item = id_of(found(&queue, |item| item["kind"] == "join"));
        things.revision = revision_of(&self.at("mona", "GET", "/rulebook", Value::Null).await);
    }

    async fn post(&self, by: &str, said: Said) -> String {
        let text = self.text(said);
        id_of(&self.at(by, "POST", "/posts", json!({ "title": text, "content": text })).await)
    }

    async fn comment(&self, by: &str, post: &str, said: Said) -> String {
        let text = json!({ "content": self.text(said) });
        id_of(&self.world.call(by, "POST", &format!("/posts/{post}/comments"), &text).await)
    }

    fn text(&self, said: Said) -> String {
        Secret { said, group: self.group }.text()
    }

    /// Calls what is below the group.
    async fn at(&self, by: &str, method: &str, path: &str, body: Value) -> Value {
        let path = format!("/groups/{}{path}", self.group.group());
        self.world.call(by, method, &path, &body).await
    }
}

fn found(list: &Value, is_it: impl Fn(&Value) -> bool) -> &Value {
    let items = list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().find(|item| is_it(item)).unwrap_or_else(|| panic!("not among: {list}"))
}

fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}")).to_owned()
}

fn revision_of(book: &Value) -> i64 {
    book["revision"].as_i64().unwrap_or_else(|| panic!("no revision: {book}"))
}

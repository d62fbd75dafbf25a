//! A small world in which all agrees, to be damaged.

use std::{sync::Arc, time::Instant};

use serde_json::{Value, json};

use super::super::{
    Comment, Kept, Membership, Said, Vote, entries,
    kept::{Entry, Event, Received, Row, Subscription},
    log, told,
};
use crate::Arrival;

pub(super) const HOST: &str = "there.example";
pub(super) const GROUP: &str = "https://here.example/groups/g";
pub(super) const POST: &str = "https://here.example/posts/1";
pub(super) const THEIRS: &str = "https://there.example/notes/0";
pub(super) const OURS: &str = "https://here.example/comments/2";
pub(super) const GONE: &str = "https://there.example/notes/1";

/// A comment from elsewhere that was edited, one that was deleted, a vote and a follow; and one written here, edited twice.
pub(super) struct World {
    pub(super) said: Said,
    pub(super) kept: Kept,
    pub(super) arrivals: Vec<Arrival>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut world = Self { said: Said::default(), kept: Kept::default(), arrivals: Vec::new() };
        let entries = [
            (1, POST, "post", "published", ""),
            (2, OURS, "comment", "published", "<p>here v2</p>\n"),
            (3, THEIRS, "comment", "published", "<p>there-0 v1</p>"),
            (4, GONE, "comment", "deleted", "<p>there-1 v0</p>"),
        ];
        for (key, ap_id, kind, state, content) in entries {
            let [ap_id, state, content] = [ap_id, state, content].map(str::to_owned);
            world.kept.entries.insert(key, Entry { ap_id, is_comment: kind == "comment", state, content });
        }
        world.kept.subscriptions.push(Subscription { group: 1, host: HOST.to_owned(), since: 5 });
        world.comment(THEIRS, "there-0", &["there-0 v0", "there-0 v1"], false);
        world.comment(GONE, "there-1", &["there-1 v0"], true);
        world.comment(OURS, "here", &["here v0", "here v1", "here v2"], false);
        world.follow();
        world.arrive("Create", &note(THEIRS, "there-0 v0"), "entry_published", 3);
        world.write("Create", "here v0", "entry_published");
        world.arrive("Create", &note(GONE, "there-1 v0"), "entry_published", 4);
        world.arrive("Update", &note(THEIRS, "there-0 v1"), "entry_edited", 3);
        world.write("Update", "here v1", "entry_edited");
        world.arrive("Like", &json!(POST), "voted", 1);
        world.arrive("Delete", &json!(GONE), "entry_gone", 4);
        world.write("Update", "here v2", "entry_edited");
        world.said.vote(Vote { actor: writer(), object: POST.to_owned(), value: 1 });
        world.kept.votes.push((writer(), POST.to_owned(), 1));
        world.kept.cursors.insert(HOST.to_owned(), world.kept.log.last().unwrap().place);
        world.hear_all();
        world
    }

    pub(super) fn comment(&mut self, ap_id: &str, label: &str, texts: &[&str], is_deleted: bool) {
        self.said.comments.push(Comment {
            ap_id: ap_id.to_owned(),
            label: label.to_owned(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            is_deleted,
            answered_at: Instant::now(),
        });
    }

    pub(super) fn follow(&mut self) {
        let follow = self.receive("Follow", &json!(GROUP));
        let id = follow["id"].as_str().unwrap().to_owned();
        self.said.memberships.push(Membership { actor: writer(), follow: Some(id) });
        self.kept.members.push(writer());
        let event = self.event("join_decided", None, Some(self.received(&follow)));
        let accept = json!({"id": format!("accept-{event}"), "type": "Accept", "object": follow});
        let place = self.row(event, "person", None, &accept);
        self.kept.targets.push((place, HOST.to_owned()));
    }

    pub(super) fn arrive(&mut self, verb: &str, object: &Value, kind: &str, entry: i64) {
        let activity = self.receive(verb, object);
        let event = self.event(kind, Some(entry), Some(self.received(&activity)));
        self.announce(event, entry, &activity);
    }

    pub(super) fn write(&mut self, verb: &str, text: &str, kind: &str) {
        let event = self.event(kind, Some(2), None);
        self.announce(
            event,
            2,
            &json!({"id": format!("ours-{event}"), "type": verb, "object": note(OURS, text)}),
        );
    }

    pub(super) fn receive(&mut self, verb: &str, object: &Value) -> Value {
        let key = i64::try_from(self.said.activities.len()).unwrap();
        let activity =
            json!({"id": format!("{verb}-{key}"), "type": verb, "actor": writer(), "object": object});
        let received = Received { key, outcome: Some("applied".to_owned()), reason: None };
        self.kept.received.insert(activity["id"].as_str().unwrap().to_owned(), received);
        self.said.activities.push(activity.clone());
        activity
    }

    pub(super) fn received(&self, activity: &Value) -> i64 {
        self.kept.received[activity["id"].as_str().unwrap()].key
    }

    pub(super) fn event(&mut self, kind: &str, entry: Option<i64>, received: Option<i64>) -> i64 {
        let key = 100 + i64::try_from(self.kept.events.len()).unwrap();
        self.kept.events.push(Event { key, kind: kind.to_owned(), entry, received });
        key
    }

    pub(super) fn announce(&mut self, event: i64, entry: i64, inner: &Value) {
        let announce = json!({"id": format!("announce-{event}"), "type": "Announce", "object": inner});
        self.row(event, &format!("entry-{entry}"), Some(1), &announce);
    }

    /// Gives its place.
    pub(super) fn row(&mut self, event: i64, order_key: &str, group: Option<i64>, body: &Value) -> i64 {
        self.kept.log.push(Row {
            place: event,
            id: body["id"].as_str().unwrap().to_owned(),
            event,
            group,
            order_key: order_key.to_owned(),
            bodies: [Some(body.to_string().into_bytes()), None],
        });
        event
    }

    pub(super) fn hear_all(&mut self) {
        let hear = |row: &Row| {
            let bytes = row.bodies[0].clone().unwrap();
            let activity = Arc::new(serde_json::from_slice(&bytes).unwrap());
            Arrival { bytes: bytes.into(), activity, at: Instant::now() }
        };
        self.arrivals = self.kept.log.iter().map(hear).collect();
    }

    /// All that is found.
    pub(super) fn damages(&self) -> Vec<String> {
        [
            entries::compare(&self.said, &self.kept),
            log::compare(&self.said, &self.kept),
            told::missing(&self.kept, HOST, &self.arrivals),
            told::compare(&self.kept, HOST, &self.arrivals),
            told::skipped(&self.kept),
        ]
        .concat()
    }

    pub(super) fn entry(&mut self, key: i64) -> &mut Entry {
        self.kept.entries.get_mut(&key).unwrap()
    }

    /// Where the row stands that passes this on, with this text.
    pub(super) fn place_of(&self, verb: &str, text: &str) -> usize {
        let is_it = |row: &Row| {
            let body: Value = serde_json::from_slice(row.bodies[0].as_ref().unwrap()).unwrap();
            body["object"]["type"] == verb && body["object"].to_string().contains(text)
        };
        self.kept.log.iter().position(is_it).unwrap()
    }

    /// Changes what stands in a row, and what was heard of it.
    pub(super) fn reword(&mut self, verb: &str, from: &str, to: &str) {
        let place = self.place_of(verb, from);
        let body = &mut self.kept.log[place].bodies[0];
        let changed = String::from_utf8(body.take().unwrap()).unwrap().replace(from, to);
        *body = Some(changed.into_bytes());
        self.hear_all();
    }
}

pub(super) fn writer() -> String {
    "https://there.example/u/writer".to_owned()
}

pub(super) fn note(id: &str, text: &str) -> Value {
    json!({"id": id, "type": "Note", "content": format!("<p>{text}</p>")})
}

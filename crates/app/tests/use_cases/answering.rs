//! What automatic rules have told: a prepared text to the author, and to the group's moderators that a rule fitted.

use std::time::Duration;

use guildhall_app::{
    Viewer, entry,
    rulebook::{self, Replace},
};
use guildhall_domain::{ActorId, ApId, EntryId, GroupId, event::EventKind, moderation::NoticeKind};
use guildhall_store::{
    Db, direct_note, event,
    notice::{self, Notice},
    testing::on_both_engines,
};
use serde_json::{Value, json};

use crate::support::{Here, write::posting};

async fn rule(here: &Here, group: GroupId, then: Value) {
    let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
    let rule = json!({ "name": "tulips", "title": "Tulips.", "when": { "words": ["tulips"] }, "then": then });
    let command = Replace { group: Some(group), before: 0, body: json!({ "rules": [rule] }) };
    rulebook::replace(&here.app, &admin, command).await.unwrap();
}

async fn of_kind(here: &Here, actor: ActorId, kind: NoticeKind) -> Vec<Notice> {
    let mut found = here.notices(actor).await;
    found.retain(|notice| notice.kind == kind);
    found
}

/// Whom a group writes a Note by what happened and was not told yet, with what the Note says.
async fn noted(here: &Here) -> Vec<(ActorId, String)> {
    let mut noted = Vec::new();
    for event in event::list_unpublished(&here.app.store, 100).await.unwrap() {
        let EventKind::Noticed { notice } = event.kind else { continue };
        let id = ApId::new(format!("https://here.example/activities/{}/notice/note", event.id));
        let note = direct_note::find(&here.app.store, &id).await.unwrap().unwrap();
        noted.push((note.actor, notice::find(&here.app.store, notice).await.unwrap().unwrap().text));
    }
    noted
}

async fn posted(here: &Here, group: GroupId, author: ActorId) -> EntryId {
    entry::submit(&here.app, posting(group, author, "Tulips")).await.unwrap().entry.unwrap()
}

on_both_engines! {
    async fn an_author_gets_the_text_of_a_rule_once_a_day_here_and_elsewhere(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        rule(&here, group, json!([{ "answer": "Welcome! Bulbs have their own thread." }])).await;
        here.post(group, ann, "Roses").await;
        assert_eq!(here.notices(ann).await, [], "the rule does not fit");
        for author in [ann, bob] {
            let first = posted(&here, group, author).await;
            posted(&here, group, author).await;
            let [told] = &here.notices(author).await[..] else { panic!("one answer") };
            assert_eq!((told.kind, told.group, told.entry), (NoticeKind::Answer, Some(group), Some(first)));
            assert_eq!(told.text, "Welcome! Bulbs have their own thread.");
        }
        let answer = |actor| (actor, "Welcome! Bulbs have their own thread.".to_owned());
        assert_eq!(noted(&here).await, [answer(bob)], "who lives elsewhere gets a Note");
        here.pass(Duration::from_hours(25));
        for author in [ann, bob] {
            posted(&here, group, author).await;
            assert_eq!(here.notices(author).await.len(), 2, "another day");
        }
        assert_eq!(noted(&here).await, [answer(bob), answer(bob)]);
    }

    async fn the_moderators_of_a_group_hear_of_a_rule_wherever_they_live(db: Db) {
        let here = Here::new(db);
        let (group, other) = (here.group("garden").await, here.group("boats").await);
        let (near, far, stranger) = (here.moderator(group).await, here.remote("lou").await, here.moderator(other).await);
        here.appoint(group, far).await;
        let ann = here.person("ann").await;
        rule(&here, group, json!(["notify"])).await;
        let post = posted(&here, group, ann).await;
        posted(&here, group, ann).await;
        for moderator in [near, far] {
            let [told] = &of_kind(&here, moderator, NoticeKind::Rule).await[..] else { panic!("one alarm within the hour") };
            assert_eq!((told.group, told.entry), (Some(group), Some(post)));
            assert!(told.text.contains("tulips") && told.text.contains("Tulips"), "{}", told.text);
        }
        let alarms = noted(&here).await.into_iter().filter(|(_, text)| text.contains("tulips"));
        assert_eq!(alarms.map(|(actor, _)| actor).collect::<Vec<_>>(), [far], "who lives elsewhere gets a Note");
        for nobody in [ann, stranger] {
            assert_eq!(of_kind(&here, nobody, NoticeKind::Rule).await, []);
        }
    }
}

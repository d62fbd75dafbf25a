//! Questions to those who want to join, as direct Notes, and the replies to them; invitations that travel.

use guildhall_app::{
    read::{self, PageRequest, QueueItemView},
    welcome::{self, Invite},
};
use guildhall_domain::{group::Admission, membership::MembershipState, welcome::JoinQuestion};
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{LocalGroup, PeerActor};
use serde_json::{Value, json};

use crate::support::{With, World, activity, create, follow, id, mention, note, undo, update};

/// A group that approves its members and asks two questions.
async fn asking_group(world: &World) -> LocalGroup {
    let group = world.here.group("quiet", Admission::Approval).await;
    let question = |text: &str, required| JoinQuestion { text: text.to_owned(), required };
    let questions = vec![question("Why <here>?", true), question("Where from?", false)];
    welcome::set_questions(&world.here.app, group.id, group.id.actor(), questions).await.unwrap();
    group
}

/// What Mastodon sends for a direct reply of `person` to a message of the group.
fn reply(person: &PeerActor, group: &LocalGroup, asked: &Value, text: &str) -> Value {
    note(person, text).with(json!({
        "to": [group.ap_id],
        "inReplyTo": asked["object"]["id"],
        "tag": [mention(&group.ap_id)],
    }))
}

fn direct(create: Value, group: &LocalGroup) -> Value {
    create.with(json!({ "to": [group.ap_id] }))
}

async fn queue(world: &World, group: &LocalGroup) -> Vec<QueueItemView> {
    let admin = guildhall_app::Viewer { is_admin: true, ..Default::default() };
    read::queue::list(&world.here.app, &admin, group.id, PageRequest::default()).await.unwrap().items
}

fn answers(item: &QueueItemView) -> Vec<&str> {
    item.answers.iter().map(|answer| answer.text.as_str()).collect()
}

/// alice is invited by name; gives the `Invite` that she gets.
async fn invited(world: &World, club: &LocalGroup, note: &str) -> Value {
    let alice = world.here.remote(&world.alice.id).await;
    let (group, by, note) = (club.id, club.id.actor(), note.to_owned());
    let invite = Invite { group, by, max_uses: None, until: None, note, only_for: Some(alice.id) };
    welcome::invite(&world.here.app, invite).await.unwrap();
    world.here.run_until_idle().await;
    world.peer.inbox_of(&world.alice).only("Invite")
}

on_both_engines! {
    async fn a_follow_is_answered_by_questions_whose_answers_lead_to_the_accept(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = asking_group(&world).await;
        let follow = follow(&world.alice, &group.ap_id);
        assert_eq!(world.send(&follow).await, "held");
        let asked = world.peer.inbox_of(&world.alice).only("Create");
        assert_eq!((&asked["actor"], &asked["to"]), (&json!(group.ap_id), &json!([world.alice.id])));
        assert_eq!(asked["object"]["type"], "Note");
        assert_eq!(asked["object"]["to"], json!([world.alice.id]), "for nobody else's eyes");
        assert_eq!(asked["object"]["tag"][0]["href"], json!(world.alice.id));
        let html = asked["object"]["content"].as_str().unwrap();
        assert!(html.contains("<br>1. Why &lt;here&gt;?<br>2. Where from? (if you like)"), "{html}");
        world.peer.take();

        let reply = reply(&world.alice, &group, &asked, "I grow roses.");
        assert_eq!(world.send(&direct(create(&world.alice, &reply), &group)).await, "applied");
        assert!(world.here.entry(id(&reply)).await.is_none(), "no comment");
        let items = queue(&world, &group).await;
        assert_eq!((items.len(), answers(&items[0])), (1, vec!["I grow roses."]));
        let edited = reply.clone().with(json!({ "content": "<p>I grow tulips.</p>", "updated": "2026-03-01T12:00:00Z" }));
        assert_eq!(world.send(&direct(update(&world.alice, &edited), &group)).await, "applied");
        assert_eq!(answers(&queue(&world, &group).await[0]), ["I grow tulips."]);
        assert_eq!(world.peer.inbox().shapes(), [""; 0], "nothing of it is passed on");

        world.here.admit(items[0].id).await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.inbox_of(&world.alice).only("Accept")["object"]["id"], follow["id"]);
        assert_eq!(world.here.membership(group.id, &world.alice.id).await, Some(MembershipState::Member));
    }

    async fn an_answer_for_all_to_see_is_still_no_comment(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = asking_group(&world).await;
        world.send(&follow(&world.alice, &group.ap_id)).await;
        let asked = world.peer.take().only("Create");
        let public = note(&world.alice, "Roses.").with(json!({ "inReplyTo": asked["object"]["id"] }));
        let public = crate::support::to_group(public, &group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &public)).await, "applied");
        assert!(world.here.entries(group.id).await.is_empty());
        assert_eq!(answers(&queue(&world, &group).await[0]), ["Roses."]);
        assert_eq!(world.peer.inbox().shapes(), [""; 0]);
    }

    async fn what_somebody_else_replies_means_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = asking_group(&world).await;
        world.send(&follow(&world.alice, &group.ap_id)).await;
        let asked = world.peer.take().only("Create");
        let mallory = world.peer.actor("mallory");
        let forged = reply(&mallory, &group, &asked, "Let her in!");
        assert_eq!(world.send(&direct(create(&mallory, &forged), &group)).await, "ignored");
        assert!(answers(&queue(&world, &group).await[0]).is_empty());
        assert!(world.here.entries(group.id).await.is_empty());
    }

    async fn a_repeated_follow_asks_nothing_again(db: Db) {
        let world = World::new(db, "mastodon").await;
        let group = asking_group(&world).await;
        world.send(&follow(&world.alice, &group.ap_id)).await;
        world.peer.take();
        let again = follow(&world.alice, &group.ap_id);
        assert_eq!(world.send(&again).await, "held");
        world.send(&undo(&world.alice, &again)).await;
        world.send(&follow(&world.alice, &group.ap_id)).await;
        assert_eq!(world.peer.inbox().shapes(), [""; 0]);
    }

    async fn what_mobilizon_says_with_a_join_is_the_answer(db: Db) {
        let world = World::new(db, "mobilizon").await;
        let group = asking_group(&world).await;
        let join = activity(&world.alice, "Join", json!(group.ap_id))
            .with(json!({ "participationMessage": "I grow roses." }));
        assert_eq!(world.send(&join).await, "held");
        assert_eq!(world.peer.inbox().shapes(), [""; 0], "nothing is asked");
        assert_eq!(answers(&queue(&world, &group).await[0]), ["I grow roses."]);
    }

    async fn an_invitation_by_name_travels_and_opens_the_door(db: Db) {
        let world = World::new(db, "mastodon").await;
        let club = world.here.group("club", Admission::Invite).await;
        let invited = invited(&world, &club, "Come!").await;
        let told = world.peer.take();
        assert_eq!((&invited["actor"], &invited["object"]), (&json!(club.ap_id), &json!(club.ap_id)));
        assert_eq!((&invited["target"], &invited["to"]), (&json!(world.alice.id), &json!([world.alice.id])));
        let create = told.only("Create");
        let html = create["object"]["content"].as_str().unwrap();
        assert!(html.contains("Follow @club@") && html.contains("<br>Come!"), "{html}");

        assert_eq!(world.send(&follow(&world.peer.actor("bob"), &club.ap_id)).await, "refused");
        world.peer.take();
        let follow = follow(&world.alice, &club.ap_id);
        assert_eq!(world.send(&follow).await, "applied");
        assert_eq!(world.peer.take().only("Accept")["object"]["id"], follow["id"]);
    }

    async fn who_accepts_an_invitation_is_in_and_hears_no_more_of_it(db: Db) {
        let world = World::new(db, "mobilizon").await;
        let club = world.here.group("club", Admission::Invite).await;
        let invited = invited(&world, &club, "").await;
        world.peer.take();
        let accept = activity(&world.alice, "Accept", invited);
        assert_eq!(world.send(&accept).await, "applied");
        assert_eq!(world.here.membership(club.id, &world.alice.id).await, Some(MembershipState::Member));
        assert_eq!(world.peer.inbox().shapes(), [""; 0], "a yes is not answered");
    }

    async fn who_forges_an_invitation_is_not_let_in_by_accepting_it(db: Db) {
        let world = World::new(db, "mobilizon").await;
        let club = world.here.group("club", Admission::Invite).await;
        let forged = json!({ "type": "Invite", "actor": club.ap_id, "object": club.ap_id, "target": world.alice.id });
        assert_eq!(world.send(&activity(&world.alice, "Accept", forged)).await, "refused");
        assert_eq!(world.here.membership(club.id, &world.alice.id).await, None);
    }

    async fn who_rejects_an_invitation_is_not_let_in_by_it(db: Db) {
        let world = World::new(db, "mobilizon").await;
        let club = world.here.group("club", Admission::Invite).await;
        let invited = invited(&world, &club, "").await;
        world.peer.take();
        assert_eq!(world.send(&activity(&world.alice, "Reject", invited)).await, "applied");
        assert_eq!(world.send(&follow(&world.alice, &club.ap_id)).await, "refused");
    }
}

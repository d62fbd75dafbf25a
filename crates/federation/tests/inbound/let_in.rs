//! What people here write for a group elsewhere is its author's alone until the group announces it.

use guildhall_domain::content::EntryState;
use guildhall_domain::membership::MembershipState;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::LocalEntry;
use serde_json::{Value, json};

use crate::announce::Followed;
use crate::support::{With as _, create, id, note};

/// bea, who is in the group too, writes a post; gives it and the `Create` that was sent.
async fn written(followed: &Followed) -> (LocalEntry, Value) {
    let here = &followed.world.here;
    let bea = match here.actor(&here.iri("/users/bea")).await {
        Some(_) => here.person("bob").await,
        None => here.person("bea").await,
    };
    let post = here.write(followed.group, &bea, None, Some("Dune"), "Sand.").await;
    here.run_until_idle().await;
    (post, followed.world.peer.take().only("Create").clone())
}

async fn state(followed: &Followed, post: &LocalEntry) -> EntryState {
    followed.world.here.state(post.ap_id.as_str()).await.unwrap()
}

on_both_engines! {
    async fn a_post_is_let_in_by_any_announcement_of_its_group(db: Db) {
        let followed = Followed::joined(db).await;
        for way in ["Create", "the Create by id", "the post", "the post by id"] {
            let here = &followed.world.here;
            let bea = here.person(&format!("bea{}", way.len())).await;
            let post = here.write(followed.group, &bea, None, Some("Dune"), "Sand.").await;
            here.run_until_idle().await;
            let create = followed.world.peer.take().only("Create").clone();
            assert_eq!(state(&followed, &post).await, EntryState::Sent, "{way}");
            assert_eq!(followed.world.peer.fetch_status(&post.ap_id).await.as_u16(), 200, "{way}: others may look");
            let announced = match way {
                "Create" => create.clone(),
                "the Create by id" => create["id"].clone(),
                "the post" => create["object"].clone(),
                _ => json!(post.ap_id),
            };
            let stranger = followed.world.peer.group("other");
            followed.world.send(&crate::support::announce(&stranger, &announced)).await;
            assert_eq!(state(&followed, &post).await, EntryState::Sent, "{way}: another group's word");
            assert_eq!(followed.announced(&announced).await, "applied", "{way}");
            assert_eq!(state(&followed, &post).await, EntryState::Published, "{way}");
            assert_eq!(followed.announced(&announced).await, "ignored", "{way}: once");
        }
    }

    async fn an_announced_answer_lets_in_what_it_answers(db: Db) {
        let followed = Followed::joined(db).await;
        let (post, _) = written(&followed).await;
        let neighbour = followed.world.peer.actor("nell");
        let answer = note(&neighbour, "Spice.").with(json!({ "inReplyTo": post.ap_id }));
        assert_eq!(followed.announced(&create(&neighbour, &answer)).await, "applied");
        assert_eq!(state(&followed, &post).await, EntryState::Published);
        assert_eq!(followed.world.here.entry(id(&answer)).await.unwrap().parent_id, Some(post.id));
    }

    async fn a_refusal_of_a_new_text_leaves_the_post(db: Db) {
        let followed = Followed::joined(db).await;
        let (post, sent) = written(&followed).await;
        followed.announced(&sent).await;
        let update = sent.clone().with(json!({ "type": "Update", "id": format!("{}/update", post.ap_id) }));
        let reject = crate::support::activity(&followed.books, "Reject", update).with(json!({ "summary": "no ads" }));
        assert_eq!(followed.world.send(&reject).await, "applied");
        assert_eq!(state(&followed, &post).await, EntryState::Published);
        let decided = followed.world.here.decisions(followed.group).await;
        assert_eq!(decided.last().unwrap().reason.as_deref(), Some("no ads"));
    }

    async fn joining_learns_whether_the_group_will_answer(db: Db) {
        let followed = Followed::joined(db).await;
        let here = &followed.world.here;
        let ann = here.iri("/users/ann");
        assert_eq!(here.membership(followed.group, &ann).await, Some(MembershipState::Member));
        let known = guildhall_store::instance::find(&here.app.store, &followed.world.peer.host).await.unwrap();
        assert_eq!(known.unwrap().software.unwrap().name, "lemmy");
    }
}

//! T9: one host is not one person: nobody changes what others made, or takes back what others did.

use anyhow::ensure;
use guildhall_federation_tests::attacker::Persona;
use serde_json::{Value, json};

use crate::stage::{Attempts, Stage};

struct Scene {
    stage: Stage,
    alice: Persona,
    post: Value,
    comment: Value,
    follow: Value,
    like: Value,
}

impl Scene {
    /// Alice follows, posts, comments and likes; mallory, of the same host, is no more than a member.
    async fn start() -> anyhow::Result<Self> {
        let stage = Stage::start().await?;
        let alice = stage.evil.person("alice")?;
        let follow = alice.activity("Follow", json!(stage.group));
        stage.counts(&alice, &follow).await?;
        stage.counts(&stage.mallory, &stage.follow()).await?;
        let post = alice.note(&stage.group, "By alice");
        stage.counts(&alice, &alice.activity("Create", post.clone())).await?;
        let mut comment = alice.note(&stage.group, "Her comment");
        comment["inReplyTo"] = post["id"].clone();
        stage.counts(&alice, &alice.activity("Create", comment.clone())).await?;
        let like = alice.activity("Like", post["id"].clone());
        stage.counts(&alice, &like).await?;
        Ok(Self { stage, alice, post, comment, follow, like })
    }
}

fn with(document: &Value, members: Value) -> Value {
    let mut changed = document.clone();
    if let (Some(into), Value::Object(members)) = (changed.as_object_mut(), members) {
        into.extend(members);
    }
    changed
}

#[tokio::test]
async fn a_neighbour_changes_nothing_of_others() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let Scene { stage, alice, post, comment, follow, like } = &scene;
    let mallory = &stage.mallory;
    let target = |kind: &str, object: Value, target: String| {
        with(&mallory.activity(kind, object), json!({ "target": target }))
    };
    let moderators = format!("{}/moderators", stage.group);
    let featured = format!("{}/featured", stage.group);
    let undo = |inner: Value| mallory.activity("Undo", inner);
    let block = with(&mallory.activity("Block", json!(alice.id)), json!({ "target": stage.group }));
    let instance = with(
        &mallory.activity("Block", json!(alice.id)),
        json!({ "target": stage.evil.url("/actor"), "removeData": true }),
    );
    let mut attempts = Vec::new();
    let mut attempt = |name: &str, activity: Value, expected| {
        attempts.push((name.to_owned(), mallory.clone(), activity, expected));
    };
    for (what, object) in [("post", post), ("comment", comment)] {
        let id = &object["id"];
        attempt(&format!("Delete of her {what}"), mallory.activity("Delete", id.clone()), "refused");
        attempt(
            &format!("Delete of her {what}, embedded"),
            mallory.activity("Delete", object.clone()),
            "refused",
        );
        let tombstone = json!({ "id": id, "type": "Tombstone" });
        attempt(
            &format!("Delete of her {what}, as a tombstone"),
            mallory.activity("Delete", tombstone),
            "refused",
        );
        let taken = with(object, json!({ "attributedTo": mallory.id, "content": "<p>Changed</p>" }));
        attempt(
            &format!("Update of her {what} as his own"),
            mallory.activity("Update", taken.clone()),
            "refused",
        );
        attempt(&format!("Create of her {what} as his own"), mallory.activity("Create", taken.clone()), "");
        let nobodys = with(&taken, json!({ "attributedTo": null }));
        attempt(&format!("Update of her {what} as nobody's"), mallory.activity("Update", nobodys), "refused");
        let both = with(&taken, json!({ "attributedTo": [alice.id, mallory.id] }));
        attempt(&format!("Update of her {what} as both's"), mallory.activity("Update", both), "refused");
        let asked = with(&taken, json!({ "attributedTo": alice.id, "actor": mallory.id }));
        attempt(&format!("Update of her {what} with an actor"), mallory.activity("Update", asked), "refused");
        attempt(&format!("Update of her {what} by id"), mallory.activity("Update", id.clone()), "");
        attempt(&format!("Lock of her {what}"), mallory.activity("Lock", id.clone()), "refused");
        attempt(
            &format!("Undo of a Lock of her {what}"),
            undo(mallory.activity("Lock", id.clone())),
            "refused",
        );
        attempt(&format!("Undo of a Delete of her {what}"), undo(mallory.activity("Delete", id.clone())), "");
        attempt(&format!("Add of her {what}"), target("Add", id.clone(), featured.clone()), "refused");
        attempt(&format!("Remove of her {what}"), target("Remove", id.clone(), featured.clone()), "refused");
        attempt(
            &format!("Remove of her {what} from the group"),
            target("Remove", id.clone(), stage.group.clone()),
            "",
        );
        attempt(&format!("Move of her {what}"), target("Move", id.clone(), stage.group.clone()), "");
    }
    for (what, inner) in [("Follow", follow), ("Like", like)] {
        attempt(&format!("Undo of her {what}"), undo(inner.clone()), "refused");
        attempt(&format!("Undo of her {what} by id"), undo(inner["id"].clone()), "refused");
        let claimed = with(inner, json!({ "actor": mallory.id }));
        let harmless = if what == "Like" { "" } else { "skip" };
        if harmless.is_empty() {
            attempt(&format!("Undo of her {what} under his name"), undo(claimed), harmless);
        }
        let nameless = with(inner, json!({ "actor": [alice.id, mallory.id] }));
        if what == "Like" {
            attempt(&format!("Undo of her {what} under two names"), undo(nameless), "");
        }
    }
    attempt("Delete of her", mallory.activity("Delete", json!(alice.id)), "refused");
    attempt(
        "Update of her",
        mallory.activity("Update", with(&alice.document, json!({ "name": "Taken" }))),
        "refused",
    );
    attempt("Move of her", target("Move", json!(alice.id), mallory.id.clone()), "ignored");
    attempt("Block of her in the group", block.clone(), "refused");
    attempt("Undo of a Block", undo(block), "refused");
    attempt("Block of her by the host", instance, "refused");
    attempt(
        "Add of himself to the moderators",
        target("Add", json!(mallory.id), moderators.clone()),
        "refused",
    );
    attempt(
        "Remove of maria from the moderators",
        target("Remove", json!(format!("{}/users/maria", stage.server.url())), moderators),
        "refused",
    );
    attempt("Accept of her Follow", mallory.activity("Accept", follow.clone()), "");
    attempt("Reject of her Follow", mallory.activity("Reject", follow.clone()), "");
    attempt("Reject of her post", mallory.activity("Reject", post["id"].clone()), "");
    attempt("Update of the group", mallory.activity("Update", json!(stage.group)), "refused");
    attempt("Delete of the group", mallory.activity("Delete", json!(stage.group)), "refused");
    attempt(
        "Delete of maria",
        mallory.activity("Delete", json!(format!("{}/users/maria", stage.server.url()))),
        "refused",
    );
    stage.comes_to_nothing(attempts).await?;

    // Signed by him in her name, and by her with another host's object.
    let direct: Attempts = vec![
        (
            "her Delete, his key".to_owned(),
            stage.signed(mallory, &alice.activity("Delete", post["id"].clone())),
            "401 key-of-another",
        ),
        (
            "his Update of hers".to_owned(),
            stage.signed(mallory, &mallory.activity("Update", post.clone())),
            "403 not-attributed",
        ),
    ];
    stage.refuses(direct).await?;

    let edited =
        with(post, json!({ "content": "<p>Changed by alice</p>", "updated": "2030-01-01T00:00:00Z" }));
    for (kind, object) in [
        ("Update", edited),
        ("Undo", like.clone()),
        ("Delete", comment["id"].clone()),
        ("Undo", follow.clone()),
    ] {
        stage.counts(alice, &alice.activity(kind, object)).await?;
    }
    ensure!(stage.titles().await? == ["Changed by alice"]);
    Ok(())
}

/// What an object is, and whose, stays; and its author does not rewrite what a moderator did.
#[tokio::test]
async fn an_author_does_not_make_something_else_of_a_post() -> anyhow::Result<()> {
    let scene = Scene::start().await?;
    let Scene { stage, alice, post, comment, .. } = &scene;
    let facts = "SELECT ap_id, kind, author_id, group_id, thread_id, COALESCE(parent_id, 0), published_at FROM entries ORDER BY id";
    let before = stage.store.rows(facts)?;
    let later = json!({ "updated": "2030-01-01T00:00:00Z" });
    let tried = [
        ("another author", with(post, json!({ "attributedTo": stage.mallory.id }))),
        ("a comment now", with(post, json!({ "inReplyTo": comment["id"] }))),
        ("a post now", with(comment, json!({ "inReplyTo": null, "name": "A post" }))),
        ("a poll now", with(post, json!({ "type": "Question", "oneOf": [{ "type": "Note", "name": "a" }] }))),
        ("a person now", with(post, json!({ "type": "Person", "inbox": stage.evil.url("/inbox") }))),
        ("an activity now", with(post, json!({ "type": "Create", "actor": alice.id, "object": post["id"] }))),
        ("written later", with(post, json!({ "published": "2031-01-01T00:00:00Z" }))),
        (
            "another group",
            with(
                post,
                json!({ "to": ["https://www.w3.org/ns/activitystreams#Public"], "audience": format!("{}/groups/other", stage.server.url()) }),
            ),
        ),
        ("our id", with(post, json!({ "id": format!("{}/posts/1", stage.server.url()) }))),
    ];
    for (name, object) in tried {
        for kind in ["Update", "Create"] {
            let activity = alice.activity(kind, with(&object, later.clone()));
            let told = stage.send(&stage.signed(alice, &activity)).await?;
            stage.settled().await?;
            ensure!(told.status < 500, "{name}: {}", told.text());
            let after = stage.store.rows(facts)?;
            ensure!(after == before, "{kind} {name}: {after:?}\n{before:?}");
        }
    }
    // An old text does not come back.
    let newer = with(post, json!({ "content": "<p>Newer</p>" }));
    stage.counts(alice, &alice.activity("Update", newer)).await?;
    let older = with(post, json!({ "content": "<p>Older</p>", "updated": "2026-01-01T00:00:00Z" }));
    stage.send(&stage.signed(alice, &alice.activity("Update", older))).await?;
    stage.settled().await?;
    ensure!(stage.titles().await? == ["Newer"], "{:?}", stage.titles().await?);
    Ok(())
}

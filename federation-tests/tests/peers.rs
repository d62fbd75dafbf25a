//! The independent peers among themselves: when these fail, the fault is not in the server.

use guildhall_federation_tests::{ActivityPubPeer, Fedify, Software};
use serde_json::json;

#[tokio::test]
async fn lemmy_and_mastodon_understand_each_other() -> anyhow::Result<()> {
    let lemmy = ActivityPubPeer::start(Software::Lemmy, &["alice"]).await?;
    let mastodon = ActivityPubPeer::start(Software::Mastodon, &["bob"]).await?;

    let bob = format!("bob@{}", mastodon.host());
    let followed = lemmy.tell("follow", json!({ "group": bob })).await?;
    assert_eq!(followed["deliveries"][0]["status"], 200);
    mastodon.eventually_receives("Follow", |_| true).await?;

    let post = json!({ "group": mastodon.person("bob"), "title": "Hello", "content": "there" });
    let posted = lemmy.tell("post", post).await?;
    mastodon.eventually_receives("Create(Page)", |create| create["id"] == posted["activity"]["id"]).await?;

    let object = &posted["activity"]["object"]["id"];
    mastodon.tell("vote", json!({ "object": object, "value": 1 })).await?;
    mastodon.tell("reply", json!({ "in_reply_to": object, "content": "hi" })).await?;
    lemmy.eventually_receives("Like", |like| like["object"] == *object).await?;
    lemmy.eventually_receives("Create(Note)", |create| create["object"]["inReplyTo"] == *object).await?;
    lemmy.has_refused_nothing().await?;
    mastodon.has_refused_nothing().await
}

#[tokio::test]
async fn fedify_understands_itself_by_both_signatures() -> anyhow::Result<()> {
    let here = Fedify::serve("here").await?;
    let there = Fedify::serve("there").await?;
    for signature in ["cavage", "rfc9421"] {
        let follow = json!({ "group": there.person(), "signature": signature });
        let followed = here.tell("follow", follow).await?;
        assert_eq!(followed["attempts"][0]["status"], 202, "{followed}");

        let id = &followed["activity"]["id"];
        let received = there.eventually_receives("Follow(Person)", |follow| follow["id"] == *id).await?;
        assert_eq!(received.record["signature"], signature);
        assert_eq!(received.record["verified_key"], format!("{}#main-key", here.person()));
    }
    Ok(())
}

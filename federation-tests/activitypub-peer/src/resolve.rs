//! From what a command names to what the peer knows, over the crate's own fetches.

use activitypub_federation::{
    fetch::{object_id::ObjectId, webfinger::webfinger_resolve_actor},
    traits::Actor as _,
};
use url::Url;

use crate::{
    actor::{Actor, ActorKind},
    error::Error,
    peer::PeerData,
    post::{Post, PostJson},
};

/// An actor by URL or handle (`name@host`, with or without `@` or `!` before it).
pub(crate) async fn actor(named: &str, data: &PeerData) -> Result<Actor, Error> {
    match Url::parse(named) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            ObjectId::<Actor>::from(url).dereference(data).await
        }
        _ => webfinger_resolve_actor(named.trim_start_matches(['@', '!']), data).await,
    }
}

/// A post or comment by URL.
pub(crate) async fn post(url: &Url, data: &PeerData) -> Result<PostJson, Error> {
    Ok(ObjectId::<Post>::from(url.clone()).dereference(data).await?.json)
}

/// The group that a post is in: its `audience`, else the first addressee that is a group.
pub(crate) async fn group_of(post: &PostJson, data: &PeerData) -> Option<Actor> {
    for url in post.audience.iter().chain(&post.to).chain(&post.cc) {
        let actor = ObjectId::<Actor>::from(url.clone()).dereference(data).await;
        if let Ok(actor) = actor
            && actor.json.kind == ActorKind::Group
        {
            return Some(actor);
        }
    }
    None
}

/// Where the author of a post takes activities.
pub(crate) async fn inbox_of_author(post: &PostJson, data: &PeerData) -> Result<Url, Error> {
    let author = ObjectId::<Actor>::from(post.attributed_to.clone()).dereference(data).await?;
    Ok(author.shared_inbox_or_inbox())
}

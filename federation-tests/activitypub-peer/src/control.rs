//! What a test may ask of the peer: one route for each thing that people do, and what came of it.

use activitypub_federation::traits::Object;
use axum::{
    Json, Router,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    actor::Actor,
    error::Error,
    peer::{PeerData, Received, Sent},
    post::Post,
    publish::Person,
    resolve,
};

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/control/follow", post(follow))
        .route("/control/unfollow", post(unfollow))
        .route("/control/post", post(create_post))
        .route("/control/note", post(create_note))
        .route("/control/reply", post(reply))
        .route("/control/vote", post(vote))
        .route("/control/update", post(update))
        .route("/control/delete", post(delete))
        .route("/control/fetch", post(fetch))
        .route("/control/lookup", post(lookup))
        .route("/control/received", get(received))
        .route("/control/sent", get(sent))
        .route("/control/posts", get(posts))
}

/// Who acts; nobody named: the first person.
#[derive(Deserialize)]
struct By {
    actor: Option<String>,
}

impl By {
    fn person<'a>(&self, data: &'a PeerData) -> Result<Person<'a>, Error> {
        Ok(Person { actor: data.person(self.actor.as_deref())?, data })
    }
}

#[derive(Deserialize)]
struct InGroup {
    #[serde(flatten)]
    by: By,
    /// URL or handle.
    group: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    content: String,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(flatten)]
    by: By,
    in_reply_to: Url,
    content: String,
}

#[derive(Deserialize)]
struct Vote {
    #[serde(flatten)]
    by: By,
    object: Url,
    value: i8,
}

#[derive(Deserialize)]
struct Edit {
    #[serde(flatten)]
    by: By,
    object: Url,
    title: Option<String>,
    content: String,
}

#[derive(Deserialize)]
struct Delete {
    #[serde(flatten)]
    by: By,
    object: Url,
    reason: Option<String>,
}

async fn follow(data: PeerData, Json(asked): Json<InGroup>) -> Result<Json<Sent>, Error> {
    let group = resolve::actor(&asked.group, &data).await?;
    Ok(Json(asked.by.person(&data)?.follow(&group).await?))
}

async fn unfollow(data: PeerData, Json(asked): Json<InGroup>) -> Result<Json<Sent>, Error> {
    let group = resolve::actor(&asked.group, &data).await?;
    Ok(Json(asked.by.person(&data)?.unfollow(&group).await?))
}

async fn create_post(data: PeerData, Json(asked): Json<InGroup>) -> Result<Json<Sent>, Error> {
    let group = resolve::actor(&asked.group, &data).await?;
    Ok(Json(asked.by.person(&data)?.post(&group, &asked.title, &asked.content).await?))
}

async fn create_note(data: PeerData, Json(asked): Json<InGroup>) -> Result<Json<Sent>, Error> {
    let group = resolve::actor(&asked.group, &data).await?;
    Ok(Json(asked.by.person(&data)?.note(&group, &asked.content).await?))
}

async fn reply(data: PeerData, Json(asked): Json<Reply>) -> Result<Json<Sent>, Error> {
    let parent = resolve::post(&asked.in_reply_to, &data).await?;
    Ok(Json(asked.by.person(&data)?.reply(&parent, &asked.content).await?))
}

async fn vote(data: PeerData, Json(asked): Json<Vote>) -> Result<Json<Sent>, Error> {
    let object = resolve::post(&asked.object, &data).await?;
    Ok(Json(asked.by.person(&data)?.vote(&object, asked.value).await?))
}

async fn update(data: PeerData, Json(asked): Json<Edit>) -> Result<Json<Sent>, Error> {
    let object = resolve::post(&asked.object, &data).await?;
    let person = asked.by.person(&data)?;
    Ok(Json(person.update(&object, asked.title.as_deref(), &asked.content).await?))
}

async fn delete(data: PeerData, Json(asked): Json<Delete>) -> Result<Json<Sent>, Error> {
    let object = resolve::post(&asked.object, &data).await?;
    Ok(Json(asked.by.person(&data)?.delete(&object, asked.reason.as_deref()).await?))
}

#[derive(Deserialize)]
struct Address {
    url: Url,
}

/// Fetches a post anew, past the peer's memory, and shows what was understood of it.
async fn fetch(data: PeerData, Json(asked): Json<Address>) -> Result<Json<Value>, Error> {
    let id = activitypub_federation::fetch::object_id::ObjectId::<Post>::from(asked.url);
    let post = id.dereference_forced(&data).await?;
    Ok(Json(serde_json::to_value(post.into_json(&data).await?)?))
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// Finds an actor by URL or handle and shows what was understood of it.
async fn lookup(data: PeerData, Json(asked): Json<Name>) -> Result<Json<Value>, Error> {
    let actor: Actor = resolve::actor(&asked.name, &data).await?;
    Ok(Json(serde_json::to_value(actor.into_json(&data).await?)?))
}

async fn received(data: PeerData) -> Json<Vec<Received>> {
    Json(data.state().received.clone())
}

async fn sent(data: PeerData) -> Json<Vec<Sent>> {
    Json(data.state().sent.clone())
}

/// Every post that the peer knows by its id; `null`: deleted.
async fn posts(data: PeerData) -> Json<Value> {
    Json(json!(data.state().posts))
}

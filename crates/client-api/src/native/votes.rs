//! Voting on posts and comments.

use axum::{Json, extract::State};
use guildhall_app::{
    App,
    entry::{self, CastVote},
};
use guildhall_domain::{EntryId, event::Cause};

use super::{
    entries,
    extract::{At, Body, EntryAddress, SignedIn, Writer},
    json::{Comment, NewVote, Post, Shown},
    lookup,
    problem::Problem,
};

/// Votes on a post, or takes the vote back. The same vote again changes nothing.
#[utoipa::path(
    put,
    path = "/posts/{id}/vote",
    tag = "posts",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = NewVote,
    responses((status = 200, description = "The post with the vote counted.", body = Post))
)]
pub(super) async fn vote_on_post(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Body(vote): Body<NewVote>,
) -> Result<Json<Post>, Problem> {
    cast(&app, &person, address.id, &vote).await
}

/// Votes on a comment, or takes the vote back. The same vote again changes nothing.
#[utoipa::path(
    put,
    path = "/comments/{id}/vote",
    tag = "comments",
    params(EntryAddress),
    security(("token" = ["write"])),
    request_body = NewVote,
    responses((status = 200, description = "The comment with the vote counted.", body = Comment))
)]
pub(super) async fn vote_on_comment(
    State(app): State<App>,
    At(address): At<EntryAddress>,
    Writer(person): Writer,
    Body(vote): Body<NewVote>,
) -> Result<Json<Comment>, Problem> {
    cast(&app, &person, address.id, &vote).await
}

async fn cast<E: Shown>(
    app: &App,
    person: &SignedIn,
    id: EntryId,
    vote: &NewVote,
) -> Result<Json<E>, Problem> {
    lookup::entry(app, &person.viewer, id, E::KIND).await?;
    let command = CastVote { entry: id, actor: person.actor, vote: vote.vote()?, cause: Cause::Local };
    entry::cast_vote(app, command).await?;
    entries::show(app, &person.viewer, id).await
}

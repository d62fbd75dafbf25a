//! `GET /posts/{id}`: a post with its comments; `GET /comments/{id}`: the way there.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use guildhall_app::{
    App, Viewer,
    read::{self, EntryView},
};
use guildhall_domain::{EntryId, content::EntryKind, visibility::Sight};

use super::see;
use crate::{error::PageError, paths, respond, view::ThreadPage};

pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = entry_id(&id)?;
    let thread = read::thread::find(&app, &Viewer::anonymous(), id).await.map_err(PageError::store)?;
    let Some(thread) = thread else {
        return match find(&app, id).await? {
            entry if entry.kind == EntryKind::Comment => Ok(see(&path_of(&entry))),
            _ => Err(PageError::NotFound),
        };
    };
    if thread.post.id != id {
        return Ok(see(&paths::comment(thread.post.id, id)));
    }
    // A post that is gone leaves its thread: the answers are still their authors', and keep their place.
    let status = if thread.post.sight == Sight::Whole { StatusCode::OK } else { StatusCode::GONE };
    respond::page(status, &ThreadPage::new(&app.site, thread))
}

pub(crate) async fn show_comment(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let entry = find(&app, entry_id(&id)?).await?;
    Ok(see(&path_of(&entry)))
}

async fn find(app: &App, id: EntryId) -> Result<EntryView, PageError> {
    let entry = read::entries::find(app, &Viewer::anonymous(), id).await.map_err(PageError::store)?;
    entry.ok_or(PageError::NotFound)
}

fn entry_id(text: &str) -> Result<EntryId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

fn path_of(entry: &EntryView) -> String {
    match entry.kind {
        EntryKind::Post => paths::post(entry.id),
        EntryKind::Comment => paths::comment(entry.thread_id, entry.id),
    }
}

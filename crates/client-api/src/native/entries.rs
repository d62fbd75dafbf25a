//! What posts and comments have in common: being made, shown and changed.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guildhall_app::{
    App, Viewer,
    entry::{self, Edit, Edited, Once, Origin, RequestKey, Submit, Submitted, Texts},
    read::EntryView,
};
use guildhall_domain::{
    EntryId, GroupId,
    admission::{Refusal, Verdict},
    event::Cause,
};

use super::{extract::SignedIn, json::Shown, lookup, problem::Problem, router::PREFIX};

/// An entry as its reader sees it.
pub(super) async fn show<E: Shown>(app: &App, viewer: &Viewer, id: EntryId) -> Result<Json<E>, Problem> {
    let found = lookup::entry(app, viewer, id, E::KIND).await?;
    whole(found, viewer.account.is_some())
}

/// An entry as somebody with a token sees it.
pub(super) fn answer<E: Shown>(view: EntryView) -> Result<Json<E>, Problem> {
    whole(view, true)
}

fn whole<E: Shown>(view: EntryView, is_signed_in: bool) -> Result<Json<E>, Problem> {
    E::of(view, is_signed_in).map(Json).ok_or_else(|| Problem::gone(E::KIND.as_str()))
}

/// Brings a new entry to the door of its group: 201 with its address, or why there is none.
pub(super) async fn create<E: Shown>(
    app: &App,
    author: &SignedIn,
    group: GroupId,
    parent: Option<EntryId>,
    texts: Texts,
    key: Option<RequestKey>,
) -> Result<Response, Problem> {
    let command = Submit {
        group,
        author: author.actor,
        parent,
        origin: Origin::Here,
        texts,
        poll: None,
        is_public: true,
        is_fetched: false,
        is_passed_on: false,
        cause: Cause::Local,
    };
    let id = match key {
        None => admitted(&entry::submit(app, command).await?)?,
        Some(key) => match entry::submit_once(app, command, key).await? {
            Once::Submitted(submitted) => admitted(&submitted)?,
            Once::Repeated(id) => id,
        },
    };
    created::<E>(app, author, id).await
}

/// The answer to a request that has made an entry before, as it was then; asked before anything else, which may have
/// changed meanwhile.
pub(super) async fn repeated<E: Shown>(
    app: &App,
    author: &SignedIn,
    key: Option<&RequestKey>,
) -> Result<Option<Response>, Problem> {
    let Some(key) = key else { return Ok(None) };
    match entry::find_made(app, author.actor, key).await? {
        Some(id) => created::<E>(app, author, id).await.map(Some),
        None => Ok(None),
    }
}

async fn created<E: Shown>(app: &App, author: &SignedIn, id: EntryId) -> Result<Response, Problem> {
    let made: Json<E> = answer(lookup::entry(app, &author.viewer, id, E::KIND).await?)?;
    let location = format!("{}{PREFIX}/{}s/{id}", app.site.base_url, E::KIND);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], made).into_response())
}

fn admitted(submitted: &Submitted) -> Result<EntryId, Problem> {
    let decided = &submitted.decided;
    match (decided.verdict, submitted.entry) {
        (Verdict::Admit | Verdict::AdmitAndReport | Verdict::Hold(_), Some(id)) => Ok(id),
        (Verdict::Refuse(refusal) | Verdict::Drop(refusal), _) => {
            Err(Problem::forbidden(refusal.as_str(), decided.explanation().unwrap_or_default()))
        }
        (Verdict::Admit | Verdict::AdmitAndReport | Verdict::Hold(_), None) => {
            Err(Refusal::HostBlocked.into())
        }
    }
}

/// Changes an entry to what `texts` makes of it: 200, or 202 where a moderator sees the change first.
pub(super) async fn change<E: Shown>(
    app: &App,
    author: &SignedIn,
    id: EntryId,
    texts: impl FnOnce(&EntryView) -> Result<Option<Texts>, Problem>,
) -> Result<(StatusCode, Json<E>), Problem> {
    let current = lookup::entry(app, &author.viewer, id, E::KIND).await?;
    let Some(texts) = texts(&current)? else {
        return Ok((StatusCode::OK, answer(current)?));
    };
    let command = Edit {
        entry: id,
        editor: author.actor,
        texts,
        poll: None,
        written_at: app.now(),
        is_dated: false,
        cause: Cause::Local,
    };
    let status = match entry::edit(app, command).await? {
        Edited::Changed | Edited::Unchanged => StatusCode::OK,
        Edited::Held => StatusCode::ACCEPTED,
    };
    Ok((status, answer(lookup::entry(app, &author.viewer, id, E::KIND).await?)?))
}

//! `/posts/{id}` and `/comments/{id}`.

use axum::{
    extract::{Path, State},
    response::Response,
    routing::get,
};
use guildhall_app::{App, Viewer, read};
use guildhall_domain::{EntryId, content::EntryKind, visibility::Sight};
use serde_json::Value;

use super::{
    listed::Routes,
    reader::Reader,
    respond::{Refusal, document},
};
use crate::{
    Federation,
    outbound::{
        render::{self, RenderError, activity::to_bytes},
        urls::Urls,
    },
};

pub(super) fn routes() -> Routes {
    Routes::new().route("/posts/{id}", get(post)).route("/comments/{id}", get(comment))
}

async fn post(federation: State<Federation>, id: Path<String>, reader: Reader) -> Result<Response, Refusal> {
    entry(&federation, &id, EntryKind::Post, reader).await
}

async fn comment(
    federation: State<Federation>,
    id: Path<String>,
    reader: Reader,
) -> Result<Response, Refusal> {
    entry(&federation, &id, EntryKind::Comment, reader).await
}

async fn entry(
    federation: &Federation,
    id: &str,
    kind: EntryKind,
    reader: Reader,
) -> Result<Response, Refusal> {
    let app = &federation.app;
    let id: EntryId = id.parse().map_err(|_| Refusal::NotFound)?;
    // Held entries show themselves to their author and to moderators, who may live elsewhere.
    let (found, reader) =
        reader.look(federation, |viewer| async move { look(app, &viewer, kind, id).await }).await?;
    Ok(document(reader.headers(), to_bytes(&found), reader.caching))
}

async fn look(app: &App, viewer: &Viewer, kind: EntryKind, id: EntryId) -> Result<Value, Refusal> {
    let view = read::entries::find(app, viewer, id).await?.filter(|view| view.kind == kind);
    let view = view.ok_or(Refusal::NotFound)?;
    let urls = Urls::new(&app.site);
    match view.sight {
        Sight::Nothing => return Err(Refusal::NotFound),
        Sight::Trace => {
            let id = render::iri(&urls.entry(kind, id))?;
            return Err(Refusal::Gone(render::entry::tombstone(&id, kind)));
        }
        Sight::Whole => {}
    }
    if !render::entry::is_ours(app, &view) {
        // Its own server gives it, to whom that server likes.
        let is_out = view.state.is_out();
        return Err(if is_out { Refusal::Elsewhere(view.ap_id) } else { Refusal::NotFound });
    }
    let shown = render::entry::load(app, viewer, view).await?.ok_or(Refusal::NotFound)?;
    Ok(shown.object(urls)?)
}

impl From<RenderError> for Refusal {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Store(error) => Self::Store(error),
            RenderError::Gone(what) => Self::Unwritable(what),
            RenderError::Id { .. } => Self::Unwritable("id"),
            RenderError::Key(_) | RenderError::Proof(_) => Self::Unwritable("key"),
            RenderError::Body(_) => Self::Unwritable("received activity"),
        }
    }
}

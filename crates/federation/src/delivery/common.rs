//! What the hosts' tasks ask of the store at the same time, they ask together: for each of ten thousand hosts that get one
//! post, the statements would cost more than the delivery.

use std::sync::Arc;

use guildhall_app::App;
use guildhall_domain::{GroupId, peering::PeeringEntry};
use guildhall_store::delivery::{HostSave, NewFailure, Page, Wish, failure, host, log};
use guildhall_store::instance::{self, SignatureScheme};
use guildhall_store::{StoreError, Together, peering};

/// An entry of a peering list, with the group whose list it is; `None`: the instance's.
pub(super) type Listed = (Option<GroupId>, PeeringEntry);

/// What a task writes down about its host.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) host: Arc<str>,
    pub(super) epoch: i64,
    pub(super) save: HostSave,
    pub(super) failures: Vec<NewFailure>,
    /// The way of signing that turned out to be understood.
    pub(super) learned: Option<SignatureScheme>,
}

/// The lines in which tasks meet.
#[derive(Default)]
pub(super) struct Common {
    pages: Together<Wish, Result<Page, StoreError>>,
    lists: Together<Arc<str>, Result<Arc<[Listed]>, StoreError>>,
    notes: Together<Note, Result<bool, StoreError>>,
}

impl Common {
    /// Reads on in the log.
    pub(super) async fn page(&self, app: &App, wish: Wish) -> Result<Page, StoreError> {
        let db = app.store.clone();
        if !db.pays_per_statement() {
            return log::read(&db, &wish.host, &wish.position, wish.span, wish.limit).await;
        }
        let work = move |wishes: Vec<Wish>| {
            let db = db.clone();
            async move { each(log::read_all(&db, &wishes).await, wishes.len()) }
        };
        self.pages.ask(wish, work).await?
    }

    /// The entries of the peering lists that may concern `host`, and perhaps others, as they are now.
    pub(super) async fn lists(&self, app: &App, host: Arc<str>) -> Result<Arc<[Listed]>, StoreError> {
        let db = app.store.clone();
        if !db.pays_per_statement() {
            return Ok(peering::list_of_host(&db, &host).await?.into());
        }
        let work = move |hosts: Vec<Arc<str>>| {
            let db = db.clone();
            async move {
                let names: Vec<&str> = hosts.iter().map(AsRef::as_ref).collect();
                let listed = peering::list_of_hosts(&db, &names).await.map(Arc::<[Listed]>::from);
                each(listed.map(|listed| vec![listed; hosts.len()]), hosts.len())
            }
        };
        self.lists.ask(host, work).await?
    }

    /// Writes down how things stand. `false`: the host is somebody else's by now, and nothing was written.
    pub(super) async fn save(&self, app: &App, note: Note) -> Result<bool, StoreError> {
        let app = app.clone();
        let work = move |notes| {
            let app = app.clone();
            async move { save_all(&app, notes).await }
        };
        self.notes.ask(note, work).await?
    }
}

/// To each its own, or its part of the trouble.
fn each<T>(answers: Result<Vec<T>, StoreError>, count: usize) -> Vec<Result<T, StoreError>> {
    match answers {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) => error.shared(count).map(Err).collect(),
    }
}

async fn save_all(app: &App, notes: Vec<Note>) -> Vec<Result<bool, StoreError>> {
    match save_together(app, &notes).await {
        Err(error) if notes.len() > 1 && !error.is_unavailable() => {
            // One of them cannot be written, perhaps; it takes nobody with it.
            let mut saved = Vec::with_capacity(notes.len());
            for note in notes {
                let alone = save_together(app, &[note]).await;
                saved.push(alone.map(|saved| saved.first() == Some(&true)));
            }
            saved
        }
        saved => each(saved, notes.len()),
    }
}

async fn save_together(app: &App, notes: &[Note]) -> Result<Vec<bool>, StoreError> {
    let mut tx = app.begin().await?;
    let saves: Vec<_> = notes.iter().map(|note| (&*note.host, note.epoch, &note.save)).collect();
    let written = host::save_all(&mut tx, &saves).await?;
    for note in notes.iter().filter(|note| written.contains(&*note.host)) {
        failure::insert_all(&mut tx, &note.host, &note.failures).await?;
        if let Some(scheme) = note.learned {
            instance::set_signature(&mut tx, &note.host, scheme, app.now()).await?;
        }
    }
    tx.commit().await?;
    Ok(notes.iter().map(|note| written.contains(&*note.host)).collect())
}

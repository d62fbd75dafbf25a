//! Keeping what was verified. What comes at the same time is kept in one transaction: each sender hears 202 after the one
//! commit of all.

use guildhall_app::App;
use guildhall_store::instance::{self, SignatureScheme};
use guildhall_store::received::{self, NewReceived};
use guildhall_store::{StoreError, Together, arrivals};

use crate::Federation;

/// What is about to be kept.
pub(crate) type Keeping = Together<Arriving, Result<Kept, StoreError>>;

/// A verified activity on its way into the store.
#[derive(Debug, Clone)]
pub(crate) struct Arriving {
    pub(super) new: NewReceived,
    /// The signature scheme that its host has shown to understand.
    pub(super) shown: Option<SignatureScheme>,
}

/// What keeping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It was new.
    New,
    /// Some group had announced it, to no effect; from its author it may have one. It keeps the key it had.
    Revived,
    /// Its id was known.
    Known,
}

/// Writes a verified activity.
pub(super) async fn keep(federation: &Federation, arriving: Arriving) -> Result<Kept, StoreError> {
    let app = federation.app.clone();
    let work = move |all| {
        let app = app.clone();
        async move { keep_all(&app, all).await }
    };
    federation.keeping.ask(arriving, work).await?
}

async fn keep_all(app: &App, arriving: Vec<Arriving>) -> Vec<Result<Kept, StoreError>> {
    match keep_together(app, &arriving).await {
        Ok(kept) => kept.into_iter().map(Ok).collect(),
        Err(error) if arriving.len() == 1 || error.is_unavailable() => {
            error.shared(arriving.len()).map(Err).collect()
        }
        // One of them cannot be written, perhaps; it takes nobody with it.
        Err(_) => keep_apart(app, &arriving).await,
    }
}

async fn keep_apart(app: &App, arriving: &[Arriving]) -> Vec<Result<Kept, StoreError>> {
    let mut all = Vec::with_capacity(arriving.len());
    for one in arriving {
        let kept = keep_together(app, std::slice::from_ref(one)).await;
        all.push(kept.and_then(|kept| kept.first().copied().ok_or(StoreError::RowNotFound)));
    }
    all
}

async fn keep_together(app: &App, arriving: &[Arriving]) -> Result<Vec<Kept>, StoreError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let new: Vec<&NewReceived> = arriving.iter().map(|arriving| &arriving.new).collect();
    let inserted = arrivals::insert_all(&mut tx, &new, now).await?;
    let mut all = Vec::with_capacity(arriving.len());
    for Arriving { new, .. } in arriving {
        all.push(if inserted.contains(&new.id) {
            Kept::New
        } else if received::set_direct(&mut tx, new).await? {
            Kept::Revived
        } else {
            Kept::Known
        });
    }
    let shown = |arriving: &Arriving| Some((arriving.new.host.clone(), arriving.shown?));
    let mut shown: Vec<_> = arriving.iter().filter_map(shown).collect();
    shown.sort_by(|(one, _), (other, _)| one.cmp(other));
    shown.dedup_by(|(one, _), (other, _)| one == other);
    for (host, scheme) in shown {
        instance::note_signature(&mut tx, &host, scheme, now).await?;
    }
    tx.commit().await?;
    Ok(all)
}

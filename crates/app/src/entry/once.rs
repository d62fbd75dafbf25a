//! Writing once, however often it is asked for: who hears no answer asks again, and calls the request what it was called
//! the first time.

use aws_lc_rs::digest::{Context, SHA256};
use guildhall_domain::{ActorId, EntryId};
use guildhall_store::{
    StoreError,
    request_key::{self, Made},
};

use super::submit::{Submit, SubmitError, Submitted, bring};
use crate::App;

/// The longest name of a request, in characters.
const MAX_LENGTH: usize = 200;
/// How often a request is begun that finds its key taken by one which then fails.
const MOST_ATTEMPTS: u32 = 3;

/// What a client calls a request, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    pub(super) name: String,
    /// SHA-256.
    pub(super) request: Vec<u8>,
}

/// A name that no request can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key of 1 to {MAX_LENGTH} visible ASCII characters is wanted, without spaces")]
pub struct InvalidKey;

impl RequestKey {
    /// The key of a request. `parts` are what makes it differ from others of its sender: path, body.
    ///
    /// # Errors
    /// [`InvalidKey`].
    pub fn new(name: &[u8], parts: &[&[u8]]) -> Result<Self, InvalidKey> {
        let is_visible = name.iter().all(u8::is_ascii_graphic);
        if name.is_empty() || name.len() > MAX_LENGTH || !is_visible {
            return Err(InvalidKey);
        }
        let mut digest = Context::new(&SHA256);
        for part in parts {
            // With its length: two parts are not the same as others that read alike one after the other.
            digest.update(&part.len().to_be_bytes());
            digest.update(part);
        }
        let name = String::from_utf8_lossy(name).into_owned();
        Ok(Self { name, request: digest.finish().as_ref().to_vec() })
    }

    /// As the store keeps it, for what the request made.
    pub(super) fn made(&self, entry: EntryId) -> Made {
        Made { entry, request: self.request.clone() }
    }

    fn entry_of(&self, made: Option<Made>) -> Result<Option<EntryId>, OnceError> {
        match made {
            Some(made) if made.request != self.request => Err(OnceError::KeyReused),
            made => Ok(made.map(|made| made.entry)),
        }
    }
}

/// What became of a request that has a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// It was new.
    Submitted(Submitted),
    /// It had made this entry before.
    Repeated(EntryId),
}

/// Why a request with a key did nothing.
#[derive(Debug, thiserror::Error)]
pub enum OnceError {
    /// Its author gave the key to another request.
    #[error("this key was given to another request within the last 24 hours")]
    KeyReused,
    /// As without a key.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

impl From<StoreError> for OnceError {
    fn from(error: StoreError) -> Self {
        Self::Submit(error.into())
    }
}

/// As [`submit`](super::submit()), for a request that may be repeated: within 24 hours the same author gets the entry that
/// the first one made, also when both come at once. A request that was refused, or failed, may be made again.
///
/// # Errors
/// [`OnceError`]; nothing is written then.
pub async fn submit_once(app: &App, command: Submit, key: RequestKey) -> Result<Once, OnceError> {
    let author = command.author;
    if let Some(entry) = find_made(app, author, &key).await? {
        return Ok(Once::Repeated(entry));
    }
    for _ in 0..MOST_ATTEMPTS {
        match bring(app, command.clone(), Some(key.clone())).await {
            // The same came at the same time, and was faster.
            Err(SubmitError::Known) => {}
            submitted => return Ok(Once::Submitted(submitted?)),
        }
        if let Some(entry) = find_just_made(app, author, &key).await? {
            return Ok(Once::Repeated(entry));
        }
        // That one has failed after all.
    }
    Err(SubmitError::Known.into())
}

/// As [`find_made`], of what may not be committed yet: in a transaction of its own, that is committed after it.
async fn find_just_made(app: &App, author: ActorId, key: &RequestKey) -> Result<Option<EntryId>, OnceError> {
    let mut tx = app.begin().await?;
    let made = request_key::find_in(&mut tx, author, &key.name, app.now()).await?;
    tx.commit().await?;
    key.entry_of(made)
}

/// The entry that a request made when it came before: to be asked first by whoever looks for more than the key, since
/// much may have changed meanwhile.
///
/// # Errors
/// [`OnceError::KeyReused`], or the store's.
pub async fn find_made(app: &App, author: ActorId, key: &RequestKey) -> Result<Option<EntryId>, OnceError> {
    key.entry_of(request_key::find(&app.store, author, &key.name, app.now()).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_ascii_of_limited_length() {
        for good in ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", "!~", &"k".repeat(200)] {
            assert!(RequestKey::new(good.as_bytes(), &[]).is_ok(), "{good}");
        }
        for bad in ["", "two words", "tab\t", "ü", "\u{7f}", &"k".repeat(201)] {
            assert_eq!(RequestKey::new(bad.as_bytes(), &[]), Err(InvalidKey), "{bad}");
        }
    }

    #[test]
    fn other_parts_are_another_request() {
        let key = |parts: &[&str]| {
            let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            RequestKey::new(b"k", &parts).unwrap()
        };
        assert_eq!(key(&["/posts", "{}"]), key(&["/posts", "{}"]));
        assert_ne!(key(&["/posts", "{}"]), key(&["/posts", "{ }"]));
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}

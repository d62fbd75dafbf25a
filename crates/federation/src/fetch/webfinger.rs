//! From a handle to an actor's id (RFC 7033).

use guildhall_activitypub::Iri;
use guildhall_activitypub::discovery::{Jrd, Resource};

use super::get::DISCOVERY;
use super::{FetchError, Fetcher};

/// What WebFinger says about a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The host of the canonical handle: another than was asked where a domain only points to its server.
    pub(super) host: String,
    /// The actors of the handle: a person and a group may share one (Lemmy).
    pub(super) actors: Vec<Iri>,
}

impl Fetcher {
    /// Asks `host` who `name` is there. Where it names another host as the canonical one, that host has to say the same.
    ///
    /// # Errors
    /// [`FetchError::NotFound`] when no actor is named, [`FetchError::WrongId`] when the two hosts do not agree.
    pub(super) async fn webfinger(&self, name: &str, host: &str) -> Result<Found, FetchError> {
        let found = self.ask_webfinger(name, host).await?;
        if found.host == host {
            return Ok(found);
        }
        let canonical = self.ask_webfinger(name, &found.host).await?;
        let agreed =
            canonical.host == found.host && canonical.actors.iter().any(|id| found.actors.contains(id));
        if agreed { Ok(canonical) } else { Err(FetchError::WrongId) }
    }

    /// `host`, if the server of the actor's id agrees that the handle ends in it: anybody can point to an actor, but only
    /// its own server can give it another name.
    pub(super) async fn confirmed_host(&self, name: &str, host: String, id: &Iri) -> Option<String> {
        if host == id.authority() {
            return Some(host);
        }
        let own = self.ask_webfinger(name, id.authority()).await.ok()?;
        (own.host == host && own.actors.contains(id)).then_some(host)
    }

    async fn ask_webfinger(&self, name: &str, host: &str) -> Result<Found, FetchError> {
        let path = format!("/.well-known/webfinger?resource=acct:{}@{}", escaped(name), escaped(host));
        let answer = self.get_from_host(host, &path).await?;
        let value = serde_json::from_slice(&answer).map_err(FetchError::not_activity_pub)?;
        let jrd = Jrd::read(&value).ok_or_else(|| FetchError::not_activity_pub("no WebFinger document"))?;
        let Some(Resource::Acct { name: subject, host }) = Resource::parse(&jrd.subject) else {
            return Err(FetchError::not_activity_pub("`subject` is no handle"));
        };
        let actors: Vec<Iri> = jrd.actors().map(|link| link.id).collect();
        if !subject.eq_ignore_ascii_case(name) || actors.is_empty() {
            return Err(FetchError::NotFound);
        }
        Ok(Found { host, actors })
    }

    /// Gets a discovery document of a host, by https or, where that is allowed and https leads nowhere, by http.
    pub(super) async fn get_from_host(&self, host: &str, path: &str) -> Result<bytes::Bytes, FetchError> {
        let url = |scheme: &str| {
            Iri::parse(&format!("{scheme}://{host}{path}")).map_err(FetchError::not_activity_pub)
        };
        let mut budget = self.budget();
        match self.get(&url("https")?, &DISCOVERY, &mut budget).await {
            Err(FetchError::Unreachable(_)) if self.shared.net.guard().allows_http() => {
                Ok(self.get(&url("http")?, &DISCOVERY, &mut budget).await?.body)
            }
            answer => Ok(answer?.body),
        }
    }
}

/// What may stand in a query without a second meaning.
fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

//! Who reads a document: nobody known, or a remote actor by the signature of the request.

use axum::extract::FromRequestParts;
use guildhall_app::{Viewer, read};
use guildhall_domain::GroupId;
use http::{HeaderMap, request::Parts};

use super::respond::{Caching, Refusal};
use crate::{Federation, inbound::verify_get};

/// The reader of content. With the setting "authorized fetch" there is none without a valid signature.
pub(crate) struct Reader {
    /// What the read models are asked for.
    pub(crate) viewer: Viewer,
    /// Who may keep the answer.
    pub(crate) caching: Caching,
    parts: Parts,
}

impl FromRequestParts<Federation> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, federation: &Federation) -> Result<Self, Refusal> {
        let anonymous = Self { viewer: Viewer::server(), caching: Caching::Public, parts: parts.clone() };
        if federation.config.authorized_fetch {
            anonymous.identified(federation).await
        } else {
            Ok(anonymous)
        }
    }
}

impl Reader {
    /// The headers of the request.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Whether a second look, as the actor that signed, may show more. Signatures of readers who can see what everybody
    /// can are not looked at: that would cost a key fetch for each stranger.
    pub(crate) fn can_identify(&self) -> bool {
        self.viewer.actor.is_none() && self.parts.headers.contains_key("signature")
    }

    /// Looks for something, and where nobody known finds nothing, once more as who signed the request: what is for some
    /// is there for them.
    ///
    /// # Errors
    /// Those of `look`; a signature that does not hold changes nothing.
    pub(crate) async fn look<T, F>(
        self,
        federation: &Federation,
        look: impl Fn(Viewer) -> F + Send,
    ) -> Result<(T, Self), Refusal>
    where
        F: Future<Output = Result<T, Refusal>> + Send,
    {
        match look(self.viewer.clone()).await {
            Err(Refusal::NotFound) if self.can_identify() => {
                // Boxed: most readers need not be known.
                let known = Box::pin(self.identified(federation)).await.map_err(|_| Refusal::NotFound)?;
                Ok((look(known.viewer.clone()).await?, known))
            }
            found => Ok((found?, self)),
        }
    }

    /// The reader as far as they need to be known for what is in a group: by their signature, where not everybody may
    /// read there.
    pub(crate) async fn in_group(self, federation: &Federation, group: GroupId) -> Result<Self, Refusal> {
        let may_read = read::may_read(&federation.app, &self.viewer, group).await?;
        if may_read || !self.can_identify() {
            return Ok(self);
        }
        let (viewer, caching, parts) = (self.viewer.clone(), self.caching, self.parts.clone());
        match Box::pin(self.identified(federation)).await {
            Ok(known) => Ok(known),
            Err(_) => Ok(Self { viewer, caching, parts }),
        }
    }

    /// The same reader by the signature of the request.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`]: there is none. [`Refusal::Rejected`]: it does not hold, or its host is blocked.
    pub(crate) async fn identified(self, federation: &Federation) -> Result<Self, Refusal> {
        match verify_get(federation, &self.parts).await {
            Ok(Some(actor)) => Ok(Self { viewer: Viewer::remote(actor), caching: Caching::Private, ..self }),
            Ok(None) => Err(Refusal::Unauthorized),
            Err(rejection) => Err(Refusal::Rejected(rejection)),
        }
    }
}

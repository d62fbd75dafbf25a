//! Signing our own fetches in the name of the instance: GoToSocial and others show nothing to strangers.

use std::sync::Arc;

use guildhall_activitypub::Iri;
use guildhall_app::App;
use guildhall_domain::{ActorId, ApId};
use guildhall_store::instance::SignatureScheme;
use guildhall_store::{StoreError, actor, db::Db};
use http::{HeaderMap, Method};
use tokio::sync::OnceCell;

use crate::delivery::port::{KeyChoice, RequestSigner, SignError, SignRequest};

/// The instance's own actor and the keys it signs with.
pub(super) struct InstanceKey {
    db: Db,
    ap_id: ApId,
    /// Known once it exists; it never changes.
    actor: OnceCell<ActorId>,
    signer: Arc<dyn RequestSigner>,
}

impl InstanceKey {
    pub(super) fn new(app: &App, signer: Arc<dyn RequestSigner>) -> Self {
        let ap_id = ApId::new(format!("{}/actor", app.site.base_url));
        Self { db: app.store.clone(), ap_id, actor: OnceCell::new(), signer }
    }

    /// The headers that sign a GET of `url`: by draft-cavage, which everybody verifies. None while the instance has no
    /// actor yet; most servers answer that too.
    pub(super) async fn sign_get(&self, url: &Iri) -> Result<HeaderMap, SignError> {
        let Some(sender) = self.sender().await.map_err(SignError::Store)? else {
            return Ok(HeaderMap::new());
        };
        let scheme = SignatureScheme::Cavage;
        let key = KeyChoice::Present;
        let request =
            SignRequest { sender, method: &Method::GET, url, body: None, scheme, key, synchronization: None };
        Ok(self.signer.sign(request).await?.headers)
    }

    async fn sender(&self) -> Result<Option<ActorId>, StoreError> {
        if let Some(known) = self.actor.get() {
            return Ok(Some(*known));
        }
        let Some(found) = actor::find_by_ap_id(&self.db, &self.ap_id).await? else { return Ok(None) };
        Ok(Some(*self.actor.get_or_init(|| async { found.id }).await))
    }
}

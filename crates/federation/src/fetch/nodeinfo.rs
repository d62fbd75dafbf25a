//! What software a host runs (NodeInfo, FEP-f1d5).

use futures_util::FutureExt as _;
use guildhall_activitypub::discovery::{NodeInfo, nodeinfo_link};
use guildhall_app::port::PortFuture;
use guildhall_domain::text::clean_line;
use guildhall_store::{
    StoreError,
    instance::{self, Software},
};

use super::get::DISCOVERY;
use super::{FetchError, Fetcher};
use crate::delivery::port::ProfileSource;

/// Longest name or version kept, in characters.
const MAX_TEXT: usize = 64;

impl ProfileSource for Fetcher {
    fn learn<'a>(&'a self, host: &'a str) -> PortFuture<'a, Option<Software>> {
        Box::pin(async move {
            // All who ask meanwhile share both requests.
            let (fetcher, name) = (self.paying_from(self.budget()), host.to_owned());
            let asked =
                self.shared.nodeinfos.run(host, || async move { fetcher.nodeinfo(&name).await }.boxed());
            asked.await.inspect_err(|error| note_failure(host, error)).ok().as_ref().map(software_of)
        })
    }
}

impl Fetcher {
    /// Asks a host what it runs and keeps the answer, unless it is known; a host that does not say is left alone.
    pub(crate) async fn learn_software(&self, host: &str) -> Result<(), StoreError> {
        let app = self.context();
        let known = instance::find(&app.store, host).await?;
        if known.is_some_and(|known| known.nodeinfo_at.is_some()) {
            return Ok(());
        }
        let software = self.learn(host).await;
        let mut tx = app.begin().await?;
        instance::set_software(&mut tx, host, software.as_ref(), app.now()).await?;
        tx.commit().await
    }

    /// Fetches the links and then the document of a host; both from the host itself.
    async fn nodeinfo(&self, host: &str) -> Result<NodeInfo, FetchError> {
        let links = json(&self.get_from_host(host, "/.well-known/nodeinfo").await?)?;
        let link = nodeinfo_link(&links).ok_or_else(|| FetchError::not_activity_pub("no NodeInfo link"))?;
        // A host may not send us to ask somebody else in its name.
        if link.authority() != host {
            return Err(FetchError::WrongId);
        }
        let document = json(&self.get(&link, &DISCOVERY, &mut self.budget()).await?.body)?;
        NodeInfo::read(&document).ok_or_else(|| FetchError::not_activity_pub("no NodeInfo document"))
    }
}

fn json(bytes: &[u8]) -> Result<serde_json::Value, FetchError> {
    serde_json::from_slice(bytes).map_err(FetchError::not_activity_pub)
}

fn software_of(info: &NodeInfo) -> Software {
    // PostgreSQL takes no NUL in a text.
    let short = |text: &str| clean_line(text).chars().take(MAX_TEXT).collect::<String>();
    Software {
        name: short(&info.software),
        version: Some(short(&info.version)).filter(|text| !text.is_empty()),
    }
}

fn note_failure(host: &str, error: &FetchError) {
    tracing::debug!(instance.host = host, %error, "NodeInfo could not be learned");
}

//! What an admin command works with: the opened instance, and its orderly end. The server may be running meanwhile.

use anyhow::{Context, bail};
use guildhall_app::{App, group, hints};
use guildhall_domain::{ActorId, GroupId, Handle};

use crate::config::Config;
use crate::open::{Opened, open};

/// An opened instance, for the time of one command.
pub(super) struct Session(Opened);

impl Session {
    /// Opens what the settings name.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        open(config).await.map(Self)
    }

    /// What use cases are handed.
    pub(super) fn app(&self) -> &App {
        &self.0.federation.app
    }

    /// The group with a handle, as the person at the terminal wrote it.
    pub(super) async fn group(&self, name: &str) -> anyhow::Result<GroupId> {
        let handle = handle(name)?;
        match group::find_id(self.app(), &handle).await? {
            Some(group) => Ok(group),
            None => bail!("there is no group {name:?}; see `guildhall group create`"),
        }
    }

    /// The person with a handle, looked up on their own server where they are not known yet.
    pub(super) async fn person(&self, name: &str) -> anyhow::Result<ActorId> {
        let handle = handle(name)?;
        let host = handle.host.clone().filter(|host| *host != self.app().site.host);
        if host.is_some() {
            let found = self.app().resolver.actor_by_handle(&handle).await;
            return found.with_context(|| format!("looking {name:?} up failed"));
        }
        match guildhall_app::read::people::find(self.app(), &handle).await? {
            Some(found) => Ok(found.person.id),
            None => bail!("nobody here is called {name:?}; see `guildhall account create`"),
        }
    }

    /// Gives back what the command held.
    pub(super) async fn close(self) {
        let app = &self.0.federation.app;
        let store = &app.store;
        hints::flush(app).await;
        if let Err(error) = self.0.node.give_back(store).await {
            // The lease runs out by itself.
            tracing::debug!(error = %error, "giving the node number back failed");
        }
        store.close().await;
    }
}

fn handle(name: &str) -> anyhow::Result<Handle> {
    name.parse().with_context(|| format!("{name:?}"))
}

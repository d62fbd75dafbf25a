//! The peer on the crate `activitypub_federation`; its commands are listed in its `control.rs`.

use std::{ops::Deref, process::Command};

use crate::{Process, RemoteControl, programs};

/// Which program the peer plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Software {
    /// Knows groups.
    Lemmy,
    /// Knows persons alone.
    Mastodon,
}

/// A running peer at `http://localhost:PORT`.
#[derive(Debug)]
pub struct ActivityPubPeer(RemoteControl);

impl ActivityPubPeer {
    /// Starts a peer with these persons.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(software: Software, names: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(programs::activitypub_peer()?);
        let name = match software {
            Software::Lemmy => "lemmy",
            Software::Mastodon => "mastodon",
        };
        command.args(["--software", name]);
        if software == Software::Mastodon {
            // As Mastodon does, which signs `date`.
            command.arg("--signature-compat");
        }
        command.args(names.iter().flat_map(|name| ["--name", name]));
        Ok(Self(RemoteControl::new(Process::spawn(name, &mut command)?).await?))
    }

    /// The id of one of its persons.
    pub fn person(&self, name: &str) -> String {
        format!("{}/u/{name}", self.url())
    }

    /// The running program.
    pub fn process(&mut self) -> &mut Process {
        self.0.process()
    }
}

impl Deref for ActivityPubPeer {
    type Target = RemoteControl;

    fn deref(&self) -> &RemoteControl {
        &self.0
    }
}

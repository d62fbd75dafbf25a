//! Which program this peer plays: what its NodeInfo says and how its people address a group.

use clap::ValueEnum;
use serde_json::{Value, json};

/// The programs that stand for the two ways of federating with a group (FEP-1b12 and mentions).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Software {
    /// Knows groups: wrapped activities.
    #[default]
    Lemmy,
    /// Knows persons only: boosts and mentions.
    Mastodon,
}

impl Software {
    /// The NodeInfo 2.1 document.
    pub(crate) fn nodeinfo(self) -> Value {
        let (name, version) = match self {
            Self::Lemmy => ("lemmy", "0.19.11"),
            Self::Mastodon => ("mastodon", "4.5.0"),
        };
        json!({
            "version": "2.1",
            "software": { "name": name, "version": version },
            "protocols": ["activitypub"],
            "services": { "inbound": [], "outbound": [] },
            "openRegistrations": false,
            "usage": { "users": {} },
            "metadata": {},
        })
    }
}

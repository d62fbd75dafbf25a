//! The targets by name. Each is a function over bytes that panics when its property does not hold.

mod activity;
mod address;
mod cavage;
mod cursor;
mod html;
mod markdown;
mod rfc9421;

use std::{fs, io, path::Path};

use crate::seed;

/// Something that reads bytes from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The reader of documents and activities.
    Activity,
    /// Ids, their origins, and the address guard.
    Address,
    /// The `Signature` header of draft-cavage-http-signatures-12.
    Cavage,
    /// The cursors between pages.
    Cursor,
    /// The sanitiser of HTML.
    Html,
    /// Markdown on its way to HTML.
    Markdown,
    /// `Signature-Input` and `Signature` of RFC 9421.
    Rfc9421,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Activity,
        Self::Address,
        Self::Cavage,
        Self::Cursor,
        Self::Html,
        Self::Markdown,
        Self::Rfc9421,
    ];

    /// Its name on the command line and in folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Address => "address",
            Self::Cavage => "cavage",
            Self::Cursor => "cursor",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Rfc9421 => "rfc9421",
        }
    }

    /// The target of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Panics if the property does not hold for `data`.
    pub fn try_bytes(self, data: &[u8]) {
        match self {
            Self::Activity => activity::holds(data),
            Self::Address => address::holds(data),
            Self::Cavage => cavage::holds(data),
            Self::Cursor => cursor::holds(data),
            Self::Html => html::holds(data),
            Self::Markdown => markdown::holds(data),
            Self::Rfc9421 => rfc9421::holds(data),
        }
    }

    /// Inputs to begin with: drawn from the recorded fixtures, and what they lack.
    pub fn seeds(self) -> io::Result<Vec<Vec<u8>>> {
        match self {
            Self::Activity => seed::documents(),
            Self::Address => seed::addresses(),
            Self::Cavage => seed::cavage_headers(),
            Self::Cursor => Ok(seed::cursors()),
            Self::Html => seed::texts("content"),
            Self::Markdown => seed::markdown(),
            Self::Rfc9421 => Ok(seed::rfc9421_headers()),
        }
    }

    /// Writes each seed as a file of its own, which is how libFuzzer takes them.
    pub fn write_seeds(self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (index, seed) in self.seeds()?.iter().enumerate() {
            fs::write(folder.join(format!("seed-{index:03}")), seed)?;
        }
        Ok(())
    }
}

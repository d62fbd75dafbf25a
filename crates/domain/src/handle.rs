//! Handles: `@name@host`, one namespace for persons and groups.

use std::{fmt, str::FromStr};

/// The longest local name: what Mastodon allows for a local account.
pub const MAX_NAME_LENGTH: usize = 30;

/// Names that would read as the instance itself, or as a part of its address space.
const RESERVED: &[&str] = &[
    "actor",
    "admin",
    "administrator",
    "all",
    "api",
    "everyone",
    "groups",
    "guildhall",
    "help",
    "here",
    "host",
    "inbox",
    "instance",
    "moderator",
    "moderators",
    "null",
    "outbox",
    "posts",
    "root",
    "support",
    "system",
    "users",
    "www",
];

/// A name, and the host it lives on; no host means this instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    /// As written, without `@`.
    pub name: String,
    /// Lower-case authority (`example.org`, or `127.0.0.1:8081` with a port that is not the default).
    pub host: Option<String>,
}

/// The text is not a handle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHandle {
    /// Empty, or too many `@`.
    #[error("not a handle: write it as name or name@host")]
    Shape,
    /// A local name with characters that handles cannot have.
    #[error("names are 1 to {MAX_NAME_LENGTH} letters a-z, digits and underscores")]
    Name,
    /// A name kept for the instance.
    #[error("this name is reserved")]
    Reserved,
}

impl FromStr for Handle {
    type Err = InvalidHandle;

    /// Reads `name`, `name@host`, `@name@host`, `!name@host` (Lemmy's spelling for groups) and `acct:name@host`.
    fn from_str(text: &str) -> Result<Self, InvalidHandle> {
        let text = text.trim();
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix(['@', '!']).unwrap_or(text);
        let (name, host) = match text.split_once('@') {
            Some((name, host)) => (name, Some(host)),
            None => (text, None),
        };
        let plain = |part: &str| {
            !part.is_empty() && !part.contains(['@', '/', '?', '#', ' ']) && !part.contains(char::is_control)
        };
        if !plain(name) || host.is_some_and(|host| !plain(host)) {
            return Err(InvalidHandle::Shape);
        }
        Ok(Self { name: name.to_owned(), host: host.map(str::to_ascii_lowercase) })
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "@{}@{host}", self.name),
            None => write!(f, "@{}", self.name),
        }
    }
}

/// Decides whether a local actor may be called `name`.
///
/// # Errors
/// [`InvalidHandle::Name`] and [`InvalidHandle::Reserved`].
pub fn decide_local_name(name: &str) -> Result<(), InvalidHandle> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.len() > MAX_NAME_LENGTH || !name.chars().all(allowed) {
        return Err(InvalidHandle::Name);
    }
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(InvalidHandle::Reserved);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_names_the_same_handle() {
        let want = Handle { name: "Books".into(), host: Some("a.example:81".into()) };
        for text in
            ["Books@A.example:81", "@Books@a.example:81", "!Books@a.example:81", "acct:Books@a.example:81"]
        {
            assert_eq!(text.parse::<Handle>(), Ok(want.clone()), "{text}");
        }
        assert_eq!("books".parse::<Handle>(), Ok(Handle { name: "books".into(), host: None }));
    }

    #[test]
    fn half_handles_are_refused() {
        for text in ["", "@", "a@", "@a@b@c", "a b", "a/b@c"] {
            assert_eq!(text.parse::<Handle>(), Err(InvalidHandle::Shape), "{text:?}");
        }
    }

    #[test]
    fn local_names_are_plain_and_not_reserved() {
        assert_eq!(decide_local_name("garden_2"), Ok(()));
        assert_eq!(decide_local_name("Admin"), Err(InvalidHandle::Reserved));
        for name in ["", "a-b", "café", &"x".repeat(31)] {
            assert_eq!(decide_local_name(name), Err(InvalidHandle::Name), "{name:?}");
        }
    }
}

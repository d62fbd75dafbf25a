//! Who is told of what happens in a group.

use crate::{content::EntryKind, text::closed_enum};

closed_enum! {
    /// What a host's software understands of groups; see FEDERATION.md.
    pub enum Profile {
        /// Group-aware: takes wrapped activities (FEP-1b12).
        Group = "group",
        /// A microblog: takes boosts of thread starts, nothing else.
        Microblog = "microblog",
    }
}

/// What happened to an entry, as far as the audience is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryChange {
    /// It was published.
    Published,
    /// Its text changed.
    Edited,
    /// It was deleted or removed.
    Gone,
    /// It was brought back.
    Restored,
    /// It was voted on, locked, featured …: for group-aware software only.
    Annotated,
}

/// What a host of a follower is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// `Announce` of the activity.
    Wrapped,
    /// `Announce` of the object.
    Boost,
    /// `Undo` of that `Announce`.
    UndoBoost,
    /// Nothing.
    Nothing,
}

/// Decides what hosts of one profile, with followers of the group, are sent.
///
/// Microblogs would show each comment as a boost in the home timeline, so they get thread starts alone; they fetch
/// comments themselves through the `replies` collection, and edits reach them from the author's server.
pub fn decide_telling(profile: Profile, kind: EntryKind, change: EntryChange) -> Telling {
    match (profile, kind, change) {
        (Profile::Group, _, _) => Telling::Wrapped,
        (Profile::Microblog, EntryKind::Post, EntryChange::Published | EntryChange::Restored) => {
            Telling::Boost
        }
        (Profile::Microblog, EntryKind::Post, EntryChange::Gone) => Telling::UndoBoost,
        (Profile::Microblog, EntryKind::Post, EntryChange::Edited | EntryChange::Annotated)
        | (Profile::Microblog, EntryKind::Comment, _) => Telling::Nothing,
    }
}

/// `NodeInfo` names of software that takes wrapped activities.
///
/// Source: FEP-1b12 and its implementers; WIRE facts on which of them handle `Announce` of activities.
const GROUP_AWARE: &[&str] = &[
    "discourse",
    "friendica",
    "guildhall",
    "hubzilla",
    "kbin",
    "lemmy",
    "lotide",
    "mbin",
    "mobilizon",
    "nodebb",
    "peertube",
    "piefed",
    "streams",
    "forte",
];

/// `NodeInfo` names of group-aware software that announces a post to its author's server too, as the group's word that it
/// is in. `PieFed` and Mbin leave the author's server out, Discourse announces first posts alone.
const ECHOING: &[&str] = &["guildhall", "lemmy", "nodebb"];

/// Whether groups that run on `software` tell an author's server what of it they let in.
pub fn announces_to_author(software: &str) -> bool {
    ECHOING.iter().any(|name| software.eq_ignore_ascii_case(name))
}

/// `NodeInfo` names of software whose admins ban people of their own server in their own names, with the server's actor as
/// target. Elsewhere who signs for an actor need not be its server.
const ADMINS_BAN: &[&str] = &["lemmy", "piefed"];

/// Whether a ban by one person of a server speaks for the server, where it runs `software`.
pub fn admins_ban_for_server(software: &str) -> bool {
    ADMINS_BAN.iter().any(|name| software.eq_ignore_ascii_case(name))
}

/// `NodeInfo` names of group-aware software where only people write private messages, or where those are no `Note`.
///
/// Source: Lemmy 0.19 and 1.0, `PieFed` and Mbin, which send and read `ChatMessage`, or take messages of persons alone.
const NO_NOTES_OF_GROUPS: &[&str] = &["kbin", "lemmy", "mbin", "piefed"];

/// Whether people of a server that runs `software` can be sent a direct `Note` by a group.
pub fn takes_notes_of_groups(software: &str) -> bool {
    !NO_NOTES_OF_GROUPS.iter().any(|name| software.eq_ignore_ascii_case(name))
}

/// The profile of a host that runs `software` (the `NodeInfo` name, any case).
///
/// Software nobody has named is treated as a microblog: a boost is understood everywhere, a wrapped activity is not.
pub fn profile_of_software(software: &str) -> Profile {
    let name = software.to_ascii_lowercase();
    if GROUP_AWARE.contains(&name.as_str()) { Profile::Group } else { Profile::Microblog }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microblogs_hear_of_threads_only() {
        use EntryKind::{Comment, Post};
        let told = |kind, change| decide_telling(Profile::Microblog, kind, change);
        assert_eq!(told(Post, EntryChange::Published), Telling::Boost);
        assert_eq!(told(Post, EntryChange::Gone), Telling::UndoBoost);
        assert_eq!(told(Post, EntryChange::Annotated), Telling::Nothing);
        assert_eq!(told(Comment, EntryChange::Published), Telling::Nothing);
        assert_eq!(decide_telling(Profile::Group, Comment, EntryChange::Annotated), Telling::Wrapped);
    }

    #[test]
    fn only_some_software_tells_an_author_what_was_let_in() {
        assert!(announces_to_author("Lemmy"));
        assert!(!announces_to_author("piefed"));
    }

    #[test]
    fn only_some_software_lets_its_admins_ban_in_their_own_names() {
        assert!(admins_ban_for_server("Lemmy"));
        assert!(!admins_ban_for_server("mitra"));
    }

    #[test]
    fn unknown_software_gets_what_everybody_understands() {
        assert_eq!(profile_of_software("Lemmy"), Profile::Group);
        assert_eq!(profile_of_software("something-new"), Profile::Microblog);
    }
}

//! What an actor is, as far as rules care.

use crate::text::closed_enum;

closed_enum! {
    /// The kinds of actors that `ActivityStreams` 2.0 names (section 3.2).
    pub enum ActorKind {
        /// A human.
        Person = "person",
        /// A community.
        Group = "group",
        /// Software: an instance actor, a bot.
        Application = "application",
        /// An automated account; Mastodon's "bot" flag.
        Service = "service",
        /// A body of people that speaks with one voice.
        Organization = "organization",
    }
}

impl ActorKind {
    /// Whether software speaks here rather than a person.
    pub fn is_automated(self) -> bool {
        matches!(self, Self::Application | Self::Service)
    }
}

//! What a group asks or tells one person in private, so that a reply to it finds its way.

use crate::text::closed_enum;

closed_enum! {
    /// What a group wrote to somebody for.
    pub enum NotePurpose {
        /// The questions of a group that approves its members; a reply answers them.
        Questions = "questions",
        /// A decision about the person; a reply appeals against it.
        Notice = "notice",
    }
}

//! The groups, one of each kind, what is said in each, and who may know of it: the rules of `domain::visibility`, written
//! down once more.

use crate::{readers::Reader, table::Door};

/// Kinds of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Visibility {
    Public,
    Unlisted,
    Members,
    Local,
}

/// In the order of the table's columns.
pub(crate) const VISIBILITIES: [Visibility; 4] =
    [Visibility::Public, Visibility::Unlisted, Visibility::Members, Visibility::Local];

impl Visibility {
    /// The name of the group of this kind; no part of any other word that is told.
    pub(crate) fn group(self) -> &'static str {
        match self {
            Self::Public => "garden",
            Self::Unlisted => "gazebo",
            Self::Members => "cellar",
            Self::Local => "attic",
        }
    }

    /// As the API has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Members => "members",
            Self::Local => "local",
        }
    }

    /// Who may read there what is published.
    pub(crate) fn may_be_read(self, door: Door, reader: Reader) -> bool {
        use Reader::{
            Admin, Author, BannedAuthor, BannedAuthorOfOwn, Member, Moderator, RemoteMember, Stranger,
        };
        match (self, door) {
            (Self::Public | Self::Unlisted, _) => true,
            (Self::Members, Door::Api) => matches!(reader, Member | Moderator | Author | Admin),
            (Self::Members, Door::Document) => reader == RemoteMember,
            (Self::Local, Door::Api) => {
                matches!(
                    reader,
                    Stranger | Member | Moderator | Author | BannedAuthor | BannedAuthorOfOwn | Admin
                )
            }
            (Self::Members | Self::Local, Door::Page) | (Self::Local, Door::Document) => false,
        }
    }

    /// Who may find the group on a list.
    pub(crate) fn may_be_listed(self, door: Door, reader: Reader) -> bool {
        match self {
            Self::Public | Self::Members => true,
            Self::Unlisted => {
                use Reader::{Admin, Author, Member, Moderator};
                door == Door::Api && matches!(reader, Member | Moderator | Author | Admin)
            }
            Self::Local => door == Door::Api && reader.account().is_some(),
        }
    }
}

/// What became of something that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Said {
    /// Published, by Alan.
    Published,
    /// Published, by Bert, who was banned later.
    ByBanned,
    /// By Alan; waits for the moderators: a post, a comment, and the new text of a post.
    Held,
    /// By Bert; removed by a moderator: a post that was edited before, and a comment.
    Removed,
    /// By a moderator, on a person and on a case.
    Noted,
    /// By a member, who reported something.
    Reported,
}

/// Words that stand in titles and texts, and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Secret {
    pub(crate) said: Said,
    pub(crate) group: Visibility,
}

/// The word for which the automatic rule of each group holds things.
pub(crate) const HELD_FOR: &str = "perhaps";

impl Secret {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let said = [Said::Published, Said::ByBanned, Said::Held, Said::Removed, Said::Noted, Said::Reported];
        VISIBILITIES.into_iter().flat_map(move |group| said.map(|said| Self { said, group }))
    }

    /// The words.
    pub(crate) fn text(self) -> String {
        let group = self.group.group();
        match self.said {
            Said::Published => format!("Buried under the {group}"),
            Said::ByBanned => format!("Whispered about the {group}"),
            Said::Held => format!("Hidden {HELD_FOR} behind the {group}"),
            Said::Removed => format!("Torn out of the {group}"),
            Said::Noted => format!("Jotted down about the {group}"),
            Said::Reported => format!("Complained of in the {group}"),
        }
    }

    /// Who may be told. What is not published is for its author and for moderators, whom admins stand in for.
    pub(crate) fn may_be_told(self, door: Door, reader: Reader) -> bool {
        use Reader::{Admin, Author, BannedAuthor, BannedAuthorOfOwn, Moderator};
        let is_at_api = door == Door::Api;
        match self.said {
            Said::Published => self.group.may_be_read(door, reader),
            Said::ByBanned => {
                let is_author = is_at_api && matches!(reader, BannedAuthor | BannedAuthorOfOwn);
                is_author || self.group.may_be_read(door, reader)
            }
            Said::Held => is_at_api && matches!(reader, Author | Moderator | Admin),
            // Who reported, and what moderators note, is for moderators: whom it is about is not told, nor its reporter after.
            Said::Noted | Said::Reported => is_at_api && matches!(reader, Moderator | Admin),
            Said::Removed => {
                is_at_api && matches!(reader, BannedAuthor | BannedAuthorOfOwn | Moderator | Admin)
            }
        }
    }
}

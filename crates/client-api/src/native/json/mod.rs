//! What is sent and taken: the JSON types of this API, converted by hand from and to those of the use cases.

mod block_list;
mod case;
mod changes;
mod decision;
mod entry;
mod group;
mod instant;
mod membership;
mod original;
mod peering;
mod person;
mod poll;
mod prepared;
mod queue;
mod reason;
mod report;
mod web_url;
mod words;
mod writing;

pub(crate) use block_list::{
    AcceptedChanges, BlockList, BlockListChanges, ChangedBlockList, ChangesToAccept, NewBlockList,
    RefreshedBlockList, SubscribedBlockList,
};
pub(crate) use case::{Case, CaseFile, Done, NewActions, NewNote, PersonNotes};
pub(crate) use changes::{Clearable, given, language};
pub(crate) use decision::Decision;
pub(crate) use entry::{Comment, InThread, Post, Shown};
pub(crate) use group::{Group, GroupChanges, NewGroup};
pub(crate) use instant::{from_rfc3339, rfc3339};
pub(crate) use membership::{Joined, Membership};
pub(crate) use peering::{
    ImportedServers, ListedServer, NewListedServer, ServerAction, ServerFile, ServersToImport,
};
pub(crate) use person::Person;
pub(crate) use poll::Poll;
pub(crate) use prepared::{AtHand, OwnTexts};
pub(crate) use queue::{DecidedItem, QueueItem};
pub(crate) use reason::{Ban, NewGeneralReport, NewReport, OptionalReason, Reason};
pub(crate) use report::Report;
pub(crate) use web_url::web_url;
pub(crate) use words::{Admission, MembershipState, Posting, Review, Signed, State, Visibility};
pub(crate) use writing::{CommentChanges, NewComment, NewPost, NewVote, PostChanges};

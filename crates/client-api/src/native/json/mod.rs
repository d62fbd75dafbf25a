//! What is sent and taken: the JSON types of this API, converted by hand from and to those of the use cases.

mod access;
mod answers;
mod appeal;
mod block_list;
mod case;
mod changes;
mod copies;
mod decision;
mod entry;
mod explanation;
mod grounds;
mod group;
mod instant;
mod invitation;
mod log;
mod membership;
mod notice;
mod original;
mod partner;
mod peering;
mod person;
mod poll;
mod prepared;
mod queue;
mod reason;
mod report;
mod request;
mod rulebook;
mod staff;
mod transparency;
mod trial;
mod trust;
mod voter;
mod web_url;
mod words;
mod writing;

pub(crate) use access::Access;
pub(crate) use answers::{JoinAnswer, JoinWish, NewQuestions, Question, Questions};
pub(crate) use appeal::{Appeal, AppealDecision, NewAppeal};
pub(crate) use block_list::{
    AcceptedChanges, BlockList, BlockListChanges, ChangedBlockList, ChangesToAccept, NewBlockList,
    RefreshedBlockList, SubscribedBlockList,
};
pub(crate) use case::{Case, CaseFile, Done, NewActions, NewNote, PersonNotes};
pub(crate) use changes::{Clearable, given, language};
pub(crate) use copies::CopiesOnServer;
pub(crate) use decision::Decision;
pub(crate) use entry::{Comment, InThread, Post, Shown};
pub(crate) use explanation::Explanation;
pub(crate) use grounds::{Ban, Given, Grounds, Measure, Refusal};
pub(crate) use group::{Group, GroupChanges, NewGroup};
pub(crate) use instant::{from_rfc3339, rfc3339};
pub(crate) use invitation::{Invitation, MadeOut, NewInvitation};
pub(crate) use log::{LogEntry, LogFile};
pub(crate) use membership::{Joined, Membership};
pub(crate) use notice::Notice;
pub(crate) use partner::{Mirror, NewPartner, Partners};
pub(crate) use peering::{
    ImportedServers, ListedServer, NewListedServer, ServerAction, ServerFile, ServersToImport,
};
pub(crate) use person::Person;
pub(crate) use poll::Poll;
pub(crate) use prepared::{AtHand, OwnTexts};
pub(crate) use queue::{DecidedItem, QueueItem};
pub(crate) use reason::{NewGeneralReport, NewReport, OptionalReason};
pub(crate) use report::Report;
pub(crate) use request::{JoinRequest, Vouched, Vouches};
pub(crate) use rulebook::{AutomaticRule, Figures, NewAutomaticRule, NewRulebook, Rulebook};
pub(crate) use staff::{NewRole, Staff, Succession};
pub(crate) use transparency::Transparency;
pub(crate) use trial::{NewTrial, Trial};
pub(crate) use trust::{NewTrust, Trust};
pub(crate) use voter::{NewLook, VotePattern, Voter};
pub(crate) use web_url::web_url;
pub(crate) use words::{
    Admission, Invites, MembershipState, Posting, Review, Signed, State, Visibility, Votes,
};
pub(crate) use writing::{CommentChanges, NewComment, NewPost, NewVote, PostChanges};

//! Votes with their voters, and patterns without.

use guildhall_app::read::{VotePatternView, VoterView};
use guildhall_domain::{EntryId, moderation::Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, rfc3339};
use crate::native::problem::Problem;

/// A vote with its voter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Voter {
    /// Who.
    person: Person,
    /// 1 or -1.
    #[schema(minimum = -1, maximum = 1)]
    value: i64,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// A pattern in votes: figures without names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VotePattern {
    /// Days looked at, today being one.
    days: u32,
    /// How many people voted.
    voters: i64,
    /// Votes for.
    up: i64,
    /// Votes against.
    down: i64,
    /// The most votes within ten minutes.
    busiest: i64,
    /// People whom the group has known for no more than a week.
    new: Voters,
    /// People who vote on this author and hardly on anybody else: 5 votes or more in the group, 4 of 5 on the author.
    devoted: Voters,
    /// Servers with 3 voters or more, most votes first.
    hosts: Vec<VotersOfHost>,
    /// All other servers together.
    other_hosts: Voters,
}

/// Some of the voters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Voters {
    /// How many people.
    voters: i64,
    /// Their votes.
    votes: i64,
}

/// The voters of a server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VotersOfHost {
    /// The server.
    host: String,
    /// How many people.
    voters: i64,
    /// Their votes.
    votes: i64,
}

/// Whose voters are looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLook {
    /// The id of a post or comment that the case is about, or of its person.
    entry: String,
}

impl NewLook {
    /// The post or comment.
    pub(crate) fn entry(&self) -> Result<EntryId, Problem> {
        self.entry.parse().map_err(|_| Problem::invalid("entry", "the id of a post or comment is wanted"))
    }
}

impl From<VoterView> for Voter {
    fn from(view: VoterView) -> Self {
        Self { person: view.person.into(), value: view.vote.value(), at: rfc3339(view.at) }
    }
}

impl From<VotePatternView> for VotePattern {
    fn from(view: VotePatternView) -> Self {
        let found = view.pattern;
        let of_host =
            |(host, share): (String, Share)| VotersOfHost { host, voters: share.voters, votes: share.votes };
        Self {
            days: view.days,
            voters: found.voters,
            up: found.up,
            down: found.down,
            busiest: view.busiest,
            new: found.new.into(),
            devoted: found.devoted.into(),
            hosts: found.hosts.into_iter().map(of_host).collect(),
            other_hosts: found.other_hosts.into(),
        }
    }
}

impl From<Share> for Voters {
    fn from(share: Share) -> Self {
        Self { voters: share.voters, votes: share.votes }
    }
}

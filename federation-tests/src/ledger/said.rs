//! What people said, as far as it was answered.

use std::time::Instant;

use serde_json::Value;

/// What was answered.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Comments.
    pub comments: Vec<Comment>,
    /// Texts of comments that got no answer: each may be there, once.
    pub doubtful: Vec<String>,
    /// All activities from other servers, as they were sent.
    pub activities: Vec<Value>,
    /// The last votes, one of each actor on each thing.
    pub votes: Vec<Vote>,
    /// Of those elsewhere who may have joined or left.
    pub memberships: Vec<Membership>,
}

/// A comment.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Its global id.
    pub ap_id: String,
    /// What all of its texts begin with, and no other's: `LABEL v0`, `LABEL v1` and so on.
    pub label: String,
    /// Its texts, one after the other; never empty.
    pub texts: Vec<String>,
    /// By its author.
    pub is_deleted: bool,
    /// When its first text was answered.
    pub answered_at: Instant,
}

/// How somebody voted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Who.
    pub actor: String,
    /// On what.
    pub object: String,
    /// 1, -1, or 0: not any more.
    pub value: i64,
}

/// Whether somebody is in the group.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Who.
    pub actor: String,
    /// The id of the `Follow` that holds.
    pub follow: Option<String>,
}

impl Said {
    /// Adds what was said by others, or later.
    pub fn add(&mut self, other: Self) {
        self.comments.extend(other.comments);
        self.doubtful.extend(other.doubtful);
        self.activities.extend(other.activities);
        self.memberships.extend(other.memberships);
        for vote in other.votes {
            self.vote(vote);
        }
    }

    /// Adds a vote, which takes the place of an earlier one.
    pub fn vote(&mut self, vote: Vote) {
        self.votes.retain(|other| (&other.actor, &other.object) != (&vote.actor, &vote.object));
        self.votes.push(vote);
    }

    /// Places of those of the last `count` comments that are not deleted.
    pub fn living(&self, count: usize) -> Vec<usize> {
        let from = self.comments.len().saturating_sub(count);
        (from..self.comments.len()).filter(|place| !self.comments[*place].is_deleted).collect()
    }
}

impl Comment {
    /// The text as it is now.
    pub fn last_text(&self) -> &str {
        self.texts.last().map_or("", String::as_str)
    }

    /// What it is changed to next.
    pub fn next_text(&self) -> String {
        format!("{} v{}", self.label, self.texts.len())
    }
}

/// What a text says of whose it is: `LABEL` of `LABEL v1`.
pub(super) fn label_of(text: &str) -> &str {
    text.rsplit_once(' ').map_or(text, |(label, _)| label)
}

/// `here-1-2 v0` of `<p>here-1-2 v0</p>`.
pub(super) fn bare(html: &str) -> &str {
    html.trim().trim_start_matches("<p>").trim_end_matches("</p>")
}

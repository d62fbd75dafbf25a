//! Groups, as shown.

use guildhall_domain::{ApId, GroupId, Timestamp, group::Policy};

use crate::read::PersonRef;

/// A group, wherever it is only named.
#[derive(Debug, Clone)]
pub struct GroupRef {
    /// Our key.
    pub id: GroupId,
    /// `gardening` for a group here, `gardening@host` for one elsewhere: what the API and pages use in paths.
    pub name: String,
    /// `@gardening@host`, always with the host.
    pub handle: String,
    /// Its global id.
    pub ap_id: ApId,
    /// Its title.
    pub title: String,
}

/// One rule of a group.
#[derive(Debug, Clone)]
pub struct RuleView {
    /// Its number, from 1.
    pub number: i64,
    /// One line.
    pub title: String,
    /// Markdown.
    pub text: String,
    /// The same, rendered and sanitised.
    pub text_html: String,
}

/// A group with all that its page and the API show.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// Names and ids.
    pub group: GroupRef,
    /// Whether it is hosted here.
    pub is_local: bool,
    /// Markdown.
    pub description: String,
    /// The same, rendered and sanitised.
    pub description_html: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
    /// Its door settings.
    pub policy: Policy,
    /// Members.
    pub member_count: i64,
    /// Published posts.
    pub post_count: i64,
    /// Published comments.
    pub comment_count: i64,
    /// Its rules in order.
    pub rules: Vec<RuleView>,
    /// Its moderators.
    pub moderators: Vec<PersonRef>,
    /// When it was made.
    pub created_at: Timestamp,
}

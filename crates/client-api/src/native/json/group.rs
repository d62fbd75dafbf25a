//! Groups and their rules.

use guildhall_app::{
    group::{ChangeGroup, CreateGroup},
    read::{GroupView, RuleView},
};
use guildhall_domain::{ActorId, group};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Access, Admission, Clearable, Invites, Person, Posting, Review, Signed, Visibility, Votes, given,
    rfc3339, web_url,
};
use crate::native::problem::Problem;

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Group {
    /// Its id.
    id: String,
    /// What stands for it in addresses: `gardening`, or `gardening@example.org` for a group elsewhere.
    name: String,
    /// `@gardening@example.org`
    handle: String,
    /// The global id.
    ap_id: String,
    /// Its page here.
    url: String,
    /// Whether it is hosted here.
    is_local: bool,
    /// Its title.
    title: String,
    /// Markdown.
    description: String,
    /// The same, rendered.
    description_html: String,
    /// A BCP 47 tag.
    #[schema(required = true)]
    language: Option<String>,
    /// Its picture.
    #[schema(required = true)]
    picture_url: Option<String>,
    /// How one becomes a member; null for a group elsewhere, whose own server decides.
    #[schema(required = true)]
    admission: Option<Admission>,
    /// Who may post and comment; null for a group elsewhere.
    #[schema(required = true)]
    posting: Option<Posting>,
    /// What a moderator sees before the group does; null for a group elsewhere.
    #[schema(required = true)]
    review: Option<Review>,
    /// Who may read what is said in it; null for a group elsewhere.
    #[schema(required = true)]
    visibility: Option<Visibility>,
    /// Who may invite people; null for a group elsewhere.
    #[schema(required = true)]
    invites: Option<Invites>,
    /// How many members have to vouch for somebody who waits, so that no moderator need decide; 0: vouching has no effect.
    /// Null for a group elsewhere.
    #[schema(required = true)]
    vouches_needed: Option<u8>,
    /// As whom its moderators sign what they decide; null for a group elsewhere.
    #[schema(required = true)]
    signed: Option<Signed>,
    /// Who learns how somebody voted; null for a group elsewhere.
    #[schema(required = true)]
    votes: Option<Votes>,
    /// For how many days decisions can be appealed; null for a group elsewhere.
    #[schema(required = true)]
    appeal_days: Option<i64>,
    /// Members; of a group elsewhere those that live here.
    member_count: i64,
    /// Published posts.
    post_count: i64,
    /// Published comments.
    comment_count: i64,
    /// Its rules in order.
    rules: Vec<Rule>,
    /// Its moderators.
    moderators: Vec<Person>,
    /// When it was made, or first seen here.
    #[schema(format = DateTime)]
    created_at: String,
    /// What the owner of the token may do in it, before they do it. Null without a token, and in lists.
    #[schema(required = true)]
    viewer: Option<Access>,
}

/// A rule of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rule {
    /// Its number, from 1.
    number: i64,
    /// One line.
    title: String,
    /// Markdown.
    text: String,
    /// The same, rendered.
    text_html: String,
}

/// A group that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGroup {
    /// 1 to 30 letters a-z, digits and underscores.
    name: String,
    /// Its title; the name when absent.
    #[schema(max_length = 200)]
    title: Option<String>,
    /// Markdown, at most 10,000 bytes.
    description: Option<String>,
    /// A BCP 47 tag.
    language: Option<String>,
    /// Its picture.
    picture_url: Option<String>,
    /// `open` when absent.
    #[schema(value_type = Option<Admission>)]
    admission: Option<Admission>,
    /// `everyone` when absent.
    #[schema(value_type = Option<Posting>)]
    posting: Option<Posting>,
    /// `none` when absent.
    #[schema(value_type = Option<Review>)]
    review: Option<Review>,
    /// `public` when absent.
    #[schema(value_type = Option<Visibility>)]
    visibility: Option<Visibility>,
    /// Its rules in order, at most 50.
    #[serde(default)]
    rules: Vec<NewRule>,
}

/// A rule as it is set.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRule {
    /// One line.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Markdown.
    #[serde(default)]
    text: String,
}

/// What is to change in a group; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupChanges {
    /// Its title.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    title: Option<String>,
    /// Markdown, at most 10,000 bytes.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    description: Option<String>,
    /// A BCP 47 tag; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    language: Clearable,
    /// Its picture; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    picture_url: Clearable,
    /// How one becomes a member.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    admission: Option<Admission>,
    /// Who may post and comment.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    posting: Option<Posting>,
    /// What a moderator sees before the group does.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    review: Option<Review>,
    /// Who may read what is said in it.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    visibility: Option<Visibility>,
    /// As whom its moderators sign what they decide from now on.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    signed: Option<Signed>,
    /// Who learns how somebody voted.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    votes: Option<Votes>,
    /// For how many days decisions can be appealed: 0 to 365; 0: not at all.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 0, maximum = 365)]
    appeal_days: Option<i64>,
    /// All its rules in order, at most 50.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    rules: Option<Vec<NewRule>>,
    /// Who may invite people.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    invites: Option<Invites>,
    /// How many members have to vouch for somebody who waits.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, minimum = 0, maximum = 5)]
    vouches_needed: Option<u8>,
}

impl Group {
    /// A group as it is shown; `base_url` is that of this instance.
    pub(crate) fn new(view: GroupView, base_url: &str) -> Self {
        let policy = view.is_local.then_some(view.policy);
        Self {
            id: view.group.id.to_string(),
            url: format!("{base_url}/groups/{}", view.group.name),
            name: view.group.name,
            handle: view.group.handle,
            ap_id: view.group.ap_id.to_string(),
            is_local: view.is_local,
            title: view.group.title,
            description: view.description,
            description_html: view.description_html,
            language: view.language,
            picture_url: view.picture_url,
            admission: policy.map(|policy| policy.admission.into()),
            posting: policy.map(|policy| policy.posting.into()),
            review: policy.map(|policy| policy.review.into()),
            visibility: policy.map(|policy| policy.visibility.into()),
            invites: policy.map(|_| view.welcome.invites.into()),
            vouches_needed: policy.map(|_| view.welcome.vouches_needed),
            signed: view.is_local.then(|| view.signed.into()),
            votes: view.is_local.then(|| view.votes.into()),
            appeal_days: view.is_local.then_some(view.appeal_days),
            member_count: view.member_count,
            post_count: view.post_count,
            comment_count: view.comment_count,
            rules: view.rules.into_iter().map(Rule::from).collect(),
            moderators: view.moderators.into_iter().map(Person::from).collect(),
            created_at: rfc3339(view.created_at),
            viewer: None,
        }
    }

    /// The same with what its reader may do in it.
    pub(crate) fn seen_with(self, viewer: Option<Access>) -> Self {
        Self { viewer, ..self }
    }
}

impl From<RuleView> for Rule {
    fn from(rule: RuleView) -> Self {
        Self { number: rule.number, title: rule.title, text: rule.text, text_html: rule.text_html }
    }
}

impl From<NewRule> for group::Rule {
    fn from(rule: NewRule) -> Self {
        Self { title: rule.title, text: rule.text }
    }
}

impl NewGroup {
    /// The command; `creator` becomes the first moderator.
    pub(crate) fn command(self, creator: ActorId) -> Result<CreateGroup, Problem> {
        let default = group::Policy::default();
        Ok(CreateGroup {
            name: self.name,
            title: self.title.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            language: self.language,
            picture_url: picture(self.picture_url)?,
            policy: group::Policy {
                admission: self.admission.map_or(default.admission, Into::into),
                posting: self.posting.map_or(default.posting, Into::into),
                review: self.review.map_or(default.review, Into::into),
                visibility: self.visibility.map_or(default.visibility, Into::into),
            },
            rules: self.rules.into_iter().map(Into::into).collect(),
            moderators: vec![creator],
        })
    }
}

impl GroupChanges {
    /// The command.
    pub(crate) fn command(self) -> Result<ChangeGroup, Problem> {
        Ok(ChangeGroup {
            title: self.title,
            description: self.description,
            language: self.language,
            picture_url: self.picture_url.map(picture).transpose()?,
            admission: self.admission.map(Into::into),
            posting: self.posting.map(Into::into),
            review: self.review.map(Into::into),
            visibility: self.visibility.map(Into::into),
            signed: self.signed.map(Into::into),
            votes: self.votes.map(Into::into),
            appeal_days: self.appeal_days,
            rules: self.rules.map(|rules| rules.into_iter().map(Into::into).collect()),
            invites: self.invites.map(Into::into),
            vouches_needed: self.vouches_needed,
        })
    }
}

fn picture(url: Option<String>) -> Result<Option<String>, Problem> {
    url.map(|url| web_url("picture_url", &url)).transpose()
}

//! Groups, as shown.

use guildhall_domain::{
    ApId, GroupId, Handle, Timestamp,
    group::{Policy, Votes},
    moderation::Signed,
    welcome::Welcome,
};
use guildhall_store::{StoreError, actor, appeal, group, moderator, welcome};

use crate::{
    App, Viewer,
    read::{Cursor, Page, PageRequest, PersonRef, names, place::is_listed},
};

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
    /// The language its texts are in where they do not say otherwise: a BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
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
    /// Its page, at home.
    pub url: String,
    /// Markdown.
    pub description: String,
    /// The same, rendered and sanitised.
    pub description_html: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
    /// Its door settings. Of a group elsewhere what is known of them: not what its server does with what it receives.
    pub policy: Policy,
    /// Who may invite into it, and how many vouch for somebody; of a group elsewhere the defaults.
    pub welcome: Welcome,
    /// As whom its moderators sign what they decide.
    pub signed: Signed,
    /// Who learns how somebody voted.
    pub votes: Votes,
    /// For how many days decisions can be appealed.
    pub appeal_days: i64,
    /// Members; of a group elsewhere those that live here.
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

/// The groups hosted here that are on the viewer's list, most members first. A page may have fewer than were asked for.
pub async fn list(app: &App, viewer: &Viewer, request: PageRequest) -> Result<Page<GroupView>, StoreError> {
    let after = request.after.map(|cursor| (cursor.key, GroupId(cursor.id)));
    let groups = group::list_local(&app.store, after, request.limit() + 1).await?;
    let page = request.page(groups, |group| Cursor { key: group.member_count, id: group.id.0 });
    let mut items = Vec::with_capacity(page.items.len());
    for group in page.items {
        if is_listed(app, viewer, group.id, group.policy.visibility).await? {
            items.extend(view(app, group).await?);
        }
    }
    Ok(Page { items, next: page.next })
}

/// The group with a handle, hosted here or known from elsewhere.
pub async fn find(app: &App, handle: &Handle) -> Result<Option<GroupView>, StoreError> {
    match crate::group::find_id(app, handle).await? {
        Some(id) => find_by_id(app, id).await,
        None => Ok(None),
    }
}

/// The group with a key.
pub async fn find_by_id(app: &App, id: GroupId) -> Result<Option<GroupView>, StoreError> {
    match group::find(&app.store, id).await? {
        Some(group) => view(app, group).await,
        None => Ok(None),
    }
}

async fn view(app: &App, group: group::Group) -> Result<Option<GroupView>, StoreError> {
    let Some(actor) =
        actor::find(&app.store, group.id.actor()).await?.filter(|actor| actor.deleted_at.is_none())
    else {
        return Ok(None);
    };
    let moderator_ids = moderator::list(&app.store, group.id).await?;
    let mut people = names::people(app, moderator_ids.clone()).await?;
    let rules = group::list_rules(&app.store, group.id).await?;
    Ok(Some(GroupView {
        group: names::group_ref(app, &actor, &group),
        is_local: group.is_local,
        url: actor.page_url.unwrap_or_else(|| actor.ap_id.to_string()),
        description: group.description_source,
        description_html: group.description_html,
        language: group.language,
        picture_url: group.picture_url.or(actor.icon_url),
        policy: group.policy,
        welcome: welcome::find(&app.store, group.id).await?,
        signed: group.signed,
        votes: group.votes,
        appeal_days: appeal::find_days(&app.store, group.id).await?,
        member_count: group.member_count,
        post_count: group.post_count,
        comment_count: group.comment_count,
        rules: (1..)
            .zip(rules)
            .map(|(number, rule)| RuleView {
                number,
                title: rule.rule.title,
                text: rule.rule.text,
                text_html: rule.text_html,
            })
            .collect(),
        moderators: moderator_ids.iter().filter_map(|id| people.remove(id)).collect(),
        created_at: group.created_at,
    }))
}

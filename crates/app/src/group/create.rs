//! Making a group.

use guildhall_domain::{
    ActorId, GroupId,
    actor::ActorKind,
    group::{InvalidSettings, Policy, QuotaRefusal, Rule, decide_quota, decide_settings},
    handle::{InvalidHandle, decide_local_name},
    staff::{Office, StaffRole},
    text::{clean, clean_line},
};
use guildhall_store::{
    StoreError, actor,
    group::{self, GroupFields, RenderedRule},
    staff::{self, Staff},
};

use crate::{App, account::local_fields, key::insert_keys, markup};

/// A group that is to be.
#[derive(Debug, Clone)]
pub struct CreateGroup {
    /// The name before the `@`.
    pub name: String,
    /// Its title. `""`: none is named, and it is called by its name; one of nothing but blanks is refused.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// An image.
    pub picture_url: Option<String>,
    /// Its door settings.
    pub policy: Policy,
    /// Its rules in order.
    pub rules: Vec<Rule>,
    /// Its first staff, here or elsewhere: the first of them owns it, the others are its moderators.
    pub moderators: Vec<ActorId>,
}

/// Why [`create`] did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CreateGroupError {
    /// Not a name.
    #[error(transparent)]
    Name(#[from] InvalidHandle),
    /// A person or a group has it.
    #[error("the name is taken")]
    NameTaken,
    /// A text that does not fit.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// They own as many as one person may, or only admins make groups.
    #[error(transparent)]
    Quota(#[from] QuotaRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the group failed")]
    Store(#[from] StoreError),
}

/// Makes a group hosted here, as whoever runs the server.
///
/// # Errors
/// [`CreateGroupError`]; nothing is written then.
pub async fn create(app: &App, command: CreateGroup) -> Result<GroupId, CreateGroupError> {
    make(app, command, None).await
}

/// Makes a group hosted here that somebody with an account will own: admins any number, others as many as the instance lets
/// one person own.
///
/// # Errors
/// [`CreateGroupError`]; nothing is written then.
pub async fn create_own(
    app: &App,
    owner: ActorId,
    is_admin: bool,
    command: CreateGroup,
) -> Result<GroupId, CreateGroupError> {
    make(app, command, Some(owner).filter(|_| !is_admin)).await
}

/// `counted`: whose groups are counted.
async fn make(
    app: &App,
    command: CreateGroup,
    counted: Option<ActorId>,
) -> Result<GroupId, CreateGroupError> {
    decide_local_name(&command.name)?;
    let title = if command.title.is_empty() { command.name.clone() } else { clean_line(&command.title) };
    let (description, rules) = (clean(&command.description), clean_rules(command.rules));
    decide_settings(&title, &description, command.language.as_deref(), &rules)?;
    let keys = app.keys.next().await;
    let now = app.now();
    let actor_id = ActorId(app.new_id());
    let id = GroupId(actor_id.0);
    let mut actor_fields = local_fields(app, &command.name, ActorKind::Group);
    actor_fields.display_name = Some(title.clone());
    let fields = GroupFields {
        title,
        description_html: markup::render_markdown(&description),
        description_source: description,
        language: command.language,
        picture_url: command.picture_url,
        policy: command.policy,
    };

    let mut tx = app.begin().await?;
    if let Some(owner) = counted {
        decide_quota(staff::lock_owned(&mut tx, owner).await?, app.site.groups_per_person)?;
    }
    if !actor::insert_local(&mut tx, actor_id, &actor_fields, now).await? {
        return Err(CreateGroupError::NameTaken);
    }
    insert_keys(&mut tx, actor_id, &actor_fields.ap_id, keys, now).await?;
    group::insert(&mut tx, id, true, &fields, now).await?;
    group::set_rules(&mut tx, id, &render_rules(rules)).await?;
    for (at, actor) in command.moderators.into_iter().enumerate() {
        let role = if at == 0 { StaffRole::Owner } else { StaffRole::Moderator };
        let first = Staff { actor, office: Office::of(role), since: now, by: None, reason: None };
        if at == 0 || staff::find_in(&mut tx, id, actor).await?.is_none() {
            staff::set(&mut tx, id, &first).await?;
        }
    }
    tx.commit().await?;
    Ok(id)
}

/// Rules without what has no place in a text.
pub(super) fn clean_rules(rules: Vec<Rule>) -> Vec<Rule> {
    rules.into_iter().map(|rule| Rule { title: clean_line(&rule.title), text: clean(&rule.text) }).collect()
}

/// Rules with their texts rendered.
pub(super) fn render_rules(rules: Vec<Rule>) -> Vec<RenderedRule> {
    rules
        .into_iter()
        .map(|rule| RenderedRule { text_html: markup::render_markdown(&rule.text), rule })
        .collect()
}

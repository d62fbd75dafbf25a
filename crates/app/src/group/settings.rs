//! Changing a group.

use guildhall_domain::{
    ActorId, GroupId,
    event::{Cause, EventKind},
    group::{Admission, InvalidSettings, Policy, Posting, Review, Rule, Visibility, Votes, decide_settings},
    moderation::{MAX_APPEAL_DAYS, Signed},
    staff::{NotPermitted, Permission},
    text::{clean, clean_line},
    welcome::{Invites, MAX_VOUCHES_NEEDED, Welcome},
};
use guildhall_store::{
    StoreError, appeal,
    group::{self, Group, GroupFields},
    welcome,
};

use super::{
    create::{clean_rules, render_rules},
    elsewhere::end_elsewhere,
};
use crate::{App, cause, markup, partner::keep_to_visibility, staff};

/// What is to change; `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct ChangeGroup {
    /// Its title.
    pub title: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// A BCP 47 tag; `Some(None)` takes it away.
    pub language: Option<Option<String>>,
    /// An image; `Some(None)` takes it away.
    pub picture_url: Option<Option<String>>,
    /// How one becomes a member.
    pub admission: Option<Admission>,
    /// Who may post.
    pub posting: Option<Posting>,
    /// What is reviewed.
    pub review: Option<Review>,
    /// Who may read.
    pub visibility: Option<Visibility>,
    /// As whom moderators sign what they decide.
    pub signed: Option<Signed>,
    /// Who learns how somebody voted.
    pub votes: Option<Votes>,
    /// For how many days decisions can be appealed; 0: not at all.
    pub appeal_days: Option<i64>,
    /// Its rules, all of them.
    pub rules: Option<Vec<Rule>>,
    /// Who may invite people.
    pub invites: Option<Invites>,
    /// How many members have to vouch for somebody who waits: 0 to 5.
    pub vouches_needed: Option<u8>,
}

impl ChangeGroup {
    /// What it takes to change this.
    fn takes(&self) -> impl Iterator<Item = Permission> {
        // In full: a new setting does not compile before it is said what it takes.
        let Self {
            title,
            description,
            language,
            picture_url,
            admission,
            posting,
            review,
            visibility,
            signed,
            votes,
            appeal_days,
            rules,
            invites,
            vouches_needed,
        } = self;
        let says = title.is_some() || description.is_some() || language.is_some() || picture_url.is_some();
        let opens = admission.is_some() || posting.is_some() || review.is_some() || visibility.is_some();
        let invites = invites.is_some() || vouches_needed.is_some();
        let decides = signed.is_some() || votes.is_some() || appeal_days.is_some();
        let settings =
            (says || opens || invites || decides || rules.is_none()).then_some(Permission::Settings);
        settings.into_iter().chain(rules.is_some().then_some(Permission::Rules))
    }
}

/// Why [`change`] did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ChangeGroupError {
    /// No such group, or one hosted elsewhere.
    #[error("no such group")]
    NoSuchGroup,
    /// It takes a permission that they do not have: for the written rules another than for the rest.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// A text that does not fit.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// More than can be asked for.
    #[error("0 to {MAX_VOUCHES_NEEDED} members can be asked to vouch for somebody")]
    Vouches,
    /// Reading or writing failed.
    #[error("reading or writing the group failed")]
    Store(#[from] StoreError),
}

/// Changes a group hosted here, by somebody who may do so, or by the group itself for the instance's admins. With one that
/// becomes a group for people here the memberships of everybody else end.
///
/// # Errors
/// [`ChangeGroupError`]; nothing is written then.
pub async fn change(
    app: &App,
    id: GroupId,
    by: ActorId,
    command: ChangeGroup,
) -> Result<(), ChangeGroupError> {
    let mut tx = app.begin().await?;
    let current = group::lock(&mut tx, id)
        .await?
        .filter(|group| group.is_local)
        .ok_or(ChangeGroupError::NoSuchGroup)?;
    let powers = staff::powers(app, &mut tx, id, by).await?;
    for permission in command.takes() {
        powers.demand(permission)?;
    }
    let rules = command.rules.clone().map(clean_rules);
    let welcome = changed_welcome(welcome::find_in(&mut tx, id).await?, &command)?;
    if let Some(signed) = command.signed {
        group::set_signed(&mut tx, id, signed).await?;
    }
    if let Some(votes) = command.votes {
        group::set_votes(&mut tx, id, votes).await?;
    }
    if let Some(days) = command.appeal_days {
        if !(0..=MAX_APPEAL_DAYS).contains(&days) {
            return Err(InvalidSettings::AppealDays.into());
        }
        appeal::set_days(&mut tx, id, days).await?;
    }
    let before = current.policy.visibility;
    let fields = changed(current, command);
    // Rules that stay were looked at when they were written.
    let new_rules = rules.as_deref().unwrap_or_default();
    decide_settings(&fields.title, &fields.description_source, fields.language.as_deref(), new_rules)?;
    group::set_fields(&mut tx, id, &fields, app.now()).await?;
    if let Some(rules) = rules {
        group::set_rules(&mut tx, id, &render_rules(rules)).await?;
    }
    welcome::set(&mut tx, id, welcome).await?;
    if fields.policy.visibility == Visibility::Local && before != Visibility::Local {
        end_elsewhere(app, &mut tx, id).await?;
    }
    keep_to_visibility(app, &mut tx, id, (before, fields.policy.visibility)).await?;
    cause::tell(app, &mut tx, Cause::Local, EventKind::GroupChanged { group: id }).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

fn changed_welcome(current: Welcome, command: &ChangeGroup) -> Result<Welcome, ChangeGroupError> {
    let vouches_needed = command.vouches_needed.unwrap_or(current.vouches_needed);
    if vouches_needed > MAX_VOUCHES_NEEDED {
        return Err(ChangeGroupError::Vouches);
    }
    Ok(Welcome { invites: command.invites.unwrap_or(current.invites), vouches_needed })
}

fn changed(current: Group, command: ChangeGroup) -> GroupFields {
    let source = command.description.map_or(current.description_source, |text| clean(&text));
    GroupFields {
        title: command.title.map_or(current.title, |title| clean_line(&title)),
        description_html: markup::render_markdown(&source),
        description_source: source,
        language: command.language.unwrap_or(current.language),
        picture_url: command.picture_url.unwrap_or(current.picture_url),
        policy: Policy {
            admission: command.admission.unwrap_or(current.policy.admission),
            posting: command.posting.unwrap_or(current.policy.posting),
            review: command.review.unwrap_or(current.policy.review),
            visibility: command.visibility.unwrap_or(current.policy.visibility),
        },
    }
}

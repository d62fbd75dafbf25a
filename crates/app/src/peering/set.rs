//! Deciding about one host.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::Layer,
    moderation::{DecisionAction, Target},
    peering::{PeeringAction, PeeringEntry},
};
use guildhall_store::{
    StoreError, Tx, block_list,
    peering::{self, ListedHost},
};

use super::{By, PeeringError, authorise, other_host, words};
use crate::{
    App, Forget,
    decision::{Record, keep},
};

/// A host is to go on a list, or what is said about it there is to be replaced.
#[derive(Debug, Clone)]
pub struct SetPeering {
    /// The group whose list it is; `None` for the instance's.
    pub group: Option<GroupId>,
    /// The host, as a person writes it.
    pub host: String,
    /// What is decided.
    pub action: PeeringAction,
    /// Whether what comes from there is let in without its pictures.
    pub mute_media: bool,
    /// When it ceases by itself; `None` without end.
    pub until: Option<Timestamp>,
    /// Why, for the record.
    pub reason: Option<String>,
    /// What everybody may read about it.
    pub public_comment: Option<String>,
    /// What only those who keep the list read.
    pub private_comment: Option<String>,
}

impl SetPeering {
    /// A decision without further words, for good.
    pub fn new(group: Option<GroupId>, host: &str, action: PeeringAction) -> Self {
        Self {
            group,
            host: host.to_owned(),
            action,
            mute_media: false,
            until: None,
            reason: None,
            public_comment: None,
            private_comment: None,
        }
    }
}

/// A host is to go off a list.
#[derive(Debug, Clone)]
pub struct ClearPeering {
    /// The group whose list it is; `None` for the instance's.
    pub group: Option<GroupId>,
    /// The host, as a person writes it.
    pub host: String,
    /// Why, for the record.
    pub reason: Option<String>,
}

/// Puts a host on a list; a new decision replaces the old one. Gives the entry as it is kept.
///
/// # Errors
/// [`PeeringError`]; nothing is written then.
pub async fn set(app: &App, by: &By, command: SetPeering) -> Result<ListedHost, PeeringError> {
    let now = app.now();
    if command.until.is_some_and(|until| !until.is_after(now)) {
        return Err(PeeringError::Over);
    }
    let entry = PeeringEntry {
        host: other_host(app, &command.host)?,
        action: command.action,
        mute_media: command.mute_media || command.action == PeeringAction::MuteMedia,
        until: command.until,
        is_from_list: false,
    };
    let reason = words("the reason", command.reason)?;
    let public_comment = words("the public comment", command.public_comment)?;
    let private_comment = words("the private comment", command.private_comment)?;
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, command.group, by).await?;
    let listed = ListedHost {
        group: command.group,
        list: None,
        entry,
        reason,
        public_comment,
        private_comment,
        by,
        created_at: now,
    };
    peering::put(&mut tx, &listed).await?;
    record(app, &mut tx, &listed, Layer::Moderator, None).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Peering);
    Ok(listed)
}

/// Takes a host off a list. `false`: it was not on it, and nothing is recorded.
///
/// # Errors
/// [`PeeringError`]; nothing is written then. [`PeeringError::OnBlockList`] where only a block list wants it.
pub async fn clear(app: &App, by: &By, command: ClearPeering) -> Result<bool, PeeringError> {
    let host = other_host(app, &command.host)?;
    let reason = words("the reason", command.reason)?;
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, command.group, by).await?;
    let named = peering::list_named(&mut tx, command.group, &host).await?;
    if !peering::delete(&mut tx, command.group, &host).await? {
        drop(tx);
        return match named.into_iter().find_map(|listed| listed.list) {
            None => Ok(false),
            Some(list) => {
                let list = block_list::find(&app.store, list).await?;
                Err(PeeringError::OnBlockList { host, url: list.map(|list| list.url).unwrap_or_default() })
            }
        };
    }
    let action = DecisionAction::ClearHost;
    insert(app, &mut tx, &Told { group: command.group, host: &host, by, reason }, action).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Peering);
    Ok(true)
}

/// What a record is made of where nothing is left on the list.
struct Told<'a> {
    group: Option<GroupId>,
    host: &'a str,
    by: Option<ActorId>,
    reason: Option<String>,
}

async fn insert(app: &App, tx: &mut Tx, told: &Told<'_>, action: DecisionAction) -> Result<(), StoreError> {
    let record = Record::by_hand(told.group, told.by, action, Target::Host(told.host.to_owned()));
    keep(app, tx, Record { reason: told.reason.clone(), ..record }).await?;
    Ok(())
}

/// Records what an entry decides: what may come in, and that its media are muted where they are as well.
pub(crate) async fn record(
    app: &App,
    tx: &mut Tx,
    listed: &ListedHost,
    layer: Layer,
    rule: Option<&str>,
) -> Result<(), StoreError> {
    let entry = &listed.entry;
    let first = DecisionAction::about_host(Some(entry.action));
    let mutes_too = entry.mute_media && entry.action != PeeringAction::MuteMedia;
    for action in [Some(first), mutes_too.then_some(DecisionAction::MuteHost)].into_iter().flatten() {
        let record = Record {
            layer,
            rule: rule.map(str::to_owned),
            reason: listed.reason.clone().or_else(|| listed.public_comment.clone()),
            until: entry.until,
            ..Record::by_hand(listed.group, listed.by, action, Target::Host(entry.host.clone()))
        };
        keep(app, tx, record).await?;
    }
    Ok(())
}

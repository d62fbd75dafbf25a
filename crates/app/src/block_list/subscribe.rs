//! Subscribing to a block list.

use guildhall_domain::{
    BlockListId,
    peering::block_list::{ListMode, decide_list_changes},
};
use guildhall_store::block_list::{self, BlockList, Checked, Terms, Validators};
use url::Url;

use super::{
    BlockListError, MAX_EXCEPTIONS, MAX_INTERVAL, MAX_URL, MIN_INTERVAL, Preview,
    apply::{Cause, apply, changes_of, rules_of},
    preview::preview,
    refresh::{Answer, ask, take_down},
};
use crate::{
    App, Forget,
    peering::{By, authorise, parse_host},
};

/// A block list is to be subscribed to.
#[derive(Debug, Clone)]
pub struct Subscribe {
    /// Where it is published.
    pub url: String,
    /// How it is taken over.
    pub terms: Terms,
    /// Hosts about which it is not asked, as a person writes them.
    pub exceptions: Vec<String>,
    /// Whether only to show what would become of it.
    pub dry_run: bool,
}

/// What became of it, or would.
#[derive(Debug, Clone)]
pub struct Subscribed {
    /// The subscription; `None` where this was only tried.
    pub id: Option<BlockListId>,
    /// Its first changes: made by now in automatic mode, waiting otherwise.
    pub preview: Preview,
}

/// Subscribes to a block list that can be fetched and read now.
///
/// # Errors
/// [`BlockListError`]; nothing is written then.
pub async fn subscribe(app: &App, by: &By, command: Subscribe) -> Result<Subscribed, BlockListError> {
    let url = checked_url(&command.url)?;
    checked_interval(&command.terms)?;
    let exceptions = checked_exceptions(&command.exceptions)?;
    if block_list::find_by_url(&app.store, &url).await?.is_some() {
        return Err(BlockListError::Known);
    }
    if matches!(by, By::Person { is_admin: false, .. }) {
        // Before anybody makes us call a server.
        return Err(BlockListError::NotAdmin);
    }
    let Answer::List(offers, validators) = ask(app, &url, &Validators::default()).await? else {
        return Err(BlockListError::Url);
    };
    let list = new(app, url, command.terms);
    let changes = decide_list_changes(&offers, &[], &rules_of(app, &list, exceptions.clone()));
    let preview = preview(app, 1, changes).await?;
    if command.dry_run {
        return Ok(Subscribed { id: None, preview });
    }
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, None, by).await?;
    if !block_list::insert(&mut tx, &list).await? {
        return Err(BlockListError::Known);
    }
    block_list::set_exceptions(&mut tx, list.id, &exceptions).await?;
    take_down(&mut tx, &list, Answer::List(offers, validators)).await?;
    let checked = Checked { at: app.now(), next_at: list.next_check_at, failure: None };
    block_list::set_checked(&mut tx, list.id, &checked).await?;
    if list.terms.mode == ListMode::Automatic {
        let changes = changes_of(app, &mut tx, &list).await?;
        apply(app, &mut tx, &list, &changes, Cause::Person(by)).await?;
    }
    tx.commit().await?;
    app.signals.forget(Forget::Peering);
    Ok(Subscribed { id: Some(list.id), preview })
}

fn new(app: &App, url: String, terms: Terms) -> BlockList {
    let now = app.now();
    BlockList {
        id: BlockListId(app.new_id()),
        url,
        terms,
        revision: 0,
        validators: Validators::default(),
        fetched_at: None,
        checked_at: None,
        next_check_at: now.plus(terms.interval),
        failure: None,
        failures: 0,
        created_at: now,
    }
}

/// The address of a list in the one form it is kept in.
pub(super) fn checked_url(text: &str) -> Result<String, BlockListError> {
    let mut url = Url::parse(text.trim()).map_err(|_| BlockListError::Url)?;
    url.set_fragment(None);
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let has_secrets = !url.username().is_empty() || url.password().is_some();
    if is_web && !has_secrets && url.as_str().len() <= MAX_URL {
        Ok(url.into())
    } else {
        Err(BlockListError::Url)
    }
}

/// Refuses what would be a burden to the source, or forgotten.
pub(super) fn checked_interval(terms: &Terms) -> Result<(), BlockListError> {
    let fits = (MIN_INTERVAL..=MAX_INTERVAL).contains(&terms.interval);
    if fits { Ok(()) } else { Err(BlockListError::Interval) }
}

/// Exceptions in the form of the lists, each once.
pub(super) fn checked_exceptions(hosts: &[String]) -> Result<Vec<String>, BlockListError> {
    let mut checked = hosts.iter().map(|host| parse_host(host)).collect::<Result<Vec<_>, _>>()?;
    checked.sort_unstable();
    checked.dedup();
    if checked.len() > MAX_EXCEPTIONS {
        return Err(BlockListError::TooManyExceptions);
    }
    Ok(checked)
}

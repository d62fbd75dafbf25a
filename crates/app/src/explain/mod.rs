//! Why something was let in, held or refused, and what the pipeline would say of it now: layer by layer, rule by rule.

mod now;

use guildhall_domain::{
    EntryId, QueueItemId,
    admission::{Layer, Verdict, Wants},
    content::{EntryKind, EntryState},
    moderation::DecisionAction,
    rules::RuleMode,
    trust::Trust,
};
use guildhall_store::{
    StoreError, decision,
    entry::{self, Entry},
    queue::{self, QueueItem, QueueKind},
};

use crate::{
    App, Viewer,
    queue::may_see,
    read::{
        DecisionView, DecisionsError, GroupRef, PersonRef,
        decisions::{self, Reader},
        entries, names,
    },
};

/// The most decisions that are told, the first.
const MOST: usize = 200;

/// What is to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// What waits, or waited, for a moderator.
    Item(QueueItemId),
    /// A post or comment.
    Entry(EntryId),
}

/// Why something is as it is.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What it wants, or wanted.
    pub wants: Wants,
    /// The post or comment; none for a request to join.
    pub entry: Option<(EntryId, EntryKind, EntryState)>,
    /// Its title or first words; of a request to join who asks.
    pub title: String,
    /// Whose it is.
    pub author: PersonRef,
    /// The group.
    pub group: GroupRef,
    /// What was decided then, oldest first.
    pub then: Vec<DecisionView>,
    /// What the pipeline would say now; `None` where the group's own server decides.
    pub now: Option<Now>,
    /// Whether it is told to the author: without the names of automatic rules and of those who decided.
    pub is_for_author: bool,
}

/// What the pipeline would say now.
#[derive(Debug, Clone)]
pub struct Now {
    /// Each layer in order, with what it says; `None`: nothing against it.
    pub layers: Vec<(Layer, Option<Verdict>)>,
    /// The automatic rules that fit; none for the author.
    pub rules: Vec<FittingRule>,
    /// The answer.
    pub verdict: Verdict,
    /// The layer that gives it.
    pub layer: Layer,
    /// The automatic rule that gives it; none for the author.
    pub rule: Option<String>,
    /// What the person concerned would be told.
    pub explanation: Option<String>,
    /// How far the author is trusted.
    pub trust: Trust,
    /// Why, in one sentence.
    pub sentence: String,
}

/// An automatic rule that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FittingRule {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// Whether it acts.
    pub mode: RuleMode,
    /// Whether it is one of the instance's.
    pub is_of_instance: bool,
}

/// Explains something to a moderator of its group, or to its author.
///
/// # Errors
/// [`DecisionsError`]: as for the decisions about it.
pub async fn explain(app: &App, viewer: &Viewer, subject: Subject) -> Result<Explanation, DecisionsError> {
    match subject {
        Subject::Item(id) => {
            let item = queue::find(&app.store, id).await?.ok_or(DecisionsError::NotFound)?;
            let entry = match item.entry {
                Some(entry) => entry::find(&app.store, entry).await?,
                None => None,
            };
            explain_item(app, viewer, &item, entry).await
        }
        Subject::Entry(id) => {
            let entry = entry::find(&app.store, id).await?.ok_or(DecisionsError::NotFound)?;
            let reader = reader_of(app, viewer, &entry).await?;
            let wants = if entry.kind == EntryKind::Post { Wants::Post } else { Wants::Comment };
            let asked = now::Asked {
                wants,
                group: entry.group_id,
                author: entry.author_id,
                entry: Some(&entry),
                edit: None,
            };
            whole(app, &asked, title_of(&entry), reader).await
        }
    }
}

/// The post or comment with a global id, or the page of one.
pub async fn find_entry(app: &App, url: &str) -> Result<Option<EntryId>, StoreError> {
    let by_id = entry::find_by_ap_id(&app.store, &guildhall_domain::ApId::new(url)).await?;
    let found = match by_id {
        Some(entry) => Some(entry),
        None => entry::find_by_page_url(&app.store, url).await?,
    };
    Ok(found.map(|entry| entry.id))
}

/// What has one of these keys: keys of entries and of items never meet.
pub async fn find_by_number(
    app: &App,
    entry: EntryId,
    item: QueueItemId,
) -> Result<Option<Subject>, StoreError> {
    if entry::find(&app.store, entry).await?.is_some() {
        return Ok(Some(Subject::Entry(entry)));
    }
    Ok(queue::find(&app.store, item).await?.map(|item| Subject::Item(item.id)))
}

async fn explain_item(
    app: &App,
    viewer: &Viewer,
    item: &QueueItem,
    entry: Option<Entry>,
) -> Result<Explanation, DecisionsError> {
    let is_author = viewer.actor == Some(item.actor);
    let moderates = may_see(app, viewer, item.group).await?;
    if !moderates && !is_author {
        return Err(DecisionsError::NotFound);
    }
    let wants = match item.kind {
        QueueKind::Join => Wants::Join,
        QueueKind::Post => Wants::Post,
        QueueKind::Comment => Wants::Comment,
        QueueKind::Edit => Wants::Edit,
    };
    let asked = now::Asked {
        wants,
        group: item.group,
        author: item.actor,
        entry: entry.as_ref(),
        edit: item.edit.as_ref(),
    };
    whole(app, &asked, item.title.clone(), Reader::about(item.group, viewer, moderates)).await
}

/// As whom the viewer reads about an entry.
async fn reader_of(app: &App, viewer: &Viewer, entry: &Entry) -> Result<Reader, DecisionsError> {
    let moderates = may_see(app, viewer, entry.group_id).await?;
    if moderates || viewer.actor == Some(entry.author_id) {
        return Ok(Reader::about(entry.group_id, viewer, moderates));
    }
    let seen = entries::find(app, viewer, entry.id).await?;
    Err(if seen.is_some() { DecisionsError::NotConcerned } else { DecisionsError::NotFound })
}

async fn whole(
    app: &App,
    asked: &now::Asked<'_>,
    title: String,
    reader: Reader,
) -> Result<Explanation, DecisionsError> {
    let is_for_author = reader == Reader::Concerned;
    let then = then(app, asked, reader).await?;
    let mut now = now::ask(app, asked).await?;
    if let Some(now) = now.as_mut().filter(|_| is_for_author) {
        now.rules.clear();
        now.rule = None;
    }
    let missing = |what| StoreError::corrupt(what, asked.author);
    let mut people = names::people(app, vec![asked.author]).await?;
    let mut groups = names::groups(app, vec![asked.group]).await?;
    Ok(Explanation {
        wants: asked.wants,
        entry: asked.entry.map(|entry| (entry.id, entry.kind, entry.state)),
        title,
        author: people.remove(&asked.author).ok_or_else(|| missing("actor"))?,
        group: groups.remove(&asked.group).ok_or_else(|| missing("group"))?,
        then,
        now,
        is_for_author,
    })
}

async fn then(app: &App, asked: &now::Asked<'_>, reader: Reader) -> Result<Vec<DecisionView>, StoreError> {
    let found = if let Some(entry) = asked.entry {
        decision::list_of_entry(&app.store, entry.id, None, MOST).await?
    } else {
        let actions = [DecisionAction::Hold, DecisionAction::Admit, DecisionAction::Refuse];
        let latest = decision::find_latest_about(&app.store, asked.group, asked.author, &actions).await?;
        latest.into_iter().collect()
    };
    decisions::told(app, found, reader).await
}

fn title_of(entry: &Entry) -> String {
    entry.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| entry.excerpt.clone())
}

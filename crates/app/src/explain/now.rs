//! What the pipeline would say now.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, GroupId,
    admission::{Layer, Wants, walk},
    content::{EntryKind, EntryState},
    rules::{Received, Rule},
    trust::explain,
};
use guildhall_store::{
    StoreError,
    entry::{self, Entry, Texts},
    rulebook as store,
    welcome::answer,
};

use super::{FittingRule, Now};
use crate::{
    App,
    admission::{Applying, INSTANCE, Past, received},
    entry::texts_of,
    facts,
    group::at_door,
    read::is_invited,
    rulebook::{Books, shown},
    said::Said,
    welcome::is_vouched_for_now,
};

/// What is asked about.
pub(super) struct Asked<'a> {
    pub(super) wants: Wants,
    pub(super) group: GroupId,
    pub(super) author: ActorId,
    pub(super) entry: Option<&'a Entry>,
    /// The new text, of an edit.
    pub(super) edit: Option<&'a Texts>,
}

/// Asks the pipeline as if the same came now. `None`: the group's own server decides.
pub(super) async fn ask(app: &App, asked: &Asked<'_>) -> Result<Option<Now>, StoreError> {
    let author = facts::actor(app, asked.author).await?;
    let peering = facts::peering_of_actor(app, Some(asked.group), &author).await?;
    let thread_locked = is_locked(app, asked.entry).await?;
    let known = entry::find_author_facts_now(&app.store, asked.group, asked.author).await?;
    let Some(known) = known.filter(|known| known.group_is_local) else {
        return Ok(None);
    };
    let books = app.signals.shelf.books_now(&app.store, asked.group, &known).await?;
    let bare = Applying::bare(asked.wants, asked.group, &author, &known, peering);
    let applying = if asked.wants == Wants::Join {
        let answers = answer::list(&app.store, asked.group, asked.author).await?;
        at_door(bare, &answers, is_let_in(app, asked).await?)
    } else {
        Applying {
            said: asked.said().into(),
            is_post: asked.entry.is_some_and(|entry| entry.kind == EntryKind::Post),
            thread_locked,
            received: asked.received(app, &books).await?,
            tags: asked.edited().map_or(&[], |entry| &entry.tags),
            is_known: asked.entry.map(|entry| entry.id),
            ..bare
        }
    };
    let past = applying.look_back_anyway(app, &books).await?;
    let rules = rules(app, asked.group).await?;
    Ok(Some(said_now(app, &applying, &books, &past, &rules)))
}

/// Whether an invitation, or members' word, speaks for somebody who wants to join.
async fn is_let_in(app: &App, asked: &Asked<'_>) -> Result<bool, StoreError> {
    Ok(is_invited(app, asked.group, asked.author).await?
        || is_vouched_for_now(app, asked.group, asked.author).await?)
}

impl Asked<'_> {
    fn said(&self) -> Said {
        match (self.edit, self.entry) {
            (Some(texts), _) => Said::of_texts(texts),
            (None, Some(entry)) => Said::of_texts(&texts_of(entry)),
            (None, None) => Said::default(),
        }
    }

    /// What an edit is to change.
    fn edited(&self) -> Option<&Entry> {
        self.entry.filter(|_| self.wants == Wants::Edit)
    }

    async fn received(&self, app: &App, books: &Books) -> Result<Received, StoreError> {
        match self.edited() {
            Some(entry) => received(&app.store, entry, books).await,
            None => Ok(Received::default()),
        }
    }
}

fn said_now(
    app: &App,
    applying: &Applying<'_>,
    books: &Books,
    past: &Past,
    rules: &HashMap<String, Rule>,
) -> Now {
    let now = app.now();
    let facts = applying.facts(books, past, now);
    let mut layers: Vec<_> = walk(&facts, now).collect();
    let decided = applying.decide(books, past, now);
    let by_rules = (decided.layer == Layer::Rule).then_some(decided.verdict);
    layers.push((Layer::Rule, by_rules));
    let fitting = applying.judge(books, past, facts.trust, now).fitting;
    let fitting = fitting.iter().filter_map(|name| {
        let rule = rules.get(name.as_ref())?;
        Some(FittingRule {
            name: rule.name.clone(),
            title: rule.title.clone(),
            mode: rule.mode,
            is_of_instance: name.starts_with(INSTANCE),
        })
    });
    Now {
        layers,
        rules: fitting.collect(),
        verdict: decided.verdict,
        layer: decided.layer,
        explanation: decided.explanation().map(str::to_owned),
        rule: decided.rule.map(|rule| rule.to_string()),
        trust: facts.trust,
        sentence: explain(&applying.known.trust, &books.group.thresholds, now),
    }
}

/// The rules of the instance and of a group, by the names that decisions give them.
async fn rules(app: &App, group: GroupId) -> Result<HashMap<String, Rule>, StoreError> {
    let mut rules = HashMap::new();
    for scope in [None, Some(group)] {
        let before = if scope.is_none() { INSTANCE } else { "" };
        let book = shown(scope, store::find(&app.store, scope).await?)?.book;
        rules.extend(book.rules.into_iter().map(|rule| (format!("{before}{}", rule.name), rule)));
    }
    Ok(rules)
}

/// Whether the thread of a comment takes no more comments.
async fn is_locked(app: &App, entry: Option<&Entry>) -> Result<bool, StoreError> {
    let Some((entry, parent)) = entry.and_then(|entry| Some((entry, entry.parent_id?))) else {
        return Ok(false);
    };
    let above = entry::list_by_ids(&app.store, &[entry.thread_id, parent]).await?;
    let is_closed = |above: &Entry| {
        above.is_locked(app.now()) || above.id == entry.thread_id && above.state != EntryState::Published
    };
    Ok(above.iter().any(is_closed))
}

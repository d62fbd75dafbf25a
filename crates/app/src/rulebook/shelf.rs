//! Rulebooks that are prepared, by group and revision.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use guildhall_domain::{
    GroupId,
    rules::{Question, RuleSet},
    trust::{Gates, Thresholds},
};
use guildhall_store::{
    Db, StoreError, Tx,
    entry::AuthorFacts,
    rulebook::{self, StoredRulebook},
};

use super::{Rulebook, read};

/// A rulebook ready to judge by.
#[derive(Debug, Default)]
pub struct Prepared {
    /// Automatic rules.
    pub rules: RuleSet,
    /// What is kept for those who are trusted.
    pub gates: Gates,
    /// What trust is earned by.
    pub thresholds: Thresholds,
}

impl TryFrom<Rulebook> for Prepared {
    type Error = guildhall_domain::rules::InvalidRule;

    fn try_from(book: Rulebook) -> Result<Self, Self::Error> {
        Ok(Self { rules: RuleSet::compile(&book.rules)?, gates: book.gates, thresholds: book.thresholds })
    }
}

/// What one item is judged by.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    pub(crate) instance: Arc<Prepared>,
    pub(crate) group: Arc<Prepared>,
}

impl Books {
    /// Whether there are no automatic rules.
    pub(crate) fn are_empty(&self) -> bool {
        self.instance.rules.is_empty() && self.group.rules.is_empty()
    }

    /// Whether a rule wants to know what was said before.
    pub(crate) fn ask_for_repetitions(&self) -> bool {
        let asks = |book: &Prepared| {
            book.rules.questions().iter().any(|asked| matches!(asked, Question::Repeats { .. }))
        };
        asks(&self.instance) || asks(&self.group)
    }
}

/// The most rulebooks that are kept prepared.
const ROOM: usize = 1_000;

type Known = HashMap<Option<GroupId>, (i64, Arc<Prepared>)>;

/// Prepared rulebooks of this process.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    known: Mutex<Known>,
    none: Arc<Prepared>,
}

impl Shelf {
    /// Those that apply in a group, as of the transaction that read `facts`.
    pub(crate) async fn books(
        &self,
        tx: &mut Tx,
        group: GroupId,
        facts: &AuthorFacts,
    ) -> Result<Books, StoreError> {
        let (of_instance, of_group) = facts.rulebooks;
        Ok(Books {
            instance: self.book(tx, None, of_instance).await?,
            group: self.book(tx, Some(group), of_group).await?,
        })
    }

    /// The gates and thresholds that apply in a group; outside of a transaction, for telling what would be.
    pub(crate) async fn of_group_now(
        &self,
        db: &Db,
        group: GroupId,
        facts: &AuthorFacts,
    ) -> Result<Arc<Prepared>, StoreError> {
        let revision = facts.rulebooks.1;
        if revision == 0 {
            return Ok(self.none.clone());
        }
        if let Some(known) = self.find(Some(group), revision) {
            return Ok(known);
        }
        match rulebook::find(db, Some(group)).await? {
            Some(stored) => self.prepare(Some(group), &stored),
            None => Ok(self.none.clone()),
        }
    }

    async fn book(
        &self,
        tx: &mut Tx,
        group: Option<GroupId>,
        revision: i64,
    ) -> Result<Arc<Prepared>, StoreError> {
        if revision == 0 {
            return Ok(self.none.clone());
        }
        if let Some(known) = self.find(group, revision) {
            return Ok(known);
        }
        match rulebook::find_in(tx, group).await? {
            Some(stored) => self.prepare(group, &stored),
            None => Ok(self.none.clone()),
        }
    }

    fn prepare(&self, group: Option<GroupId>, stored: &StoredRulebook) -> Result<Arc<Prepared>, StoreError> {
        let unreadable = || StoreError::corrupt("rulebook", group.map_or(0, |group| group.0));
        // What was checked when it was written.
        let book = read(&stored.body).map_err(|_| unreadable())?;
        let prepared = Arc::new(Prepared::try_from(book).map_err(|_| unreadable())?);
        self.put(group, stored.revision, prepared.clone());
        Ok(prepared)
    }

    fn find(&self, group: Option<GroupId>, revision: i64) -> Option<Arc<Prepared>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&group).filter(|(of, _)| *of == revision).map(|(_, book)| book.clone())
    }

    fn put(&self, group: Option<GroupId>, revision: i64, book: Arc<Prepared>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ROOM {
            known.clear();
        }
        known.insert(group, (revision, book));
    }
}

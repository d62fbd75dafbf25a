//! Rulebooks that are prepared, by group and revision.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use guildhall_domain::{
    GroupId,
    rules::{InvalidRule, Question, RuleSet},
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

impl Prepared {
    /// # Errors
    /// The first rule that cannot be used.
    pub(crate) fn of(book: &Rulebook) -> Result<Self, InvalidRule> {
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
        self.book_now(db, Some(group), facts.rulebooks.1).await
    }

    /// As [`Shelf::books`], outside of a transaction.
    pub(crate) async fn books_now(
        &self,
        db: &Db,
        group: GroupId,
        facts: &AuthorFacts,
    ) -> Result<Books, StoreError> {
        Ok(Books {
            instance: self.book_now(db, None, facts.rulebooks.0).await?,
            group: self.of_group_now(db, group, facts).await?,
        })
    }

    async fn book_now(
        &self,
        db: &Db,
        group: Option<GroupId>,
        revision: i64,
    ) -> Result<Arc<Prepared>, StoreError> {
        if revision == 0 {
            return Ok(self.none.clone());
        }
        if let Some(known) = self.find(group, revision) {
            return Ok(known);
        }
        match rulebook::find(db, group).await? {
            Some(stored) => self.prepare(group, &stored),
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
        let prepared = Arc::new(Prepared::of(&book).map_err(|_| unreadable())?);
        self.put(group, stored.revision, prepared.clone());
        Ok(prepared)
    }

    /// Whether automatic rules may apply in a group, by what was asked for before: to be ready for them.
    pub(crate) fn has_rules_for(&self, group: GroupId) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let has = |of| known.get(&of).is_some_and(|(_, book)| !book.rules.is_empty());
        has(None) || has(Some(group))
    }

    fn find(&self, group: Option<GroupId>, revision: i64) -> Option<Arc<Prepared>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&group).filter(|(of, _)| *of == revision).map(|(_, book)| book.clone())
    }

    /// Keeps a rulebook that is written, or was read, for those who ask for that revision.
    pub(crate) fn put(&self, group: Option<GroupId>, revision: i64, book: Arc<Prepared>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ROOM {
            known.clear();
        }
        known.insert(group, (revision, book));
    }
}

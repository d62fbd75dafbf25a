//! Where a read goes to that is made both inside and outside transactions.

use super::{Db, Query, SqlText, Tx};

/// The database, or a transaction on it.
#[derive(Debug)]
pub enum Source<'a> {
    /// What is committed.
    Db(&'a Db),
    /// What this transaction sees.
    Tx(&'a mut Tx),
}

impl<'a> Source<'a> {
    /// Begins a query.
    pub fn query(self, sql: impl SqlText) -> Query<'a> {
        match self {
            Self::Db(db) => db.query(sql),
            Self::Tx(tx) => tx.query(sql),
        }
    }

    /// The same for one read of several.
    pub fn again(&mut self) -> Source<'_> {
        match self {
            Self::Db(db) => Source::Db(db),
            Self::Tx(tx) => Source::Tx(tx),
        }
    }
}

impl<'a> From<&'a Db> for Source<'a> {
    fn from(db: &'a Db) -> Self {
        Self::Db(db)
    }
}

impl<'a> From<&'a mut Tx> for Source<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Self::Tx(tx)
    }
}

//! A statement with its parameters, and what it gives.

use rusqlite::types::Value;
use rusqlite::{Connection, Statement as Prepared};
use sqlx::SqlStr;

use super::super::record::Fields;
use super::super::rows::{Goal, Rows};
use super::of_sqlite;

/// A text with its parameters, `$1` first.
#[derive(Debug)]
pub(in crate::db) struct Statement {
    text: SqlStr,
    /// Whether its prepared form goes to the connection's cache.
    keep: bool,
    values: Vec<Value>,
}

impl Statement {
    pub(in crate::db) fn new(text: SqlStr, keep: bool) -> Self {
        Self { text, keep, values: Vec::new() }
    }

    pub(in crate::db) fn push(&mut self, value: Value) {
        self.values.push(value);
    }

    pub(super) fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Runs it; gives the number of rows written.
    pub(super) fn run(&self, connection: &Connection, goal: &Goal) -> sqlx::Result<u64> {
        match goal {
            Goal::Effect => self.execute(connection),
            Goal::First(rows) => self.read(connection, rows.as_ref(), 1).map(|()| 0),
            Goal::All(rows) => self.read(connection, rows.as_ref(), usize::MAX).map(|()| 0),
        }
    }

    /// Runs it to its end.
    fn execute(&self, connection: &Connection) -> sqlx::Result<u64> {
        self.prepared(connection, &mut |prepared| {
            let mut rows = prepared.raw_query();
            while rows.next()?.is_some() {}
            drop(rows);
            Ok(Ok(if prepared.readonly() { 0 } else { connection.changes() }))
        })
    }

    /// Reads its first `most` rows.
    fn read(&self, connection: &Connection, into: &dyn Rows, most: usize) -> sqlx::Result<()> {
        self.prepared(connection, &mut |prepared| {
            let mut rows = prepared.raw_query();
            let mut places = None;
            for _ in 0..most {
                let Some(row) = rows.next()? else { break };
                let places = match &mut places {
                    Some(places) => places,
                    // Not before the first step, which prepares the statement anew after a change of the schema.
                    none => none.insert(find_places(into.columns(), row.as_ref())?),
                };
                if let Err(error) = into.take(Fields::of_sqlite(row, places)) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        })
    }

    fn prepared<T>(
        &self,
        connection: &Connection,
        run: &mut dyn FnMut(&mut Prepared<'_>) -> rusqlite::Result<sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        let done = if self.keep {
            connection.prepare_cached(self.text()).and_then(|mut prepared| {
                self.bind(&mut prepared)?;
                run(&mut prepared)
            })
        } else {
            connection.prepare(self.text()).and_then(|mut prepared| {
                self.bind(&mut prepared)?;
                run(&mut prepared)
            })
        };
        done.map_err(of_sqlite)?
    }

    /// For SQLite `$2` is a name, and stands where it comes first in the text.
    fn bind(&self, prepared: &mut Prepared<'_>) -> rusqlite::Result<()> {
        for place in 1..=prepared.parameter_count() {
            let number = prepared.parameter_name(place).and_then(number_of).unwrap_or(place);
            let missing = || rusqlite::Error::InvalidParameterCount(self.values.len(), number);
            let value = number.checked_sub(1).and_then(|at| self.values.get(at)).ok_or_else(missing)?;
            prepared.raw_bind_parameter(place, value)?;
        }
        Ok(())
    }
}

/// 2 for `$2`.
fn number_of(name: &str) -> Option<usize> {
    name.get(1..)?.parse().ok()
}

/// Where each of `columns` stands in the result; nothing for a tuple, which is read in order.
///
/// Most texts name the columns in the order of the fields, so each is looked for behind the last one.
fn find_places(columns: &'static [&'static str], prepared: &Prepared<'_>) -> rusqlite::Result<Vec<usize>> {
    let count = prepared.column_count();
    let mut next = 0;
    let find = |name: &&str| {
        let at = (next..count)
            .chain(0..next)
            .find(|at| prepared.column_name(*at).is_ok_and(|there| there == *name))
            .ok_or_else(|| rusqlite::Error::InvalidColumnName((*name).to_owned()))?;
        next = at + 1;
        Ok(at)
    };
    columns.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::Record;
    use super::super::super::rows::Kept;
    use super::*;

    fn given(text: &'static str, values: &[i64]) -> Statement {
        let mut statement = Statement::new(SqlStr::from_static(text), true);
        for value in values {
            statement.push((*value).into());
        }
        statement
    }

    fn first<T: Record>(statement: &Statement, connection: &Connection) -> sqlx::Result<Option<T>> {
        let row = Kept::<Option<T>>::new();
        statement.run(connection, &Goal::First(row.clone()))?;
        Ok(row.into_records())
    }

    #[test]
    fn a_parameter_is_known_by_its_number_wherever_it_stands() {
        let connection = Connection::open_in_memory().unwrap();
        let row = first::<(i64, i64, i64)>(&given("SELECT $2, $1, $2 + $3", &[1, 2, 30]), &connection);
        assert_eq!(row.unwrap(), Some((2, 1, 32)));
    }

    #[test]
    fn a_parameter_without_a_value_is_an_error() {
        let connection = Connection::open_in_memory().unwrap();
        assert!(first::<(i64, i64)>(&given("SELECT $1, $2", &[1]), &connection).is_err());
    }

    #[test]
    fn a_statement_that_reads_has_written_nothing() {
        let connection = Connection::open_in_memory().unwrap();
        given("CREATE TABLE t (a)", &[]).execute(&connection).unwrap();
        assert_eq!(given("INSERT INTO t VALUES ($1), ($1)", &[1]).execute(&connection).unwrap(), 2);
        assert_eq!(given("SELECT a FROM t", &[]).execute(&connection).unwrap(), 0);
    }
}

//! The figures, as a table.

use std::time::Duration;

use guildhall_federation_tests::Engine;

use crate::cpu::Spent;

/// One measured figure.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) engine: Engine,
    pub(crate) operations: u32,
    pub(crate) spent: Spent,
    pub(crate) wall: Duration,
}

/// Prints milliseconds of CPU an operation, and operations a second of wall time for orientation.
pub(crate) fn print(figures: &[Figure]) {
    println!(
        "{:<52} {:>9} {:>7} {:>12} {:>12} {:>9}",
        "", "engine", "n", "server ms", "database ms", "per s"
    );
    for figure in figures {
        let engine = match figure.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        let each =
            |spent: Duration| format!("{:.3}", spent.as_secs_f64() * 1000.0 / f64::from(figure.operations));
        let database = figure.spent.database.map_or_else(|| "-".to_owned(), each);
        println!(
            "{:<52} {engine:>9} {:>7} {:>12} {database:>12} {:>9.0}",
            figure.what,
            figure.operations,
            each(figure.spent.server),
            f64::from(figure.operations) / figure.wall.as_secs_f64(),
        );
    }
}

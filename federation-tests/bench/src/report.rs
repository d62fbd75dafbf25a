//! The figures, one a line, printed as they come.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use guildhall_federation_tests::Engine;

use crate::{cpu::Spent, options::Scenario, yardstick::Yardstick};

/// What a figure is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// None; for orientation.
    Open,
}

impl Goal {
    /// How far it is reached: 1 is just reached, more is worse; `None`: there is no goal.
    fn ratio(self, value: f64) -> Option<f64> {
        match self {
            Self::AtMost(most) => Some(value / most),
            Self::AtLeast(least) => Some(least / value),
            Self::Open => None,
        }
    }
}

/// CPU time spent on a number of operations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) operations: u32,
    pub(crate) spent: Spent,
}

impl Cost {
    /// Of no operation.
    pub(crate) const NOTHING: Self =
        Self { operations: 0, spent: Spent { server: Duration::ZERO, database: None } };

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        let database = match (self.spent.database, other.spent.database) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or_default() + two.unwrap_or_default()),
        };
        let spent = Spent { server: self.spent.server + other.spent.server, database };
        Self { operations: self.operations + other.operations, spent }
    }

    /// Milliseconds of the server's CPU an operation.
    pub(crate) fn server_ms(&self) -> f64 {
        self.each(self.spent.server)
    }

    /// Milliseconds of PostgreSQL's CPU an operation.
    pub(crate) fn database_ms(&self) -> Option<f64> {
        self.spent.database.map(|spent| self.each(spent))
    }

    fn each(&self, spent: Duration) -> f64 {
        spent.as_secs_f64() * 1000.0 / f64::from(self.operations)
    }
}

/// Prints figures and counts the missed ones.
#[derive(Debug)]
pub(crate) struct Report {
    yardstick: Yardstick,
    scenario: &'static str,
    engine: &'static str,
    begun: Instant,
    goals: u32,
    missed: Vec<String>,
}

impl Report {
    /// A report without figures yet.
    pub(crate) fn new(yardstick: Yardstick) -> Self {
        Self { yardstick, scenario: "", engine: "", begun: Instant::now(), goals: 0, missed: Vec::new() }
    }

    /// What follows is of this scenario, on this engine.
    pub(crate) fn begin(&mut self, scenario: Scenario, engine: Engine) {
        self.scenario = scenario.name();
        self.engine = match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
    }

    /// What follows is the same on every engine.
    pub(crate) fn begin_without_engine(&mut self, scenario: Scenario) {
        self.scenario = scenario.name();
        self.engine = "-";
    }

    /// Prints a figure.
    pub(crate) fn tell(&mut self, what: &str, value: f64, unit: &str, goal: Goal) {
        let verdict = match goal.ratio(value) {
            None => String::new(),
            Some(ratio) => {
                self.goals += 1;
                let word = if ratio <= 1.0 { "ok" } else { "MISSED" };
                let (sign, wanted) = match goal {
                    Goal::AtLeast(least) => ("≥", least),
                    Goal::AtMost(most) => ("≤", most),
                    Goal::Open => ("", 0.0),
                };
                if ratio > 1.0 {
                    self.missed.push(format!("{} {}: {what}", self.scenario, self.engine));
                }
                format!("{sign} {wanted:<6} {ratio:>5.2}  {word}")
            }
        };
        let digits = if value.abs() >= 100.0 { 0 } else { 3 };
        let (scenario, engine) = (self.scenario, self.engine);
        let disturbance = self.yardstick.disturbance();
        println!(
            "{scenario:<8} {engine:<8} {what:<60} {value:>9.digits$} {unit:<4} x{disturbance:.1} {verdict}"
        );
        // Whoever reads through a pipe sees it at once, too.
        let _ = std::io::stdout().flush();
    }

    /// Prints what an operation costs: of the server, with a goal, and of its database.
    pub(crate) fn cost(&mut self, what: &str, cost: &Cost, goal: Goal) {
        self.tell(&format!("{what}: CPU"), cost.server_ms(), "ms", goal);
        if let Some(database) = cost.database_ms() {
            self.tell(&format!("{what}: PostgreSQL's CPU"), database, "ms", Goal::Open);
        }
    }

    /// Prints operations a second of wall time.
    pub(crate) fn rate(&mut self, what: &str, operations: u32, wall: Duration, goal: Goal) {
        self.tell(what, f64::from(operations) / wall.as_secs_f64(), "/s", goal);
    }

    /// Prints a span of wall time.
    pub(crate) fn span(&mut self, what: &str, span: Duration, goal_ms: Goal) {
        self.tell(what, span.as_secs_f64() * 1000.0, "ms", goal_ms);
    }

    /// Prints what came of the goals.
    pub(crate) fn end(&self) {
        let minutes = self.begun.elapsed().as_secs_f64() / 60.0;
        println!("\n{} of {} goals missed, {minutes:.1} min", self.missed.len(), self.goals);
        for missed in &self.missed {
            println!("  {missed}");
        }
    }
}

/// The middle one; zero of none.
pub(crate) fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort_unstable();
    spans.get(spans.len() / 2).copied().unwrap_or_default()
}

/// The middle one of the ratios of what was measured by turns; zero of none.
pub(crate) fn median_ratio(these: &[f64], to_those: &[f64]) -> f64 {
    let mut ratios: Vec<f64> = these.iter().zip(to_those).map(|(one, other)| one / other).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_round_that_was_disturbed_does_not_make_the_ratio() {
        assert!((median_ratio(&[1.0, 9.0, 1.2], &[1.0, 1.0, 1.0]) - 1.2).abs() < 1e-9);
        assert!(median_ratio(&[], &[]).abs() < 1e-9);
    }

    #[test]
    fn a_goal_is_reached_up_to_one() {
        assert_eq!(Goal::AtMost(2.0).ratio(1.0), Some(0.5));
        assert_eq!(Goal::AtLeast(50.0).ratio(25.0), Some(2.0));
        assert_eq!(Goal::Open.ratio(1.0), None);
    }

    #[test]
    fn the_median_is_not_moved_by_one_slow_run() {
        let spans = [3, 1, 900].map(Duration::from_millis);
        assert_eq!(median(spans.to_vec()), Duration::from_millis(3));
    }

    #[test]
    fn a_cost_is_shared_by_its_operations() {
        let spent = Spent { server: Duration::from_secs(2), database: None };
        assert!((Cost { operations: 1_000, spent }.server_ms() - 2.0).abs() < 1e-9);
    }
}

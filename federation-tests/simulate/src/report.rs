//! The outcome, for people and for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::histogram::Histogram;
use crate::numbers::fraction;
use crate::outcome::{Outcome, Sample};
use crate::time::Moment;
use crate::world::Settings;

/// Lines of the table of how things stood.
const LINES: usize = 12;

/// As a text of some forty lines.
pub(crate) fn text(settings: &Settings, of: &Outcome) -> String {
    let mut text = String::new();
    let key = if settings.is_ed25519 { "Ed25519" } else { "RSA" };
    let _ = writeln!(
        text,
        "{} hosts, {} nodes, {} posts an hour for {} h ({} activities), {key}, seed {}\n",
        settings.hosts, settings.nodes, settings.posts_per_hour, settings.hours, of.items, settings.seed
    );
    let _ = writeln!(
        text,
        "{:<44} {:>10} {:>9} {:>9} {:>9} {:>9}",
        "delivered after", "n", "p50", "p90", "p99", "max"
    );
    for (name, histogram) in histograms(of) {
        let quantile = |share| shown(histogram.quantile(share));
        let _ = writeln!(
            text,
            "{name:<44} {:>10} {:>9} {:>9} {:>9} {:>9}",
            histogram.total(),
            quantile(0.5),
            quantile(0.9),
            quantile(0.99),
            shown(histogram.max())
        );
    }
    let _ = writeln!(text);
    for (name, value) in facts(settings, of) {
        let _ = writeln!(text, "{name:<58} {value:>12}");
    }
    let _ = writeln!(
        text,
        "\n{:>7} {:>12} {:>12} {:>8} {:>8} {:>8} {:>8} {:>12}",
        "hours", "queue", "of those up", "down", "failing", "dead", "tasks", "connections"
    );
    for sample in some_of(&of.samples) {
        let Sample { queue_depth, queue_depth_up, down, failing, dead, running, connections, .. } = sample;
        let _ = writeln!(
            text,
            "{:>7.2} {queue_depth:>12} {queue_depth_up:>12} {down:>8} {failing:>8} {dead:>8} {running:>8} {connections:>12}",
            hours(sample.at)
        );
    }
    text
}

/// As JSON: times in milliseconds but for those that name another unit.
pub(crate) fn json(settings: &Settings, of: &Outcome) -> Value {
    let delivered: serde_json::Map<String, Value> = histograms(of)
        .into_iter()
        .zip(["well", "up", "all"])
        .map(|((_, histogram), name)| (name.to_owned(), distribution(histogram)))
        .collect();
    json!({
        "settings": {
            "hosts": settings.hosts, "nodes": settings.nodes, "posts_per_hour": settings.posts_per_hour,
            "hours": settings.hours, "seed": settings.seed, "ed25519": settings.is_ed25519,
        },
        "activities": of.items,
        "delivered_ms": delivered,
        "attempts": of.attempts, "handshakes": of.handshakes, "retried": of.retried, "twice": of.twice, "given_up": of.given_up,
        "out_of_order": of.out_of_order, "missing": of.missing, "up_at_end": of.up_at_end,
        "lease_transactions": of.lease_transactions, "leases": of.leases, "saves": of.saves,
        "cpu_seconds": {
            "all": of.cpu.as_secs_f64(), "if_rsa": of.cpu_rsa.as_secs_f64(), "if_ed25519": of.cpu_ed25519.as_secs_f64(),
        },
        "peak": {
            "queue_depth": of.peak.queue_depth, "connections": of.peak.connections, "in_flight": of.peak.in_flight,
        },
        "takeover_seconds": of.takeover.map(|span| span.as_secs_f64()),
        "settled_hours": hours(of.settled_at),
        "samples": of.samples.iter().map(sample).collect::<Vec<_>>(),
    })
}

fn histograms(of: &Outcome) -> [(&'static str, &Histogram); 3] {
    [
        ("hosts up since then, and not failing then", &of.well),
        ("hosts up since then", &of.up),
        ("all that got it", &of.all),
    ]
}

fn facts(settings: &Settings, of: &Outcome) -> Vec<(&'static str, String)> {
    let hours = fraction(settings.hours);
    let cpu = |span: Duration| format!("{:.0} s", span.as_secs_f64());
    vec![
        ("requests", of.attempts.to_string()),
        ("connections opened to hosts that were up", of.handshakes.to_string()),
        ("requests that have to be made again", of.retried.to_string()),
        ("taken twice (sent before the kill, noted after)", of.twice.to_string()),
        ("given up", of.given_up.to_string()),
        ("out of order", of.out_of_order.to_string()),
        ("hosts up at the end", of.up_at_end.to_string()),
        ("items they lack", of.missing.to_string()),
        ("CPU time of deliveries, all with RSA", cpu(of.cpu_rsa)),
        ("CPU time of deliveries, all with Ed25519", cpu(of.cpu_ed25519)),
        ("cores busy on the average", format!("{:.2}", of.cpu.as_secs_f64() / (hours * 3600.0))),
        ("most deliveries waiting", of.peak.queue_depth.to_string()),
        ("most requests under way", of.peak.in_flight.to_string()),
        ("most connections open", of.peak.connections.to_string()),
        ("rows leased", of.leases.to_string()),
        ("transactions for that", of.lease_transactions.to_string()),
        ("cursors written down", of.saves.to_string()),
        ("leases of the killed node over after", of.takeover.map_or_else(|| "-".to_owned(), cpu)),
    ]
}

/// Evenly spread ones.
fn some_of(samples: &[Sample]) -> impl Iterator<Item = &Sample> {
    let step = samples.len().div_ceil(LINES).max(1);
    samples.iter().skip(step - 1).step_by(step)
}

fn distribution(of: &Histogram) -> Value {
    json!({
        "count": of.total(), "mean": of.mean(), "p50": of.quantile(0.5), "p90": of.quantile(0.9),
        "p99": of.quantile(0.99), "max": of.max(),
    })
}

fn sample(of: &Sample) -> Value {
    json!({
        "hours": hours(of.at), "queue_depth": of.queue_depth, "queue_depth_up": of.queue_depth_up, "down": of.down,
        "failing": of.failing, "dead": of.dead, "running": of.running, "connections": of.connections,
    })
}

fn hours(at: Moment) -> f64 {
    at.ms_since(Moment::START) / 3_600_000.0
}

/// Milliseconds in the unit that reads best.
fn shown(ms: f64) -> String {
    if ms < 10_000.0 {
        format!("{:.2} s", ms / 1000.0)
    } else if ms < 600_000.0 {
        format!("{:.0} s", ms / 1000.0)
    } else if ms < 36_000_000.0 {
        format!("{:.0} min", ms / 60_000.0)
    } else {
        format!("{:.1} h", ms / 3_600_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_the_unit_that_reads_best() {
        assert_eq!(
            [1_234.0, 42_000.0, 900_000.0, 72_000_000.0].map(shown),
            ["1.23 s", "42 s", "15 min", "20.0 h"]
        );
    }

    #[test]
    fn both_reports_have_what_was_found() {
        let settings = Settings::default();
        let mut outcome = Outcome { attempts: 4711, ..Outcome::default() };
        outcome.well.add(250.0);
        assert!(text(&settings, &outcome).contains("4711"));
        let json = json(&settings, &outcome);
        assert_eq!(json["attempts"], 4711);
        assert_eq!(json["delivered_ms"]["well"]["count"], 1);
        assert_eq!(json["settings"]["hosts"], settings.hosts);
    }
}

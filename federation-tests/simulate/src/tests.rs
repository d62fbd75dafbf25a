//! What holds for every simulation.

use crate::assumptions::Assumptions;
use crate::outcome::Outcome;
use crate::world::{Settings, simulate};

fn small() -> Settings {
    Settings { hosts: 400, nodes: 1, posts_per_hour: 10, hours: 4, ..Settings::default() }
}

fn with(change: impl FnOnce(&mut Assumptions)) -> Settings {
    let mut settings = small();
    change(&mut settings.assumptions);
    settings
}

/// Nobody is ever down, and nobody ever in trouble.
fn fair(of: &mut Assumptions) {
    of.gone_share = 0.0;
    (of.steady_downtime, of.middling_downtime, of.poor_downtime) = (0.0, 0.0, 0.0);
    (of.trouble_share, of.too_many_share) = (0.0, 0.0);
}

fn assert_nothing_lost(outcome: &Outcome) {
    assert!(outcome.items > 20 && outcome.up_at_end > 150, "{outcome:?}");
    assert_eq!((outcome.missing, outcome.out_of_order, outcome.given_up), (0, 0, 0), "{outcome:?}");
}

#[test]
fn every_host_that_is_up_gets_everything_in_order() {
    for seed in 1..=5 {
        assert_nothing_lost(&simulate(&Settings { seed, ..small() }));
    }
}

#[test]
fn a_killed_node_loses_nothing() {
    for nodes in [2, 3] {
        // Posts all the time, so that the node is killed in the middle of deliveries.
        let outcome = simulate(&Settings { hosts: 300, nodes, posts_per_hour: 400, hours: 1, ..small() });
        assert_nothing_lost(&outcome);
        assert!(outcome.takeover.is_some_and(|span| (10.0..=15.0).contains(&span.as_secs_f64())));
        assert!(outcome.twice > 0, "what was under way is sent again");
    }
}

#[test]
fn a_cut_off_provider_loses_nothing() {
    assert_nothing_lost(&simulate(&with(|of| of.provider_share = 0.24)));
}

#[test]
fn the_same_seed_gives_the_same_outcome_and_another_one_another() {
    let run = |seed| format!("{:?}", simulate(&Settings { seed, ..small() }));
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn dead_hosts_delay_nobody() {
    let p99 = |gone_share| {
        let settings = with(|of| {
            fair(of);
            of.gone_share = gone_share;
        });
        simulate(&settings).well.quantile(0.99)
    };
    let (without, with) = (p99(0.0), p99(0.5));
    assert!(with <= without * 1.1, "{with} rather than {without}");
}

#[test]
fn twice_the_hosts_cost_about_twice_as_much() {
    let cost = |hosts| {
        let outcome = simulate(&Settings { hosts, ..small() });
        outcome.cpu_rsa.as_secs_f64()
    };
    let ratio = cost(800) / cost(400);
    assert!((1.8..2.2).contains(&ratio), "{ratio}");
}

#[test]
fn where_nothing_fails_each_delivery_is_one_request() {
    let outcome = simulate(&with(fair));
    assert_eq!(outcome.attempts, outcome.items * 400);
    assert_eq!((outcome.retried, outcome.twice), (0, 0));
    assert_eq!(outcome.well.total(), outcome.attempts);
    let half = outcome.well.quantile(0.5);
    assert!((200.0..1_000.0).contains(&half), "{half}");
}

#[test]
fn more_places_make_a_fan_out_quicker() {
    let took = |places| {
        let mut settings = Settings { hosts: 4000, hours: 1, ..with(fair) };
        settings.limits.hosts = places;
        simulate(&settings).well.quantile(0.9)
    };
    let (few, many) = (took(32), took(512));
    assert!(few > many * 3.0, "{few} and {many}");
}

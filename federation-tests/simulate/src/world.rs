//! The simulation: events one after the other, until every host that is up has everything.

mod delivering;
mod happening;

use std::time::Duration;

use guildhall_federation::delivery::DeliveryLimits;

use crate::assumptions::Assumptions;
use crate::dice::Dice;
use crate::events::{Event, Events};
use crate::hosts::{Host, Waiting};
use crate::log::{self, Draft, Log};
use crate::node::Node;
use crate::numbers::count;
use crate::outcome::Outcome;
use crate::time::Moment;

/// How often things are written down.
const SAMPLE_EVERY: Duration = Duration::from_mins(5);
/// How long after the last post at most: dead hosts are asked once a day.
const TAIL: Duration = Duration::from_hours(26);

/// What to simulate.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) hosts: usize,
    pub(crate) nodes: usize,
    pub(crate) posts_per_hour: u32,
    pub(crate) hours: u64,
    pub(crate) seed: u64,
    pub(crate) is_ed25519: bool,
    /// A node's limits: those of a server.
    pub(crate) limits: DeliveryLimits,
    pub(crate) assumptions: Assumptions,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hosts: 30_000,
            nodes: 2,
            posts_per_hour: 6,
            hours: 24,
            seed: 1,
            is_ed25519: false,
            limits: DeliveryLimits::default(),
            assumptions: Assumptions::default(),
        }
    }
}

/// Everything there is.
struct World<'a> {
    settings: &'a Settings,
    now: Moment,
    events: Events,
    drafts: Vec<Draft>,
    log: Log,
    hosts: Vec<Host>,
    waiting: Waiting,
    nodes: Vec<Node>,
    /// The node that publishes; `None`: its lease has not run out yet.
    publisher: Option<usize>,
    /// Drafts that wait for a publisher.
    unpublished: Vec<usize>,
    queue_depth: u64,
    connections: u64,
    in_flight: u64,
    /// Nothing is written any more.
    is_over: bool,
    /// What the hosts that are up still lack, once it is over.
    owed: u64,
    outcome: Outcome,
}

/// Runs a simulation. The same settings give the same outcome.
pub(crate) fn simulate(settings: &Settings) -> Outcome {
    World::new(settings).run()
}

impl<'a> World<'a> {
    fn new(settings: &'a Settings) -> Self {
        let Settings { hosts, nodes, posts_per_hour, hours, seed, assumptions, .. } = settings;
        let dice = Dice::new(*seed, 0);
        Self {
            settings,
            now: Moment::START,
            events: Events::default(),
            drafts: log::drafts(assumptions, *posts_per_hour, *hours, &dice),
            log: Log::default(),
            hosts: (0..*hosts).map(|number| Host::draw(number, assumptions, *seed)).collect(),
            waiting: Waiting::default(),
            nodes: (0..*nodes).map(|_| Node::new(assumptions.cores)).collect(),
            publisher: Some(0),
            unpublished: Vec::new(),
            queue_depth: 0,
            connections: 0,
            in_flight: 0,
            is_over: false,
            owed: 0,
            outcome: Outcome::default(),
        }
    }

    fn run(mut self) -> Outcome {
        self.plan();
        let end = Moment::hours(self.settings.hours).plus(TAIL);
        while let Some((at, event)) = self.events.next() {
            if at > end || (self.is_over && self.is_settled()) {
                break;
            }
            self.now = at;
            self.handle(event);
        }
        self.settle()
    }

    /// Puts on the list what is known beforehand.
    fn plan(&mut self) {
        let end = Moment::hours(self.settings.hours);
        for (number, draft) in self.drafts.iter().enumerate() {
            self.events.add(draft.written_at, Event::Written(number));
        }
        for node in 0..self.nodes.len() {
            // Nodes were not started at one time.
            let first = Moment::START.plus_ms(5000.0 / crate::numbers::fraction(count(node) + 1));
            self.events.add(first, Event::Look(node));
        }
        if self.nodes.len() > 1 {
            self.events.add(Moment(end.0 / 2), Event::Killed(0));
        }
        self.events.add(Moment::START.plus(SAMPLE_EVERY), Event::Sample);
        self.events.add(end, Event::Over);
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Written(draft) => self.write(draft),
            Event::Look(node) => self.look_again(node),
            Event::LookForLeft(node) => self.look_for_left(node),
            Event::Start(node) => {
                self.nodes[node].is_start_set = false;
                self.start(node);
            }
            Event::Landed { host, epoch, seq, answer } => self.land(host, epoch, seq, answer),
            Event::Rested { node, host } => self.rested(node, host),
            Event::Idle(host) => self.close_idle(host),
            Event::Killed(node) => self.kill(node),
            Event::LeasesOver(node) => self.end_leases(node),
            Event::Sample => self.sample(),
            Event::Over => self.stop_writing(),
        }
    }
}

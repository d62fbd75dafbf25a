//! What happens to the nodes and to the hosts: posts, a killed node, the provider's bad hour; and the taking of notes.

use std::time::Duration;

use guildhall_store::delivery::HostState;
use guildhall_store::lease;

use super::{SAMPLE_EVERY, World};
use crate::events::Event;
use crate::numbers::{count, fraction};
use crate::outcome::{Outcome, Sample};
use crate::server::LOOK_FOR_LEFT_EVERY;
use crate::time::Moment;

impl World<'_> {
    /// Somebody writes something; it is published at once, or as soon as somebody may publish.
    pub(super) fn write(&mut self, draft: usize) {
        match self.publisher {
            Some(node) => {
                self.publish(draft);
                // The publisher's own deliveries are told; other nodes find it at their next look.
                self.look(node, false);
            }
            None => self.unpublished.push(draft),
        }
    }

    fn publish(&mut self, draft: usize) {
        self.log.append(&self.drafts[draft]);
        for (number, host) in self.hosts.iter().enumerate() {
            if host.holder.is_none() {
                self.waiting.add(host.next_attempt_at, number);
            }
        }
        self.queue_depth += count(self.hosts.len());
        let peak = &mut self.outcome.peak;
        peak.queue_depth = peak.queue_depth.max(self.queue_depth);
    }

    /// A node stops in the middle of everything. Its leases last for as long as it renewed them last.
    pub(super) fn kill(&mut self, node: usize) {
        self.nodes[node].kill();
        for number in 0..self.hosts.len() {
            if self.hosts[number].holder == Some(node) {
                self.abandon(number);
            }
        }
        if self.publisher == Some(node) {
            self.publisher = None;
        }
        let renewed_before = Moment(self.now.0 % micros(lease::RENEW_EVERY));
        let left = micros(lease::LASTS).saturating_sub(renewed_before.0);
        self.outcome.takeover = Some(Duration::from_micros(left));
        self.events.add(Moment(self.now.0 + left), Event::LeasesOver(node));
    }

    /// Others may have the hosts of a killed node, and publish.
    pub(super) fn end_leases(&mut self, node: usize) {
        let last = self.log.last();
        for (number, host) in self.hosts.iter_mut().enumerate() {
            if host.holder == Some(node) {
                host.holder = None;
                if host.row.cursor < last {
                    self.waiting.add(host.next_attempt_at, number);
                }
            }
        }
        for other in 0..self.nodes.len() {
            // Nodes do not look at one time; the last of them after the whole pause.
            let share = fraction(count(other) + 1) / fraction(count(self.nodes.len()));
            let look_at = self.now.plus(LOOK_FOR_LEFT_EVERY.mul_f64(share));
            self.events.add(look_at, Event::LookForLeft(other));
        }
        if self.publisher.is_none() {
            self.publisher = self.nodes.iter().position(|node| node.is_alive);
            for draft in std::mem::take(&mut self.unpublished) {
                self.write(draft);
            }
        }
    }

    pub(super) fn close_idle(&mut self, host: usize) {
        match self.hosts[host].connections.close(self.now) {
            Ok(closed) => self.connections = self.connections.saturating_sub(closed),
            Err(again_at) => self.events.add(again_at, Event::Idle(host)),
        }
    }

    /// Nothing is written any more; who is up stays up, and who is down stays down.
    pub(super) fn stop_writing(&mut self) {
        for host in &mut self.hosts {
            host.weather.freeze(self.now, &host.dice);
        }
        self.is_over = true;
        self.owed = (0..self.hosts.len()).map(|number| self.missing(number)).sum();
    }

    /// Whether every host that is up has everything.
    pub(super) fn is_settled(&self) -> bool {
        self.owed == 0 && self.unpublished.is_empty()
    }

    /// Items that a host lacks, where it is up.
    fn missing(&mut self, number: usize) -> u64 {
        let is_up = self.is_up(number, self.now);
        let host = &self.hosts[number];
        let has = host.got.count() + host.lost.count();
        if is_up { self.log.last().unsigned_abs().saturating_sub(has) } else { 0 }
    }

    /// Whether a host is up at `at`.
    pub(super) fn is_up(&mut self, number: usize, at: Moment) -> bool {
        let (from, until) = self.provider_outage();
        let host = &mut self.hosts[number];
        let is_cut_off = host.is_behind_provider && from <= at && at < until;
        host.weather.is_up(at, &host.dice) && !is_cut_off
    }

    /// Since when a host is up that is up now.
    pub(super) fn up_since(&self, number: usize) -> Moment {
        let (_, until) = self.provider_outage();
        let host = &self.hosts[number];
        let since = host.weather.up_since();
        if host.is_behind_provider && until <= self.now { since.max(until) } else { since }
    }

    fn provider_outage(&self) -> (Moment, Moment) {
        let from = Moment(Moment::hours(self.settings.hours).0 / 4 * 3);
        (from, from.plus_ms(self.settings.assumptions.provider_minutes * 60_000.0))
    }

    /// Writes down how things stand.
    pub(super) fn sample(&mut self) {
        if self.is_over {
            return;
        }
        self.events.add(self.now.plus(SAMPLE_EVERY), Event::Sample);
        let queue_depth_up = (0..self.hosts.len()).map(|number| self.missing(number)).sum();
        let down = (0..self.hosts.len()).filter(|number| !self.is_up(*number, self.now)).count();
        let in_state = |state| count(self.hosts.iter().filter(|host| host.row.state == state).count());
        self.outcome.samples.push(Sample {
            at: self.now,
            queue_depth: self.queue_depth,
            queue_depth_up,
            down: count(down),
            failing: in_state(HostState::Failing),
            dead: in_state(HostState::Dead),
            running: self.nodes.iter().map(|node| count(node.running)).sum(),
            connections: self.connections,
        });
    }

    /// Counts what is left at the end.
    pub(super) fn settle(mut self) -> Outcome {
        self.outcome.items = self.log.last().unsigned_abs();
        self.outcome.missing = (0..self.hosts.len()).map(|number| self.missing(number)).sum();
        let up = (0..self.hosts.len()).filter(|number| self.is_up(*number, self.now)).count();
        self.outcome.up_at_end = count(up);
        self.outcome.settled_at = self.now;
        let of = &self.settings.assumptions;
        let handshakes_ms = fraction(self.outcome.handshakes) * of.handshake_cpu_ms;
        let cost = |ms: f64| {
            Duration::from_secs_f64(fraction(self.outcome.attempts).mul_add(ms, handshakes_ms) / 1000.0)
        };
        let costs = [of.cpu_ms(self.settings.is_ed25519), of.rsa_cpu_ms, of.ed25519_cpu_ms].map(cost);
        [self.outcome.cpu, self.outcome.cpu_rsa, self.outcome.cpu_ed25519] = costs;
        self.outcome
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

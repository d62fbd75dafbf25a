//! Nodes at work: finding hosts, leasing them, sending, and what they make of the answers. The order of the steps is the
//! dispatcher's and the task's of `guildhall_federation::delivery`; what is decided in them is decided there.

use guildhall_federation::delivery::model::{self, Answer, Ending, Fate, HostModel};
use guildhall_store::delivery::DueHost;

use super::World;
use crate::events::Event;
use crate::hosts::{Host, Task};
use crate::numbers::whole;
use crate::server::{LOOK_EVERY, MOST_FOUND, MOST_UNSAVED, PAGE, SAVE_AFTER};
use crate::time::Moment;

impl World<'_> {
    /// The regular look of a node.
    pub(super) fn look_again(&mut self, node: usize) {
        if self.nodes[node].is_alive {
            self.events.add(self.now.plus(LOOK_EVERY), Event::Look(node));
            self.look(node, true);
        }
    }

    /// A node looks for what another left behind that was killed.
    pub(super) fn look_for_left(&mut self, node: usize) {
        if self.nodes[node].is_alive {
            self.look(node, true);
        }
    }

    /// A node finds hosts with something new and, where it `is_time`, all those with something old.
    pub(super) fn look(&mut self, node: usize, is_time: bool) {
        let (now, last) = (self.now.stamp(), self.log.last());
        let has_news = std::mem::replace(&mut self.nodes[node].seen, last) < last;
        if has_news {
            for host in 0..self.hosts.len() {
                if self.hosts[host].next_attempt_at <= now {
                    let due = self.hosts[host].due();
                    self.enqueue(node, host, due);
                }
            }
        }
        if is_time {
            let due = self.waiting.due(now, MOST_FOUND);
            self.nodes[node].has_more = due.len() >= MOST_FOUND;
            for host in due {
                let due = self.hosts[host].due();
                self.enqueue(node, host, due);
            }
        }
        self.ask_to_start(node);
    }

    /// Puts a host in line, or tells its task to look again.
    fn enqueue(&mut self, node: usize, host: usize, due: DueHost) {
        match &mut self.hosts[host] {
            Host { holder: Some(holder), task: Some(task), .. } if *holder == node => {
                task.model.look_again();
                self.advance(node, host, self.now);
            }
            _ => self.nodes[node].queue(due),
        }
    }

    /// A host's rest is over.
    pub(super) fn rested(&mut self, node: usize, host: usize) {
        if self.nodes[node].is_alive {
            let due = DueHost { is_failing: true, ..self.hosts[host].due() };
            self.enqueue(node, host, due);
            self.ask_to_start(node);
        }
    }

    /// Has the hosts in line leased as soon as the transaction under way is done.
    fn ask_to_start(&mut self, node: usize) {
        let state = &mut self.nodes[node];
        if state.is_alive && !state.is_start_set {
            state.is_start_set = true;
            self.events.add(state.busy_until.max(self.now), Event::Start(node));
        }
    }

    /// Leases what is in line, as far as there is room, in one transaction.
    pub(super) fn start(&mut self, node: usize) {
        let state = &mut self.nodes[node];
        if !state.is_alive {
            return;
        }
        state.note_ends(whole(self.settings.assumptions.ends_at_once).max(1));
        let hosts = state.next_hosts(self.settings.limits);
        if hosts.is_empty() {
            if state.has_more && state.line.is_empty() {
                self.look(node, true);
            } else if !state.ended.is_empty() {
                self.ask_to_start(node);
            }
            return;
        }
        let done_at = self.now.plus_ms(self.settings.assumptions.lease_ms);
        state.busy_until = done_at;
        self.outcome.lease_transactions += 1;
        for host in hosts {
            self.begin(node, host, done_at);
        }
        if !self.nodes[node].line.is_empty() || !self.nodes[node].ended.is_empty() {
            self.ask_to_start(node);
        }
    }

    /// Gives a host a task, unless somebody else has it or it is not due after all.
    fn begin(&mut self, node: usize, number: usize, at: Moment) {
        let host = &mut self.hosts[number];
        let is_left_out = self.settings.assumptions.leaves_done > 0.0 && host.row.cursor >= self.log.last();
        if host.holder.is_some() || host.next_attempt_at > self.now.stamp() || is_left_out {
            return;
        }
        self.waiting.remove(host.next_attempt_at, number);
        host.holder = Some(node);
        host.row.epoch += 1;
        let epoch = host.row.epoch;
        let kept = host.kept.take().filter(|(by, before, _)| *by == node && before + 1 == epoch);
        let is_failing = host.row.failures > 0;
        host.task = Some(Task {
            model: HostModel::begin(&host.row, kept.map(|(_, _, kept)| kept)),
            is_failing,
            in_flight: 0,
            unsaved: 0,
            unsaved_since: None,
        });
        self.outcome.leases += 1;
        self.nodes[node].running += 1;
        self.nodes[node].failing += usize::from(is_failing);
        self.advance(node, number, at);
    }

    /// Reads on, sends what may go now, and ends the task where nothing is under way.
    fn advance(&mut self, node: usize, number: usize, at: Moment) {
        let (now, per_host) = (self.now.stamp(), self.settings.limits.per_host);
        let Some(task) = &mut self.hosts[number].task else { return };
        while task.model.wants_more() {
            let items = self.log.read(task.model.passed(), PAGE);
            let until = items.last().map_or(task.model.passed(), |item| item.seq);
            task.model.read(items, until, until >= self.log.last());
        }
        while let Some(task) = &mut self.hosts[number].task {
            let Some(seq) = task.model.launch(now, task.in_flight, per_host) else { break };
            task.in_flight += 1;
            self.send(node, number, seq, at);
        }
        if self.hosts[number].task.as_ref().is_some_and(|task| task.in_flight == 0) {
            self.finish(node, number);
        }
    }

    fn send(&mut self, node: usize, number: usize, seq: i64, at: Moment) {
        let of = &self.settings.assumptions;
        let is_up = self.is_up(number, at);
        let host = &mut self.hosts[number];
        let (is_new, closed) = host.connections.take(node);
        let is_greeting = is_new && is_up;
        let handshake_ms = if is_greeting { of.handshake_cpu_ms } else { 0.0 };
        let cpu_ms = of.cpu_ms(self.settings.is_ed25519) + handshake_ms;
        let sent_at = self.nodes[node].compute(at, cpu_ms);
        let (answer, ms) = host.reach.ask(of, is_up, is_new, &host.dice);
        let landed = Event::Landed { host: number, epoch: host.row.epoch, seq, answer };
        self.events.add(sent_at.plus_ms(ms), landed);
        self.connections = (self.connections + u64::from(is_new)).saturating_sub(closed);
        self.in_flight += 1;
        self.outcome.attempts += 1;
        self.outcome.handshakes += u64::from(is_greeting);
        let peak = &mut self.outcome.peak;
        peak.connections = peak.connections.max(self.connections);
        peak.in_flight = peak.in_flight.max(self.in_flight);
    }

    /// An answer has come.
    pub(super) fn land(&mut self, number: usize, epoch: i64, seq: i64, answer: Answer) {
        let now = self.now;
        let host = &mut self.hosts[number];
        let Host { row, holder: Some(node), task: Some(task), dice, .. } = host else {
            return self.land_late(number, seq, answer);
        };
        if row.epoch != epoch {
            return self.land_late(number, seq, answer);
        }
        let node = *node;
        if task.unsaved_since.is_some_and(|since| since.plus(SAVE_AFTER) <= now) {
            host.next_attempt_at = save(task, row);
            self.outcome.saves += 1;
        }
        let fate = task.model.land(seq, answer, now.stamp(), model::jitter(dice));
        task.in_flight -= 1;
        task.unsaved += 1;
        task.unsaved_since.get_or_insert(now);
        if task.unsaved >= MOST_UNSAVED {
            host.next_attempt_at = save(task, row);
            self.outcome.saves += 1;
        }
        self.in_flight -= 1;
        match (answer, host.connections.give_back_if(answer != Answer::Silence, now)) {
            (Answer::Silence, _) => self.connections = self.connections.saturating_sub(1),
            (_, Some(look_at)) => self.events.add(look_at, Event::Idle(number)),
            (_, None) => {}
        }
        match fate {
            Fate::Delivered => self.receive(number, seq),
            Fate::Later => {
                self.outcome.retried += 1;
                self.hosts[number].fell_ill(now);
            }
            Fate::GivenUp => self.give_up(number, seq),
        }
        self.advance(node, number, now);
    }

    /// An answer to a node that is not there any more: the host has it all the same.
    fn land_late(&mut self, number: usize, seq: i64, answer: Answer) {
        if matches!(answer, Answer::Status { status: 202, .. }) {
            self.receive(number, seq);
        }
    }

    /// A host has taken an item.
    fn receive(&mut self, number: usize, seq: i64) {
        let (now, written_at) = (self.now, self.log.written_at(seq));
        let up_since = self.up_since(number);
        let host = &mut self.hosts[number];
        if !host.got.add(seq) {
            self.outcome.twice += 1;
            return;
        }
        let is_early = |before: i64| !host.got.has(before) && !host.lost.has(before);
        self.outcome.out_of_order += u64::from(self.log.before(seq).is_some_and(is_early));
        let ms = now.ms_since(written_at);
        self.outcome.all.add(ms);
        if up_since <= written_at {
            self.outcome.up.add(ms);
            if host.was_well(written_at) {
                self.outcome.well.add(ms);
            }
        }
        host.recovered(now);
        self.queue_depth -= 1;
        self.owed = self.owed.saturating_sub(1);
    }

    fn give_up(&mut self, number: usize, seq: i64) {
        let host = &mut self.hosts[number];
        if !host.got.has(seq) && host.lost.add(seq) {
            self.outcome.given_up += 1;
            self.queue_depth -= 1;
            self.owed = self.owed.saturating_sub(1);
        }
    }

    /// Ends a task: writes down how things stand and gives the host back.
    fn finish(&mut self, node: usize, number: usize) {
        let host = &mut self.hosts[number];
        let Some(mut task) = host.task.take() else { return };
        host.next_attempt_at = save(&mut task, &mut host.row);
        host.holder = None;
        if let Ending::Later(at) = task.model.ending() {
            self.events.add(Moment::of(at), Event::Rested { node, host: number });
            host.kept = Some((node, host.row.epoch, task.model.keep()));
        }
        if host.row.cursor < self.log.last() {
            self.waiting.add(host.next_attempt_at, number);
        }
        self.outcome.saves += 1;
        self.nodes[node].ended.push_back(task.is_failing);
        self.ask_to_start(node);
    }

    /// What a killed node had written down of a host by now; its task is gone.
    pub(super) fn abandon(&mut self, number: usize) {
        let host = &mut self.hosts[number];
        let Some(mut task) = host.task.take() else { return };
        if task.unsaved_since.is_some_and(|since| since.plus(SAVE_AFTER) <= self.now) {
            host.next_attempt_at = save(&mut task, &mut host.row);
        }
        let in_flight = task.in_flight as u64;
        self.in_flight -= in_flight;
        self.connections = self.connections.saturating_sub(in_flight);
    }
}

fn save(task: &mut Task, row: &mut guildhall_store::delivery::HostLease) -> guildhall_domain::Timestamp {
    task.unsaved = 0;
    task.unsaved_since = None;
    task.model.save(row)
}

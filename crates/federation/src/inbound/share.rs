//! Shares the inbox among the nodes: each takes leases on as many of its parts as are its due, and gives back what is
//! more than that.

use std::time::Duration;

use guildhall_app::App;
use guildhall_domain::Timestamp;
use guildhall_store::StoreError;
use guildhall_store::lease::{self, Held};
use guildhall_store::received::SHARDS;
use metrics::gauge;
use tokio::time::{Instant, sleep_until};

use super::shards::{EVERY, Set, Shards, contains, set_of};

/// The leases of nodes that take part: `serving/` and the node's name.
pub const SERVING: &str = "serving";
/// The leases of parts: `inbox/0` to `inbox/63`.
const INBOX: &str = "inbox";

/// For how long it is certain that there is nobody else, after a look that found nobody.
const ALONE_FOR: Duration = Duration::from_millis(1_500);
/// How long who finds one other waits before it takes anything in: by then that one has looked, too, and knows that it is
/// not alone. Where there are more, they know already.
const INTRODUCTION: Duration = Duration::from_secs(2);
/// How long a stop waits for what is under way.
const STOP_WITHIN: Duration = Duration::from_secs(9);
/// Leases of nodes that ended so long ago are forgotten.
const FORGET_AFTER: Duration = Duration::from_hours(1);

/// What a node is to do about its share.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// Of those held.
    give_back: Set,
    /// Of those that are free.
    take: Set,
}

/// Decides what a node is to do that holds `held` of the 64 parts, where `free` are nobody's and `nodes` nodes live.
///
/// Each aims at an equal share, rounded up, so that nothing is left over.
fn decide(held: Set, free: Set, nodes: u32) -> Step {
    let due = u32::from(SHARDS).div_ceil(nodes.max(1));
    let (surplus, room) = (held.count_ones().saturating_sub(due), due.saturating_sub(held.count_ones()));
    Step { give_back: lowest(held, surplus), take: lowest(free & !held, room) }
}

fn lowest(set: Set, count: u32) -> Set {
    let shards = (0..SHARDS).filter(|shard| contains(set, *shard));
    set_of(shards.take(usize::try_from(count).unwrap_or(usize::MAX)))
}

/// Takes part in an inbox that is shared, under a name that no other process has: tells the others, and when there are
/// any, waits until they know. Nothing may be taken in before.
pub async fn introduce(app: &App, holder: &str) -> Result<(), StoreError> {
    if !app.store.is_shared() {
        return Ok(());
    }
    let now = app.now();
    let mut tx = app.begin().await?;
    lease::delete_ended(&mut tx, SERVING, now.minus(FORGET_AFTER)).await?;
    lease::hold_all(&mut tx, vec![serving(holder)], holder, now).await?;
    tx.commit().await?;
    let nodes = Look::take(app, holder).await?.nodes;
    app.signals.set_others(nodes > 1);
    if nodes == 2 {
        tokio::time::sleep(INTRODUCTION).await;
    }
    Ok(())
}

/// Keeps the share of this node until `stop` ends, then gives everything back as it comes free.
pub(super) async fn keep(app: &App, holder: &str, shards: &Shards, stop: impl Future<Output = ()>) {
    if !app.store.is_shared() {
        return;
    }
    let mut share = Share { app, holder, shards, renew_at: Timestamp(0), is_failing: false };
    tokio::pin!(stop);
    let mut next = Instant::now();
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = shards.has_drained() => {}
            () = sleep_until(next) => {}
        }
        next = Instant::now() + lease::LOOK_EVERY;
        share.step(false).await;
    }
    shards.leave(EVERY);
    let deadline = Instant::now() + STOP_WITHIN;
    while Instant::now() < deadline {
        share.step(true).await;
        if shards.held(app.now()) == 0 {
            return;
        }
        tokio::select! {
            () = shards.has_drained() => {}
            () = tokio::time::sleep(lease::LOOK_EVERY) => {}
        }
    }
}

struct Share<'a> {
    app: &'a App,
    holder: &'a str,
    shards: &'a Shards,
    renew_at: Timestamp,
    /// Said once.
    is_failing: bool,
}

impl Share<'_> {
    /// Renews what is due and moves towards an equal share.
    async fn step(&mut self, is_stop: bool) {
        let stepped = self.try_step(is_stop).await;
        if let Err(error) = &stepped
            && !self.is_failing
        {
            // What is not renewed in time ends by itself, here as for the others.
            tracing::warn!(error = %error, "the share of the inbox cannot be renewed; trying every second");
        }
        self.is_failing = stepped.is_err();
        let held = self.shards.held(self.app.now());
        gauge!("inbox_shards_held").set(f64::from(held.count_ones()));
    }

    async fn try_step(&mut self, is_stop: bool) -> Result<(), StoreError> {
        // Before the database is asked: leases end here no later than there.
        let now = self.app.now();
        let look = Look::take(self.app, self.holder).await?;
        let alone_until = if look.nodes == 1 && !is_stop { now.plus(ALONE_FOR) } else { Timestamp(0) };
        self.app.signals.set_others(look.nodes > 1);
        // Those that are ours by the database but not by this node's clock are held anew like free ones.
        let held = self.shards.held(now) & look.ours;
        let step = if is_stop {
            Step { give_back: EVERY, take: 0 }
        } else {
            decide(held, look.free | look.ours, look.nodes)
        };
        self.shards.leave(step.give_back);
        let drained = self.shards.drained() & held;
        let is_as_it_was = drained == 0 && step.take == 0 && held == self.shards.held(now);
        if is_as_it_was && self.renew_at.is_after(now) {
            self.shards.set_alone(alone_until);
            return Ok(());
        }
        let keep = (held & !drained) | step.take;
        let kept = self.write(keep, drained, now, is_stop).await?;
        self.shards.set(kept, now.plus(lease::LASTS), alone_until);
        self.renew_at = now.plus(lease::RENEW_EVERY);
        Ok(())
    }

    /// Holds some for longer, or for the first time, and gives others back. Gives those that are ours now.
    async fn write(
        &self,
        keep: Set,
        give_back: Set,
        now: Timestamp,
        is_stop: bool,
    ) -> Result<Set, StoreError> {
        let mut names = names_of(keep);
        if !is_stop {
            names.push(serving(self.holder));
        }
        let mut back = names_of(give_back);
        if is_stop {
            back.push(serving(self.holder));
        }
        let mut tx = self.app.begin().await?;
        let held = lease::hold_all(&mut tx, names, self.holder, now).await?;
        if !back.is_empty() {
            lease::release_all(&mut tx, back, self.holder).await?;
        }
        tx.commit().await?;
        Ok(set_of(held.iter().filter_map(|name| shard_in(name))))
    }
}

/// How the inbox is shared at one moment.
struct Look {
    /// Nodes that live, this one among them.
    nodes: u32,
    /// Parts that are this node's.
    ours: Set,
    /// Parts that are nobody's.
    free: Set,
}

impl Look {
    async fn take(app: &App, holder: &str) -> Result<Self, StoreError> {
        Ok(Self::of(&lease::list_held(&app.store, app.now()).await?, holder))
    }

    fn of(held: &[Held], holder: &str) -> Self {
        let others = held.iter().filter(|held| is_serving(&held.name) && held.holder != holder).count();
        let (mut ours, mut taken) = (0, 0);
        for held in held {
            let Some(shard) = shard_in(&held.name) else { continue };
            taken |= set_of([shard]);
            if held.holder == holder {
                ours |= set_of([shard]);
            }
        }
        let nodes = u32::try_from(others).unwrap_or(u32::MAX).saturating_add(1);
        Self { nodes, ours, free: !taken }
    }
}

fn serving(holder: &str) -> String {
    format!("{SERVING}/{holder}")
}

fn is_serving(name: &str) -> bool {
    name.split_once('/').is_some_and(|(family, _)| family == SERVING)
}

fn names_of(set: Set) -> Vec<String> {
    (0..SHARDS).filter(|shard| contains(set, *shard)).map(|shard| format!("{INBOX}/{shard}")).collect()
}

/// The part that a lease is about, if it is about one.
pub fn shard_in(name: &str) -> Option<u8> {
    let (family, number) = name.split_once('/')?;
    (family == INBOX).then(|| number.parse().ok())?.filter(|shard| *shard < SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_aims_at_an_equal_share() {
        let first = |count: u32| lowest(EVERY, count);
        for (held, free, nodes, give_back, take) in [
            // Alone: everything.
            (0, 64, 1, 0, 64),
            (64, 0, 1, 0, 0),
            // A second one comes: half is given back, and what is free is its.
            (64, 0, 2, 32, 0),
            (0, 0, 2, 0, 0),
            (0, 32, 2, 0, 32),
            (32, 0, 2, 0, 0),
            // Three: 22, 22 and 20.
            (32, 0, 3, 10, 0),
            (0, 20, 3, 0, 20),
            (20, 1, 3, 0, 1),
            // One of three is gone: what it held is shared.
            (22, 20, 2, 0, 10),
            // More nodes than shards.
            (1, 0, 100, 0, 0),
            (0, 1, 100, 0, 1),
        ] {
            let held_set = first(held);
            let free_set = lowest(!held_set, free);
            let step = decide(held_set, free_set, nodes);
            let counts = (step.give_back.count_ones(), step.take.count_ones());
            assert_eq!(counts, (give_back, take), "{held} held, {free} free, {nodes} nodes");
            assert_eq!((step.give_back & !held_set, step.take & !free_set), (0, 0));
        }
    }

    #[test]
    fn any_nodes_come_to_share_everything_evenly() {
        for nodes in 1..=9_u32 {
            let mut held = vec![0_u64; usize::try_from(nodes).unwrap()];
            held[0] = EVERY;
            for _ in 0..4 {
                for node in 0..held.len() {
                    let free = !held.iter().fold(0, |all, some| all | some);
                    let step = decide(held[node], free, nodes);
                    held[node] = (held[node] & !step.give_back) | step.take;
                }
            }
            assert_eq!(held.iter().map(|some| some.count_ones()).sum::<u32>(), 64, "{nodes} nodes");
            let most = 64_u32.div_ceil(nodes);
            assert!(held.iter().all(|some| some.count_ones() <= most), "{nodes} nodes");
        }
    }

    #[test]
    fn a_look_counts_nodes_and_parts() {
        let held = |name: &str, holder: &str| Held { name: name.to_owned(), holder: holder.to_owned() };
        let all = [
            held("inbox/0", "a"),
            held("inbox/63", "b"),
            held("node/1", "c"),
            held("publisher", "a"),
            held("serving/a", "a"),
            held("serving/b", "b"),
        ];
        let look = Look::of(&all, "a");
        assert_eq!((look.nodes, look.ours, look.free), (2, 1, !(1 | 1 << 63)));
        assert_eq!(Look::of(&all, "d").nodes, 3, "oneself is always counted");
    }
}

//! Reading on in the log for one host, and choosing what it is sent.

use std::collections::HashSet;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use guildhall_domain::{GroupId, Timestamp, audience::Profile};
use guildhall_store::StoreError;
use guildhall_store::delivery::{Piece, Wish};
use guildhall_store::instance::{self, Instance};
use tokio::task::JoinSet;

use super::context::Context;
use super::items::LogItem;
use super::lists::Lists;
use super::window::{Parcel, Window};

/// Parcels read at once, at most.
const PAGE: u32 = 128;
/// Reads on when fewer than this are left.
const LOW_WATER: usize = 64;
/// Rows of the log looked at in one read, for a host with few inboxes.
const MOST_ROWS: u32 = 1000;
/// What one read may have to sort: rows times inboxes.
const MOST_PAIRS: u32 = 5000;
/// How long what is known of a host is not asked again; an admin may have changed it.
const FRESH_FOR: Duration = Duration::from_mins(1);

/// Reads on in the log for one host.
pub(super) struct Selection {
    context: Arc<Context>,
    host: Arc<str>,
    rows: u32,
    instance: Option<Instance>,
    read_at: Timestamp,
    lists: Lists,
    /// What was put into the window ahead of the rest of its page, which waits for the host's `NodeInfo`.
    ahead: HashSet<(i64, String)>,
    /// That was done by the last read.
    is_cut: bool,
    /// The task that asks the host what it understands.
    learning: JoinSet<Result<(), StoreError>>,
    /// How that ended, until it is looked at.
    learned: Option<Result<(), StoreError>>,
    /// Whether the lists were read just now, with nothing waited for since but our own store.
    is_fresh: bool,
}

impl Selection {
    /// For a host of which `instance` is known now, with that many inboxes that follow groups.
    pub(super) fn new(
        context: Arc<Context>,
        host: Arc<str>,
        subscriptions: u32,
        instance: Option<Instance>,
    ) -> Self {
        let rows = (MOST_PAIRS / subscriptions.max(1)).clamp(8, MOST_ROWS);
        let read_at = context.app.now();
        let (lists, ahead) = (Lists::default(), HashSet::new());
        Self {
            context,
            host,
            rows,
            instance,
            read_at,
            lists,
            ahead,
            is_cut: false,
            learning: JoinSet::new(),
            learned: None,
            is_fresh: false,
        }
    }

    /// Whether there is room for more, and may be more.
    pub(super) fn wants_more(window: &Window) -> bool {
        window.len() < LOW_WATER && !window.is_end()
    }

    /// Whether what was read last has to go out before more is read.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Reads the peering lists again, unless that was done just now: an admin may have blocked the host meanwhile.
    pub(super) async fn refresh(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.is_fresh) {
            let listed = self.context.common.lists(&self.context.app, self.host.clone()).await?;
            self.lists = Lists::of_entries(listed);
        }
        Ok(())
    }

    /// Notes that time goes by, in which an admin may change the peering lists.
    pub(super) fn age(&mut self) {
        self.is_fresh = false;
    }

    /// Whether the host is to get nothing of that group, or (`None`) nothing at all; as of the last
    /// [refresh](Self::refresh).
    pub(super) fn is_blocked(&self, group: Option<GroupId>) -> bool {
        let app = &self.context.app;
        self.lists.is_blocked(group, &self.host, app.site.allow_list_only, app.now())
    }

    /// Reads one page into `window`. What the host is not to get is left out, and so done with.
    ///
    /// The peering lists are read after the page: where a host was taken off them before something was published, the
    /// page that has it was read after that, and so were the lists.
    pub(super) async fn read_on(&mut self, window: &mut Window) -> Result<(), StoreError> {
        let context = self.context.clone();
        let wish = Wish {
            host: self.host.to_string(),
            position: window.position().clone(),
            span: self.rows,
            limit: PAGE,
        };
        let page = context.common.page(&context.app, wish).await?;
        self.is_fresh = false;
        self.refresh().await?;
        self.is_fresh = true;
        let items = self.items(&page.pieces).await?;
        self.is_cut = false;
        // Asked for only where it matters.
        let is_asked = items.iter().any(|item| item.depends_on_profile());
        let profile = if is_asked { self.profile().await? } else { Some(Profile::Microblog) };
        let Some(profile) = profile else {
            // The rest is on its way meanwhile: the answer to a `Follow` does not wait for `NodeInfo`.
            let ahead = self.independent(&page.pieces, &items);
            self.ahead.extend(ahead.iter().map(key));
            window.add_ahead(parcels(&ahead, &items, Profile::Microblog));
            self.is_cut = true;
            return Ok(());
        };
        let ahead = mem::take(&mut self.ahead);
        let pieces: Vec<Piece> =
            page.pieces.into_iter().filter(|piece| !ahead.contains(&key(piece))).collect();
        window.extend(parcels(&pieces, &items, profile), page.position, page.is_end);
        Ok(())
    }

    /// Those that go out alike whatever the host understands, are not on their way, and follow on nothing that waits.
    fn independent(&self, pieces: &[Piece], items: &[Arc<LogItem>]) -> Vec<Piece> {
        let waits_before = |item: &LogItem| {
            let is_before =
                |other: &&Arc<LogItem>| other.seq <= item.seq && other.order_key == item.order_key;
            items.iter().filter(is_before).any(|other| other.depends_on_profile())
        };
        let is_independent = |piece: &&Piece| {
            let found = items.binary_search_by_key(&piece.seq, |item| item.seq);
            !self.ahead.contains(&key(piece)) && found.is_ok_and(|at| !waits_before(&items[at]))
        };
        pieces.iter().filter(is_independent).cloned().collect()
    }

    /// What the pieces are of, but for what the host is not to get.
    async fn items(&self, pieces: &[Piece]) -> Result<Vec<Arc<LogItem>>, StoreError> {
        let mut seqs: Vec<i64> = pieces.iter().map(|piece| piece.seq).collect();
        seqs.dedup();
        let mut items = self.context.items.list(&self.context.app.store, &seqs).await?;
        items.retain(|item| !self.is_blocked(item.group));
        Ok(items)
    }

    fn known_profile(&self) -> Option<Profile> {
        self.instance.as_ref()?.profile_at(self.context.app.now())
    }

    /// Whether the host is being asked what it understands.
    pub(super) fn is_learning(&self) -> bool {
        !self.learning.is_empty()
    }

    /// Waits until it has answered, or will not; for ever where nobody asks.
    pub(super) async fn learned(&mut self) {
        match self.learning.join_next().await {
            // One that broke off has found out nothing.
            Some(learned) => self.learned = Some(learned.unwrap_or(Ok(()))),
            None => std::future::pending().await,
        }
    }

    /// What the host understands. `None`: it is being asked.
    async fn profile(&mut self) -> Result<Option<Profile>, StoreError> {
        let app = self.context.app.clone();
        let learned = self.learned.take().transpose()?;
        if learned.is_some() || app.now().since(self.read_at) >= FRESH_FOR {
            self.instance = instance::find(&app.store, &self.host).await?;
            self.read_at = app.now();
        }
        if let Some(known) = self.known_profile() {
            return Ok(Some(known));
        }
        if learned.is_some() {
            return Ok(Some(Profile::Microblog));
        }
        if self.learning.is_empty() {
            self.learning.spawn(learn(self.context.clone(), self.host.clone()));
        }
        Ok(None)
    }
}

/// Asks a host what it understands, and writes it down.
async fn learn(context: Arc<Context>, host: Arc<str>) -> Result<(), StoreError> {
    let software = context.profiles.learn(&host).await;
    let app = &context.app;
    let mut tx = app.begin().await?;
    instance::set_software(&mut tx, &host, software.as_ref(), app.now()).await?;
    tx.commit().await
}

fn key(piece: &Piece) -> (i64, String) {
    (piece.seq, piece.inbox.clone())
}

/// In the shape for hosts of `profile`; what there is none of is left out.
fn parcels(pieces: &[Piece], items: &[Arc<LogItem>], profile: Profile) -> Vec<Parcel> {
    let parcel = |piece: &Piece| {
        let item = &items[items.binary_search_by_key(&piece.seq, |item| item.seq).ok()?];
        Some(Parcel {
            seq: piece.seq,
            inbox: piece.inbox.as_str().into(),
            sender: item.sender,
            group: item.group,
            order_key: item.order_key.clone(),
            body: item.body_for(profile)?.clone(),
        })
    };
    pieces.iter().filter_map(parcel).collect()
}

//! Reading on in the log for one host, and choosing what it is sent.

use std::sync::Arc;
use std::time::Duration;

use guildhall_domain::{GroupId, Timestamp, audience::Profile};
use guildhall_store::StoreError;
use guildhall_store::delivery::{Piece, Position, log};
use guildhall_store::instance::{self, Instance};

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
    /// What was read last is to be sent before reading on, which waits for the host's `NodeInfo`.
    is_cut: bool,
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
        Self { context, host, rows, instance, read_at, lists: Lists::default(), is_cut: false }
    }

    /// Whether there is room for more, and may be more.
    pub(super) fn wants_more(window: &Window) -> bool {
        window.len() < LOW_WATER && !window.is_end()
    }

    /// Whether what was read last has to go out before more is read.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Reads the peering lists again: an admin may have blocked the host meanwhile.
    pub(super) async fn refresh(&mut self) -> Result<(), StoreError> {
        self.lists = Lists::read(&self.context.app.store, &self.host).await?;
        Ok(())
    }

    /// Whether the host is to get nothing of that group, or (`None`) nothing at all; as of the last
    /// [refresh](Self::refresh).
    pub(super) fn is_blocked(&self, group: Option<GroupId>) -> bool {
        self.lists.is_blocked(group, &self.host, self.context.app.site.allow_list_only)
    }

    /// Reads one page into `window`. What the host is not to get is left out, and so done with.
    ///
    /// The peering lists are read after the page: where a host was taken off them before something was published, the
    /// page that has it was read after that, and so were the lists.
    pub(super) async fn read_on(&mut self, window: &mut Window) -> Result<(), StoreError> {
        let context = self.context.clone();
        let page = log::read(&context.app.store, &self.host, window.position(), self.rows, PAGE).await?;
        self.refresh().await?;
        let items = self.items(&page.pieces).await?;
        // Asked for only where it matters, and only once the rest is on its way: the answer to a `Follow` does not wait
        // for `NodeInfo`.
        let first = items.iter().find(|item| item.depends_on_profile()).map(|item| item.seq);
        let before = page.pieces.partition_point(|piece| first.is_none_or(|first| piece.seq < first));
        self.is_cut = before > 0 && before < page.pieces.len() && self.known_profile().is_none();
        if self.is_cut {
            let pieces = &page.pieces[..before];
            let position = Position::after(pieces[before - 1].seq);
            window.extend(parcels(pieces, &items, Profile::Microblog), position, false);
            return Ok(());
        }
        let profile = if first.is_some() { self.profile().await? } else { Profile::Microblog };
        window.extend(parcels(&page.pieces, &items, profile), page.position, page.is_end);
        Ok(())
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

    async fn profile(&mut self) -> Result<Profile, StoreError> {
        let app = &self.context.app;
        if app.now().since(self.read_at) >= FRESH_FOR {
            self.instance = instance::find(&app.store, &self.host).await?;
            self.read_at = app.now();
        }
        if let Some(known) = self.known_profile() {
            return Ok(known);
        }
        let software = self.context.profiles.learn(&self.host).await;
        let mut tx = app.begin().await?;
        instance::set_software(&mut tx, &self.host, software.as_ref(), app.now()).await?;
        tx.commit().await?;
        self.instance = instance::find(&app.store, &self.host).await?;
        Ok(self.known_profile().unwrap_or(Profile::Microblog))
    }
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

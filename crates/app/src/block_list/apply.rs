//! From what a list offers to what is in force.

use guildhall_domain::{
    ActorId,
    admission::Layer,
    moderation::{DecisionAction, Target},
    peering::{
        PeeringEntry,
        block_list::{ListChange, ListRules, Wanted, decide_list_changes},
    },
};
use guildhall_store::{
    StoreError, Tx,
    block_list::{self, BlockList},
    peering::{self, ListedHost},
};

use crate::{
    App,
    decision::{Record, keep},
    peering::record,
};

/// Who wanted changes to be made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    /// The subscription, which is an automatic one.
    Source,
    /// An admin.
    Person(Option<ActorId>),
}

/// What has to change so that the list as it is taken over is in force. The list is locked.
pub(super) async fn changes_of(
    app: &App,
    tx: &mut Tx,
    list: &BlockList,
) -> Result<Vec<ListChange>, StoreError> {
    let rules = rules_of(app, list, block_list::list_exceptions(&mut *tx, list.id).await?);
    let offers = block_list::list_offers(&mut *tx, list.id).await?;
    let applied = peering::list_of_list(&mut *tx, list.id).await?;
    Ok(decide_list_changes(&offers, &wanted_of(applied), &rules))
}

/// What of a list is taken over.
pub(super) fn rules_of(app: &App, list: &BlockList, exceptions: Vec<String>) -> ListRules {
    ListRules { mapping: list.terms.mapping, exceptions, own_host: app.site.host.clone() }
}

/// What is in force because of a list, as its rule compares it.
pub(super) fn wanted_of(applied: Vec<ListedHost>) -> Vec<Wanted> {
    let wanted = |listed: ListedHost| Wanted {
        host: listed.entry.host,
        action: listed.entry.action,
        mute_media: listed.entry.mute_media,
        public_comment: listed.public_comment,
    };
    applied.into_iter().map(wanted).collect()
}

/// Makes changes, and records each. The caller has read what is in force anew afterwards.
pub(super) async fn apply(
    app: &App,
    tx: &mut Tx,
    list: &BlockList,
    changes: &[ListChange],
    cause: Cause,
) -> Result<(), StoreError> {
    let gone: Vec<&str> =
        changes.iter().filter(|change| change.after().is_none()).map(ListChange::host).collect();
    peering::delete_of_list(tx, list.id, &gone).await?;
    let by = match cause {
        Cause::Source => None,
        Cause::Person(by) => by,
    };
    let new = |wanted: &Wanted| ListedHost {
        list: Some(list.id),
        entry: PeeringEntry {
            mute_media: wanted.mute_media,
            is_from_list: true,
            ..PeeringEntry::new(wanted.host.as_str(), wanted.action)
        },
        public_comment: wanted.public_comment.clone(),
        by,
        ..ListedHost::new(None, &wanted.host, wanted.action, app.now())
    };
    let put: Vec<ListedHost> = changes.iter().filter_map(ListChange::after).map(new).collect();
    peering::put_all(tx, &put).await?;
    let rule = format!("block-list {}", list.url);
    let layer = match cause {
        Cause::Source => Layer::InstancePeering,
        Cause::Person(_) => Layer::Moderator,
    };
    for listed in &put {
        record(app, tx, listed, layer, Some(&rule)).await?;
    }
    for host in gone {
        let record = Record::by_hand(None, by, DecisionAction::ClearHost, Target::Host(host.to_owned()));
        keep(app, tx, Record { layer, rule: Some(rule.clone()), ..record }).await?;
    }
    Ok(())
}

//! Deciding what of partners is shown here.

use guildhall_domain::{
    GroupId, Timestamp,
    admission::{Wants, is_judged_by_rules},
    content::EntryState,
    group::Visibility,
    partner::{MirrorFacts, MirrorState, Mirroring, decide_mirror},
    peering::{Peering, combine},
    rules::{Judgement, Received},
};
use guildhall_store::{
    StoreError,
    actor::Actor,
    entry::{self, Entry, Texts},
    group,
    partner::{self, Mirror, Partner},
};

use super::mirror::{forget, hide, show};
use crate::{App, admission::Applying, entry::texts_of, facts, said::Said};

/// What was seen of a post and its link before the transaction that decides.
enum Seen {
    /// There is nothing to mirror: the link is gone, or the post is not this partner's.
    Nothing,
    /// It is away at its source, and may come back.
    Gone,
    /// It may be shown, or not.
    Judged(Mirroring),
}

/// Decides about a post that nobody has looked at since it came in, came back or changed.
pub(super) async fn look_at(app: &App, mirror: &Mirror) -> Result<(), StoreError> {
    let link = partner::find(&app.store, mirror.group, mirror.partner).await?;
    let found = entry::find(&app.store, mirror.entry).await?;
    let seen = see(app, mirror, found.as_ref(), link.as_ref()).await?;
    let mut tx = app.begin().await?;
    let policy = |link: Option<Partner>| link.map(|link| link.policy);
    let is_same_link = policy(partner::lock(&mut tx, mirror.group, mirror.partner).await?) == policy(link);
    let is_same = partner::lock_mirror(&mut tx, mirror.group, mirror.entry).await? == Some(*mirror);
    // Read after the lock: whoever changes it marks the mirror after that.
    let is_same_entry = judged_by(entry::find_in(&mut tx, mirror.entry).await?) == judged_by(found);
    if !is_same_link || !is_same || !is_same_entry {
        // What is still new then is looked at in another turn.
        return Ok(());
    }
    match seen {
        Seen::Nothing => forget(app, &mut tx, mirror).await?,
        Seen::Gone => hide(app, &mut tx, mirror, MirrorState::Gone, None).await?,
        Seen::Judged(Mirroring::Show) => show(app, &mut tx, mirror).await?,
        Seen::Judged(decided @ (Mirroring::Wait(_) | Mirroring::Refuse(_))) => {
            let (state, reason) = decided.state();
            hide(app, &mut tx, mirror, state, reason).await?;
        }
    }
    tx.commit().await
}

/// What of an entry it is judged by.
fn judged_by(entry: Option<Entry>) -> Option<(GroupId, EntryState, bool, Texts)> {
    entry.map(|entry| (entry.group_id, entry.state, entry.limited, texts_of(&entry)))
}

async fn see(
    app: &App,
    mirror: &Mirror,
    found: Option<&Entry>,
    link: Option<&Partner>,
) -> Result<Seen, StoreError> {
    let found = found.filter(|entry| entry.group_id == mirror.partner);
    Ok(match (found, link.filter(|link| link.policy.wants_posts())) {
        (None, _) | (_, None) => Seen::Nothing,
        (Some(entry), _) if entry.state != EntryState::Published => Seen::Gone,
        (Some(entry), Some(link)) => judge(app, link, entry, mirror.told.is_some()).await?,
    })
}

async fn judge(app: &App, link: &Partner, entry: &Entry, was_shown: bool) -> Result<Seen, StoreError> {
    let author = facts::actor(app, entry.author_id).await?;
    let partner = facts::actor(app, link.partner.actor()).await?;
    let of_author = facts::peering_of_actor(app, Some(link.group), &author).await?;
    let of_partner = facts::peering_of_actor(app, Some(link.group), &partner).await?;
    let peering = combine(combine(of_author.0, of_author.1), combine(of_partner.0, of_partner.1));
    let Some(known) = entry::find_author_facts_now(&app.store, link.group, author.id).await? else {
        return Ok(Seen::Nothing);
    };
    let visibility = group::find_visibility(&app.store, link.partner).await?;
    let judged = if is_judged_by_rules(known.role) {
        by_rules(app, link, entry, (&author, &known), app.now()).await?
    } else {
        Judgement::default()
    };
    let facts = MirrorFacts {
        policy: link.policy,
        visibility: visibility.unwrap_or(Visibility::Members),
        is_limited: entry.limited,
        peering,
        standing: known.standing,
        rule_refuses: judged.refused.is_some(),
        rule_holds: judged.held.is_some(),
        was_shown,
    };
    Ok(Seen::Judged(decide_mirror(&facts, app.now())))
}

/// What our group's automatic rules, and the instance's, say about a post of a partner's.
async fn by_rules(
    app: &App,
    link: &Partner,
    entry: &Entry,
    (author, known): (&Actor, &entry::AuthorFacts),
    now: Timestamp,
) -> Result<Judgement, StoreError> {
    let applying = Applying {
        wants: Wants::Post,
        group: link.group,
        author,
        known,
        peering: (Peering::Open, Peering::Open),
        said: Said::of_texts(&texts_of(entry)).into(),
        is_post: true,
        is_public: true,
        thread_locked: false,
        is_invited: false,
        received: Received::default(),
        is_known: Some(entry.id),
    };
    let books = app.signals.shelf.books_now(&app.store, link.group, known).await?;
    let past = applying.look_back_anyway(app, &books).await?;
    let trust = applying.facts(&books, &past, now).trust;
    Ok(applying.judge(&books, &past, trust, now))
}

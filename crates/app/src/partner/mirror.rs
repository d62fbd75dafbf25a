//! Deciding what of partners is shown here.

use guildhall_domain::{
    Timestamp,
    admission::{Role, Wants},
    event::{Cause, EventKind},
    group::Visibility,
    partner::{MirrorFacts, MirrorState, Mirroring, PartnerPolicy, decide_mirror},
    peering::{Peering, combine},
    rules::{Judgement, Received},
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{self, Entry},
    group,
    partner::{self, Mirror, Partner},
};

use crate::{App, admission::Applying, cause, entry::texts_of, facts, said::Said};

/// Mirrors settled at a time.
const BATCH: usize = 100;

/// Settles what was just promised. What goes wrong is only noted: [`settle`] comes back to it.
pub(crate) async fn settle_soon(app: &App) {
    if let Err(error) = settle(app).await {
        tracing::error!(error = %error, "what partners said is not shown yet, and will be taken up again");
    }
}

/// Decides about all posts of partners that nobody has looked at, and tells of those that are gone.
///
/// # Errors
/// The store's; what is left is settled the next time.
pub async fn settle(app: &App) -> Result<(), StoreError> {
    loop {
        let unsettled = partner::list_unsettled(&app.store, BATCH).await?;
        if unsettled.is_empty() {
            return Ok(());
        }
        for mirror in &unsettled {
            match mirror.state {
                MirrorState::Leaving => tell_gone(app, mirror).await?,
                _ => look_at(app, mirror).await?,
            }
        }
        app.signals.event.notify_one();
    }
}

async fn tell_gone(app: &App, mirror: &Mirror) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    if partner::set_mirror_state(&mut tx, mirror, MirrorState::Gone, None).await? {
        tell_ended(app, &mut tx, mirror).await?;
    }
    tx.commit().await
}

/// Records that followers are to hear that a post is shown no longer.
pub(super) async fn tell_ended(app: &App, tx: &mut Tx, mirror: &Mirror) -> Result<(), StoreError> {
    let ended = EventKind::MirrorEnded { group: mirror.group, entry: mirror.entry };
    cause::tell(app, tx, Cause::Local, ended).await?;
    Ok(())
}

/// Shows a post from now on, and tells followers. `false`: it was decided otherwise meanwhile.
pub(super) async fn show(app: &App, tx: &mut Tx, mirror: &Mirror) -> Result<bool, StoreError> {
    let is_ours = partner::set_mirror_state(tx, mirror, MirrorState::Shown, None).await?;
    if is_ours {
        let mirrored = EventKind::Mirrored { group: mirror.group, entry: mirror.entry };
        cause::tell(app, tx, Cause::Local, mirrored).await?;
    }
    Ok(is_ours)
}

async fn look_at(app: &App, mirror: &Mirror) -> Result<(), StoreError> {
    let found = entry::find(&app.store, mirror.entry).await?;
    let found = found.filter(|entry| entry.group_id == mirror.partner);
    let link = partner::find(&app.store, mirror.group, mirror.partner).await?;
    let decided = match (&found, &link) {
        (Some(entry), Some(link)) if link.policy.wants_posts() => judge(app, link, entry).await?,
        _ => None,
    };
    let mut tx = app.begin().await?;
    let policy = partner::lock(&mut tx, mirror.group, mirror.partner).await?.map(|link| link.policy);
    let unchanged = policy.is_some() && policy == link.map(|link| link.policy);
    match decided.filter(|_| unchanged) {
        Some(Mirroring::Show) => {
            show(app, &mut tx, mirror).await?;
        }
        Some(decided) => {
            let (state, reason) = decided.state();
            partner::set_mirror_state(&mut tx, mirror, state, reason).await?;
        }
        // The link changed under it: another turn. Without one there is nothing to mirror.
        None if policy.is_some_and(PartnerPolicy::wants_posts) && found.is_some() && !unchanged => {}
        None => partner::delete_mirror(&mut tx, mirror.group, mirror.entry).await?,
    }
    tx.commit().await
}

async fn judge(app: &App, link: &Partner, entry: &Entry) -> Result<Option<Mirroring>, StoreError> {
    let author = facts::actor(app, entry.author_id).await?;
    let partner = facts::actor(app, link.partner.actor()).await?;
    let of_author = facts::peering_of_actor(app, Some(link.group), &author).await?;
    let of_partner = facts::peering_of_actor(app, Some(link.group), &partner).await?;
    let peering = combine(combine(of_author.0, of_author.1), combine(of_partner.0, of_partner.1));
    let Some(known) = entry::find_author_facts_now(&app.store, link.group, author.id).await? else {
        return Ok(None);
    };
    let visibility = group::find_visibility(&app.store, link.partner).await?;
    let judged = if known.role == Role::Moderator {
        Judgement::default()
    } else {
        by_rules(app, link, entry, (&author, &known), app.now()).await?
    };
    let facts = MirrorFacts {
        policy: link.policy,
        visibility: visibility.unwrap_or(Visibility::Members),
        is_limited: entry.limited,
        peering,
        standing: known.standing,
        rule_refuses: judged.refused.is_some(),
        rule_holds: judged.held.is_some(),
    };
    Ok(Some(decide_mirror(&facts, app.now())))
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
        tags: &[],
        is_known: Some(entry.id),
    };
    let books = app.signals.shelf.books_now(&app.store, link.group, known).await?;
    let past = applying.look_back_anyway(app, &books).await?;
    let trust = applying.facts(&books, &past, now).trust;
    Ok(applying.judge(&books, &past, trust, now))
}

//! What automatic rules have told: to those who look after the group that a rule fitted, and to authors a prepared text.

use std::time::Duration;

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    admission::{Decided, Verdict},
    moderation::NoticeKind,
    rules::Action,
    staff::Permission,
};
use guildhall_store::{
    StoreError, Tx,
    notice::{self, Alarm},
};

use super::{Told, compose, send, words::Phrase};
use crate::{App, admission::INSTANCE};

/// How often those who look after a group are told of one rule.
const ALARM_EVERY: Duration = Duration::from_hours(1);
/// How often an author is sent the text of one rule.
const ANSWER_EVERY: Duration = Duration::from_hours(24);
/// Alarms taken at a time.
const BATCH: usize = 100;

/// Tells what rules that fit want told. `title`: a line by which the item is recognised.
pub(crate) async fn follow_rules(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    author: ActorId,
    (entry, title): (Option<EntryId>, &str),
    decided: &Decided,
) -> Result<(), StoreError> {
    if matches!(decided.verdict, Verdict::Drop(_)) {
        return Ok(());
    }
    for effect in &decided.effects {
        match &effect.action {
            Action::Notify => raise(app, tx, group, &effect.rule, (entry, title)).await?,
            Action::Answer(text) => answer(app, tx, group, author, (entry, &effect.rule, text)).await?,
            Action::Hold
            | Action::Refuse(_)
            | Action::Report
            | Action::RequireTag(_)
            | Action::AddTag(_)
            | Action::Limit => {}
        }
    }
    Ok(())
}

async fn answer(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    author: ActorId,
    (entry, rule, text): (Option<EntryId>, &str, &str),
) -> Result<(), StoreError> {
    let since = app.now().minus(ANSWER_EVERY);
    let key = format!("answer:{rule}");
    if notice::was_told_after(tx, author, Some(group), &key, since).await? {
        return Ok(());
    }
    let Some((_, is_local)) = notice::find_handle(tx, author).await? else { return Ok(()) };
    let told = Told {
        actor: author,
        is_local,
        kind: NoticeKind::Answer,
        group: Some(group),
        decision: None,
        entry,
        rule: Some(key),
        text: text.to_owned(),
    };
    send(app, tx, told).await
}

/// Tells at once that a rule fitted, or counts it where that was told within the hour.
async fn raise(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    rule: &str,
    (entry, title): (Option<EntryId>, &str),
) -> Result<(), StoreError> {
    let (scope, rule) = match rule.strip_prefix(INSTANCE) {
        Some(rule) => (None, rule),
        None => (Some(group), rule),
    };
    let now = app.now();
    let known = notice::lock_alarm(tx, scope, rule).await?;
    if let Some(known) = known.as_ref().filter(|known| known.told_at.is_within(ALARM_EVERY, now)) {
        return notice::set_alarm(tx, &Alarm { pending: known.pending + 1, ..known.clone() }).await;
    }
    let more = known.map_or(0, |known| known.pending);
    let alarm = Alarm { group: scope, rule: rule.to_owned(), told_at: now, pending: 0 };
    notice::set_alarm(tx, &alarm).await?;
    tell_keepers(app, tx, (scope, group), rule, Some((entry, title)), more).await
}

/// Tells of rules that fitted more often within the hour after those who look after the group were told, once it is over.
///
/// # Errors
/// The store's; what was told stays told.
pub async fn tell_of_fitting_rules(app: &App) -> Result<(), StoreError> {
    loop {
        let due = app.now().minus(ALARM_EVERY);
        let alarms = notice::list_pending_alarms(&app.store, due, BATCH).await?;
        if alarms.is_empty() {
            return Ok(());
        }
        for alarm in alarms {
            tell_of(app, &alarm, due).await?;
        }
        app.signals.event.notify_one();
    }
}

async fn tell_of(app: &App, alarm: &Alarm, due: Timestamp) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    let current = notice::lock_alarm(&mut tx, alarm.group, &alarm.rule).await?;
    let Some(current) = current.filter(|current| current.pending > 0 && !current.told_at.is_after(due))
    else {
        return Ok(());
    };
    let told = Alarm { told_at: app.now(), pending: 0, ..current.clone() };
    notice::set_alarm(&mut tx, &told).await?;
    let titled = current.group.unwrap_or(GroupId(0));
    tell_keepers(app, &mut tx, (current.group, titled), &current.rule, None, current.pending).await?;
    tx.commit().await
}

async fn tell_keepers(
    app: &App,
    tx: &mut Tx,
    (scope, group): (Option<GroupId>, GroupId),
    rule: &str,
    item: Option<(Option<EntryId>, &str)>,
    more: i64,
) -> Result<(), StoreError> {
    let shown = notice::find_telling_group(tx, group).await?;
    let words = compose::words_of(shown.as_ref());
    let name = compose::title_of(shown.as_ref());
    let mut lines = Vec::new();
    if let Some((_, title)) = item {
        lines.push(words.say(Phrase::RuleFitted, &[("rule", rule), ("group", &name), ("title", title)]));
    }
    if more > 0 {
        let count = more.to_string();
        let gaps = [("rule", rule), ("group", name.as_str()), ("count", count.as_str())];
        lines.push(words.say(Phrase::RuleFittedMore, &gaps));
    }
    for (keeper, is_local) in notice::list_keepers(tx, scope, Permission::Cases, app.now()).await? {
        let told = Told {
            actor: keeper,
            is_local,
            kind: NoticeKind::Rule,
            group: scope,
            decision: None,
            entry: item.and_then(|(entry, _)| entry),
            rule: Some(format!("alarm:{rule}")),
            text: lines.join("\n"),
        };
        send(app, tx, told).await?;
    }
    Ok(())
}

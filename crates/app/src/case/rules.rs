//! Reports by automatic rules: all that one rule reports is one case, however much it is.

use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::{Decided, Verdict},
    event::{Cause, EventKind},
    moderation::case::{Home, LaneFacts, Subject, decide_lanes},
    rules::{Action, Effect},
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    case::{self, Happening, HappeningKind},
    entry, moderator,
};

use super::{
    evidence::keep_evidence,
    open::{Opened, Opening, open_or_join},
    passing_on::tell_of,
};
use crate::{App, admission::INSTANCE};

/// Attaches an entry to the case of each rule that wants it reported.
pub(crate) async fn attach_by_rules(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    entry: EntryId,
    decided: &Decided,
) -> Result<(), StoreError> {
    let rules = reporting(decided);
    if rules.is_empty() {
        return Ok(());
    }
    let Some(entry) = entry::find_in(tx, entry).await? else {
        return Ok(());
    };
    for rule in rules {
        let wave = wave(group, rule);
        let opened = open_or_join(app, tx, &wave).await?;
        keep_evidence(app, tx, opened.case, &entry, Some(rule)).await?;
        tell_once(app, tx, &wave, &opened, (Some(entry.id), Some(entry.author_id))).await?;
    }
    Ok(())
}

/// Opens a case about somebody who asks to join, where a rule wants them reported: there is nothing yet that they said.
pub(crate) async fn report_by_rules(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    person: &Actor,
    decided: &Decided,
) -> Result<(), StoreError> {
    for rule in reporting(decided) {
        let title = format!("@{}@{}", person.username, person.host);
        let about = Opening {
            subject: Subject::Person(person.id),
            title: &title,
            person: Some(person.id),
            ..wave(group, rule)
        };
        let opened = open_or_join(app, tx, &about).await?;
        let happening = Happening {
            id: app.new_id(),
            kind: HappeningKind::Note,
            lane: None,
            by: None,
            text: Some(format!("Asked to join; the rule {rule} reports it.")),
            at: app.now(),
        };
        case::add_happening(tx, opened.case, &happening).await?;
        tell_once(app, tx, &Opening { title: rule, ..about }, &opened, (None, Some(person.id))).await?;
    }
    Ok(())
}

/// Tells moderators elsewhere of a case that was just opened: of a wave the first alone, not each that joins it. `opening`
/// is titled by the rule.
async fn tell_once(
    app: &App,
    tx: &mut Tx,
    opening: &Opening<'_>,
    opened: &Opened,
    (entry, person): (Option<EntryId>, Option<ActorId>),
) -> Result<(), StoreError> {
    let Some(group) = opening.group.filter(|_| opened.is_new) else { return Ok(()) };
    if !moderator::has_elsewhere(tx, group).await? {
        return Ok(());
    }
    let text = format!("The automatic rule {} reports this.", opening.title);
    let told = EventKind::Reported { group: Some(group), entry, person, by: None, text, is_forwarded: false };
    tell_of(app, tx, opened.case, Cause::Local, (told, true)).await?;
    Ok(())
}

/// The rules that want something reported. What is dropped is reported to nobody.
fn reporting(decided: &Decided) -> Vec<&str> {
    if matches!(decided.verdict, Verdict::Drop(_)) {
        return Vec::new();
    }
    let wants_report = |effect: &&Effect| matches!(effect.action, Action::Report);
    decided.effects.iter().filter(wants_report).map(|effect| effect.rule.as_ref()).collect()
}

/// The case of a rule. One of the instance is looked at by those who run it, whatever group it is about.
fn wave(group: GroupId, rule: &str) -> Opening<'_> {
    let is_of_instance = rule.starts_with(INSTANCE);
    let lives = (!is_of_instance).then_some(Home::Here);
    Opening {
        group: (!is_of_instance).then_some(group),
        subject: Subject::Rule(rule.to_owned()),
        title: rule,
        person: None,
        lanes: decide_lanes(&LaneFacts { group: lives, ..LaneFacts::default() }),
    }
}

//! Reports by automatic rules: all that one rule reports is one case, however much it is.

use guildhall_domain::{
    EntryId, GroupId,
    admission::{Decided, Verdict},
    moderation::case::{Home, LaneFacts, Subject, decide_lanes},
    rules::Action,
};
use guildhall_store::{StoreError, Tx, entry};

use super::{
    evidence::keep_evidence,
    open::{Opening, open_or_join},
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
    let wants_report = |action: &Action| matches!(action, Action::Report);
    let rules: Vec<&str> = decided
        .effects
        .iter()
        .filter(|effect| wants_report(&effect.action))
        .map(|effect| effect.rule.as_ref())
        .collect();
    if rules.is_empty() || matches!(decided.verdict, Verdict::Drop(_)) {
        return Ok(());
    }
    let Some(entry) = entry::find_in(tx, entry).await? else {
        return Ok(());
    };
    for rule in rules {
        let case = open_or_join(app, tx, &wave(group, rule)).await?;
        keep_evidence(app, tx, case, &entry, Some(rule)).await?;
    }
    Ok(())
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

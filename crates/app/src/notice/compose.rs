//! The text of a notice: what, which rule, why, until when, by whom, and how to appeal.

use guildhall_domain::{
    Timestamp,
    admission::Layer,
    content::EntryState,
    moderation::{APPEAL_DAYS, AppealOutcome, Decision, DecisionAction, Signed, appeal_until, is_appealable},
    staff::StaffRole,
    text::shorten,
};
use guildhall_store::notice::{Concerned, TellingGroup};

use super::words::{Phrase, Words};
use crate::decision::News;

/// The longest piece of a title that is quoted, in characters.
const MAX_QUOTED: usize = 120;

/// The words for what a group tells.
pub(super) fn words_of(group: Option<&TellingGroup>) -> Words {
    Words::of(group.and_then(|group| group.language.as_deref()))
}

/// What a group is called in its notices.
pub(super) fn title_of(group: Option<&TellingGroup>) -> String {
    group.map_or_else(|| Words::of(None).say(Phrase::ThisServer, &[]), |group| group.title.clone())
}

/// What the one concerned is told of a decision. `signer`: by whose name it is signed.
pub(super) fn of_decision(
    decision: &Decision,
    concerned: &Concerned,
    news: News,
    signer: Option<&str>,
) -> String {
    let words = words_of(concerned.group.as_ref());
    let mut lines = vec![headline(words, decision, concerned)];
    if news == News::WithContent {
        lines.push(words.say(Phrase::ContentToo, &[]));
    }
    if let Some(rule) = &decision.written_rule {
        let number = rule.number.to_string();
        lines.push(words.say(Phrase::Rule, &[("number", &number), ("title", &rule.title)]));
    }
    if let Some(until) = decision.until {
        lines.push(words.say(Phrase::Until, &[("date", &moment(until))]));
    }
    lines.extend(decided_by(words, decision, signer));
    lines.extend(how_to_appeal(words, decision, concerned));
    lines.join("\n")
}

/// What became of an appeal against `decision`, and of what that was about. `undone`: the decision that takes it back.
pub(super) fn of_outcome(
    decision: &Decision,
    outcome: AppealOutcome,
    reason: &str,
    undone: Option<&Decision>,
    concerned: &Concerned,
) -> String {
    let words = words_of(concerned.group.as_ref());
    let phrase = match outcome {
        AppealOutcome::Upheld => Phrase::Upheld,
        AppealOutcome::Reversed => Phrase::Reversed,
        AppealOutcome::Changed => Phrase::Changed,
    };
    let mut lines = vec![words.say(phrase, &[("reason", reason)])];
    if let Some(undone) = undone {
        lines.push(headline(words, &Decision { reason: None, ..undone.clone() }, concerned));
        lines.extend(undone.until.map(|until| words.say(Phrase::Until, &[("date", &moment(until))])));
    } else if outcome == AppealOutcome::Reversed {
        let phrase = match decision.action {
            // A warning takes nothing away.
            DecisionAction::Warn => None,
            DecisionAction::Refuse => Some(Phrase::SendAgain),
            _ => Some(Phrase::NothingLeft),
        };
        lines.extend(phrase.map(|phrase| words.say(phrase, &[])));
    }
    lines.join("\n")
}

fn headline(words: Words, decision: &Decision, concerned: &Concerned) -> String {
    let group = title_of(concerned.group.as_ref());
    let title = concerned.entry.as_ref().map(|entry| shorten(&entry.line, MAX_QUOTED)).unwrap_or_default();
    let rule = decision.rule.as_deref().unwrap_or_default();
    let gaps = [("group", group.as_str()), ("title", title.as_str()), ("permission", rule)];
    let said = words.say(phrase_of(decision, concerned), &gaps);
    match decision.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{said}: {reason}"),
        None => format!("{said}."),
    }
}

fn phrase_of(decision: &Decision, concerned: &Concerned) -> Phrase {
    let state = concerned.entry.as_ref().map(|entry| entry.state);
    match (decision.action, state) {
        (DecisionAction::Refuse, None) => Phrase::RefusedJoin,
        (DecisionAction::Refuse, Some(EntryState::Refused)) => Phrase::RefusedPost,
        // What is there stays: only a new text of it was refused.
        (DecisionAction::Refuse, Some(_)) => Phrase::RefusedEdit,
        (DecisionAction::Admit, None) => Phrase::AdmittedJoin,
        (DecisionAction::Admit, Some(_)) => Phrase::Admitted,
        (DecisionAction::AskChange, _) => Phrase::AskChange,
        (DecisionAction::Remove, _) => Phrase::Removed,
        (DecisionAction::Restore, _) => Phrase::Restored,
        (DecisionAction::Move, _) => Phrase::Moved,
        (DecisionAction::Lock, _) => Phrase::Locked,
        (DecisionAction::Unlock, _) => Phrase::Unlocked,
        (DecisionAction::Feature, _) => Phrase::Featured,
        (DecisionAction::Unfeature, _) => Phrase::Unfeatured,
        (DecisionAction::Limit, _) => Phrase::Limited,
        (DecisionAction::Unlimit, _) => Phrase::Unlimited,
        (DecisionAction::MarkSensitive, _) => Phrase::Sensitive,
        (DecisionAction::UnmarkSensitive, _) => Phrase::NotSensitive,
        (DecisionAction::Ban, _) => Phrase::Banned,
        (DecisionAction::Unban, _) => Phrase::Unbanned,
        (DecisionAction::Mute, _) => Phrase::Muted,
        (DecisionAction::Unmute, _) => Phrase::Unmuted,
        (DecisionAction::Probation, _) => Phrase::Probation,
        (DecisionAction::EndProbation, _) => Phrase::ProbationOver,
        (DecisionAction::Warn, None) => Phrase::Warned,
        (DecisionAction::Warn, Some(_)) => Phrase::WarnedFor,
        (DecisionAction::Appoint | DecisionAction::ChangeRole, _) => match role_of(decision) {
            Some(StaffRole::Owner) => Phrase::AppointedOwner,
            Some(StaffRole::Helper) => Phrase::AppointedHelper,
            Some(StaffRole::Moderator) | None => Phrase::Appointed,
        },
        (DecisionAction::Dismiss, _) => match role_of(decision) {
            Some(StaffRole::Owner) => Phrase::DismissedOwner,
            Some(StaffRole::Helper) => Phrase::DismissedHelper,
            Some(StaffRole::Moderator) | None => Phrase::Dismissed,
        },
        (DecisionAction::GrantPermission, _) => Phrase::Granted,
        (DecisionAction::WithdrawPermission, _) => Phrase::Withdrawn,
        (
            DecisionAction::Hold
            | DecisionAction::DismissReport
            | DecisionAction::HandOver
            | DecisionAction::MuteHost
            | DecisionAction::ChangeRules
            | DecisionAction::GiveTrust
            | DecisionAction::UngiveTrust
            | DecisionAction::BlockHost
            | DecisionAction::LimitHost
            | DecisionAction::AllowHost
            | DecisionAction::ClearHost
            | DecisionAction::LinkPartner
            | DecisionAction::UnlinkPartner
            | DecisionAction::AdmitMirror
            | DecisionAction::RemoveMirror
            | DecisionAction::TakeIntoCare
            | DecisionAction::EndCare,
            _,
        ) => Phrase::Held,
    }
}

/// The role that somebody was given, or had.
fn role_of(decision: &Decision) -> Option<StaffRole> {
    decision.rule.as_deref().and_then(|role| role.parse().ok())
}

fn decided_by(words: Words, decision: &Decision, signer: Option<&str>) -> Option<String> {
    Some(match (decision.by, signer) {
        (_, Some(name)) if decision.signed == Signed::Name => words.say(Phrase::ByName, &[("name", name)]),
        (Some(_), _) if decision.group.is_none() => words.say(Phrase::ByAdmins, &[]),
        (Some(_), _) => words.say(Phrase::ByModerators, &[]),
        (None, _) if decision.undoes.is_some() => words.say(Phrase::Ended, &[]),
        (None, _) if decision.layer == Layer::Rule => words.say(Phrase::ByRule, &[]),
        (None, _) => return None,
    })
}

fn how_to_appeal(words: Words, decision: &Decision, concerned: &Concerned) -> Option<String> {
    let days = match &concerned.group {
        Some(group) if group.is_local => group.appeal_days,
        Some(_) => return None,
        None => APPEAL_DAYS,
    };
    if days <= 0 || !is_appealable(decision.action) {
        return None;
    }
    let phrase = if concerned.is_local { Phrase::AppealHere } else { Phrase::AppealByReply };
    let date = moment(appeal_until(decision.at, days));
    Some(words.say(phrase, &[("date", &date)]))
}

/// `2026-03-01 12:00 UTC`: read alike in all languages.
fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

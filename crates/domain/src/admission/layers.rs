//! The layers, one function each: what it says, or `None` where it has nothing against an item.

use super::{Decided, Facts, HoldReason, Layer, Refusal, Role, Sanction, Verdict, Wants};
use crate::{
    group::{Admission, Posting, Review, Visibility},
    peering::Peering,
    rules::{Action, Judgement},
    time::Timestamp,
    trust::{Gate, GateEffect, Trust},
};

/// All but the automatic rules, in their order.
pub(super) fn all(facts: &Facts, now: Timestamp) -> impl Iterator<Item = (Layer, Option<Verdict>)> {
    [
        (Layer::InstancePeering, by_instance(facts.instance_peering)),
        (Layer::GroupPeering, by_peering(facts.group_peering)),
        (Layer::Standing, by_standing(facts, now)),
        (Layer::Audience, by_audience(facts)),
        (Layer::Role, by_role(facts)),
        (Layer::Trust, by_trust(facts)),
        (Layer::Thread, by_thread(facts)),
        (Layer::Review, by_review(facts)),
    ]
    .into_iter()
}

/// What the automatic rules make of it, after the others held it or had nothing against it.
pub(super) fn by_rules(judged: Judgement, held: Option<Decided>) -> Decided {
    let Judgement { refused, held: held_by, effects, fitting } = judged;
    let is_reported = effects.iter().any(|effect| effect.action == Action::Report);
    let decided = match (refused, held, held_by) {
        (Some((rule, said)), _, _) => Decided {
            rule: Some(rule),
            said: Some(said),
            ..Decided::by(Layer::Rule, Verdict::Refuse(Refusal::Rule))
        },
        (None, Some(held), _) => held,
        (None, None, Some(rule)) => {
            Decided { rule: Some(rule), ..Decided::by(Layer::Rule, Verdict::Hold(HoldReason::Rule)) }
        }
        (None, None, None) if is_reported => {
            let rule =
                effects.iter().find(|effect| effect.action == Action::Report).map(|by| by.rule.clone());
            Decided { rule, ..Decided::by(Layer::Rule, Verdict::AdmitAndReport) }
        }
        (None, None, None) => Decided::by(Layer::Default, Verdict::Admit),
    };
    Decided { effects, fitting, ..decided }
}

/// The answer as it fits what was asked for: nobody can look at a vote later, and a report is looked at anyway.
pub(super) fn fitted(wants: Wants, decided: Decided) -> Decided {
    let verdict = match (wants, decided.verdict) {
        (Wants::Vote, Verdict::Hold(reason)) => Verdict::Refuse(reason.as_refusal()),
        (Wants::Report, Verdict::Hold(_)) => Verdict::Admit,
        (_, verdict) => verdict,
    };
    Decided { verdict, ..decided }
}

// A host the whole instance has blocked gets no answer at all; see SECURITY.md.
fn by_instance(peering: Peering) -> Option<Verdict> {
    match peering {
        Peering::Blocked => Some(Verdict::Drop(Refusal::HostBlocked)),
        other => by_peering(other),
    }
}

fn by_peering(peering: Peering) -> Option<Verdict> {
    match peering {
        Peering::Open => None,
        Peering::Limited => Some(Verdict::Hold(HoldReason::HostLimited)),
        Peering::Blocked => Some(Verdict::Refuse(Refusal::HostBlocked)),
    }
}

/// Who is muted may still join and report, and who is on probation may join.
fn by_standing(facts: &Facts, now: Timestamp) -> Option<Verdict> {
    let is_under = |sanction| facts.standing.is_under(sanction, now);
    if is_under(Sanction::Ban) {
        return Some(Verdict::Refuse(Refusal::Banned));
    }
    match facts.wants {
        Wants::Join | Wants::Report => None,
        Wants::Post | Wants::Comment | Wants::Edit | Wants::Vote if is_under(Sanction::Mute) => {
            Some(Verdict::Refuse(Refusal::Muted))
        }
        Wants::Post | Wants::Comment | Wants::Edit | Wants::Vote => {
            is_under(Sanction::Probation).then_some(Verdict::Hold(HoldReason::Probation))
        }
    }
}

/// What is for some is not shown to everybody, and what is for this server does not come from another one.
fn by_audience(facts: &Facts) -> Option<Verdict> {
    let refusal = match facts.policy.visibility {
        Visibility::Public | Visibility::Unlisted => (!facts.is_public).then_some(Refusal::NotPublic),
        Visibility::Members => None,
        Visibility::Local => (!facts.is_local).then_some(Refusal::LocalOnly),
    };
    refusal.map(Verdict::Refuse)
}

fn by_role(facts: &Facts) -> Option<Verdict> {
    let is_inside = facts.role >= Role::Member || facts.wants == Wants::Join;
    if facts.policy.visibility == Visibility::Members && !is_inside {
        return Some(Verdict::Refuse(Refusal::MembersOnly));
    }
    match facts.wants {
        Wants::Vote | Wants::Report => None,
        Wants::Join => {
            let is_let_in = facts.policy.admission != Admission::Invite
                || facts.is_invited
                || facts.role == Role::Moderator;
            (!is_let_in).then_some(Verdict::Refuse(Refusal::InviteNeeded))
        }
        Wants::Post | Wants::Comment | Wants::Edit => by_posting(facts),
    }
}

fn by_posting(facts: &Facts) -> Option<Verdict> {
    let is_open = match facts.policy.posting {
        Posting::Everyone => true,
        Posting::Members => facts.role >= Role::Member,
        Posting::Moderators => {
            facts.role == Role::Moderator || (!facts.is_post && facts.role >= Role::Member)
        }
    };
    if is_open {
        return None;
    }
    let is_kept = facts.policy.posting == Posting::Moderators && facts.is_post;
    let refusal = if is_kept { Refusal::ModeratorsOnly } else { Refusal::MembersOnly };
    Some(Verdict::Refuse(refusal))
}

fn by_trust(facts: &Facts) -> Option<Verdict> {
    let gates = &facts.gates;
    match facts.wants {
        Wants::Join => None,
        Wants::Vote => (facts.trust < gates.voting).then_some(Verdict::Refuse(Refusal::NotTrusted)),
        Wants::Report => (facts.trust < gates.reporting).then_some(Verdict::Refuse(Refusal::NotTrusted)),
        Wants::Post | Wants::Comment | Wants::Edit => {
            let gate = closed_gate(facts)?;
            Some(match gates.effect {
                GateEffect::Hold => Verdict::Hold(HoldReason::of_gate(gate)),
                GateEffect::Refuse => Verdict::Refuse(Refusal::NotTrusted),
            })
        }
    }
}

fn closed_gate(facts: &Facts) -> Option<Gate> {
    let (gates, amounts) = (&facts.gates, &facts.amounts);
    let below = |level: Trust| facts.trust < level;
    let is_new = facts.wants != Wants::Edit;
    [
        (Gate::Links, below(gates.many_links) && amounts.links > gates.links),
        (Gate::Media, below(gates.media) && amounts.media > 0),
        (Gate::Mentions, below(gates.many_mentions) && amounts.mentions > gates.mentions),
        (Gate::Rate, is_new && below(gates.often) && amounts.recent >= gates.rate),
    ]
    .into_iter()
    .find_map(|(gate, is_closed)| is_closed.then_some(gate))
}

fn by_thread(facts: &Facts) -> Option<Verdict> {
    let is_closed = facts.wants == Wants::Comment && facts.thread_locked && facts.role != Role::Moderator;
    is_closed.then_some(Verdict::Refuse(Refusal::Locked))
}

/// An edit is reviewed where everything is; the review of first posts does not ask again.
fn by_review(facts: &Facts) -> Option<Verdict> {
    if facts.role == Role::Moderator {
        return None;
    }
    let is_spared = facts.gates.skips_review.is_some_and(|level| facts.trust >= level);
    match facts.wants {
        Wants::Vote | Wants::Report => None,
        Wants::Join => {
            let is_asked = facts.policy.admission == Admission::Approval && !facts.is_invited;
            is_asked.then_some(Verdict::Hold(HoldReason::Approval))
        }
        Wants::Post | Wants::Comment | Wants::Edit if is_spared => None,
        Wants::Post | Wants::Comment | Wants::Edit => match facts.policy.review {
            Review::None => None,
            Review::First if facts.wants == Wants::Edit || facts.admitted_before => None,
            Review::First => Some(Verdict::Hold(HoldReason::FirstPost)),
            Review::All => Some(Verdict::Hold(HoldReason::ReviewAll)),
        },
    }
}

//! Decisions of every kind, as a log shows them, and figures.

use guildhall_app::read::{
    LogEntry, LogLine, Period, PersonRef, TransparencyView, Whose,
    transparency::{Appeals, CaseCount, Cases, Counted, InForce, Reports, RuleCount, Took},
};
use guildhall_domain::{
    DecisionId, EntryId,
    admission::Layer,
    content::EntryKind,
    moderation::{DecisionAction, Effect, OPEN_ACTIONS, WrittenRule},
};

use super::{NOON, garden, group_elsewhere, hebrew_group, later, person};

/// Something decided by the moderators of the garden about nobody in particular.
pub(crate) fn line(id: i64, action: DecisionAction) -> LogLine {
    LogLine {
        id: DecisionId(id),
        action,
        whose: Whose::Group(garden().group),
        entry: None,
        person: None,
        host: None,
        is_automatic: false,
        layer: Layer::Moderator,
        rule: None,
        detail: None,
        written_rule: None,
        reason: None,
        until: None,
        by: None,
        undoes: None,
        at: NOON,
    }
}

pub(crate) fn about(line: LogLine, person: PersonRef) -> LogLine {
    LogLine { person: Some(person), ..line }
}

/// A post or comment, still there when it has a title.
pub(crate) fn entry(id: i64, kind: EntryKind, title: Option<&str>) -> LogEntry {
    LogEntry {
        id: EntryId(id),
        kind,
        thread: EntryId(1),
        is_shown: title.is_some(),
        title: title.map(str::to_owned),
    }
}

/// A day in the life of an instance.
pub(crate) fn eventful_log() -> Vec<LogLine> {
    let tomas = || person("tomas", "social.example", "Tomás");
    let written = |number, title: &str| Some(WrittenRule { number, title: title.to_owned() });
    let mut lines = vec![
        LogLine {
            entry: Some(entry(11, EntryKind::Comment, None)),
            reason: Some("Insults are no arguments.".into()),
            written_rule: written(2, "Be kind"),
            by: Some(person("noa", "hall.example", "Noa")),
            ..about(line(1, DecisionAction::Remove), tomas())
        },
        LogLine {
            entry: Some(entry(1, EntryKind::Post, Some("Garlic water, twice a week"))),
            reason: Some("Too heated; open again tomorrow.".into()),
            until: Some(later(60 * 24)),
            ..about(line(2, DecisionAction::Lock), person("noa", "hall.example", "Noa"))
        },
        LogLine { is_automatic: true, ..about(line(3, DecisionAction::Unban), tomas()) },
        LogLine {
            whose: Whose::Elsewhere(group_elsewhere().group),
            reason: Some("Advertising, the third time.".into()),
            ..about(line(4, DecisionAction::Ban), tomas())
        },
        LogLine {
            whose: Whose::Instance,
            host: Some("spam.example".into()),
            rule: Some("block-list lists.example".into()),
            is_automatic: true,
            layer: Layer::InstancePeering,
            ..line(5, DecisionAction::BlockHost)
        },
        LogLine {
            whose: Whose::Server("social.example".into()),
            ..about(line(6, DecisionAction::Ban), tomas())
        },
        LogLine {
            whose: Whose::Group(hebrew_group().group),
            entry: Some(entry(21, EntryKind::Post, Some("זרעים שמתאימים לאקלים"))),
            reason: Some("RHS: פרסומת אסורה כאן".into()),
            written_rule: written(1, "בלי פרסומות"),
            ..about(line(7, DecisionAction::Limit), person("dana", "hall.example", "דנה"))
        },
    ];
    lines.extend(OPEN_ACTIONS.iter().zip(100..).map(|(action, id)| line(id, *action)));
    lines
}

/// A busy March.
pub(crate) fn busy_month() -> TransparencyView {
    const MINUTE: i64 = 60_000;
    let counted = |action, is_automatic, count| Counted { action, is_automatic, count };
    let took = |count, median: i64, p90: i64| Took {
        count,
        median_ms: Some(median * MINUTE),
        p90_ms: Some(p90 * MINUTE),
    };
    TransparencyView {
        period: Period::month_of(NOON),
        at: NOON,
        groups: 12,
        actions: vec![
            counted(DecisionAction::Ban, false, 3),
            counted(DecisionAction::Hold, true, 1_204),
            counted(DecisionAction::Refuse, true, 310),
            counted(DecisionAction::Refuse, false, 44),
        ],
        effects: vec![(Effect::Held, 1_204), (Effect::Refused, 354), (Effect::Sanctioned, 3)],
        rules: vec![
            RuleCount {
                action: DecisionAction::Hold,
                layer: Layer::Rule,
                rule: Some("automatic".into()),
                written: None,
                count: 902,
            },
            RuleCount {
                action: DecisionAction::Ban,
                layer: Layer::Moderator,
                rule: None,
                written: Some(WrittenRule { number: 2, title: "בלי פרסומות".into() }),
                count: 3,
            },
        ],
        queue: took(840, 38, 300),
        reports: Reports { received: 61, withdrawn: 2 },
        cases: Cases {
            opened: 24,
            closed: vec![
                CaseCount { outcome: "decided".into(), count: 14 },
                CaseCount { outcome: "dismissed".into(), count: 8 },
            ],
            open: 2,
            took: took(22, 125, 2_900),
        },
        appeals: Appeals {
            received: 4,
            upheld: 2,
            reversed: 1,
            changed: 0,
            open: 1,
            took: took(3, 3_000, 9_000),
        },
        in_force: InForce { banned: 17, muted: 2, on_probation: 5 },
    }
}

//! What came of trying rules, as it is printed.

use std::fmt;

use guildhall_app::rulebook::{DryRun, RuleTrial, Sample};
use serde_json::{Value, json};

use super::output::rfc3339;

/// The result in the shape of the API; for people a paragraph a rule.
#[derive(Debug, serde::Serialize)]
#[serde(transparent)]
pub(super) struct Told {
    json: Value,
    #[serde(skip)]
    text: String,
}

impl From<DryRun> for Told {
    fn from(run: DryRun) -> Self {
        let came = run.came;
        let json = json!({
            "from": rfc3339(run.from),
            "until": rfc3339(run.until),
            "is_cut": run.is_cut,
            "came": {
                "items": came.items, "published": came.published, "held": came.held, "refused": came.refused,
                "refused_by_moderators": came.refused_by_moderators, "removed": came.removed, "not_asked": came.not_asked,
            },
            "rules": run.rules.iter().map(of_rule).collect::<Vec<_>>(),
            "before": run.before.as_ref().map(of_rule),
            "gates": run.gates.as_ref().map(of_rule),
            "missed": of_sample(&run.missed),
        });
        Self { json, text: Text(&run).to_string() }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.trim_end())
    }
}

fn of_rule(rule: &RuleTrial) -> Value {
    json!({
        "name": rule.name, "title": rule.title, "mode": rule.mode.as_str(), "caught": of_sample(&rule.caught),
        "right": of_sample(&rule.right), "wrong": of_sample(&rule.wrong), "missed": of_sample(&rule.missed),
    })
}

fn of_sample(sample: &Sample) -> Value {
    let examples = sample.examples.iter().map(|one| {
        json!({
            "id": one.id.to_string(), "kind": one.kind.as_str(), "title": one.title, "author": one.author,
            "at": rfc3339(one.at), "happened": one.happened.as_str(),
        })
    });
    json!({ "count": sample.count, "examples": examples.collect::<Vec<_>>() })
}

struct Text<'a>(&'a DryRun);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(run) = self;
        let came = run.came;
        writeln!(
            f,
            "{} posts and comments since {}: {} published, {} held, {} refused by rules, {} refused by moderators, {} removed",
            came.items,
            rfc3339(run.from),
            came.published,
            came.held,
            came.refused,
            came.refused_by_moderators,
            came.removed
        )?;
        if run.is_cut {
            writeln!(f, "More came than is looked at; older ones are left out.")?;
        }
        for rule in &run.rules {
            paragraph(f, rule)?;
        }
        if let Some(before) = &run.before {
            write!(f, "\nAs it is now: ")?;
            numbers(f, before)?;
        }
        if let Some(gates) = run.gates.as_ref().filter(|gates| gates.caught.count > 0) {
            paragraph(f, gates)?;
        }
        examples(f, "moderators removed or refused, and nothing here would have caught", &run.missed)
    }
}

fn paragraph(f: &mut fmt::Formatter<'_>, rule: &RuleTrial) -> fmt::Result {
    write!(f, "\n{}: ", rule.name)?;
    numbers(f, rule)?;
    examples(f, "moderators removed or refused too", &rule.right)?;
    examples(f, "left alone, so likely a mistake", &rule.wrong)
}

fn numbers(f: &mut fmt::Formatter<'_>, rule: &RuleTrial) -> fmt::Result {
    let [caught, right, wrong, missed] =
        [&rule.caught, &rule.right, &rule.wrong, &rule.missed].map(|sample| sample.count);
    writeln!(
        f,
        "would have caught {caught}; {right} of them moderators removed or refused too, {wrong} were left alone; would have \
         missed {missed}"
    )
}

fn examples(f: &mut fmt::Formatter<'_>, what: &str, sample: &Sample) -> fmt::Result {
    if sample.count == 0 {
        return Ok(());
    }
    writeln!(f, "  {what}: {}", sample.count)?;
    for one in &sample.examples {
        let title = one.title.replace(['\n', '\r'], " ");
        writeln!(
            f,
            "    {}  {}  {title}  ({}, {})",
            one.id,
            one.author,
            one.happened.as_str(),
            rfc3339(one.at)
        )?;
    }
    Ok(())
}

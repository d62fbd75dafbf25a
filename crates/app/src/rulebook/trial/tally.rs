//! Counting what rules would have done.

use std::collections::HashMap;
use std::sync::Arc;

use guildhall_domain::rules::{Action, Rule, RuleMode};

use super::{Came, Example, Happened, RuleTrial, Sample, fate::Fate};

/// The rules of one set, each with what it would have done.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) rules: Vec<RuleTrial>,
    places: HashMap<String, usize>,
    /// Of rules that do nothing but want a tag: the tags.
    wanted: Vec<Option<Vec<String>>>,
    /// Which rules fit the item at hand.
    fits: Vec<bool>,
}

impl Tally {
    pub(super) fn new(rules: &[Rule]) -> Self {
        Self {
            rules: rules.iter().map(|rule| empty(&rule.name, &rule.title, rule.mode)).collect(),
            places: rules.iter().enumerate().map(|(place, rule)| (rule.name.clone(), place)).collect(),
            wanted: rules.iter().map(wanted_tags).collect(),
            fits: vec![false; rules.len()],
        }
    }

    /// Counts one item; gives whether a rule catches it.
    pub(super) fn count(
        &mut self,
        fitting: &[Arc<str>],
        tags: &[String],
        happened: Happened,
        example: &mut Exhibit<'_>,
    ) -> bool {
        self.fits.fill(false);
        for name in fitting {
            if let Some(place) = self.places.get(name.as_ref()) {
                let has_tag = self.wanted[*place]
                    .as_ref()
                    .is_some_and(|wanted| wanted.iter().any(|tag| tags.contains(tag)));
                self.fits[*place] = !has_tag;
            }
        }
        for (rule, fits) in self.rules.iter_mut().zip(&self.fits) {
            count_one(rule, *fits, happened, example);
        }
        self.fits.contains(&true)
    }
}

/// A rule that has done nothing yet.
pub(super) fn empty(name: &str, title: &str, mode: RuleMode) -> RuleTrial {
    RuleTrial {
        name: name.to_owned(),
        title: title.to_owned(),
        mode,
        caught: Sample::default(),
        right: Sample::default(),
        wrong: Sample::default(),
        missed: Sample::default(),
    }
}

/// Counts what one rule, or a gate, says of one item.
pub(super) fn count_one(rule: &mut RuleTrial, fits: bool, happened: Happened, example: &mut Exhibit<'_>) {
    if fits {
        example.add_to(&mut rule.caught);
    }
    match (fits, happened.is_against()) {
        (true, true) => example.add_to(&mut rule.right),
        (true, false) if happened.is_for() => example.add_to(&mut rule.wrong),
        (false, true) => example.add_to(&mut rule.missed),
        (true | false, false) => {}
    }
}

fn wanted_tags(rule: &Rule) -> Option<Vec<String>> {
    let tags = rule.then.iter().map(|action| match action {
        Action::RequireTag(tags) => Some(tags.iter().map(|tag| tag.to_lowercase())),
        _ => None,
    });
    let tags: Option<Vec<_>> = tags.collect();
    tags.map(|tags| tags.into_iter().flatten().collect())
}

/// An item that may be shown as an example, made when it first is.
pub(super) struct Exhibit<'a> {
    most: usize,
    made: Option<Arc<Example>>,
    make: &'a dyn Fn() -> Example,
}

impl<'a> Exhibit<'a> {
    /// At most `most` are shown in each place.
    pub(super) fn new(most: usize, make: &'a dyn Fn() -> Example) -> Self {
        Self { most, made: None, make }
    }

    pub(super) fn add_to(&mut self, sample: &mut Sample) {
        sample.count += 1;
        if sample.examples.len() < self.most {
            let made = self.made.get_or_insert_with(|| Arc::new((self.make)()));
            sample.examples.push(made.clone());
        }
    }
}

impl Came {
    /// Counts one item that rules are tried on.
    pub(super) fn count(&mut self, fate: &Fate) {
        self.items += 1;
        let sort = match fate.happened {
            Happened::Published | Happened::Admitted => &mut self.published,
            Happened::Held => &mut self.held,
            Happened::Refused => &mut self.refused,
            Happened::RefusedByModerators => &mut self.refused_by_moderators,
            Happened::Removed => &mut self.removed,
            Happened::Deleted => &mut self.not_asked,
        };
        *sort += 1;
    }
}

//! The log of what is to be delivered: everything goes to every host.

use std::collections::HashMap;
use std::sync::Arc;

use guildhall_federation::delivery::model::Item;

use crate::assumptions::Assumptions;
use crate::dice::Dice;
use crate::time::Moment;

/// Something that somebody wrote.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) written_at: Moment,
    pub(crate) order_key: Arc<str>,
}

/// Draws posts and edits for so many hours, in the order of their times.
pub(crate) fn drafts(of: &Assumptions, posts_per_hour: u32, hours: u64, dice: &Dice) -> Vec<Draft> {
    const HOUR_MS: f64 = 3_600_000.0;
    let end = Moment::hours(hours);
    let mut drafts = Vec::new();
    let mut at = Moment::START;
    let mean = if posts_per_hour == 0 { f64::MAX } else { HOUR_MS / f64::from(posts_per_hour) };
    loop {
        at = at.plus_ms(dice.exponential(mean));
        if at >= end {
            break;
        }
        let order_key: Arc<str> = format!("post {}", drafts.len()).into();
        drafts.push(Draft { written_at: at, order_key: order_key.clone() });
        let edited_at = at.plus_ms(dice.exponential(HOUR_MS / 6.0));
        if dice.share() < of.edit_share && edited_at < end {
            drafts.push(Draft { written_at: edited_at, order_key });
        }
    }
    drafts.sort_by_key(|draft| draft.written_at);
    drafts
}

/// What was published, in order; `seq` counts from 1.
#[derive(Debug, Default)]
pub(crate) struct Log {
    items: Vec<Item>,
    written_at: Vec<Moment>,
    before: Vec<Option<i64>>,
    last_of_key: HashMap<Arc<str>, i64>,
}

impl Log {
    /// Appends what was written.
    pub(crate) fn append(&mut self, draft: &Draft) {
        let (seq, order_key) = (self.last() + 1, draft.order_key.clone());
        self.before.push(self.last_of_key.insert(order_key.clone(), seq));
        self.items.push(Item { seq, order_key });
        self.written_at.push(draft.written_at);
    }

    /// The last item's place; 0: there is none.
    pub(crate) fn last(&self) -> i64 {
        i64::try_from(self.items.len()).unwrap_or(i64::MAX)
    }

    /// Up to `limit` items behind `passed`.
    pub(crate) fn read(&self, passed: i64, limit: usize) -> &[Item] {
        let from = self.items.len().min(index(passed + 1));
        &self.items[from..self.items.len().min(from + limit)]
    }

    /// When it was written.
    pub(crate) fn written_at(&self, seq: i64) -> Moment {
        self.written_at[index(seq)]
    }

    /// The item that has to come before.
    pub(crate) fn before(&self, seq: i64) -> Option<i64> {
        self.before[index(seq)]
    }
}

/// An item's place in a list.
pub(crate) fn index(seq: i64) -> usize {
    usize::try_from(seq - 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_about_as_many_posts_and_edits_as_asked_for() {
        let drafts = drafts(&Assumptions::default(), 10, 1000, &Dice::new(1, 0));
        assert!((11_500..12_500).contains(&drafts.len()), "{}", drafts.len());
        assert!(drafts.is_sorted_by_key(|draft| draft.written_at));
    }

    #[test]
    fn an_edit_comes_after_what_it_edits() {
        let mut log = Log::default();
        for key in ["a", "b", "a"] {
            log.append(&Draft { written_at: Moment::START, order_key: key.into() });
        }
        assert_eq!([1, 2, 3].map(|seq| log.before(seq)), [None, None, Some(1)]);
        let seqs = |items: &[Item]| items.iter().map(|item| item.seq).collect::<Vec<_>>();
        assert_eq!(seqs(log.read(1, 9)), [2, 3]);
        assert_eq!(seqs(log.read(0, 1)), [1]);
        assert_eq!(seqs(log.read(3, 9)), [0_i64; 0]);
    }
}

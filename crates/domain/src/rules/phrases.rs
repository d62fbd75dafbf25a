//! Words and phrases of all rules in one tree, so that a text is walked once however many begin alike.

use std::collections::HashMap;

use super::text::{ItemText, words_of};

/// The most words in one phrase: how far a text is looked ahead from each of its words.
const MAX_PHRASE: usize = 10;

/// Lists of words and phrases, by what they begin with.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    starts: HashMap<String, Node>,
    /// For each end of a phrase the lists that have it.
    ends: Vec<Vec<usize>>,
    lists: usize,
}

/// Where some first words of phrases have led to.
#[derive(Debug, Default)]
struct Node {
    next: HashMap<String, Node>,
    /// The phrase that ends here.
    end: Option<usize>,
}

impl Phrases {
    /// Takes in a list, and gives its number.
    ///
    /// # Errors
    /// The first phrase that has no words, or too many.
    pub(super) fn add(&mut self, listed: &[String]) -> Result<usize, String> {
        let list = self.lists;
        self.lists += 1;
        for phrase in listed {
            self.add_one(phrase, list)?;
        }
        Ok(list)
    }

    fn add_one(&mut self, phrase: &str, list: usize) -> Result<(), String> {
        let mut words = words_of(phrase);
        let first = words.next().ok_or_else(|| format!("{phrase:?} has no letter and no digit in it"))?;
        let mut node = self.starts.entry(first).or_default();
        let mut length = 1;
        for word in words {
            length += 1;
            if length > MAX_PHRASE {
                return Err(format!("a phrase has at most {MAX_PHRASE} words; a pattern finds longer ones"));
            }
            node = node.next.entry(word).or_default();
        }
        let end = *node.end.get_or_insert_with(|| {
            self.ends.push(Vec::new());
            self.ends.len() - 1
        });
        if self.ends[end].last() != Some(&list) {
            self.ends[end].push(list);
        }
        Ok(())
    }

    /// Which lists have a word or phrase in a text, by their numbers.
    pub(super) fn find_in(&self, text: &ItemText) -> Vec<bool> {
        let mut is_found = vec![false; self.ends.len()];
        for (at, word) in text.words().enumerate() {
            let Some(mut node) = self.starts.get(word) else { continue };
            let mut ahead = text.words_from(at + 1);
            loop {
                if let Some(end) = node.end {
                    is_found[end] = true;
                }
                if node.next.is_empty() {
                    break;
                }
                let Some(next) = ahead.next().and_then(|word| node.next.get(word)) else { break };
                node = next;
            }
        }
        let mut lists = vec![false; self.lists];
        for (of_phrase, _) in self.ends.iter().zip(is_found).filter(|(_, is_found)| *is_found) {
            for list in of_phrase {
                lists[*list] = true;
            }
        }
        lists
    }
}

//! Marks for those who have no picture: a stem with a head, arms and a foot, as masons and guilds drew them. The
//! same handle has the same mark everywhere.

use crate::assets::fnv1a;

/// Lines on a square of 32.
const STEM: &str = "M16 5V27";
const HEADS: [&str; 8] = [
    "M9 12L16 5L23 12",
    "M9 5H23",
    "M16 5L23 10L16 15",
    "M12 9a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "M9 5L16 12L23 5",
    "M16 5L21 10L16 15L11 10Z",
    "M10 9H22",
    "M9 5V10H23V5",
];
const ARMS: [&str; 8] = [
    "M9 17H23",
    "M10 14L22 20",
    "M22 14L10 20",
    "M10 14L22 20M22 14L10 20",
    "M16 16H23V21",
    "M16 16H9V21",
    "M10 19L16 14L22 19",
    "M11 15H21M11 19H21",
];
const FEET: [&str; 8] = [
    "M9 27H23",
    "M9 27L16 20L23 27",
    "M16 27L23 22",
    "M16 27L9 22",
    "M10 27V23H22V27",
    "M9 22L16 27L23 22",
    "M12 23a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
    "M11 24H21",
];
/// How many tints the style sheet has: classes `tint-0` and so on.
const TINTS: u64 = 6;

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// For `d` of an SVG path on a square of 32.
    pub(crate) path: String,
    /// Which of the tints.
    pub(crate) tint: u64,
}

impl Mark {
    /// The mark of a handle.
    pub(crate) fn of(handle: &str) -> Self {
        let mut hash = fnv1a(handle.to_lowercase().as_bytes());
        // The low bits of FNV-1a hardly differ between names that end alike; all handles of a host do.
        hash ^= hash >> 32;
        let mut draw = |choices: u64| {
            let drawn = hash % choices;
            hash /= choices;
            drawn
        };
        let tint = draw(TINTS);
        let mut part =
            |parts: &[&'static str; 8]| usize::try_from(draw(8)).ok().and_then(|at| parts.get(at).copied());
        let parts = [Some(STEM), part(&HEADS), part(&ARMS), part(&FEET)];
        Self { path: parts.into_iter().flatten().collect(), tint }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_handle_keeps_its_mark_however_it_is_written() {
        assert_eq!(Mark::of("@Garden@a.example"), Mark::of("@garden@a.example"));
    }

    #[test]
    fn neighbours_get_different_marks() {
        let marks: HashSet<String> =
            (0..200).map(|n| Mark::of(&format!("@user{n}@a.example")).path).collect();
        assert!(marks.len() > 140, "{} of 200 differ", marks.len());
    }
}

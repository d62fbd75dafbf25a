//! The colours of the style sheet, measured: text 4.5:1, borders of fields and focus rings 3:1 (WCAG 2.2, 1.4.3 and
//! 1.4.11), in light and in dark.

use std::collections::HashMap;

const STYLE: &str = include_str!("../../assets/style.css");

/// Red, green and blue from 0 to 1.
type Colour = [f64; 3];

/// The colours by name, as a `:root` block gives them.
fn colours(block: &str) -> HashMap<&str, Colour> {
    let declarations = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    declarations.map(|(name, hex)| (name, colour(hex))).collect()
}

fn colour(hex: &str) -> Colour {
    let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    [part(0), part(2), part(4)]
}

/// Relative luminance, as WCAG 2.2 defines it.
fn luminance(colour: Colour) -> f64 {
    let linear = |c: f64| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The light colours, and the dark ones.
fn themes() -> [(&'static str, HashMap<&'static str, Colour>); 2] {
    let block = |from: &'static str| from.split_once(":root {").unwrap().1.split_once('}').unwrap().0;
    let dark = STYLE.split_once("prefers-color-scheme: dark").unwrap().1;
    [("light", colours(block(STYLE))), ("dark", colours(block(dark)))]
}

fn assert_contrast(least: f64, fronts: &[&str], grounds: &[&str]) {
    for (theme, colours) in themes() {
        for front in fronts {
            for ground in grounds {
                let found = contrast(colours[front], colours[ground]);
                assert!(found >= least, "{theme}: {front} on {ground} is {found:.2}:1");
            }
        }
    }
}

#[test]
fn texts_can_be_read_on_every_ground() {
    assert_contrast(4.5, &["ink", "quiet", "accent"], &["ground", "sheet", "wash"]);
    assert_contrast(4.5, &["ink", "quiet", "ochre", "accent"], &["ochre-wash"]);
}

#[test]
fn borders_marks_and_focus_rings_can_be_seen() {
    assert_contrast(3.0, &["edge", "accent"], &["ground", "sheet"]);
    assert_contrast(3.0, &["tint-0", "tint-1", "tint-2", "tint-3", "tint-4", "tint-5"], &["sheet"]);
}

#[test]
fn no_physical_direction_is_used() {
    for property in [
        "margin-left",
        "margin-right",
        "padding-left",
        "padding-right",
        "border-left",
        "border-right",
        "text-align: left",
        "text-align: right",
        " left:",
        " right:",
        "float:",
    ] {
        assert!(!STYLE.contains(property), "{property}");
    }
}

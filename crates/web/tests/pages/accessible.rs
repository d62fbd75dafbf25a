//! What every page owes to people who do not see it, or do not use a mouse (WCAG 2.2). Run over all kinds of pages.

use std::collections::HashSet;

use scraper::ElementRef;

use crate::{document::words, rendered::every_page};

/// Runs a check on each page; its message is told with the page's name.
fn on_every_page(check: impl Fn(&crate::document::Document) -> Result<(), String>) {
    let wrong: Vec<String> = every_page()
        .iter()
        .filter_map(|(name, page)| check(page).err().map(|message| format!("{name}: {message}")))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(message()) }
}

#[test]
fn a_page_says_its_language_and_has_a_title_of_its_own() {
    on_every_page(|page| {
        ensure(page.attribute("html", "lang") == "en", || "no language".into())?;
        ensure(page.has("html[dir]"), || "no direction".into())?;
        ensure(!page.text("title").is_empty(), || "no title".into())
    });
    let titles: Vec<String> = every_page().iter().map(|(_, page)| page.text("title")).collect();
    assert!(titles.contains(&"The Garden · Riverside Hall".to_owned()), "{titles:?}");
}

#[test]
fn a_page_has_each_landmark_once_and_a_way_past_the_first() {
    on_every_page(|page| {
        for landmark in ["body > header", "main", "body > footer", "h1"] {
            ensure(page.all(landmark).len() == 1, || format!("{landmark}: {}", page.all(landmark).len()))?;
        }
        let skip = page.all("body > a:first-child")[0];
        ensure(skip.attr("href") == Some("#main") && page.has("main#main"), || "no skip link".into())
    });
}

#[test]
fn landmarks_of_one_kind_are_told_apart_by_name() {
    on_every_page(|page| {
        for kind in ["nav", "aside"] {
            for landmark in page.all(kind) {
                let named = landmark.attr("aria-label").or_else(|| landmark.attr("aria-labelledby"));
                ensure(named.is_some(), || format!("a {kind} without a name"))?;
            }
        }
        for section in page.all("[aria-labelledby]") {
            let id = section.attr("aria-labelledby").unwrap_or_default();
            ensure(page.has(&format!("[id='{id}']")), || format!("nothing is called {id}"))?;
        }
        Ok(())
    });
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    on_every_page(|page| {
        let mut before = 0;
        for heading in page.all("h1, h2, h3, h4, h5, h6") {
            let level: u32 = heading.value().name().trim_start_matches('h').parse().unwrap();
            ensure(level <= before + 1, || format!("h{level} {:?} after h{before}", words(heading)))?;
            ensure(!words(heading).is_empty(), || format!("an empty h{level}"))?;
            before = level;
        }
        Ok(())
    });
}

#[test]
fn every_link_says_something_and_leads_somewhere() {
    on_every_page(|page| {
        for link in page.all("a") {
            let named = !words(link).is_empty() || has_described_image(link);
            ensure(named, || format!("an empty link: {}", link.html()))?;
            ensure(link.attr("href").is_some_and(|href| !href.is_empty()), || link.html())?;
        }
        Ok(())
    });
}

fn has_described_image(link: ElementRef<'_>) -> bool {
    link.descendent_elements().any(|child| child.attr("alt").is_some_and(|alt| !alt.is_empty()))
}

#[test]
fn links_within_a_page_have_their_target() {
    on_every_page(|page| {
        for link in page.all("a[href^='#']") {
            let id = link.attr("href").unwrap_or_default().trim_start_matches('#');
            ensure(page.has(&format!("[id='{id}']")), || format!("nothing is called {id}"))?;
        }
        Ok(())
    });
}

#[test]
fn fields_have_labels_images_alternatives_and_drawings_are_hidden() {
    on_every_page(|page| {
        for field in page.all("input, select") {
            let id = field.attr("id").unwrap_or_default();
            ensure(page.all(&format!("label[for='{id}']")).len() == 1, || format!("no label for {id:?}"))?;
        }
        for image in page.all("img") {
            ensure(image.attr("alt").is_some(), || image.html())?;
        }
        for drawing in page.all("svg") {
            ensure(drawing.attr("aria-hidden") == Some("true"), || drawing.html())?;
        }
        Ok(())
    });
}

#[test]
fn ids_are_unique() {
    on_every_page(|page| {
        let mut seen = HashSet::new();
        for element in page.all("[id]") {
            let id = element.attr("id").unwrap_or_default();
            ensure(seen.insert(id), || format!("{id} twice"))?;
        }
        Ok(())
    });
}

#[test]
fn nothing_needs_a_script_or_brings_a_style_of_its_own() {
    on_every_page(|page| {
        for bad in ["script", "style", "[style]", "iframe", "object", "[onclick]", "form:not([method=get])"] {
            ensure(!page.has(bad), || bad.to_owned())?;
        }
        for form in page.all("form") {
            ensure(form.attr("action").is_some_and(|action| action.starts_with('/')), || form.html())?;
        }
        let sheets = page.all("link[rel=stylesheet]");
        let own =
            sheets.iter().all(|sheet| sheet.attr("href").is_some_and(|href| href.starts_with("/assets/")));
        ensure(sheets.len() == 1 && own, || "style sheets from elsewhere".into())
    });
}

#[test]
fn texts_of_people_have_their_direction_or_find_it() {
    on_every_page(|page| {
        for text in page.all(".prose, .text, .excerpt, .rule-text, .rule-title, .entry h3 a") {
            let direction = text.attr("dir").unwrap_or_default();
            ensure(["auto", "ltr", "rtl"].contains(&direction), || text.html())?;
        }
        Ok(())
    });
}

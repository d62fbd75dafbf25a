//! Writes pages with sample content into a folder, to look at them in a browser:
//! `cargo run -p guildhall-web --example preview -- FOLDER`, then serve the folder with any file server.

#[path = "../tests/pages/samples/mod.rs"]
mod samples;

use std::{error::Error, fs, path::Path};

use askama::Template;
use guildhall_app::read::{LogWanted, Page, PageRequest};
use guildhall_domain::content::Sort;
use guildhall_web::view::{
    ErrorPage, GroupPage, GroupPosts, HomePage, LogPage, LogShown, PageError, PersonPage, ThreadPage,
    TransparencyPage,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("assets"))?;
    for (name, html) in pages()? {
        write_assets(folder, &html)?;
        // The one picture of the samples is looked for in the folder.
        let html = html.replace("https://pictures.example/", "/");
        fs::write(folder.join(format!("{name}.html")), html)?;
    }
    Ok(())
}

fn pages() -> Result<Vec<(&'static str, String)>, askama::Error> {
    let site = samples::site();
    let group = |view, entries: Vec<_>| {
        let (featured, items) =
            entries.into_iter().partition(|entry: &guildhall_app::read::EntryView| entry.featured);
        let next = Some(guildhall_app::read::Cursor { key: 1, id: 1 });
        let request = PageRequest::default();
        GroupPage::new(
            &site,
            &view,
            &GroupPosts { sort: Sort::New, request, featured, posts: Page { items, next } },
        )
        .render()
    };
    let home = |groups, has_accounts| {
        HomePage::new(&site, PageRequest::default(), &Page { items: groups, next: None }, has_accounts)
            .render()
    };
    let mut noa = samples::person_view(samples::person("tomas", "social.example", "Tomás"));
    noa.summary_html = Some("<p>Potatoes, mostly. Plot 14.</p>".into());
    let mut written = samples::garden_posts();
    written.insert(1, samples::garden_thread().comments.swap_remove(1));
    if let Some(comment) = written.get_mut(1) {
        comment.excerpt = "A week I can live with. Thank you!".into();
    }
    let log = |view: Option<&guildhall_app::read::GroupView>, wanted: &LogWanted, next| {
        let lines = LogShown::Lines(Page { items: samples::eventful_log(), next });
        LogPage::new(&site, view, wanted, PageRequest::default(), lines).render()
    };
    let looked_for = LogWanted { action: Some("ban".into()), ..LogWanted::default() };
    let counted = samples::busy_month();
    Ok(vec![
        ("log", log(None, &looked_for, Some(guildhall_app::read::Cursor { key: 0, id: 1 }))?),
        ("log-group", log(Some(&samples::garden()), &LogWanted::default(), None)?),
        ("log-he", log(Some(&samples::hebrew_group()), &LogWanted::default(), None)?),
        ("transparency", TransparencyPage::new(&site, None, counted.period, Some(&counted), None).render()?),
        ("home", home(vec![samples::garden(), samples::group_elsewhere(), samples::hebrew_group()], true)?),
        ("start", home(Vec::new(), false)?),
        ("group", group(samples::garden(), samples::garden_posts())?),
        ("group-he", group(samples::hebrew_group(), samples::hebrew_posts())?),
        ("group-empty", group(samples::group("new", "Brand new"), Vec::new())?),
        ("thread", ThreadPage::new(&site, samples::garden_thread()).render()?),
        ("thread-he", ThreadPage::new(&site, samples::hebrew_thread()).render()?),
        ("group-elsewhere", group(samples::group_elsewhere(), samples::garden_posts())?),
        ("thread-straining", ThreadPage::new(&site, samples::straining_thread()).render()?),
        ("thread-gone", ThreadPage::new(&site, samples::gone_thread()).render()?),
        ("thread-deep", ThreadPage::new(&site, samples::sprawling_thread()).render()?),
        (
            "person",
            PersonPage::new(&site, &noa, PageRequest::default(), &Page { items: written, next: None })
                .render()?,
        ),
        ("unavailable", ErrorPage::new(&site, PageError::Unavailable).render()?),
        ("not-found", ErrorPage::new(&site, PageError::NotFound).render()?),
        (
            "bad-sort",
            ErrorPage::new(&site, PageError::UnknownSort { start: "/groups/garden".into() }).render()?,
        ),
    ])
}

/// Puts the style sheet and the icon where `html` looks for them.
fn write_assets(folder: &Path, html: &str) -> Result<(), Box<dyn Error>> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for (prefix, file) in [("/assets/style-", "style.css"), ("/assets/icon-", "icon.svg")] {
        let at = html.find(prefix).ok_or("no asset is named")?;
        let name = html
            .get(at + 1..)
            .and_then(|rest| rest.split('"').next())
            .ok_or("the name of an asset does not end")?;
        fs::copy(kept.join(file), folder.join(name))?;
    }
    Ok(())
}

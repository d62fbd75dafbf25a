//! The home page.

use crate::{
    rendered::home_page,
    samples::{garden, hebrew_group},
};

#[test]
fn a_first_start_shows_the_two_commands() {
    let page = home_page(Vec::new(), false);
    let commands = page.texts(".start pre");
    assert_eq!(
        commands,
        [
            "printf '%s' 'a good password' | guildhall account create NAME --admin --password-stdin",
            "guildhall group create NAME --title \"…\" --moderator NAME",
        ]
    );
}

#[test]
fn the_first_steps_are_gone_once_there_is_an_account() {
    let page = home_page(Vec::new(), true);
    assert!(!page.has(".start"));
    assert!(page.text("main").contains("guildhall group create"), "a group is still to be made");
    assert!(!home_page(vec![garden()], true).text("main").contains("guildhall group create"));
}

#[test]
fn groups_are_listed_with_their_handles_and_languages() {
    let page = home_page(vec![garden(), hebrew_group()], true);
    assert_eq!(page.texts(".group-item .handle"), ["@garden@hall.example", "@gina@hall.example"]);
    assert_eq!(page.attribute(".group-item:nth-child(2)", "lang"), "he");
    assert_eq!(page.attribute(".group-item:first-child h3 a", "href"), "/groups/garden");
    let description = page.text(".group-item:first-child .excerpt");
    assert!(description.contains("Plot questions go to the committee."), "{description}");
}

#[test]
fn the_instance_is_named_and_described() {
    let page = home_page(vec![garden()], true);
    assert_eq!(page.text("h1"), "Riverside Hall");
    assert!(page.text(".lead").starts_with("Groups of the people"));
    assert_eq!(page.attribute("link[rel=canonical]", "href"), "https://hall.example/");
}

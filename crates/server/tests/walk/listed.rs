//! Groups that are on no list, or on those of people here alone.

use crate::{readers::READERS, routes, secrets::VISIBILITIES, world::Template};

/// Those without a parameter are about no group: what they name is listed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_listed_to_those_to_whom_its_visibility_lists_it() {
    let world = Template::make().await.copy().await;
    let things = &world.places[&VISIBILITIES[0]].usual;
    let (mut wrong, mut listed) = (Vec::new(), 0);
    let lists = |path: &str| !path.contains('{') && path != "/api/guildhall/v1/notices";
    for route in routes().into_iter().filter(|route| route.method == "GET" && lists(&route.path)) {
        for reader in READERS {
            let told = world.ask(&route, things, reader).await.text();
            for group in VISIBILITIES.into_iter().filter(|group| told.contains(group.group())) {
                listed += 1;
                if !group.may_be_listed(route.door, reader) {
                    wrong.push(format!("{route}: {group:?} to {reader:?}"));
                }
            }
        }
    }
    assert!(listed > 0, "nothing is listed");
    assert!(wrong.is_empty(), "listed to who may not know:\n{}", wrong.join("\n"));
}

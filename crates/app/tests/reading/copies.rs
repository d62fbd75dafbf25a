//! Which servers hold copies of what is said in a group.

use guildhall_app::{
    group::{self, Leave},
    peering::{self, By, SetPeering},
    read::{
        CopiesView,
        copies::{self, CopiesError},
    },
};
use guildhall_domain::{GroupId, actor::ActorKind, event::Cause, peering::PeeringAction};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{FAR, HOST, Here, people::viewer};

async fn servers(here: &Here, group: GroupId) -> Vec<CopiesView> {
    let moderator = viewer(here.moderator(group).await);
    copies::list(&here.app, &moderator, group, None, 10).await.unwrap().0
}

on_both_engines! {
    async fn servers_are_named_for_as_long_as_they_have_members_and_after(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        here.join(group, ann).await;
        let (bob, bea) = (here.remote("bob").await, here.remote("bea").await);
        let eve = here.elsewhere("eve", "z.bad.example", ActorKind::Person).await;
        here.minute();
        let joined = here.now();
        for member in [bob, bea, eve] {
            here.join(group, member).await;
        }
        here.minute();
        let command = |actor| Leave { group, actor, cause: Cause::Local };
        group::leave(&here.app, command(bob)).await.unwrap();
        let seen = servers(&here, group).await;
        let names: Vec<_> = seen.iter().map(|one| (one.host.as_str(), one.is_here, one.members)).collect();
        assert_eq!(names, [(HOST, true, 1), (FAR, false, 1), ("z.bad.example", false, 1)]);
        assert_eq!((seen[1].since, seen[1].until), (joined, None));

        group::leave(&here.app, command(bea)).await.unwrap();
        let left = here.now();
        here.minute();
        let block = SetPeering::new(Some(group), "bad.example", PeeringAction::Block);
        peering::set(&here.app, &By::Operator, block).await.unwrap();
        let blocked = here.now();
        here.minute();
        let seen = servers(&here, group).await;
        assert_eq!((seen[1].until, seen[1].members, seen[1].is_blocked), (Some(left), 0, false));
        assert_eq!((seen[2].until, seen[2].is_blocked), (Some(blocked), true), "by its domain");

        here.join(group, bob).await;
        let seen = servers(&here, group).await;
        assert_eq!((seen[1].since, seen[1].until), (joined, None), "it had copies all the while");
    }

    async fn they_are_told_to_members_page_by_page(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, stranger) = (here.person("ann").await, here.person("nosy").await);
        here.join(group, ann).await;
        for host in ["a.example", "b.example", "c.example"] {
            here.join(group, here.elsewhere("x", host, ActorKind::Person).await).await;
        }
        let refused = copies::list(&here.app, &viewer(stranger), group, None, 10).await;
        assert!(matches!(refused, Err(CopiesError::MembersOnly)));
        let ann = viewer(ann);
        let (first, next) = copies::list(&here.app, &ann, group, None, 2).await.unwrap();
        let names = |page: &[CopiesView]| page.iter().map(|one| one.host.clone()).collect::<Vec<_>>();
        assert_eq!((names(&first), next.as_deref()), (vec![HOST.to_owned(), "a.example".into(), "b.example".into()], Some("b.example")));
        let (last, next) = copies::list(&here.app, &ann, group, next.as_deref(), 2).await.unwrap();
        assert_eq!((names(&last), next), (vec!["c.example".to_owned()], None));
    }
}

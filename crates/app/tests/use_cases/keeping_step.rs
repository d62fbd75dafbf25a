//! What a group elsewhere says of who its members here are (FEP-8fcf).

use std::time::Duration;

use guildhall_app::group::{TakeMembers, take_members};
use guildhall_domain::{ActorId, GroupId, membership::MembershipState};
use guildhall_store::{
    Db,
    membership::{self, Membership},
    testing::on_both_engines,
};

use crate::support::Here;

async fn belong(here: &Here, group: GroupId, people: &[ActorId]) {
    let mut tx = here.app.begin().await.unwrap();
    for actor in people {
        let member =
            Membership { group_id: group, actor_id: *actor, state: MembershipState::Member, follow: None };
        membership::set(&mut tx, &member, here.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn counted(here: &Here, group: GroupId) -> usize {
    membership::list_here(&here.app.store, group).await.unwrap().len()
}

on_both_engines! {
    async fn a_server_that_names_nobody_does_not_put_everybody_out_at_once(db: Db) {
        let here = Here::new(db);
        let boats = here.far_group("boats").await;
        let mut people = Vec::new();
        for number in 0..101 {
            people.push(here.person(&format!("ann{number}")).await);
        }
        belong(&here, boats, &people).await;
        here.pass(Duration::from_mins(11));
        let nobody = || TakeMembers { group: boats, members: Vec::new(), asked_at: here.now() };
        take_members(&here.app, nobody()).await.unwrap();
        assert_eq!(counted(&here, boats).await, 1);
        take_members(&here.app, nobody()).await.unwrap();
        assert_eq!(counted(&here, boats).await, 0, "the rest with the next list");
    }

    async fn whoever_has_come_since_the_list_was_asked_for_stays(db: Db) {
        let here = Here::new(db);
        let boats = here.far_group("boats").await;
        let (ann, bob) = (here.person("ann").await, here.person("bob").await);
        belong(&here, boats, &[ann]).await;
        let asked_at = here.now();
        here.pass(Duration::from_mins(1));
        belong(&here, boats, &[bob]).await;
        take_members(&here.app, TakeMembers { group: boats, members: Vec::new(), asked_at }).await.unwrap();
        assert_eq!(counted(&here, boats).await, 2, "neither had been one for long when the list was made");
    }
}

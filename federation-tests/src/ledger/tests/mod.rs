//! One damage at a time, each of which has to be named.

mod world;

use std::{sync::Arc, time::Instant};

use serde_json::json;

use self::world::{GONE, HOST, OURS, POST, THEIRS, World, note, writer};
use super::kept::Entry;
use crate::Arrival;

/// One damage, and the names that it is to have.
#[track_caller]
fn damaged(damage: impl FnOnce(&mut World), names: &[&str]) {
    let mut world = World::new();
    damage(&mut world);
    assert_eq!(world.damages(), names);
}

#[test]
fn what_agrees_has_no_damage() {
    damaged(|_| {}, &[]);
}

#[test]
fn a_comment_that_is_not_in_the_store_is_lost() {
    damaged(|world| world.entry(2).is_comment = false, &["https://here.example/comments/2 is lost"]);
}

#[test]
fn a_comment_with_an_older_text_is_not_as_it_was_left() {
    damaged(
        |world| world.entry(2).content = "<p>here v1</p>".to_owned(),
        &["https://here.example/comments/2 is published, \"here v1\", not \"here v2\""],
    );
}

#[test]
fn a_comment_that_is_there_though_it_was_deleted_is_named() {
    damaged(
        |world| world.said.comments[0].is_deleted = true,
        &[
            "https://there.example/notes/0 is published though it was deleted",
            "entry_gone of https://there.example/notes/0 happened 0 times, not 1",
        ],
    );
}

#[test]
fn a_comment_under_two_ids_is_there_twice() {
    damaged(
        |world| {
            let twin = Entry {
                ap_id: "https://here.example/comments/9".to_owned(),
                ..world.kept.entries[&2].clone()
            };
            world.kept.entries.insert(9, twin);
        },
        &["here is there 2 times", "https://here.example/comments/9 is there though nobody wrote it"],
    );
}

#[test]
fn a_comment_without_an_answer_may_be_there_once() {
    let twins = |count: i64| {
        move |world: &mut World| {
            world.said.doubtful.push("doubtful v0".to_owned());
            for key in 9..9 + count {
                let [ap_id, state, content] = [
                    format!("https://here.example/comments/{key}"),
                    "published".to_owned(),
                    "<p>doubtful v0</p>".to_owned(),
                ];
                world.kept.entries.insert(key, Entry { ap_id, is_comment: true, state, content });
            }
        }
    };
    damaged(twins(0), &[]);
    damaged(twins(1), &[]);
    damaged(twins(2), &["doubtful is there 2 times"]);
}

#[test]
fn an_activity_that_is_not_known_any_more_is_lost() {
    damaged(|world| drop(world.kept.received.remove("Update-3")), &["Update-3 was answered and is lost"]);
}

#[test]
fn an_activity_that_was_given_up_is_named() {
    damaged(
        |world| {
            let received = world.kept.received.get_mut("Update-3").unwrap();
            (received.outcome, received.reason) = (Some("failed".to_owned()), Some("no".to_owned()));
        },
        &["Update-3 is Some(\"failed\"): Some(\"no\")"],
    );
}

#[test]
fn an_activity_with_its_effect_twice_is_named() {
    damaged(
        |world| {
            let key = world.event("voted", Some(1), Some(4));
            let like = world.said.activities[4].clone();
            world.announce(key, 1, &like);
            world.hear_all();
            world.kept.cursors.insert(HOST.to_owned(), key);
        },
        &["Like-4 had its effect twice: [\"voted\", \"voted\"]"],
    );
}

#[test]
fn an_activity_without_an_event_had_no_effect() {
    damaged(|world| world.kept.events[6].received = None, &["Like-4 (\"Like\") had no effect"]);
}

#[test]
fn a_vote_that_is_not_the_last_is_named() {
    damaged(
        |world| world.kept.votes[0].2 = -1,
        &["the vote of https://there.example/u/writer on https://here.example/posts/1 is -1, not 1"],
    );
    damaged(
        |world| world.kept.votes.clear(),
        &["the vote of https://there.example/u/writer on https://here.example/posts/1 is 0, not 1"],
    );
}

#[test]
fn a_membership_that_is_not_the_last_is_named() {
    damaged(
        |world| world.kept.members.clear(),
        &["https://there.example/u/writer is a member 0 times, not 1"],
    );
    damaged(
        |world| world.said.memberships[0].follow = None,
        &["https://there.example/u/writer is a member 1 times, not 0"],
    );
}

#[test]
fn a_follow_without_an_answer_is_named() {
    damaged(
        |world| {
            world.kept.log.remove(0);
            world.arrivals.remove(0);
        },
        &["Follow-0 is not accepted"],
    );
}

#[test]
fn a_create_that_is_not_on_the_log_is_lost() {
    for (text, comment) in [("there-0 v0", THEIRS), ("here v0", OURS)] {
        let mut world = World::new();
        world.kept.log.remove(world.place_of("Create", text));
        world.hear_all();
        let damages = world.damages();
        assert_eq!(damages[0], format!("entry_published of {comment} is not on the log"));
        assert!(damages[1].ends_with("tells of an edit of what is unknown"), "{damages:?}");
    }
}

#[test]
fn an_update_that_is_not_on_the_log_is_lost() {
    for (text, comment) in [("there-0 v1", THEIRS), ("here v1", OURS), ("here v2", OURS)] {
        damaged(
            |world| {
                world.kept.log.remove(world.place_of("Update", text));
                world.hear_all();
                world.kept.cursors.clear();
            },
            &[&format!("entry_edited of {comment} is not on the log")],
        );
    }
}

#[test]
fn an_edit_that_left_no_event_is_lost() {
    damaged(
        |world| {
            let place = world.place_of("Update", "here v1");
            let row = world.kept.log.remove(place);
            world.kept.events.retain(|event| event.key != row.event);
            world.hear_all();
        },
        &["entry_edited of https://here.example/comments/2 happened 1 times, not 2"],
    );
}

#[test]
fn a_vote_that_is_not_on_the_log_is_lost() {
    damaged(
        |world| {
            world.kept.log.remove(world.place_of("Like", POST));
            world.hear_all();
        },
        &["voted of https://here.example/posts/1 is not on the log"],
    );
}

#[test]
fn what_was_deleted_before_it_was_told_of_is_not_missed_but_its_end_is() {
    damaged(
        |world| {
            world.kept.log.remove(world.place_of("Create", "there-1 v0"));
            world.hear_all();
        },
        &[],
    );
    damaged(
        |world| {
            world.kept.log.remove(world.place_of("Delete", GONE));
            world.hear_all();
        },
        &["entry_gone of https://there.example/notes/1 is not on the log"],
    );
}

#[test]
fn what_was_never_committed_is_named() {
    damaged(
        |world| {
            world.row(999, "entry-9", Some(1), &json!({"id": "announce-999", "type": "Announce", "object": {
                "id": "ours-999", "type": "Create", "object": note("https://here.example/comments/9", "here-9 v0"),
            }}));
            world.hear_all();
        },
        &["announce-999 tells of what did not come to pass"],
    );
}

#[test]
fn a_body_that_is_not_what_was_said_is_named() {
    damaged(
        |world| world.reword("Create", "here v0", "here v9"),
        &["announce-102 says \"here v9\", which nobody did"],
    );
    damaged(
        |world| world.reword("Update", "here v1", "here v9"),
        &["announce-105 says \"here v9\", which nobody did"],
    );
    damaged(
        |world| world.reword("Create", OURS, "https://here.example/comments/8"),
        &[
            "announce-102 is about https://here.example/comments/8, not https://here.example/comments/2",
            "announce-105 tells of an edit of what is unknown",
        ],
    );
    damaged(|world| world.reword("Like", "\"Like\"", "\"Create\""), &["announce-106 is Create for voted"]);
}

#[test]
fn an_activity_arrive_that_was_changed_is_named() {
    for (from, to) in [(writer().as_str(), "https://there.example/u/other"), ("Like-4", "Like-9")] {
        let mut world = World::new();
        world.reword("Like", from, to);
        let [damage] = &world.damages()[..] else { panic!("{:?}", world.damages()) };
        assert!(damage.starts_with("announce-106 is not what was said"), "{damage}");
    }
}

#[test]
fn a_body_for_microblogs_that_is_not_what_was_said_is_named() {
    damaged(
        |world| {
            let update = json!({"id": "copies-105", "type": "Update", "object": note(OURS, "here v9")});
            let place = world.place_of("Update", "here v1");
            world.kept.log[place].bodies[1] = Some(update.to_string().into_bytes());
        },
        &["announce-105 says \"here v9\", which nobody did"],
    );
    damaged(|world| world.kept.log[1].bodies[1] = Some(b"{".to_vec()), &["announce-101 is no JSON"]);
}

#[test]
fn a_bare_id_instead_of_what_was_said_is_named() {
    damaged(
        |world| {
            let place = world.place_of("Create", "there-0 v0");
            let bare = json!({"id": "announce-101", "type": "Announce", "object": THEIRS});
            world.kept.log[place].bodies[0] = Some(bare.to_string().into_bytes());
            world.hear_all();
        },
        &[
            "announce-101 names \"https://there.example/notes/0\" and does not say what is with it",
            "announce-104 tells of an edit of what is unknown",
        ],
    );
}

#[test]
fn steps_that_are_on_the_log_in_another_order_are_named() {
    damaged(
        |world| {
            let (one, other) = (world.place_of("Update", "here v1"), world.place_of("Update", "here v2"));
            let bodies = world.kept.log[one].bodies.clone();
            world.kept.log[one].bodies = std::mem::replace(&mut world.kept.log[other].bodies, bodies);
            let ids = [one, other].map(|place| world.kept.log[place].id.clone());
            [world.kept.log[other].id, world.kept.log[one].id] = ids;
            world.hear_all();
        },
        &["announce-105 comes after what is later"],
    );
    damaged(
        |world| {
            let place = world.place_of("Create", "here v0");
            let mut twin = world.kept.log[place].clone();
            twin.id = "twin".to_owned();
            world.kept.log.insert(place + 1, twin);
            world.arrivals.clear();
            world.kept.subscriptions.clear();
            world.kept.targets.clear();
        },
        &["twin tells of a second beginning"],
    );
}

#[test]
fn a_row_that_a_host_never_heard_is_named() {
    for place in 0..World::new().kept.log.len() {
        let mut world = World::new();
        let lost = world.arrivals.remove(place);
        let id = lost.activity["id"].as_str().unwrap().to_owned();
        assert_eq!(world.damages(), [format!("there.example was not told {id}")]);
    }
}

#[test]
fn a_host_that_was_skipped_is_named() {
    let mut world = World::new();
    world.arrivals.truncate(3);
    assert_eq!(world.damages().len(), world.kept.log.len() - 3);
    assert_eq!(world.damages()[0], "there.example was not told announce-103");
    damaged(
        |world| *world.kept.cursors.get_mut(HOST).unwrap() = 1000,
        &["there.example has passed 1000, and the log ends at 108"],
    );
}

#[test]
fn what_was_published_before_a_host_followed_is_not_missed_and_not_for_it() {
    damaged(
        |world| {
            world.kept.subscriptions[0].since = 101;
            world.arrivals.remove(1);
        },
        &[],
    );
    damaged(
        |world| world.kept.subscriptions[0].since = 101,
        &["there.example was told announce-101, which is not for it"],
    );
}

#[test]
fn what_was_told_and_is_not_on_the_log_is_named() {
    damaged(
        |world| {
            let activity = json!({"id": "announce-999", "type": "Announce"});
            let bytes = activity.to_string().into_bytes().into();
            world.arrivals.push(Arrival { bytes, activity: Arc::new(activity), at: Instant::now() });
        },
        &["there.example was told announce-999, which is not on the log"],
    );
}

#[test]
fn a_row_that_was_changed_after_it_was_told_is_named() {
    for place in 0..World::new().kept.log.len() {
        let mut world = World::new();
        world.kept.log[place].bodies[0].as_mut().unwrap().push(b' ');
        let id = world.kept.log[place].id.clone();
        assert_eq!(world.damages(), [format!("there.example was told {id} in other bytes")]);
    }
}

#[test]
fn what_is_told_out_of_order_is_named() {
    damaged(
        |world| world.arrivals.swap(2, 5),
        &["there.example was told of entry-2 out of order: [105, 102, 108]"],
    );
    // Of another thing: nothing that has to stay in order.
    damaged(|world| world.arrivals.swap(1, 2), &[]);
}

#[test]
fn what_is_told_again_ends_with_the_newest() {
    damaged(|world| world.arrivals.extend(world.arrivals.clone()), &[]);
    damaged(
        |world| world.arrivals.push(world.arrivals[5].clone()),
        &["the last word to there.example on entry-2 is old: [102, 105, 108, 105]"],
    );
}

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn parcel(seq: i64, key: &str, inbox: &str) -> Parcel {
    Parcel {
        seq,
        inbox: inbox.into(),
        sender: ActorId(1),
        group: None,
        order_key: key.into(),
        body: Bytes::from_static(b"{}"),
    }
}

fn window(parcels: Vec<Parcel>) -> Window {
    let mut window = Window::after(0);
    let last = parcels.last().map_or(0, |parcel| parcel.seq);
    window.extend(parcels, Position::after(last), true);
    window
}

fn take_all(window: &mut Window) -> Vec<i64> {
    std::iter::from_fn(|| window.take(Pick::InOrder, NOW)).map(|parcel| parcel.seq).collect()
}

#[test]
fn items_of_one_key_go_one_after_another_and_others_beside_them() {
    let mut window =
        window(vec![parcel(1, "a", "i"), parcel(2, "a", "i"), parcel(3, "b", "i"), parcel(4, "a", "i")]);
    assert_eq!(take_all(&mut window), [1, 3]);
    window.finish(1, "i");
    assert_eq!(take_all(&mut window), [2]);
}

#[test]
fn one_item_goes_to_all_inboxes_before_the_next_of_its_key() {
    let mut window = window(vec![parcel(1, "a", "i"), parcel(1, "a", "j"), parcel(2, "a", "i")]);
    assert_eq!(take_all(&mut window), [1, 1]);
    window.finish(1, "i");
    assert_eq!(take_all(&mut window), [0_i64; 0]);
    window.finish(1, "j");
    assert_eq!(take_all(&mut window), [2]);
}

#[test]
fn the_cursor_stands_before_the_first_that_is_not_done() {
    let mut window = window(vec![parcel(5, "a", "i"), parcel(7, "b", "i"), parcel(9, "c", "i")]);
    assert_eq!(window.cursor(), 4);
    window.finish(7, "i");
    assert_eq!(window.cursor(), 4);
    window.finish(5, "i");
    assert_eq!(window.cursor(), 8);
    window.finish(9, "i");
    assert_eq!(window.cursor(), 9);
}

#[test]
fn an_item_that_failed_holds_up_its_key_alone() {
    let mut window = window(vec![parcel(1, "a", "i"), parcel(2, "a", "i"), parcel(3, "b", "i")]);
    assert_eq!(take_all(&mut window), [1, 3]);
    let later = NOW.plus(std::time::Duration::from_secs(15));
    window.put_back(1, "i", |_| later);
    window.finish(3, "i");
    assert_eq!(take_all(&mut window), [0_i64; 0]);
    assert_eq!(window.next_due_at(), Some(later), "the second of the key is due, but it is not its turn");
    assert_eq!(window.take(Pick::Probe, NOW).map(|parcel| parcel.seq), Some(1));
}

#[test]
fn a_probe_takes_what_was_tried_least() {
    let mut window = window(vec![parcel(1, "a", "i"), parcel(2, "b", "i")]);
    let mut probe = || {
        let taken = window.take(Pick::Probe, NOW).unwrap();
        window.put_back(taken.seq, "i", |_| NOW);
        taken.seq
    };
    assert_eq!([probe(), probe(), probe()], [1, 2, 1]);
}

#[test]
fn an_item_is_given_up_after_ten_failures_between_successes_of_the_host() {
    let mut window = window(vec![parcel(1, "a", "i")]);
    for _ in 0..50 {
        assert!(!window.put_back(1, "i", |_| NOW), "the host was never well");
    }
    for _ in 0..8 {
        window.count_success();
        assert!(!window.put_back(1, "i", |_| NOW));
    }
    window.count_success();
    assert!(window.put_back(1, "i", |_| NOW));
}

#[test]
fn what_goes_ahead_moves_no_cursor_and_takes_its_place_among_the_rest() {
    let mut window = Window::after(0);
    window.add_ahead(vec![parcel(5, "e", "i"), parcel(7, "g", "i")]);
    assert_eq!((window.cursor(), take_all(&mut window)), (0, vec![5, 7]));
    window.finish(5, "i");
    assert_eq!(window.cursor(), 0, "what comes before has not even been read");
    window.extend(
        vec![parcel(3, "c", "i"), parcel(7, "g", "i"), parcel(8, "h", "i")],
        Position::after(8),
        true,
    );
    assert_eq!((window.cursor(), window.len()), (2, 3));
    assert_eq!(take_all(&mut window), [3, 8], "7 is under way");
    window.finish(3, "i");
    assert_eq!(window.cursor(), 6);
}

/// What the sender of every other parcel says of itself.
fn news(seq: i64) -> Parcel {
    parcel(seq, "actor:1", "i")
}

#[test]
fn news_of_the_sender_goes_after_what_is_under_way_and_before_the_rest() {
    let mut window = window(vec![parcel(1, "a", "i"), news(2), parcel(3, "b", "i"), parcel(4, "c", "i")]);
    assert_eq!(take_all(&mut window), [1]);
    window.finish(1, "i");
    assert_eq!(take_all(&mut window), [2]);
    window.finish(2, "i");
    assert_eq!(take_all(&mut window), [3, 4]);
}

#[test]
fn news_of_the_sender_waits_for_what_failed_for_three_attempts() {
    let mut window = window(vec![parcel(1, "a", "i"), parcel(2, "a", "i"), news(3), parcel(4, "b", "i")]);
    for _ in 0..3 {
        assert_eq!(take_all(&mut window), [1]);
        window.put_back(1, "i", |_| NOW);
    }
    window.put_back(1, "i", |_| NOW.plus(std::time::Duration::from_secs(15)));
    assert_eq!(take_all(&mut window), [3]);
    window.finish(3, "i");
    assert_eq!(take_all(&mut window), [4]);
}

#[test]
fn news_of_one_sender_holds_up_no_other() {
    let of_other = Parcel { sender: ActorId(2), ..parcel(3, "b", "i") };
    let mut window = window(vec![Parcel { sender: ActorId(2), ..parcel(1, "a", "i") }, news(2), of_other]);
    assert_eq!(take_all(&mut window), [1, 2, 3]);
}

#[test]
fn news_that_is_not_taken_holds_the_rest_up_for_three_attempts() {
    let mut window = window(vec![news(1), parcel(2, "a", "i")]);
    for _ in 0..3 {
        assert_eq!(window.take(Pick::Probe, NOW).map(|parcel| parcel.seq), Some(1));
        assert_eq!(take_all(&mut window), [0_i64; 0]);
        window.put_back(1, "i", |_| NOW);
    }
    assert_eq!(window.take(Pick::Probe, NOW).map(|parcel| parcel.seq), Some(2));
}

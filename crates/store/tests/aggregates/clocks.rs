//! What a wrong clock has left.

use guildhall_store::{Db, clock, testing::on_both_engines};

use crate::set_up::{add, people, post};

on_both_engines! {
    async fn the_newest_key_is_the_newest_of_all_tables(db: Db) {
        assert_eq!(clock::find_newest_key(&db).await.unwrap(), 0);
        people(&db).await;
        let of_people = clock::find_newest_key(&db).await.unwrap();
        assert!(of_people > 0);
        let newest = of_people + 1_000;
        add(&db, &[&post(newest), &post(of_people + 1)]).await;
        assert_eq!(clock::find_newest_key(&db).await.unwrap(), newest);
    }
}

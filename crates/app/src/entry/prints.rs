//! What rules find repetitions by, when a text takes the place of another.

use guildhall_store::{
    StoreError, Tx,
    entry::{self, Entry, Texts, past},
};

use crate::{App, said::Said};

/// Notes what an entry says from now on, where rules of its group or of the instance ask for repetitions.
pub(crate) async fn keep_prints(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    texts: &Texts,
) -> Result<(), StoreError> {
    let known = entry::find_author_facts(tx, entry.group_id, entry.author_id).await?;
    let Some(known) = known.filter(|known| known.group_is_local) else { return Ok(()) };
    let books = app.signals.shelf.books(tx, entry.group_id, &known).await?;
    if !books.ask_for_repetitions() {
        return Ok(());
    }
    let said = Said::of_texts(texts);
    past::set_prints(tx, entry.id, said.text_print(), said.link_print()).await
}

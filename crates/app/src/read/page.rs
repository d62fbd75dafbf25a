//! Pages of a list, and the opaque cursors between them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The most items a page may have.
pub const MAX_LIMIT: u32 = 100;
/// The items of a page when nothing is asked for.
pub const DEFAULT_LIMIT: u32 = 20;

/// Items in a fixed order, and where the next page begins.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass this to get the next page; `None` at the end.
    pub next: Option<Cursor>,
}

/// Where a page begins: after the row with this sort value and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The value sorted by; 0 where the id alone orders.
    pub key: i64,
    /// The id, which makes the order complete.
    pub id: i64,
}

/// The text is not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: take the one given as next, unchanged")]
pub struct InvalidCursor;

impl Cursor {
    /// Text for a URL. Opaque: 16 bytes, base64url.
    pub fn encode(self) -> String {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.key.to_be_bytes());
        bytes[8..].copy_from_slice(&self.id.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Cursor::encode`] made.
    ///
    /// # Errors
    /// [`InvalidCursor`] for anything else.
    pub fn decode(text: &str) -> Result<Self, InvalidCursor> {
        let bytes: [u8; 16] =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidCursor)?;
        let (key, id) = bytes.split_at(8);
        let number = |part: &[u8]| part.try_into().map(i64::from_be_bytes).map_err(|_| InvalidCursor);
        Ok(Self { key: number(key)?, id: number(id)? })
    }
}

/// Which page is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageRequest {
    /// Where to begin; from the top when absent.
    pub after: Option<Cursor>,
    /// How many; [`DEFAULT_LIMIT`] when absent, at most [`MAX_LIMIT`].
    pub limit: Option<u32>,
}

impl PageRequest {
    /// The number of items to show.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT) as usize
    }

    /// Cuts a list that was read one item further than the page, and makes the cursor of the next page.
    pub fn page<T>(&self, mut items: Vec<T>, cursor_of: impl Fn(&T) -> Cursor) -> Page<T> {
        let limit = self.limit();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = more.then(|| items.last().map(cursor_of)).flatten();
        Page { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_and_nothing_else_does() {
        let cursor = Cursor { key: -3, id: 77 };
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
        for text in ["", "AAAA", "not base64!", &"A".repeat(40)] {
            assert_eq!(Cursor::decode(text), Err(InvalidCursor), "{text:?}");
        }
    }

    #[test]
    fn the_next_cursor_is_given_only_when_there_is_more() {
        let request = PageRequest { after: None, limit: Some(2) };
        let of = |id: &i64| Cursor { key: 0, id: *id };
        let page = request.page(vec![1, 2, 3], of);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(Cursor { key: 0, id: 2 })));
        assert_eq!(request.page(vec![1, 2], of).next, None);
    }
}

//! A cursor has one spelling, and each spelling one cursor.

use crate::under_test::page::Cursor;

pub(super) fn holds(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data)
        && let Ok(cursor) = Cursor::decode(text)
    {
        assert_eq!(cursor.encode(), text, "another spelling of {cursor:?} was read");
    }
    if let Some(([key, id], [])) = data.as_chunks::<8>().0.split_first_chunk::<2>() {
        let cursor = Cursor { key: i64::from_be_bytes(*key), id: i64::from_be_bytes(*id) };
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
    }
}

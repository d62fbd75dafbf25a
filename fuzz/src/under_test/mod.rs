//! Single files of larger crates. The crates themselves would bring the database, TLS and HTTP along, which is four
//! fifths of the time that an instrumented build takes.

#![expect(dead_code, reason = "what the properties do not need")]
#![expect(unreachable_pub, reason = "public where the files are at home")]

#[path = "../../../crates/app/src/markup.rs"]
pub(crate) mod markup;
pub(crate) mod net;
#[path = "../../../crates/app/src/read/page.rs"]
pub(crate) mod page;

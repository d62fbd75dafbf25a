//! What a remote server must not be able to do: each case on the shipped program, from outside, in many variants.
//!
//! Every attempt is judged twice: by the answer, and by what it left in the store or made the server ask of others. Beside
//! the attempts of each case stands the same request without the manipulation, which has to succeed. SQLite unless a case
//! says why it needs both engines.
//!
//! Source: SECURITY-CASES T1 to T18.

#![expect(clippy::too_many_lines, reason = "a table of attempts reads best in one piece")]

mod effects;
mod stage;
mod t01_key_owner;
mod t02_signature_headers;
mod t03_digest;
mod t04_origins;
mod t05_actor_or_file;
mod t06_addresses;
mod t07_replay;
mod t08_documents;
mod t09_others_objects;
mod t10_suspension;
mod t11_own_approval;
mod t12_exhaustion;
mod t13_script;
mod t14_private_posts;
mod t15_old_keys;
mod t16_local_ids;
mod t17_moderation;
mod t18_delivery;

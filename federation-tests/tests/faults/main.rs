//! A database that stands still, is gone or has no room: clients hear so in time, what they send again has its effect
//! once, and the server goes on by itself.

mod disk;
mod postgres;
mod sqlite;
mod world;

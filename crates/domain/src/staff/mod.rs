//! Who looks after a group, and what each of them may do: roles are sets of permissions, of which single ones can be granted
//! or withdrawn.

mod appointing;
mod permission;
mod powers;
mod role;
mod succession;

pub use appointing::{AppointFacts, AppointOutcome, AppointRefusal, decide_appoint, needed_for};
pub use permission::{Permission, Permissions};
pub use powers::{NotPermitted, Powers, PowersFacts, Whom, decide_powers};
pub use role::{Office, StaffRole};
pub use succession::{Candidate, Succession, SuccessionFacts, decide_succession};

//! `[instance]`: what this instance says about itself.

use super::section::section;

section! {
    /// What this instance says about itself, on its pages and in NodeInfo.
    struct InstanceConfig = "instance" {
        /// Name.
        name: String = "Guildhall".to_owned(),
        /// One or two sentences, plain text.
        description: String = String::new(),
        /// After how many days without a sign of them the owner of a group is taken for absent, and somebody else follows; 0:
        /// never.
        absence_days: u32 = 90,
        /// How many groups a person who is no admin may own; 0: only admins make groups.
        groups_per_person: u32 = 20,
    }
}

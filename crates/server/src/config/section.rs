//! What every section of the configuration can do, and the macro that writes it from one list of keys, so that
//! struct, defaults, known keys and parsing cannot drift apart.

use super::setting::{Given, Mismatch};

/// One `[section]` of the configuration.
pub trait Section {
    /// Its name in the file, such as `server`.
    fn name(&self) -> &'static str;

    /// Its keys in documented order.
    fn keys(&self) -> &'static [&'static str];

    /// Sets one key. A key that is not among [`Section::keys`] is left to the caller to refuse.
    fn set(&mut self, key: &str, given: &Given) -> Result<(), Mismatch>;

    /// Keys and values for people and `--json`, secrets masked.
    fn show(&self) -> Vec<(&'static str, serde_json::Value)>;
}

/// Defines a section: `section! { /// docs struct Name = "name" { /// docs key: Type = default, … } }`.
macro_rules! section {
    ($(#[$meta:meta])* struct $name:ident = $section:literal {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $default:expr),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::config::section::Section for $name {
            fn name(&self) -> &'static str {
                $section
            }

            fn keys(&self) -> &'static [&'static str] {
                &[$(stringify!($field)),*]
            }

            fn set(
                &mut self,
                key: &str,
                given: &$crate::config::setting::Given,
            ) -> Result<(), $crate::config::setting::Mismatch> {
                match key {
                    $(stringify!($field) => {
                        self.$field = $crate::config::setting::Setting::read(given)?;
                    })*
                    _ => {}
                }
                Ok(())
            }

            fn show(&self) -> Vec<(&'static str, serde_json::Value)> {
                vec![$((stringify!($field), $crate::config::setting::Setting::show(&self.$field))),*]
            }
        }
    };
}

pub(super) use section;

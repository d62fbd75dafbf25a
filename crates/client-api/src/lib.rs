//! The APIs for clients: adapters that translate HTTP and JSON into use cases and back. Each has its own JSON types;
//! what people may do is for `domain` to say, and how it is done for `app`.

pub mod native;

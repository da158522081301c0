//! The gateway as a library: what the binary, the tests and the load generator start.
//!
//! | door | what is behind it |
//! |---|---|
//! | [`config`] | one TOML file, read whole, refused whole |
//! | [`boot`] | sockets, shards on their cores, and the way to stop them |
//! | [`demo`] | the gateway amid its peers, five chats drawn as ladders |
//! | [`alarms`] | what an operator must do something about |
//! | [`admin`], [`orders`] | what operators ask and order over HTTP |
#![forbid(unsafe_code)]

pub mod admin;
pub mod alarms;
pub mod boot;
pub mod config;
pub mod demo;
pub mod orders;
pub mod status;

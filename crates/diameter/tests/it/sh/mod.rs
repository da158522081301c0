//! Sh: what an HSS and a gateway say to each other about a user.

mod commands;
mod documents;
mod hostile;
mod settings;
pub mod stage;
mod vectors;

//! Hosts that a test lays out in a folder: what is found on them, and what is changed and given back.

mod checks;
mod commands;
mod host_folder;

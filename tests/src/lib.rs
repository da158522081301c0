//! Placeholder of the package root.

//! Clause by clause.

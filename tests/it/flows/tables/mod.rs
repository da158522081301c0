//! The tables of the interworking page, row by row: what the chat user and the SMS side see. Each row has a stage of its own, on every
//! layout; what a row is about in depth has its test elsewhere in `flows`.

mod failures_2_7;
mod refusals_2_3;
mod submit_2_4;
mod timers_2_9;

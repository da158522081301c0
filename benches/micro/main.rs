//! How long the hot pieces take, and how that compares with a copy of the same octets.
//!
//! Numbers of a shared machine are noisy: below 10 % is no finding. The ratios at the end take the lowest sample.
#![allow(clippy::print_stdout, reason = "the table of ratios is what this program is for")]
#![forbid(unsafe_code)]

mod diameter;
mod msrp;
mod ruler;
mod sip;
mod sms;
mod timer_wheel;

use std::time::Duration;

use criterion::Criterion;
use ruler::Ruler;

fn main() {
    // Short on purpose: all of it takes less than a minute.
    let criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(150))
        .measurement_time(Duration::from_millis(500))
        .sample_size(20)
        .nresamples(2000)
        .without_plots();
    let mut criterion = criterion.configure_from_args();
    let mut ruler = Ruler::default();
    sip::measure(&mut ruler.group(&mut criterion, "sip"));
    sms::measure(&mut ruler.group(&mut criterion, "sms"));
    diameter::measure(&mut ruler.group(&mut criterion, "diameter"));
    msrp::measure(&mut ruler.group(&mut criterion, "msrp"));
    timer_wheel::measure(&mut ruler.group(&mut criterion, "timer_wheel"));
    criterion.final_summary();
    print!("{ruler}");
}

//! The pages in a real browser, as their users go through them: one file per user.

mod applicant;
mod batches;
mod bureau;
mod driver;
mod hands;
mod pages;
mod province;
mod site;
mod sound;
mod wire;

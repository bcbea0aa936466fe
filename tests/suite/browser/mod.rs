//! The pages in a real browser, as their users go through them: one file per user.

mod applicant;
mod bureau;
mod driver;
mod pages;
mod province;
mod site;
mod sound;
mod wire;

//! The values of Chinese official papers: credit codes, regions, dates, working days, numerals,
//! phones, text.
//!
//! Nothing here knows files, pages or requests. A value is judged by what its standard says, and
//! the answer is a list of findings with codes and facts; the sentences are made elsewhere.

pub mod count;
pub mod credit_code;
pub mod date;
mod finding;
pub mod gb18030;
pub mod look_alike;
pub mod numeral;
pub mod phone;
pub mod postcode;
mod region;
pub mod registration;
mod role;
pub mod text;
pub mod width;
mod working_days;

pub use finding::{Facts, Finding, Level};
pub use region::{Region, RegionFault, Regions};
pub use role::Role;
pub use working_days::{Calendar, CalendarFault, DayKind, Period};

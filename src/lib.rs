//! `chengwen` (成文) fills typeset official forms and notices from JSON and gives print-ready,
//! double-sided A4 PDFs.
//!
//! Data go one way. A module uses only those before it:
//!
//! * [`fault`], [`digest`]: what everything may need to say or to sign
//! * [`config`]: what an operator may set, with its default and its source
//! * [`values`]: credit codes, regions, dates, numerals, phones, printable text
//! * [`catalog`]: what exists: documents, programmes and fonts, checked when opened
//! * [`intake`]: bytes to a record, or to every problem at once
//! * [`wording`]: a record to a sheet with all its sentences
//! * [`typeset`]: sheets to PDF or PNG; the only place that names Typst
//! * [`finish`]: print intent, padding, manual duplex, reading back
//! * [`inspect`]: any PDF measured from its page content, against GB/T 9704
//! * [`packet`]: files that belong together, as one archive
//! * [`crew`]: typesetting in processes that can be stopped
//! * [`store`]: what is kept between runs; [`access`]: who may do what
//! * [`registry`]: numbers, states and history of certificates; [`jobs`]: batches and their work
//! * [`app`]: the verbs; [`http`] and [`cli`] are their faces

pub mod access;
pub mod app;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod crew;
pub mod digest;
pub mod fault;
pub mod finish;
pub mod http;
pub mod inspect;
pub mod intake;
pub mod jobs;
pub mod packet;
pub mod registry;
pub mod store;
pub mod typeset;
pub mod values;
pub mod wording;

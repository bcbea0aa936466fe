//! Data come back: documents made from each other, records taken out of files and put together.

mod mapping;

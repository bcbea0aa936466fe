//! The HTTP face: through the router, and as a running server.

mod access;
mod batches;
pub(crate) use batches::{Kept, kept};
mod bounds;
mod certificates;
mod client;
pub(crate) use client::{FormPart, House, form};
mod collect;
mod foreseen;
mod guard;
mod limits;
mod made;
mod openapi;
mod packets;
mod pages;
mod refusals;
mod routes;
mod rows;
pub(crate) mod running;
mod schema_driven;

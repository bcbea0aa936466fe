//! The HTTP face: through the router, and as a running server.

mod access;
mod batches;
mod bounds;
mod certificates;
mod client;
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

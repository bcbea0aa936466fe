//! What operators are given (`samples/operate/`), tried as it is: nginx before the service, its figures, its licences.

mod figures;
mod front;
mod licences;
mod nginx;
mod service;
mod shipped;
mod strangers;

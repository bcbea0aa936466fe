//! The files that the page of `/docs` asks for, out of the crate that brings them.

use axum::body::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

use crate::fault::Fault;
use crate::packet::unpack;

const START: &str = include_str!("start.js");

/// The files that the page asks for: name here, place in the crate's archive, media type.
const FILES: [(&str, &str, &str); 4] = [
    ("swagger-ui.css", "/dist/swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "/dist/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-32x32.png", "/dist/favicon-32x32.png", "image/png"),
    // Apache-2.0 wants to go with the files.
    ("LICENSE", "/LICENSE", "text/plain; charset=utf-8"),
];

/// The files of the page, by name, with their media types.
pub(in crate::http) struct Files(Vec<(&'static str, &'static str, Bytes)>);

impl Files {
    /// Unpacks the files.
    pub(in crate::http) fn open() -> Result<Self, Fault> {
        let mut files = vec![(
            "start.js",
            "text/javascript; charset=utf-8",
            Bytes::from_static(START.as_bytes()),
        )];
        for (name, place, media_type) in FILES {
            files.push((name, media_type, unpack(SWAGGER_UI_VENDORED, place)?.into()));
        }
        Ok(Self(files))
    }

    /// The media type and the bytes of a file.
    pub(super) fn find(&self, file: &str) -> Option<(&'static str, &Bytes)> {
        let found = self.0.iter().find(|(name, ..)| *name == file);
        found.map(|(_, media_type, bytes)| (*media_type, bytes))
    }
}

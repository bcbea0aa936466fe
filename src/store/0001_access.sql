-- Keys (密钥), browsers' sessions, and who changed what. Times are seconds since 1970 (UTC).
CREATE TABLE access_key (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    -- SHA-256 of the secret; the secret itself is shown once and kept nowhere.
    digest     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    used_at    INTEGER
) STRICT;

CREATE TABLE session (
    digest     BLOB PRIMARY KEY NOT NULL,
    key_id     TEXT NOT NULL REFERENCES access_key (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX session_expires_at ON session (expires_at);

CREATE TABLE journal (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL
) STRICT;

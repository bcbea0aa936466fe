-- Batches (批次), their work, and the registry of certificates (证书登记簿). Times are seconds since 1970
-- (UTC); nothing is decided by them. Digests are SHA-256 in hexadecimal.

-- Rows that were accepted together. Who asks twice with one key has one batch.
CREATE TABLE batch (
    id        TEXT PRIMARY KEY NOT NULL,
    -- What it was asked by (Idempotency-Key, or what the rows are), and the digest of what was asked.
    asked_by  TEXT NOT NULL UNIQUE,
    asked     TEXT NOT NULL,
    document  TEXT NOT NULL,
    -- The address at which its certificates are verified, if they bear a code.
    verify_at TEXT,
    -- Whether a row that cannot be printed leaves the others as they are.
    each_alone INTEGER NOT NULL,
    -- The latest date that one of its papers bears (YYYY-MM-DD).
    dated     TEXT NOT NULL,
    who       TEXT NOT NULL,
    at        INTEGER NOT NULL,
    cancelled TEXT
) STRICT;

CREATE TABLE batch_row (
    batch  TEXT NOT NULL REFERENCES batch (id),
    -- Counted from 1, in the order of the input.
    row    INTEGER NOT NULL,
    -- What the user calls it, such as 第5行.
    name   TEXT NOT NULL,
    record TEXT NOT NULL,
    digest TEXT NOT NULL,
    number TEXT,
    -- Why it will not be printed, if so.
    failed TEXT,
    PRIMARY KEY (batch, row)
) STRICT, WITHOUT ROWID;

-- Work of printing the rows of a batch: the first one issues them.
CREATE TABLE print (
    id       TEXT PRIMARY KEY NOT NULL,
    batch    TEXT NOT NULL REFERENCES batch (id),
    issues   INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    -- Form and print options, as canonical JSON; digests of template and fonts.
    options  TEXT NOT NULL,
    template TEXT NOT NULL,
    fonts    TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'stalled', 'cancelled')),
    why      TEXT,
    who      TEXT NOT NULL,
    at       INTEGER NOT NULL,
    -- The finished file: where it is kept, until it is removed.
    file     TEXT,
    sha256   TEXT,
    bytes    INTEGER,
    pages    INTEGER,
    done_at  INTEGER,
    UNIQUE (batch, first, last, options, template, fonts)
) STRICT;

-- A run of rows that are typeset together (stage 0), or the making of the file (stage 1). Whoever works at
-- it holds it; each taking raises the fence, and only the last one who took it may commit.
CREATE TABLE chunk (
    print  TEXT NOT NULL REFERENCES print (id),
    chunk  INTEGER NOT NULL,
    stage  INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    state  TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'done')),
    holder TEXT,
    fence  INTEGER NOT NULL DEFAULT 0,
    tries  INTEGER NOT NULL DEFAULT 0,
    -- What was made of it: where it is kept, and on which page each row begins (JSON: row, page).
    file   TEXT,
    pages  INTEGER,
    starts TEXT,
    PRIMARY KEY (print, chunk)
) STRICT, WITHOUT ROWID;

CREATE INDEX chunk_state ON chunk (state) WHERE state <> 'done';

-- Processes that work at chunks. A beat that stands still means that one has stopped.
CREATE TABLE worker (
    id   TEXT PRIMARY KEY NOT NULL,
    beat INTEGER NOT NULL
) STRICT;

CREATE TABLE counter (
    name TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
) STRICT;

CREATE TABLE certificate (
    number      TEXT PRIMARY KEY NOT NULL,
    document    TEXT NOT NULL,
    counter     TEXT,
    serial      INTEGER,
    -- What a verifier types or scans; random.
    code        TEXT NOT NULL UNIQUE,
    verify_at   TEXT,
    holder      TEXT NOT NULL,
    credit_code TEXT,
    title       TEXT NOT NULL,
    issuer      TEXT,
    term_from   TEXT,
    term_to     TEXT,
    issued_on   TEXT NOT NULL,
    record      TEXT NOT NULL,
    digest      TEXT NOT NULL,
    batch       TEXT NOT NULL,
    row         INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('reserved', 'issued', 'reprinted', 'replaced', 'revoked', 'void')),
    replaced_by TEXT,
    -- As it was issued: print options, digests of template and fonts, the file, the page of the file, and the run that is kept.
    options     TEXT,
    template    TEXT,
    fonts       TEXT,
    sha256      TEXT,
    page        INTEGER,
    run         TEXT,
    run_page    INTEGER,
    run_pages   INTEGER,
    UNIQUE (counter, serial)
) STRICT;

CREATE INDEX certificate_holder ON certificate (holder);
CREATE INDEX certificate_credit_code ON certificate (credit_code);
CREATE INDEX certificate_batch ON certificate (batch);

-- What happened to each number, each entry signed with the one before it.
CREATE TABLE history (
    entry  INTEGER PRIMARY KEY NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL,
    what   TEXT NOT NULL,
    number TEXT NOT NULL,
    why    TEXT NOT NULL,
    -- What it happened with, as JSON.
    facts  TEXT NOT NULL,
    hash   TEXT NOT NULL
) STRICT;

CREATE INDEX history_number ON history (number);

CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_is_not_deleted BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- The log of every shop, who may write to it, and what was kept aside.

CREATE TABLE meta (
    one            INTEGER PRIMARY KEY CHECK (one = 1),
    epoch          BLOB NOT NULL,
    setup_hash     BLOB,
    claimed_shop   BLOB,
    claimed_device BLOB
) STRICT;

CREATE TABLE shops (
    id         BLOB PRIMARY KEY,
    head       INTEGER NOT NULL DEFAULT 0,
    digest     BLOB NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    shop            BLOB NOT NULL REFERENCES shops (id),
    id              BLOB NOT NULL,
    code            TEXT NOT NULL,
    credential_hash BLOB UNIQUE,
    joined_ms       INTEGER NOT NULL,
    last_seen_ms    INTEGER NOT NULL,
    -- The greatest counter without a gap.
    high            INTEGER NOT NULL DEFAULT 0,
    revoked_ms      INTEGER,
    PRIMARY KEY (shop, id),
    UNIQUE (shop, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE pairing (
    code_hash  BLOB PRIMARY KEY,
    shop       BLOB NOT NULL REFERENCES shops (id),
    expires_ms INTEGER NOT NULL,
    used_by    BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    shop        BLOB NOT NULL REFERENCES shops (id),
    seq         INTEGER NOT NULL,
    id          BLOB NOT NULL,
    device      BLOB NOT NULL,
    counter     INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    -- The digest of the log up to and with this event.
    digest      BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    -- Bit 0: cloned device, bit 1: clock ahead.
    flags       INTEGER NOT NULL,
    -- The device's clock, capped at a minute after the time of receipt.
    hlc_ms      INTEGER NOT NULL,
    -- As the device wrote it, byte for byte.
    text        TEXT NOT NULL,
    UNIQUE (shop, seq),
    UNIQUE (shop, id)
) STRICT;
CREATE INDEX events_by_counter ON events (shop, device, counter);

CREATE TABLE quarantine (
    no          INTEGER PRIMARY KEY,
    shop        BLOB NOT NULL REFERENCES shops (id),
    -- The device that pushed it.
    device      BLOB NOT NULL,
    event       BLOB,
    problem     TEXT NOT NULL,
    detail      TEXT,
    hash        BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    text        TEXT NOT NULL,
    -- The same refusal of the same text is kept once, however often it is pushed.
    UNIQUE (shop, device, hash, problem)
) STRICT;

-- Pictures, beside the log.

CREATE TABLE blobs (
    shop        BLOB NOT NULL REFERENCES shops (id),
    -- SHA-256 of the bytes.
    id          BLOB NOT NULL,
    -- The device that sent it first.
    device      BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    bytes       BLOB NOT NULL,
    UNIQUE (shop, id)
) STRICT;

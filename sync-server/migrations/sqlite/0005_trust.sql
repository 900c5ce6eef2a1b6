-- Who may come in again under a known id, and how much is kept of what was put aside.

-- The credential before the one of now, or before it was taken away: proof of who comes in again.
ALTER TABLE devices ADD COLUMN former_hash BLOB;
-- The one known device that the code lets in again; no bytes: any. NULL: only new ones, and who proves who they are.
ALTER TABLE pairing ADD COLUMN again BLOB;
-- How many bytes were pushed, of which the text may be the beginning.
ALTER TABLE quarantine ADD COLUMN bytes INTEGER;
UPDATE quarantine SET bytes = octet_length(text);

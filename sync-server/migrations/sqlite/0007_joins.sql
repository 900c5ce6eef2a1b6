-- Who let a device in: what one device, and a whole shop, may let in a day is bounded. NULL: the operator, whoever claimed
-- the server, or a time before this was noted.
ALTER TABLE pairing ADD COLUMN drawn_by BLOB;
ALTER TABLE devices ADD COLUMN let_in_by BLOB;

-- Erasing a person: which stream of a person's an event belongs to, and what became of it.

-- Of a contact's or a customer's stream: the stream's id. Nothing for any other event.
ALTER TABLE events ADD COLUMN person BLOB;
-- 0: nothing. 1: the event asks that the person be erased. 2: its body was erased; `hash` is still that of the text as
-- the device wrote it.
ALTER TABLE events ADD COLUMN erasing INTEGER NOT NULL DEFAULT 0;

UPDATE events SET person = unhex(replace(json_extract(text, '$.stream[1]'), '-', ''))
WHERE json_valid(text) AND json_extract(text, '$.stream[0]') IN ('contact', 'customer');
UPDATE events SET erasing = 1
WHERE person IS NOT NULL AND json_extract(text, '$.type') IN ('contact.erased', 'customer.erased');

CREATE INDEX events_by_person ON events (shop, person) WHERE person IS NOT NULL;

-- When a device last said that it had nothing unsent: what a rule asks for before it cancels an order.
ALTER TABLE devices ADD COLUMN heard_ms INTEGER;

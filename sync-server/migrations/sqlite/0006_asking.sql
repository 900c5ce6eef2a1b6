-- What asks that a person be erased is found without reading all that was said of them.
CREATE INDEX events_asking ON events (shop, person, device, counter, seq) WHERE erasing = 1;

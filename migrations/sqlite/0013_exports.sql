-- Files of refusals that people asked for.

CREATE TABLE exports (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    id              INTEGER PRIMARY KEY,
    person_id       INTEGER NOT NULL REFERENCES people (id), -- who asked, and alone may have it
    format          TEXT NOT NULL,                 -- csv | xlsx
    from_day        TEXT NOT NULL,
    to_day          TEXT NOT NULL,
    asked_at        TEXT NOT NULL,
    rows_all        INTEGER NOT NULL,               -- how many refusals there were when it was asked for
    rows_done       INTEGER NOT NULL DEFAULT 0,
    content         BLOB,                          -- the file, until it is forgotten
    made_for        TEXT,                          -- whose refusals it was made of; NULL until then
    refused         TEXT,                          -- why there is no file: not_yours | too_large | failed
    done_at         TEXT
) STRICT;
CREATE INDEX exports_age ON exports (organisation_id, asked_at);

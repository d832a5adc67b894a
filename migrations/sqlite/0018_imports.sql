-- What came from files: each row of one is stored once, however often the file is read.

CREATE TABLE import_rows (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    kind            TEXT NOT NULL,                 -- leads | refusals
    key             TEXT NOT NULL,                 -- SHA-256 of what the row says, in hexadecimal digits
    number          INTEGER NOT NULL,              -- the lead it became or joined, or the refusal
    imported_by     INTEGER NOT NULL REFERENCES people (id),
    imported_at     TEXT NOT NULL,
    owner_id        INTEGER REFERENCES people (id), -- who calls again, where the day for it was over already; else NULL
    recontact_on    TEXT,                          -- the day they do instead
    PRIMARY KEY (organisation_id, kind, key)
) STRICT;
CREATE INDEX import_rows_number ON import_rows (organisation_id, kind, number);
CREATE INDEX import_rows_recontact ON import_rows (organisation_id, owner_id, recontact_on) WHERE recontact_on IS NOT NULL;

ALTER TABLE leads ADD COLUMN imported INTEGER NOT NULL DEFAULT 0; -- it came with many: its owner hears of them together
CREATE INDEX leads_imported ON leads (organisation_id, owner_id, turn_began_at) WHERE imported = 1 AND over_at IS NULL;
CREATE INDEX leads_imported_open ON leads (organisation_id, team_id, rung_at) WHERE imported = 1 AND over_at IS NULL;

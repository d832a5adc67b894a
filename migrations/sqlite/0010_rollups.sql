-- How many refusals there were, and what they were worth, kept beside the refusals so that no question counts them again.
-- One row is one cell of one week or month of one team. `axes` names what `a` and `b` are: 'all', 'rep', 'product', 'reason',
-- 'segment', 'competitor', 'rep.product', 'rep.reason', 'product.reason', 'segment.reason'. A refusal about two products is in both rows of a
-- 'product', and once in the others.

CREATE TABLE weekly_sums (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    axes            TEXT NOT NULL,
    monday          TEXT NOT NULL,                 -- the first day of the ISO week
    a               TEXT NOT NULL,                 -- an id or a folded name; '' for none
    b               TEXT NOT NULL,
    currency        TEXT NOT NULL,                 -- ISO 4217; '' for refusals without a budget
    n1 INTEGER NOT NULL, n2 INTEGER NOT NULL, n3 INTEGER NOT NULL, n4 INTEGER NOT NULL, -- how many, Monday to Sunday
    n5 INTEGER NOT NULL, n6 INTEGER NOT NULL, n7 INTEGER NOT NULL,
    m1 INTEGER NOT NULL, m2 INTEGER NOT NULL, m3 INTEGER NOT NULL, m4 INTEGER NOT NULL, -- their budgets, in minor units
    m5 INTEGER NOT NULL, m6 INTEGER NOT NULL, m7 INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, team_id, axes, monday, a, b, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE monthly_sums (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    team_id         INTEGER NOT NULL REFERENCES teams (id),
    axes            TEXT NOT NULL,
    month           TEXT NOT NULL,                 -- its first day
    a               TEXT NOT NULL,
    b               TEXT NOT NULL,
    currency        TEXT NOT NULL,
    n               INTEGER NOT NULL,
    m               INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, team_id, axes, month, a, b, currency)
) STRICT, WITHOUT ROWID;

-- How a segment or a competitor is written: as it was first.
CREATE TABLE written_names (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    axis            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    name            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, axis, name_key)
) STRICT, WITHOUT ROWID;

-- Up to which number refusals of before this migration are counted; NULL once all are.
ALTER TABLE organisations ADD COLUMN summed_to INTEGER;
UPDATE organisations SET summed_to = 0;

-- How many refusals there were, and what they were worth, kept beside the refusals so that no question counts them again.
-- One row is one cell of one week or month of one team. `axes` names what `a` and `b` are: 'all', 'rep', 'product', 'reason',
-- 'segment', 'competitor', 'rep.product', 'rep.reason', 'product.reason', 'segment.reason'. A refusal about two products is in both rows of a
-- 'product', and once in the others.

CREATE TABLE weekly_sums (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    team_id         BIGINT NOT NULL REFERENCES teams (id),
    axes            TEXT NOT NULL,
    monday          DATE NOT NULL,                 -- the first day of the ISO week
    a               TEXT NOT NULL,                 -- an id or a folded name; '' for none
    b               TEXT NOT NULL,
    currency        TEXT NOT NULL,                 -- ISO 4217; '' for refusals without a budget
    n1 BIGINT NOT NULL, n2 BIGINT NOT NULL, n3 BIGINT NOT NULL, n4 BIGINT NOT NULL, -- how many, Monday to Sunday
    n5 BIGINT NOT NULL, n6 BIGINT NOT NULL, n7 BIGINT NOT NULL,
    m1 BIGINT NOT NULL, m2 BIGINT NOT NULL, m3 BIGINT NOT NULL, m4 BIGINT NOT NULL, -- their budgets, in minor units
    m5 BIGINT NOT NULL, m6 BIGINT NOT NULL, m7 BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, team_id, axes, monday, a, b, currency)
);

CREATE TABLE monthly_sums (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    team_id         BIGINT NOT NULL REFERENCES teams (id),
    axes            TEXT NOT NULL,
    month           DATE NOT NULL,                 -- its first day
    a               TEXT NOT NULL,
    b               TEXT NOT NULL,
    currency        TEXT NOT NULL,
    n               BIGINT NOT NULL,
    m               BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, team_id, axes, month, a, b, currency)
);

-- How a segment or a competitor is written: as it was first.
CREATE TABLE written_names (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    axis            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    name            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, axis, name_key)
);

-- Up to which number refusals of before this migration are counted; NULL once all are.
ALTER TABLE organisations ADD COLUMN summed_to BIGINT;
UPDATE organisations SET summed_to = 0;

-- Where clients came from: `source` is an id of src/domain/source.rs; NULL: nobody said.

ALTER TABLE refusals ADD COLUMN source TEXT;

-- Sums have one more of `axes`, 'source': what is counted already is of none. What is not yet (`summed_to`) will be
-- counted under it as under the others.
INSERT INTO weekly_sums (organisation_id, team_id, axes, monday, a, b, currency,
    n1, n2, n3, n4, n5, n6, n7, m1, m2, m3, m4, m5, m6, m7)
SELECT organisation_id, team_id, 'source', monday, '', '', currency,
    n1, n2, n3, n4, n5, n6, n7, m1, m2, m3, m4, m5, m6, m7
FROM weekly_sums WHERE axes = 'all';

INSERT INTO monthly_sums (organisation_id, team_id, axes, month, a, b, currency, n, m)
SELECT organisation_id, team_id, 'source', month, '', '', currency, n, m
FROM monthly_sums WHERE axes = 'all';

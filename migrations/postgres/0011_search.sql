-- By which words a refusal is found, kept beside the refusals. A row says which of 4096 numbers have a word, and in which of
-- their texts: src/store/blocks.rs. What filters and permissions ask for is kept like words: '@team:3', '@stage:dormant'.

CREATE TABLE search_blocks (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    word            TEXT COLLATE "C" NOT NULL,     -- folded; compared byte by byte, as SQLite does
    block           BIGINT  NOT NULL,              -- of numbers: number / 4096
    numbers         BYTEA NOT NULL,
    PRIMARY KEY (organisation_id, word, block)
);

-- Every word of a text that some refusal has, to find others of its stem, and those that begin so.
CREATE TABLE search_words (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    word            TEXT COLLATE "C" NOT NULL,
    stem            TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (organisation_id, word)
);
CREATE INDEX search_words_stem ON search_words (organisation_id, stem);

-- Up to which number refusals of before this migration can be found; NULL once all can.
ALTER TABLE organisations ADD COLUMN searched_to BIGINT;
UPDATE organisations SET searched_to = 0;

-- How often a play was tried again.
CREATE INDEX decisions_play ON decisions (organisation_id, play_id) WHERE play_id IS NOT NULL;

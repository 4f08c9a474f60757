/**
 * Migrations, forward only: entry n takes a store from schema n to n + 1. A released entry is never edited; a change
 * is a new entry at the end. Tables and columns are named as in SQLite.
 *
 * The log and the intake are the record of things; `tile_hashes`, `head`, `records`, `touched`, `due`, `occupancy` and
 * `holders` follow from the log (`rebuild`). Text that is compared or sorted has collation "C": bytes, as the ledger
 * sorts.
 */

const FIRST_SCHEMA = `
CREATE TABLE log (
  idx   int8 PRIMARY KEY,
  bytes bytea NOT NULL
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'entries of the log are never changed or deleted'; END $$;
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE head (
  one     int4 PRIMARY KEY CHECK (one = 1),
  size    int8 NOT NULL,
  root    bytea,
  at      text,
  compact bytea NOT NULL,
  epoch   int8 NOT NULL,
  CHECK ((size = 0) = (root IS NULL) AND (size = 0) = (at IS NULL))
);
INSERT INTO head VALUES (1, 0, NULL, NULL, '', 0);

CREATE TABLE tile_hashes (
  level int4 NOT NULL,
  idx   int8 NOT NULL,
  hash  bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, idx)
);

CREATE TABLE records (
  sort bytea PRIMARY KEY,
  key  text COLLATE "C" NOT NULL,
  text text NOT NULL
);

CREATE TABLE touched (
  key text COLLATE "C" NOT NULL,
  idx int8 NOT NULL,
  PRIMARY KEY (key, idx)
);

CREATE TABLE due (
  key       text COLLATE "C" PRIMARY KEY,
  at        text COLLATE "C" NOT NULL,
  procedure text NOT NULL
);
CREATE INDEX due_at ON due (at, key);

-- SP-GiST, because GiST on inet is 45 times slower to search.
CREATE TABLE occupancy (
  key     text COLLATE "C" NOT NULL,
  prefix  inet,
  numbers int8range,
  CHECK (num_nonnulls(prefix, numbers) = 1),
  CONSTRAINT holdings_never_overlap
    EXCLUDE USING spgist (prefix inet_ops WITH &&) WHERE (prefix IS NOT NULL) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT held_as_numbers_never_overlap
    EXCLUDE USING spgist (numbers range_ops WITH &&) WHERE (numbers IS NOT NULL) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX occupancy_key ON occupancy (key);

CREATE TABLE holders (
  handle text COLLATE "C" PRIMARY KEY,
  name   text,
  folded text COLLATE "C" NOT NULL
);

CREATE TABLE intake (
  seq          int8 PRIMARY KEY,
  at           text NOT NULL,
  request      text,
  evidence     text,
  request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
  receipt      text NOT NULL,
  decided      int8,
  CHECK ((decided IS NULL) = (request IS NOT NULL AND evidence IS NOT NULL))
);
CREATE INDEX intake_request ON intake (request_hash);
CREATE INDEX intake_undecided ON intake (seq) WHERE decided IS NULL;

CREATE TABLE openings (
  commitment text COLLATE "C" NOT NULL,
  seq        int8 NOT NULL,
  opening    text NOT NULL,
  field      text NOT NULL,
  value      text NOT NULL,
  PRIMARY KEY (commitment, seq)
);
CREATE INDEX openings_seq ON openings (seq);

CREATE TABLE checkpoints (
  size int8 PRIMARY KEY,
  note text NOT NULL,
  at   text NOT NULL
);
`

export const MIGRATIONS: readonly string[] = [FIRST_SCHEMA]

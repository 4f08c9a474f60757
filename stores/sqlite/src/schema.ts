/**
 * Migrations, forward only: entry n takes a store from schema n to n + 1. A released entry is never edited; a change
 * is a new entry at the end.
 *
 * The log and the intake are the record of things; `tile_hashes`, `head`, `records`, `touched`, `due`, `occupancy` and
 * `holders` follow from the log (`rebuild`).
 */

const FIRST_SCHEMA = `
CREATE TABLE log (
  idx   INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;
CREATE TRIGGER log_is_append_only_1 BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'entries of the log are never changed'); END;
CREATE TRIGGER log_is_append_only_2 BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'entries of the log are never deleted'); END;

CREATE TABLE head (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  size    INTEGER NOT NULL,
  root    BLOB,
  at      TEXT,
  compact BLOB NOT NULL,
  epoch   INTEGER NOT NULL,
  CHECK ((size = 0) = (root IS NULL) AND (size = 0) = (at IS NULL))
) STRICT;
INSERT INTO head VALUES (1, 0, NULL, NULL, x'', 0);

CREATE TABLE tile_hashes (
  level INTEGER NOT NULL,
  idx   INTEGER NOT NULL,
  hash  BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
  sort BLOB PRIMARY KEY,
  key  TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE touched (
  key TEXT NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY (key, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE due (
  key       TEXT PRIMARY KEY,
  at        TEXT NOT NULL,
  procedure TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX due_at ON due (at, key);

CREATE TABLE occupancy (
  space TEXT NOT NULL,
  first BLOB NOT NULL,
  last  BLOB NOT NULL,
  key   TEXT NOT NULL,
  PRIMARY KEY (space, first),
  CHECK (length(first) = length(last) AND first <= last)
) STRICT, WITHOUT ROWID;
-- Rows never overlap, so the one that starts last at or before the new row's end is the only one that could.
CREATE TRIGGER occupancy_never_overlaps BEFORE INSERT ON occupancy
WHEN NEW.first <= (
  SELECT last FROM occupancy WHERE space = NEW.space AND first <= NEW.last ORDER BY first DESC LIMIT 1
)
BEGIN SELECT RAISE(ABORT, 'two holdings would overlap'); END;
CREATE TRIGGER occupancy_is_never_moved BEFORE UPDATE ON occupancy
BEGIN SELECT RAISE(ABORT, 'occupied numbers are deleted and inserted, never moved'); END;

CREATE TABLE holders (
  handle TEXT PRIMARY KEY,
  name   TEXT,
  folded TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE intake (
  seq          INTEGER PRIMARY KEY,
  at           TEXT NOT NULL,
  request      TEXT,
  evidence     TEXT,
  request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
  receipt      TEXT NOT NULL,
  decided      INTEGER,
  CHECK ((decided IS NULL) = (request IS NOT NULL AND evidence IS NOT NULL))
) STRICT;
CREATE INDEX intake_request ON intake (request_hash);
CREATE INDEX intake_undecided ON intake (seq) WHERE decided IS NULL;

CREATE TABLE openings (
  commitment TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  opening    TEXT NOT NULL,
  field      TEXT NOT NULL,
  value      TEXT NOT NULL,
  PRIMARY KEY (commitment, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX openings_seq ON openings (seq);

CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  at   TEXT NOT NULL
) STRICT;
`

export const MIGRATIONS: readonly string[] = [FIRST_SCHEMA]

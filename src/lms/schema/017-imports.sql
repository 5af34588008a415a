-- Ids that other systems gave (OneRoster: sourcedId), so that their next roster finds the same objects.
CREATE TABLE external_ids (
  source       TEXT    NOT NULL,             -- the system, as the importer named it
  kind         TEXT    NOT NULL CHECK (kind IN ('user', 'course', 'enrollment')),
  external_id  TEXT    NOT NULL,
  object_id    TEXT    NOT NULL,             -- of an enrollment: '<course id>/<user id>'
  -- Version of the user or course as an import suspended or archived it: only such a one, unchanged
  -- since, comes back with a later roster; what people suspended stays suspended.
  removed_version  INTEGER,
  PRIMARY KEY (source, kind, external_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_ids_object ON external_ids (kind, object_id);

CREATE TABLE imports (
  sequence       INTEGER PRIMARY KEY,        -- lists are in it, newest first
  id             TEXT    NOT NULL UNIQUE,
  source         TEXT    NOT NULL,
  format         TEXT    NOT NULL CHECK (format IN ('oneroster_1.1', 'oneroster_1.2', 'csv')),
  file_id        TEXT    NOT NULL REFERENCES files (id),
  state          TEXT    NOT NULL CHECK (state IN ('planned', 'held', 'applying', 'applied',
    'rolling_back', 'failed', 'undoing', 'undone', 'expired')),
  summary        TEXT    NOT NULL,           -- JSON: counts per file, what was left out, why it is held
  change_count   INTEGER NOT NULL,
  next_change    INTEGER NOT NULL,           -- changes below are applied (and not undone)
  conflicts      INTEGER NOT NULL,
  created_by     TEXT    NOT NULL REFERENCES users (id),
  applied_by     TEXT    REFERENCES users (id),  -- who approved it, if it was held
  applied_at     INTEGER,
  undone_at      INTEGER,
  changes_until  INTEGER,                    -- until then it can be applied or undone; NULL: changes are gone
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_running ON imports (sequence)
  WHERE state IN ('applying', 'rolling_back', 'undoing');
CREATE INDEX imports_changes ON imports (changes_until) WHERE changes_until IS NOT NULL;

-- What an import does, row by row: the diff, then the record that undoing it goes by.
CREATE TABLE import_changes (
  import_id         TEXT    NOT NULL,
  n                 INTEGER NOT NULL,        -- from 0: the order in which they are applied
  kind              TEXT    NOT NULL CHECK (kind IN ('user', 'course', 'enrollment')),
  operation         TEXT    NOT NULL CHECK (operation IN ('create', 'update', 'remove', 'link')),
  external_id       TEXT    NOT NULL,
  object_id         TEXT    NOT NULL,
  place             TEXT,                    -- 'users.csv:17'; NULL: absent from the file
  label             TEXT    NOT NULL,        -- for people
  adds_link         INTEGER NOT NULL CHECK (adds_link IN (0, 1)),
  expected_version  INTEGER,                 -- of the row when it was planned; NULL: there was none
  fields            TEXT    NOT NULL,        -- JSON: what the row gets
  before            TEXT,                    -- JSON: those fields before (undo: with version and times)
  state             TEXT    NOT NULL CHECK (state IN ('planned', 'applied', 'undone', 'conflict')),
  changed_at        INTEGER,                 -- ms: when it was applied
  detail            TEXT,                    -- of a conflict
  PRIMARY KEY (import_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_changes_conflicts ON import_changes (import_id, n) WHERE state = 'conflict';

-- Changes that are being handed in for a plan that does not exist yet.
CREATE TABLE import_stagings (
  import_id  TEXT    PRIMARY KEY,
  staged_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX import_stagings_age ON import_stagings (staged_at);

-- Points and weight are milli-units, times ms. Attachments are in file_links (kind 'assignment').
CREATE TABLE assignments (
  id               TEXT    PRIMARY KEY,
  course_id        TEXT    NOT NULL REFERENCES courses (id),
  title            TEXT    NOT NULL,
  body_md          TEXT    NOT NULL,
  points_possible  INTEGER NOT NULL CHECK (points_possible >= 0),
  weight           INTEGER NOT NULL CHECK (weight >= 0),
  unlock_at        INTEGER,
  due_at           INTEGER,
  lock_at          INTEGER,
  grace_seconds    INTEGER NOT NULL CHECK (grace_seconds >= 0),
  max_attempts     INTEGER,                   -- NULL: as many as one likes
  topics           TEXT    NOT NULL,          -- JSON array of strings
  created_by       TEXT    NOT NULL REFERENCES users (id),
  version          INTEGER NOT NULL,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  deleted_at       INTEGER
) STRICT;
CREATE INDEX assignments_course ON assignments (course_id, id) WHERE deleted_at IS NULL;

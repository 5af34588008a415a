-- The grade as it stands; every version of it, this one too, is in grade_history.
CREATE TABLE grades (
  submission_id  TEXT    PRIMARY KEY REFERENCES submissions (id),
  points         INTEGER NOT NULL CHECK (points >= 0),   -- milli-points
  feedback_md    TEXT    NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('draft', 'posted')),
  attempt        INTEGER NOT NULL,            -- the attempt that was judged
  grader_id      TEXT    NOT NULL REFERENCES users (id),
  posted_at      INTEGER,                     -- of the latest posting; NULL while a draft
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;

-- Append-only.
CREATE TABLE grade_history (
  submission_id  TEXT    NOT NULL REFERENCES grades (submission_id),
  version        INTEGER NOT NULL,
  points         INTEGER NOT NULL,
  feedback_md    TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  attempt        INTEGER NOT NULL,
  actor_id       TEXT    NOT NULL REFERENCES users (id),
  reason         TEXT,
  at             INTEGER NOT NULL,
  log_index      INTEGER NOT NULL,
  PRIMARY KEY (submission_id, version)
) STRICT;

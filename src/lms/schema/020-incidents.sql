-- What an institution has written down: how deadlines move that an outage touched.
CREATE TABLE outage_policies (
  id                  TEXT    PRIMARY KEY,
  name                TEXT    NOT NULL,
  rules               TEXT    NOT NULL,     -- JSON array, see outage-rules.ts
  utc_offset_minutes  INTEGER NOT NULL,     -- where its days begin
  holidays            TEXT    NOT NULL,     -- JSON array of 'YYYY-MM-DD'
  created_by          TEXT    NOT NULL REFERENCES users (id),
  version             INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  updated_at          INTEGER NOT NULL,
  deleted_at          INTEGER
) STRICT;

-- A window in which work could not be handed in. Detected: the log shows that nothing was committed.
CREATE TABLE incidents (
  sequence       INTEGER PRIMARY KEY,       -- lists are in it, newest first
  id             TEXT    NOT NULL UNIQUE,
  source         TEXT    NOT NULL CHECK (source IN ('detected', 'declared')),
  title          TEXT    NOT NULL,
  note_md        TEXT    NOT NULL,
  course_id      TEXT    REFERENCES courses (id),  -- NULL: all courses
  started_at     INTEGER NOT NULL,
  ended_at       INTEGER,                   -- NULL: it goes on
  created_by     TEXT    REFERENCES users (id),    -- NULL: the system
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT;

-- Which policies are in force for which incident, as they were when they were applied.
CREATE TABLE incident_applications (
  incident_id    TEXT    NOT NULL REFERENCES incidents (id),
  policy_id      TEXT    NOT NULL REFERENCES outage_policies (id),
  policy         TEXT    NOT NULL,          -- JSON: rules, utc_offset_minutes, holidays
  applied_by     TEXT    NOT NULL REFERENCES users (id),
  applied_at     INTEGER NOT NULL,
  PRIMARY KEY (incident_id, policy_id)
) STRICT, WITHOUT ROWID;

-- What follows from incident_applications: made anew, per assignment and user, whenever those change.
CREATE TABLE deadline_adjustments (
  sequence        INTEGER PRIMARY KEY,
  incident_id     TEXT    NOT NULL REFERENCES incidents (id),
  assignment_id   TEXT    NOT NULL REFERENCES assignments (id),
  user_id         TEXT    REFERENCES users (id),   -- NULL: all who have no dates of their own
  due_before      INTEGER,                  -- by the incidents before this one
  due_at          INTEGER,
  lock_before     INTEGER,
  lock_at         INTEGER,
  allow_resubmit  INTEGER NOT NULL CHECK (allow_resubmit IN (0, 1)),
  created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX deadline_adjustments_target ON deadline_adjustments (assignment_id, user_id);
CREATE INDEX deadline_adjustments_incident ON deadline_adjustments (incident_id);
CREATE INDEX deadline_adjustments_user ON deadline_adjustments (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX deadline_adjustments_due ON deadline_adjustments (due_at);
CREATE INDEX deadline_adjustments_lock ON deadline_adjustments (lock_at);

-- Deadlines that fall into a window.
CREATE INDEX assignments_due ON assignments (due_at) WHERE deleted_at IS NULL AND due_at IS NOT NULL;
CREATE INDEX assignments_lock ON assignments (lock_at) WHERE deleted_at IS NULL AND lock_at IS NOT NULL;
CREATE INDEX assignment_overrides_due ON assignment_overrides (json_extract(terms, '$.due_at'));
CREATE INDEX assignment_overrides_lock ON assignment_overrides (json_extract(terms, '$.lock_at'));

-- Up to which entry of the log outages have been looked for.
CREATE TABLE outage_watch (
  one            INTEGER PRIMARY KEY CHECK (one = 1),
  noted_index    INTEGER NOT NULL
) STRICT;
INSERT INTO outage_watch VALUES (1, 0);
-- Every time without a quorum ends with one.
CREATE INDEX journal_elections ON journal (log_index) WHERE kind = 'NO_OP';

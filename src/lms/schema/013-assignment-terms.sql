-- Percentages are hundredths of a percent, points milli-points.
ALTER TABLE assignments ADD COLUMN extra_credit INTEGER NOT NULL DEFAULT 0
  CHECK (extra_credit IN (0, 1));              -- 1: more than points_possible may be given
ALTER TABLE assignments ADD COLUMN late_policy TEXT;   -- JSON (late-policy.ts), NULL: late costs nothing
ALTER TABLE assignments ADD COLUMN rubric      TEXT;   -- JSON (rubric.ts), NULL: none

-- What holds for one student instead of what the assignment says.
CREATE TABLE assignment_overrides (
  assignment_id  TEXT    NOT NULL REFERENCES assignments (id),
  user_id        TEXT    NOT NULL REFERENCES users (id),
  terms          TEXT    NOT NULL,             -- JSON: only the members that are overridden
  reason         TEXT,
  granted_by     TEXT    NOT NULL REFERENCES users (id),
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  PRIMARY KEY (assignment_id, user_id)
) STRICT, WITHOUT ROWID;

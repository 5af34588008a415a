-- Advisory: who is grading a submission right now. A claim past its end is none.
CREATE TABLE grading_claims (
  submission_id  TEXT    PRIMARY KEY REFERENCES submissions (id),
  holder_id      TEXT    NOT NULL REFERENCES users (id),
  expires_at     INTEGER NOT NULL             -- ms, by the log's time
) STRICT, WITHOUT ROWID;

-- What a student asks to be looked at again, and what the staff answered. Rows are never deleted.
CREATE TABLE regrade_requests (
  sequence       INTEGER PRIMARY KEY,         -- lists are in it
  id             TEXT    NOT NULL UNIQUE,
  submission_id  TEXT    NOT NULL REFERENCES submissions (id),
  course_id      TEXT    NOT NULL REFERENCES courses (id),
  student_id     TEXT    NOT NULL REFERENCES users (id),
  grade_version  INTEGER NOT NULL,            -- of the grade that the student had seen
  state          TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'declined')),
  reason_md      TEXT    NOT NULL,
  answer_md      TEXT,                        -- NULL while open, like the next two
  answered_by    TEXT    REFERENCES users (id),
  answered_at    INTEGER,
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX regrade_requests_submission ON regrade_requests (submission_id);
CREATE UNIQUE INDEX regrade_requests_open ON regrade_requests (submission_id) WHERE state = 'open';
CREATE INDEX regrade_requests_course ON regrade_requests (course_id, state);

-- JSON object, criterion id to milli-points; NULL: not graded by the rubric.
ALTER TABLE grades ADD COLUMN rubric_points TEXT;
ALTER TABLE grade_history ADD COLUMN rubric_points TEXT;

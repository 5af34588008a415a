-- One per student and assignment, made by the first attempt.
CREATE TABLE submissions (
  sequence       INTEGER PRIMARY KEY,         -- order of the first attempts; lists are in it
  id             TEXT    NOT NULL UNIQUE,
  assignment_id  TEXT    NOT NULL REFERENCES assignments (id),
  course_id      TEXT    NOT NULL REFERENCES courses (id),
  student_id     TEXT    NOT NULL REFERENCES users (id),
  attempt_count  INTEGER NOT NULL,            -- also the number of the latest attempt
  needs_grading  INTEGER NOT NULL CHECK (needs_grading IN (0, 1)),  -- 0: a grade names the latest attempt
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX submissions_own ON submissions (student_id, assignment_id);
CREATE INDEX submissions_assignment ON submissions (assignment_id);
CREATE INDEX submissions_ungraded ON submissions (assignment_id) WHERE needs_grading = 1;

-- Immutable: no statement of this program updates or deletes a row.
CREATE TABLE attempts (
  submission_id  TEXT    NOT NULL REFERENCES submissions (id),
  number         INTEGER NOT NULL,            -- from 1, without gaps
  text_md        TEXT,
  received_at    INTEGER NOT NULL,            -- by the clock of the node that took the request
  committed_at   INTEGER NOT NULL,            -- by the log
  counted_at     INTEGER NOT NULL,            -- which of the two counts for lateness
  clock_suspect  INTEGER NOT NULL CHECK (clock_suspect IN (0, 1)),
  log_index      INTEGER NOT NULL,            -- its journal row has the chain hash
  PRIMARY KEY (submission_id, number)
) STRICT;

-- Names, sizes and digests are in `files`, whose rows are immutable too.
CREATE TABLE attempt_files (
  submission_id  TEXT    NOT NULL,
  number         INTEGER NOT NULL,
  position       INTEGER NOT NULL,
  file_id        TEXT    NOT NULL REFERENCES files (id),
  PRIMARY KEY (submission_id, number, position),
  FOREIGN KEY (submission_id, number) REFERENCES attempts (submission_id, number)
) STRICT, WITHOUT ROWID;

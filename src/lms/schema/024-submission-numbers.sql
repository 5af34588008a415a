-- What belongs to a submission names it by its number (submissions.sequence), not by the text of its id:
-- there are millions of these rows; and so does a submission its assignment in indexes. Who graded is not held to `users` by a foreign key, which would take
-- an index on each grade: whoever did anything is in the journal, and is not deleted (references.ts).
DROP VIEW gradebook_places;
DROP TRIGGER attempt_is_latest;
DROP TRIGGER attempt_in_cell;
DROP TRIGGER grade_in_cell;
DROP TRIGGER grade_changes_cell;

DROP INDEX submissions_own;
DROP INDEX submissions_assignment;
DROP INDEX submissions_ungraded;
DROP INDEX submissions_counted;
ALTER TABLE submissions ADD COLUMN assignment INTEGER;   -- gradebook_assignments.number; never NULL
UPDATE submissions SET assignment = (SELECT number FROM gradebook_assignments g
  WHERE g.assignment_id = submissions.assignment_id);
CREATE UNIQUE INDEX submissions_own ON submissions (student_id, assignment);
CREATE INDEX submissions_assignment ON submissions (assignment);
CREATE INDEX submissions_ungraded ON submissions (assignment) WHERE needs_grading = 1;
CREATE INDEX submissions_counted ON submissions (assignment, latest_counted_at);

-- Immutable: no statement of this program updates or deletes a row.
CREATE TABLE numbered_attempts (
  submission     INTEGER NOT NULL REFERENCES submissions (sequence),
  number         INTEGER NOT NULL,            -- from 1, without gaps
  text_md        TEXT,
  received_at    INTEGER NOT NULL,            -- by the clock of the node that took the request
  committed_at   INTEGER NOT NULL,            -- by the log
  counted_at     INTEGER NOT NULL,            -- which of the two counts for lateness
  clock_suspect  INTEGER NOT NULL CHECK (clock_suspect IN (0, 1)),
  log_index      INTEGER NOT NULL,            -- its journal row has the chain hash
  PRIMARY KEY (submission, number)
) STRICT;
INSERT INTO numbered_attempts
SELECT s.sequence, t.number, t.text_md, t.received_at, t.committed_at, t.counted_at, t.clock_suspect,
       t.log_index
  FROM attempts t JOIN submissions s ON s.id = t.submission_id ORDER BY t.log_index;

CREATE TABLE numbered_attempt_files (
  submission  INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  position    INTEGER NOT NULL,
  file_id     TEXT    NOT NULL REFERENCES files (id),
  PRIMARY KEY (submission, number, position),
  FOREIGN KEY (submission, number) REFERENCES numbered_attempts (submission, number)
) STRICT, WITHOUT ROWID;
INSERT INTO numbered_attempt_files
SELECT s.sequence, f.number, f.position, f.file_id
  FROM attempt_files f JOIN submissions s ON s.id = f.submission_id;

-- The grade as it stands; every version of it, this one too, is in grade_history.
CREATE TABLE numbered_grades (
  submission     INTEGER PRIMARY KEY REFERENCES submissions (sequence),
  points         INTEGER NOT NULL CHECK (points >= 0),   -- milli-points
  rubric_points  TEXT,                        -- JSON object, criterion id to milli-points; NULL: without
  feedback_md    TEXT    NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('draft', 'posted')),
  attempt        INTEGER NOT NULL,            -- the attempt that was judged
  grader_id      TEXT    NOT NULL,
  posted_at      INTEGER,                     -- of the latest posting; NULL while a draft
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
INSERT INTO numbered_grades
SELECT s.sequence, g.points, g.rubric_points, g.feedback_md, g.state, g.attempt, g.grader_id,
       g.posted_at, g.version, g.created_at, g.updated_at
  FROM grades g JOIN submissions s ON s.id = g.submission_id;

-- Append-only.
CREATE TABLE numbered_grade_history (
  submission     INTEGER NOT NULL REFERENCES numbered_grades (submission),
  version        INTEGER NOT NULL,
  points         INTEGER NOT NULL,
  rubric_points  TEXT,
  feedback_md    TEXT    NOT NULL,
  state          TEXT    NOT NULL,
  attempt        INTEGER NOT NULL,
  actor_id       TEXT    NOT NULL,
  reason         TEXT,
  at             INTEGER NOT NULL,
  log_index      INTEGER NOT NULL,
  PRIMARY KEY (submission, version)
) STRICT;
INSERT INTO numbered_grade_history
SELECT s.sequence, h.version, h.points, h.rubric_points, h.feedback_md, h.state, h.attempt, h.actor_id,
       h.reason, h.at, h.log_index
  FROM grade_history h JOIN submissions s ON s.id = h.submission_id ORDER BY h.log_index, s.sequence;

DROP TABLE attempt_files;
DROP TABLE attempts;
DROP TABLE grade_history;
DROP TABLE grades;
ALTER TABLE numbered_attempts RENAME TO attempts;
ALTER TABLE numbered_attempt_files RENAME TO attempt_files;
ALTER TABLE numbered_grades RENAME TO grades;
ALTER TABLE numbered_grade_history RENAME TO grade_history;

-- Where the cell of a submission is (016).
CREATE VIEW gradebook_places AS
SELECT s.sequence AS submission, g.number AS student, s.assignment
  FROM submissions s
  JOIN gradebook_students g ON g.course_id = s.course_id AND g.student_id = s.student_id;

DROP TRIGGER cell_of_submission;
CREATE TRIGGER cell_of_submission AFTER INSERT ON submissions BEGIN
  INSERT INTO gradebook_students (course_id, student_id, enrolled)
  VALUES (new.course_id, new.student_id, 0) ON CONFLICT DO NOTHING;
  INSERT INTO gradebook_cells (student, assignment, submission, attempts, posted)
  SELECT number, new.assignment, new.sequence, 0, 0 FROM gradebook_students
   WHERE course_id = new.course_id AND student_id = new.student_id;
END;

CREATE TRIGGER attempt_is_latest AFTER INSERT ON attempts BEGIN
  UPDATE submissions SET latest_counted_at = new.counted_at WHERE sequence = new.submission;
END;

CREATE TRIGGER attempt_in_cell AFTER INSERT ON attempts BEGIN
  UPDATE gradebook_cells SET attempts = new.number, counted_at = new.counted_at
   WHERE (student, assignment) =
     (SELECT student, assignment FROM gradebook_places WHERE submission = new.submission);
END;

CREATE TRIGGER grade_in_cell AFTER INSERT ON grades BEGIN
  UPDATE gradebook_cells
     SET points = new.points, posted = new.state = 'posted', version = new.version,
         graded_attempt = new.attempt, graded_counted_at = (SELECT counted_at FROM attempts
           WHERE submission = new.submission AND number = new.attempt)
   WHERE (student, assignment) =
     (SELECT student, assignment FROM gradebook_places WHERE submission = new.submission);
END;

CREATE TRIGGER grade_changes_cell AFTER UPDATE ON grades BEGIN
  UPDATE gradebook_cells
     SET points = new.points, posted = new.state = 'posted', version = new.version,
         graded_attempt = new.attempt, graded_counted_at = (SELECT counted_at FROM attempts
           WHERE submission = new.submission AND number = new.attempt)
   WHERE (student, assignment) =
     (SELECT student, assignment FROM gradebook_places WHERE submission = new.submission);
END;

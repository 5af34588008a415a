-- What the gradebook, progress and statistics are read from: kept by triggers, so that whatever writes
-- grades, attempts or enrollments keeps it too. All of it follows from other tables. Students and
-- assignments have numbers here: a million cells are small, and those of a student lie together.

CREATE TABLE course_totals (
  course_id              TEXT    PRIMARY KEY,
  students               INTEGER NOT NULL,   -- enrolled as such now; the next two are of them
  submissions            INTEGER NOT NULL,   -- with at least one attempt
  queries_to_instructor  INTEGER NOT NULL,
  queries_to_tutor       INTEGER NOT NULL,
  queries_answered       INTEGER NOT NULL,
  tutor_messages         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who is or was a student of the course, or has asked the tutor in it.
CREATE TABLE gradebook_students (
  number           INTEGER PRIMARY KEY,
  course_id        TEXT    NOT NULL,
  student_id       TEXT    NOT NULL,
  enrolled         INTEGER NOT NULL CHECK (enrolled IN (0, 1)),  -- as a student, now
  tutor_messages   INTEGER NOT NULL DEFAULT 0,
  UNIQUE (course_id, student_id)
) STRICT;

CREATE TABLE gradebook_assignments (
  number         INTEGER PRIMARY KEY,
  assignment_id  TEXT    NOT NULL UNIQUE,
  course_id      TEXT    NOT NULL,
  submitted      INTEGER NOT NULL            -- by students who are enrolled
) STRICT;
CREATE INDEX gradebook_assignments_course ON gradebook_assignments (course_id, assignment_id);

CREATE TABLE gradebook_cells (
  student            INTEGER NOT NULL,       -- gradebook_students.number
  assignment         INTEGER NOT NULL,       -- gradebook_assignments.number
  submission         INTEGER NOT NULL,       -- submissions.sequence
  attempts           INTEGER NOT NULL,
  counted_at         INTEGER,                -- of the latest attempt
  graded_attempt     INTEGER,                -- NULL, like the rest: no grade
  graded_counted_at  INTEGER,                -- of the attempt that was judged
  points             INTEGER,                -- as entered
  posted             INTEGER NOT NULL CHECK (posted IN (0, 1)),
  version            INTEGER,                -- of the grade
  PRIMARY KEY (student, assignment)
) STRICT, WITHOUT ROWID;

-- How many posted grades of enrolled students have so many points: every statistic comes from it.
CREATE TABLE grade_counts (
  assignment  INTEGER NOT NULL,
  points      INTEGER NOT NULL,
  grades      INTEGER NOT NULL,
  PRIMARY KEY (assignment, points)
) STRICT, WITHOUT ROWID;

-- Answers of the tutor that cite a material.
CREATE TABLE material_questions (
  course_id    TEXT    NOT NULL,
  material_id  TEXT    NOT NULL,
  questions    INTEGER NOT NULL,
  PRIMARY KEY (course_id, material_id)
) STRICT, WITHOUT ROWID;

-- How far a student says to be with a material.
CREATE TABLE material_progress (
  course_id    TEXT    NOT NULL,
  user_id      TEXT    NOT NULL,
  material_id  TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('started', 'done')),
  page         INTEGER,
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (course_id, user_id, material_id)
) STRICT, WITHOUT ROWID;

-- Deleting a user looks here for what refers to them.
CREATE INDEX grading_claims_holder ON grading_claims (holder_id);
CREATE INDEX regrade_requests_student ON regrade_requests (student_id);
CREATE INDEX regrade_requests_answered ON regrade_requests (answered_by)
  WHERE answered_by IS NOT NULL;

CREATE TRIGGER totals_of_course AFTER INSERT ON courses BEGIN
  INSERT INTO course_totals VALUES (new.id, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
END;

-- Only the undoing of an import deletes courses, and only such as nothing happened in.
CREATE TRIGGER totals_end AFTER DELETE ON courses BEGIN
  DELETE FROM course_totals WHERE course_id = old.id;
  DELETE FROM gradebook_students WHERE course_id = old.id;
END;

CREATE TRIGGER column_of_assignment AFTER INSERT ON assignments BEGIN
  INSERT INTO gradebook_assignments (assignment_id, course_id, submitted)
  VALUES (new.id, new.course_id, 0) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER student_enters AFTER INSERT ON enrollments WHEN new.role = 'student' BEGIN
  INSERT INTO gradebook_students (course_id, student_id, enrolled)
  VALUES (new.course_id, new.user_id, 0) ON CONFLICT DO NOTHING;
  UPDATE gradebook_students SET enrolled = 1
   WHERE course_id = new.course_id AND student_id = new.user_id;
END;

CREATE TRIGGER student_changes AFTER UPDATE OF role ON enrollments BEGIN
  INSERT INTO gradebook_students (course_id, student_id, enrolled)
  VALUES (new.course_id, new.user_id, 0) ON CONFLICT DO NOTHING;
  UPDATE gradebook_students SET enrolled = new.role = 'student'
   WHERE course_id = new.course_id AND student_id = new.user_id;
END;

CREATE TRIGGER student_leaves AFTER DELETE ON enrollments BEGIN
  UPDATE gradebook_students SET enrolled = 0
   WHERE course_id = old.course_id AND student_id = old.user_id;
END;

-- What a student has done counts while they are enrolled.
CREATE TRIGGER student_counts AFTER UPDATE OF enrolled ON gradebook_students
WHEN new.enrolled <> old.enrolled BEGIN
  UPDATE course_totals
     SET students = students + (new.enrolled - old.enrolled),
         submissions = submissions + (new.enrolled - old.enrolled) *
           (SELECT count(*) FROM gradebook_cells WHERE student = new.number AND attempts > 0)
   WHERE course_id = new.course_id;
  UPDATE gradebook_assignments SET submitted = submitted + (new.enrolled - old.enrolled)
   WHERE number IN
     (SELECT assignment FROM gradebook_cells WHERE student = new.number AND attempts > 0);
  INSERT INTO grade_counts
  SELECT assignment, points, new.enrolled - old.enrolled
    FROM gradebook_cells WHERE student = new.number AND posted = 1
  ON CONFLICT DO UPDATE SET grades = grades + excluded.grades;
END;

CREATE TRIGGER cell_of_submission AFTER INSERT ON submissions BEGIN
  INSERT INTO gradebook_students (course_id, student_id, enrolled)
  VALUES (new.course_id, new.student_id, 0) ON CONFLICT DO NOTHING;
  INSERT INTO gradebook_cells (student, assignment, submission, attempts, posted)
  SELECT s.number, a.number, new.sequence, 0, 0
    FROM gradebook_students s, gradebook_assignments a
   WHERE s.course_id = new.course_id AND s.student_id = new.student_id
     AND a.assignment_id = new.assignment_id;
END;

-- Where the cell of a submission is.
CREATE VIEW gradebook_places AS
SELECT s.id AS submission_id, g.number AS student, a.number AS assignment
  FROM submissions s
  JOIN gradebook_students g ON g.course_id = s.course_id AND g.student_id = s.student_id
  JOIN gradebook_assignments a ON a.assignment_id = s.assignment_id;

CREATE TRIGGER attempt_in_cell AFTER INSERT ON attempts BEGIN
  UPDATE gradebook_cells SET attempts = new.number, counted_at = new.counted_at
   WHERE (student, assignment) =
     (SELECT student, assignment FROM gradebook_places WHERE submission_id = new.submission_id);
END;

CREATE TRIGGER grade_in_cell AFTER INSERT ON grades BEGIN
  UPDATE gradebook_cells
     SET points = new.points, posted = new.state = 'posted', version = new.version,
         graded_attempt = new.attempt, graded_counted_at = (SELECT counted_at FROM attempts
           WHERE submission_id = new.submission_id AND number = new.attempt)
   WHERE (student, assignment) =
     (SELECT student, assignment FROM gradebook_places WHERE submission_id = new.submission_id);
END;

CREATE TRIGGER grade_changes_cell AFTER UPDATE ON grades BEGIN
  UPDATE gradebook_cells
     SET points = new.points, posted = new.state = 'posted', version = new.version,
         graded_attempt = new.attempt, graded_counted_at = (SELECT counted_at FROM attempts
           WHERE submission_id = new.submission_id AND number = new.attempt)
   WHERE (student, assignment) =
     (SELECT student, assignment FROM gradebook_places WHERE submission_id = new.submission_id);
END;

CREATE TRIGGER first_attempt_counts AFTER UPDATE OF attempts ON gradebook_cells
WHEN old.attempts = 0 AND new.attempts > 0
  AND (SELECT enrolled FROM gradebook_students WHERE number = new.student) = 1 BEGIN
  UPDATE gradebook_assignments SET submitted = submitted + 1 WHERE number = new.assignment;
  UPDATE course_totals SET submissions = submissions + 1
   WHERE course_id = (SELECT course_id FROM gradebook_students WHERE number = new.student);
END;

CREATE TRIGGER grade_is_counted AFTER UPDATE OF points, posted ON gradebook_cells
WHEN (SELECT enrolled FROM gradebook_students WHERE number = new.student) = 1 BEGIN
  UPDATE grade_counts SET grades = grades - 1
   WHERE old.posted = 1 AND assignment = old.assignment AND points = old.points;
  INSERT INTO grade_counts SELECT new.assignment, new.points, 1 WHERE new.posted = 1
  ON CONFLICT DO UPDATE SET grades = grades + 1;
END;

CREATE TRIGGER query_counts AFTER INSERT ON queries BEGIN
  UPDATE course_totals
     SET queries_to_instructor = queries_to_instructor + (new."to" = 'instructor'),
         queries_to_tutor = queries_to_tutor + (new."to" = 'tutor')
   WHERE course_id = new.course_id;
END;

CREATE TRIGGER query_answered AFTER UPDATE OF answered_at ON queries
WHEN (new.answered_at IS NULL) <> (old.answered_at IS NULL) BEGIN
  UPDATE course_totals
     SET queries_answered = queries_answered + iif(new.answered_at IS NULL, -1, 1)
   WHERE course_id = new.course_id;
END;

CREATE TRIGGER tutor_message_counts AFTER INSERT ON tutor_messages BEGIN
  UPDATE course_totals SET tutor_messages = tutor_messages + 1
   WHERE course_id =
     (SELECT course_id FROM tutor_conversations WHERE id = new.conversation_id);
  INSERT INTO gradebook_students (course_id, student_id, enrolled, tutor_messages)
  SELECT course_id, user_id, 0, 1 FROM tutor_conversations WHERE id = new.conversation_id
  ON CONFLICT DO UPDATE SET tutor_messages = tutor_messages + 1;
  INSERT INTO material_questions
  SELECT DISTINCT c.course_id, j.value ->> '$.material_id', 1
    FROM tutor_conversations c, json_each(new.citations) j
   WHERE c.id = new.conversation_id
  ON CONFLICT DO UPDATE SET questions = questions + 1;
END;

-- What was there before. Nobody counts until the last statement, by which all do.
INSERT INTO course_totals SELECT id, 0, 0, 0, 0, 0, 0 FROM courses;
INSERT INTO gradebook_assignments (assignment_id, course_id, submitted)
SELECT id, course_id, 0 FROM assignments ORDER BY id;
INSERT INTO gradebook_students (course_id, student_id, enrolled)
SELECT course_id, user_id, 0 FROM enrollments WHERE role = 'student'
UNION SELECT course_id, student_id, 0 FROM submissions
UNION SELECT course_id, user_id, 0 FROM tutor_conversations ORDER BY 1, 2;
INSERT INTO gradebook_cells
SELECT p.student, p.assignment, s.sequence, s.attempt_count, l.counted_at, g.attempt, j.counted_at,
       g.points, ifnull(g.state = 'posted', 0), g.version
  FROM submissions s
  JOIN gradebook_places p ON p.submission_id = s.id
  LEFT JOIN attempts l ON l.submission_id = s.id AND l.number = s.attempt_count
  LEFT JOIN grades g ON g.submission_id = s.id
  LEFT JOIN attempts j ON j.submission_id = s.id AND j.number = g.attempt;
UPDATE course_totals SET
  queries_to_instructor = (SELECT count(*) FROM queries q
    WHERE q.course_id = course_totals.course_id AND q."to" = 'instructor'),
  queries_to_tutor = (SELECT count(*) FROM queries q
    WHERE q.course_id = course_totals.course_id AND q."to" = 'tutor'),
  queries_answered = (SELECT count(*) FROM queries q
    WHERE q.course_id = course_totals.course_id AND q.answered_at IS NOT NULL),
  tutor_messages = (SELECT count(*) FROM tutor_conversations c
    JOIN tutor_messages m ON m.conversation_id = c.id
   WHERE c.course_id = course_totals.course_id);
UPDATE gradebook_students SET
  tutor_messages = (SELECT ifnull(sum(c.message_count), 0) FROM tutor_conversations c
    WHERE c.course_id = gradebook_students.course_id
      AND c.user_id = gradebook_students.student_id);
INSERT INTO material_questions
SELECT course_id, material_id, count(*)
  FROM (SELECT DISTINCT c.course_id, m.id, j.value ->> '$.material_id' AS material_id
          FROM tutor_conversations c
          JOIN tutor_messages m ON m.conversation_id = c.id, json_each(m.citations) j)
 GROUP BY course_id, material_id;
UPDATE gradebook_students SET enrolled = 1 WHERE EXISTS (SELECT 1 FROM enrollments e
  WHERE e.course_id = gradebook_students.course_id
    AND e.user_id = gradebook_students.student_id AND e.role = 'student');

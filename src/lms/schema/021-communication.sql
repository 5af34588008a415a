-- A query that the tutor is to answer is a job; the lease is by the log's time.
ALTER TABLE queries ADD COLUMN tutor_state TEXT
  CHECK (tutor_state IN ('waiting', 'answering', 'answered', 'handed_over'));  -- NULL: not the tutor's
ALTER TABLE queries ADD COLUMN tutor_claim_id    TEXT;
ALTER TABLE queries ADD COLUMN tutor_claimed_by  TEXT;
ALTER TABLE queries ADD COLUMN tutor_lease_until INTEGER;
ALTER TABLE queries ADD COLUMN tutor_claims      INTEGER NOT NULL DEFAULT 0;
CREATE INDEX queries_tutor_jobs ON queries (sequence)
  WHERE tutor_state IN ('waiting', 'answering');

-- Deleted ones keep their rows and are found by nobody.
ALTER TABLE queries ADD COLUMN edited_at  INTEGER;
ALTER TABLE queries ADD COLUMN deleted_at INTEGER;
ALTER TABLE answers ADD COLUMN edited_at  INTEGER;
ALTER TABLE answers ADD COLUMN deleted_at INTEGER;
CREATE INDEX queries_unanswered ON queries (course_id, "to") WHERE answered_at IS NULL;
-- For one's own, for how many they are, and for the deletion of users.
CREATE INDEX queries_own ON queries (author_id, course_id, deleted_at);

-- How the tutor came to an answer: JSON with mode, citations, reason, model.
ALTER TABLE answers ADD COLUMN tutor TEXT;

-- What the staff tell a whole course.
CREATE TABLE announcements (
  sequence      INTEGER PRIMARY KEY,        -- lists are in it, newest first
  id            TEXT    NOT NULL UNIQUE,
  course_id     TEXT    NOT NULL REFERENCES courses (id),
  author_id     TEXT    NOT NULL REFERENCES users (id),
  title         TEXT    NOT NULL,
  body_md       TEXT    NOT NULL,
  visible_from  INTEGER,                    -- to students; NULL: at once
  version       INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  deleted_at    INTEGER
) STRICT;
CREATE INDEX announcements_course ON announcements (course_id);
CREATE INDEX announcements_author ON announcements (author_id);  -- for the deletion of users

-- Calendars that a program may fetch with nothing but their address.
CREATE TABLE feeds (
  id            TEXT    PRIMARY KEY,
  user_id       TEXT    NOT NULL REFERENCES users (id),
  name          TEXT    NOT NULL,
  token_sha256  TEXT    NOT NULL UNIQUE,    -- hex; the token itself is nowhere
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX feeds_user ON feeds (user_id, id);

-- The totals of statistics (016), for what can be deleted, and for what the tutor answers in threads.
CREATE TRIGGER query_uncounts AFTER UPDATE OF deleted_at ON queries
WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL BEGIN
  UPDATE course_totals
     SET queries_to_instructor = queries_to_instructor - (new."to" = 'instructor'),
         queries_to_tutor = queries_to_tutor - (new."to" = 'tutor'),
         queries_answered = queries_answered - (new.answered_at IS NOT NULL)
   WHERE course_id = new.course_id;
END;

CREATE TRIGGER tutor_answer_counts AFTER INSERT ON answers WHEN new.tutor IS NOT NULL BEGIN
  INSERT INTO material_questions
  SELECT DISTINCT q.course_id, j.value ->> '$.material_id', 1
    FROM queries q, json_each(new.tutor, '$.citations') j
   WHERE q.id = new.query_id
  ON CONFLICT DO UPDATE SET questions = questions + 1;
END;

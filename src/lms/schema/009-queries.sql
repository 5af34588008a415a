-- To the instructors: all of the course see it. To the tutor: the asker and the staff do.
CREATE TABLE queries (
  sequence            INTEGER PRIMARY KEY,    -- lists are in it, newest first
  id                  TEXT    NOT NULL UNIQUE,
  course_id           TEXT    NOT NULL REFERENCES courses (id),
  author_id           TEXT    NOT NULL REFERENCES users (id),
  "to"                TEXT    NOT NULL CHECK ("to" IN ('instructor', 'tutor')),
  title               TEXT    NOT NULL,
  body_md             TEXT    NOT NULL,
  anonymous           INTEGER NOT NULL CHECK (anonymous IN (0, 1)),  -- to peers, never to staff
  answer_count        INTEGER NOT NULL,
  answered_at         INTEGER,                -- first answer by another than the asker
  accepted_answer_id  TEXT,
  version             INTEGER NOT NULL,
  created_at          INTEGER NOT NULL,
  updated_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX queries_course ON queries (course_id, "to");
CREATE INDEX queries_tutor ON queries (course_id, author_id) WHERE "to" = 'tutor';

-- Nothing overwrites an answer; only its endorsement comes and goes.
CREATE TABLE answers (
  sequence     INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  query_id     TEXT    NOT NULL REFERENCES queries (id),
  author_id    TEXT    REFERENCES users (id), -- NULL: the tutor
  author_role  TEXT    NOT NULL CHECK (author_role IN ('instructor', 'ta', 'student', 'tutor')),
  body_md      TEXT    NOT NULL,
  endorsed_by  TEXT    REFERENCES users (id),
  endorsed_at  INTEGER,
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_query ON answers (query_id);

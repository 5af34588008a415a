CREATE TABLE courses (
  id             TEXT    PRIMARY KEY,
  code           TEXT    NOT NULL,
  title          TEXT    NOT NULL,
  description_md TEXT    NOT NULL,
  status         TEXT    NOT NULL CHECK (status IN ('active', 'archived')),
  created_by     TEXT    NOT NULL REFERENCES users (id),
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE enrollments (
  course_id      TEXT    NOT NULL REFERENCES courses (id),
  user_id        TEXT    NOT NULL REFERENCES users (id),
  role           TEXT    NOT NULL CHECK (role IN ('instructor', 'ta', 'student')),
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  PRIMARY KEY (course_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrollments_user ON enrollments (user_id, course_id);

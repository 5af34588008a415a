-- Courses that are being imported: hidden, and let go of when nobody goes on with them.
CREATE TABLE staged_courses (
  course_id   TEXT     PRIMARY KEY REFERENCES courses (id),
  changed_at  INTEGER  NOT NULL                 -- when its last part came
) STRICT, WITHOUT ROWID;
CREATE INDEX staged_courses_idle ON staged_courses (changed_at);
-- Those that were left behind so far: to delete a course raises its version.
INSERT INTO staged_courses
  SELECT id, updated_at FROM courses WHERE deleted_at IS NOT NULL AND version = 1;

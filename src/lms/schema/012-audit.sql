-- The audit trail is the journal; each filter of it has an index, whose rows end with log_index.
CREATE INDEX journal_actor ON journal (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX journal_target ON journal (target_id) WHERE target_id IS NOT NULL;
CREATE INDEX journal_kind ON journal (kind);

-- The entries that concern a course: those that emitted an event of it.
CREATE TABLE course_audit (
  course_id  TEXT    NOT NULL,
  log_index  INTEGER NOT NULL,
  PRIMARY KEY (course_id, log_index)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER course_audit_of_event AFTER INSERT ON events WHEN NEW.course_id IS NOT NULL
BEGIN
  INSERT OR IGNORE INTO course_audit VALUES (NEW.course_id, NEW.log_index);
END;

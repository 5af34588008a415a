-- How many were late follows from the due date, which may move: it is counted by index when asked.
ALTER TABLE submissions ADD COLUMN latest_counted_at INTEGER;  -- of the latest attempt; NULL: none
UPDATE submissions SET latest_counted_at = (SELECT counted_at FROM attempts
  WHERE submission_id = submissions.id AND number = submissions.attempt_count);
CREATE INDEX submissions_counted ON submissions (assignment_id, latest_counted_at);
CREATE TRIGGER attempt_is_latest AFTER INSERT ON attempts BEGIN
  UPDATE submissions SET latest_counted_at = new.counted_at WHERE id = new.submission_id;
END;

-- Deleting a user looks here for what refers to them.
CREATE INDEX assignment_overrides_user ON assignment_overrides (user_id);
CREATE INDEX assignment_overrides_granted ON assignment_overrides (granted_by);

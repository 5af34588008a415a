-- Undoing an import deletes users that it made. SQLite then looks in every table that refers to users:
-- without an index each look is a scan of the table.
CREATE INDEX files_uploader ON files (uploaded_by);
CREATE INDEX file_links_user ON file_links (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX grades_grader ON grades (grader_id);
CREATE INDEX grade_history_actor ON grade_history (actor_id);
CREATE INDEX answers_author ON answers (author_id);
CREATE INDEX answers_endorser ON answers (endorsed_by) WHERE endorsed_by IS NOT NULL;

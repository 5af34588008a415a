-- Every query posted wrote to three indexes of long keys and to the totals of its course. Lists and counts of a
-- course go by one index now, and what one person asked by another, of numbers. Who asked is not held to `users`
-- by a foreign key: whoever did anything is in the journal, and is not deleted (references.ts).
DROP INDEX queries_course;
DROP INDEX queries_tutor;
DROP INDEX queries_unanswered;
DROP INDEX queries_own;
-- 0 to the instructors, 2 to the tutor, one more when answered; NULL: deleted.
ALTER TABLE queries ADD COLUMN shelf INTEGER
  AS (CASE WHEN deleted_at IS NULL THEN 2 * ("to" = 'tutor') + (answered_at IS NOT NULL) END);
CREATE INDEX queries_course ON queries (course_id, shelf);
ALTER TABLE queries ADD COLUMN asker INTEGER;   -- journal_names.number; never NULL
UPDATE queries SET asker = (SELECT number FROM journal_names WHERE name = author_id);
CREATE INDEX queries_asker ON queries (asker);
ALTER TABLE queries DROP COLUMN author_id;

DROP TRIGGER query_counts;
DROP TRIGGER query_answered;
DROP TRIGGER query_uncounts;
DROP TRIGGER totals_of_course;
ALTER TABLE course_totals DROP COLUMN queries_to_instructor;
ALTER TABLE course_totals DROP COLUMN queries_to_tutor;
ALTER TABLE course_totals DROP COLUMN queries_answered;
CREATE TRIGGER totals_of_course AFTER INSERT ON courses BEGIN
  INSERT INTO course_totals VALUES (new.id, 0, 0, 0) ON CONFLICT DO NOTHING;
END;

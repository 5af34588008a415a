-- The journal is the largest table and the one that every entry writes to: what repeats in it is a
-- number, ids are bytes (compact-id.ts), and what was emitted lies with the stored result.

-- Kinds, actors, courses and codes of the journal, numbered in the order in which the log names them.
CREATE TABLE journal_names (
  number  INTEGER PRIMARY KEY,
  name    TEXT    NOT NULL UNIQUE
) STRICT;
INSERT INTO journal_names VALUES (1, 'NO_OP'), (2, 'CONFIGURATION'), (3, 'ok'), (4, 'replayed');
-- As journal.ts numbers them: of one entry first the kind, then actor, code and courses.
INSERT INTO journal_names (name)
SELECT name FROM (
    SELECT kind AS name, 4 * log_index AS place FROM journal
    UNION ALL SELECT actor_id, 4 * log_index + 1 FROM journal WHERE actor_id IS NOT NULL
    UNION ALL SELECT code, 4 * log_index + 2 FROM journal
    UNION ALL SELECT course_id, 4 * log_index + 3 FROM course_audit)
 WHERE name NOT IN (SELECT name FROM journal_names)
 GROUP BY name ORDER BY min(place), name;

CREATE TABLE compact_journal (
  log_index     INTEGER PRIMARY KEY,
  term          INTEGER NOT NULL,
  committed_at  INTEGER NOT NULL,
  kind          INTEGER NOT NULL,   -- this, actor, course and code are numbers of journal_names
  actor         INTEGER,            -- NULL: the system itself, or somebody without a session
  course        INTEGER,            -- the first that it emitted an event of, in the order of ids
  target        ANY,                -- compact id
  code          INTEGER NOT NULL,
  chain_hash    BLOB    NOT NULL
) STRICT;
INSERT INTO compact_journal
SELECT j.log_index, j.term, j.committed_at, k.number, a.number,
       (SELECT number FROM journal_names WHERE name =
         (SELECT min(course_id) FROM course_audit c WHERE c.log_index = j.log_index)),
       CASE WHEN length(j.target_id) = 36 AND substr(j.target_id, 4, 1) = '_'
             AND substr(j.target_id, 5) NOT GLOB '*[^0-9a-f]*'
            THEN unhex(hex(substr(j.target_id, 1, 3)) || substr(j.target_id, 5))
            ELSE j.target_id END,
       o.number, j.chain_hash
  FROM journal j
  JOIN journal_names k ON k.name = j.kind
  JOIN journal_names o ON o.name = j.code
  LEFT JOIN journal_names a ON a.name = j.actor_id
 ORDER BY j.log_index;

-- Further courses of an entry.
CREATE TABLE further_courses (
  course     INTEGER NOT NULL,
  log_index  INTEGER NOT NULL,
  PRIMARY KEY (course, log_index)
) STRICT, WITHOUT ROWID;
INSERT INTO further_courses
SELECT n.number, c.log_index
  FROM course_audit c JOIN journal_names n ON n.name = c.course_id
 WHERE n.number <> (SELECT course FROM compact_journal j WHERE j.log_index = c.log_index);

DROP TRIGGER course_audit_of_event;
DROP TABLE course_audit;
DROP TABLE journal;
ALTER TABLE compact_journal RENAME TO journal;
CREATE INDEX journal_actor ON journal (actor) WHERE actor IS NOT NULL;
CREATE INDEX journal_course ON journal (course) WHERE course IS NOT NULL;
CREATE INDEX journal_target ON journal (target) WHERE target IS NOT NULL;
CREATE INDEX journal_kind ON journal (kind);

-- The journal in words.
CREATE VIEW audit_trail AS
SELECT j.log_index, j.term, j.committed_at, k.name AS kind, a.name AS actor_id,
       CASE typeof(j.target) WHEN 'blob'
            THEN CAST(substr(j.target, 1, 3) AS TEXT) || '_' || lower(hex(substr(j.target, 4)))
            ELSE j.target END AS target_id,
       o.name AS code, j.chain_hash
  FROM journal j
  JOIN journal_names k ON k.number = j.kind
  JOIN journal_names o ON o.number = j.code
  LEFT JOIN journal_names a ON a.number = j.actor;

CREATE TABLE compact_results (
  log_index   INTEGER PRIMARY KEY,
  command_id  ANY     NOT NULL UNIQUE,   -- the bytes of a UUID
  result      TEXT    NOT NULL,
  events      TEXT                       -- JSON array of what others may see; the id of one is '<log_index>.<n>'
) STRICT;
INSERT INTO compact_results
SELECT log_index,
       CASE WHEN length(command_id) = 32 AND command_id NOT GLOB '*[^0-9a-f]*'
            THEN unhex(command_id) ELSE command_id END,
       result,
       (SELECT json_group_array(json_object('type', e.type, 'course_id', e.course_id,
                 'user_id', e.user_id, 'data', json(e.data)) ORDER BY e.n)
          FROM events e WHERE e.log_index = r.log_index HAVING count(*) > 0)
  FROM results r ORDER BY log_index;
DROP TABLE results;
ALTER TABLE compact_results RENAME TO results;
DROP TABLE events;

CREATE VIEW events AS
SELECT r.log_index, e.key AS n, e.value ->> '$.type' AS type, e.value ->> '$.course_id' AS course_id,
       e.value ->> '$.user_id' AS user_id, e.value -> '$.data' AS data
  FROM results r, json_each(r.events) e;

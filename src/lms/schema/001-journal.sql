-- The position of this replica: one row, written in the transaction of the entries that it names.
CREATE TABLE replica (
  one            INTEGER PRIMARY KEY CHECK (one = 1),
  applied_index  INTEGER NOT NULL,
  applied_term   INTEGER NOT NULL,
  committed_at   INTEGER NOT NULL,  -- ms; the log's time, never going back
  chain_hash     BLOB    NOT NULL,  -- of the entry at applied_index
  results_from   INTEGER NOT NULL   -- results of entries below are past their retention
) STRICT;
INSERT INTO replica VALUES (1, 0, 0, 0, zeroblob(32), 1);

-- One row per log entry: audit trail, hash chain and, for as long as replays can come, the result.
CREATE TABLE journal (
  log_index     INTEGER PRIMARY KEY,
  term          INTEGER NOT NULL,
  committed_at  INTEGER NOT NULL,
  kind          TEXT    NOT NULL,
  actor_id      TEXT,
  target_id     TEXT,
  code          TEXT    NOT NULL,   -- 'ok', the refusal's code, or 'replayed'
  chain_hash    BLOB    NOT NULL,
  command_id    TEXT,
  result        TEXT
) STRICT;
CREATE UNIQUE INDEX journal_command ON journal (command_id) WHERE command_id IS NOT NULL;

CREATE TABLE idempotency_keys (
  actor_id      TEXT    NOT NULL,
  key           TEXT    NOT NULL,
  fingerprint   TEXT    NOT NULL,
  log_index     INTEGER NOT NULL,   -- whose result is the answer
  PRIMARY KEY (actor_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_age ON idempotency_keys (log_index);

-- What others may see, in order; the public id of a row is '<log_index>.<n>'.
CREATE TABLE events (
  sequence      INTEGER PRIMARY KEY,
  log_index     INTEGER NOT NULL,
  n             INTEGER NOT NULL,
  at            INTEGER NOT NULL,
  type          TEXT    NOT NULL,
  course_id     TEXT,
  user_id       TEXT,
  data          TEXT    NOT NULL
) STRICT;

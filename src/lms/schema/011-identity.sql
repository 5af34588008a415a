-- A session is a login, or a personal token: that one has scopes and a name.
ALTER TABLE sessions ADD COLUMN family_id TEXT;            -- of the refresh tokens that it came with
ALTER TABLE sessions ADD COLUMN scopes TEXT;               -- JSON array; NULL: a login, which may do all
ALTER TABLE sessions ADD COLUMN name TEXT;                 -- of a personal token
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER;      -- of a personal token; to the day
CREATE INDEX sessions_family ON sessions (family_id) WHERE family_id IS NOT NULL;
CREATE INDEX sessions_tokens ON sessions (user_id, id) WHERE scopes IS NOT NULL;

-- One login and what was refreshed from it. A family that has ended has no row.
CREATE TABLE refresh_families (
  id                TEXT    PRIMARY KEY,
  user_id           TEXT    NOT NULL REFERENCES users (id),
  session_id        TEXT    NOT NULL,        -- the newest session
  current_sha256    TEXT    NOT NULL,        -- the token that was not used yet
  previous_sha256   TEXT,                    -- the one before, which may be sent again for a while
  previous_used_at  INTEGER,                 -- by the log's time
  refreshes         INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  expires_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_families_user ON refresh_families (user_id, created_at, id);
CREATE INDEX refresh_families_expiry ON refresh_families (expires_at, id);

-- Every token that a family ever had: one that comes again is recognised.
CREATE TABLE refresh_tokens (
  token_sha256      TEXT    PRIMARY KEY,     -- hex; the token itself is nowhere
  family_id         TEXT    NOT NULL REFERENCES refresh_families (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

-- The name of an erased user is gone; what they did stays, under their id.
ALTER TABLE users ADD COLUMN erased_at INTEGER;

-- Erasures that are not done yet: names are still in stored results below until_index.
CREATE TABLE erasures (
  user_id      TEXT    PRIMARY KEY REFERENCES users (id),
  next_index   INTEGER NOT NULL,             -- results below are done
  until_index  INTEGER NOT NULL,
  next_import  INTEGER NOT NULL              -- then imports, by their sequence
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  id             TEXT    PRIMARY KEY,
  username       TEXT    NOT NULL,            -- as typed; unique without regard to case
  username_key   TEXT    NOT NULL UNIQUE,     -- NFKC, lower case
  display_name   TEXT    NOT NULL,
  email          TEXT,
  site_role      TEXT    NOT NULL CHECK (site_role IN ('admin', 'instructor', 'student')),
  status         TEXT    NOT NULL CHECK (status IN ('active', 'suspended')),
  password_hash  TEXT,                        -- argon2id, PHC string format
  version        INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  deleted_at     INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id             TEXT    PRIMARY KEY,
  user_id        TEXT    NOT NULL REFERENCES users (id),
  token_sha256   TEXT    NOT NULL UNIQUE,     -- hex; the token itself is nowhere
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  revoked_at     INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Failed logins per account and per client address, for the throttle that all nodes share.
CREATE TABLE login_failures (
  subject        TEXT    PRIMARY KEY,         -- 'account:<username_key>' or 'address:<prefix>'
  failures       INTEGER NOT NULL,
  window_from    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_failures_age ON login_failures (window_from, subject);

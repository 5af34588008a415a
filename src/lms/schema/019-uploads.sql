-- A file that is attached to nothing expires, if it came with a time to be kept; its row stays, its bytes go.
ALTER TABLE files ADD COLUMN keep_unattached_ms INTEGER;               -- NULL: kept for ever
ALTER TABLE files ADD COLUMN expires_at INTEGER;                       -- ms; NULL while attached, or kept
ALTER TABLE files ADD COLUMN expired_at INTEGER;                       -- ms; the bytes are needed no more
ALTER TABLE files ADD COLUMN in_quota INTEGER NOT NULL DEFAULT 0;      -- 1: never attached so far
CREATE INDEX files_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX files_digest ON files (sha256) WHERE expired_at IS NULL;

-- An upload that can be resumed (tus 1.0). Its bytes up to offset_bytes are on a majority; it is whole
-- exactly when it has become a file.
CREATE TABLE uploads (
  id             TEXT    PRIMARY KEY,
  user_id        TEXT    NOT NULL REFERENCES users (id),
  size_bytes     INTEGER NOT NULL,          -- of the whole, as announced
  offset_bytes   INTEGER NOT NULL,
  parts          INTEGER NOT NULL,
  filename       TEXT    NOT NULL,
  metadata       TEXT    NOT NULL,          -- Upload-Metadata as it came, '' without
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  keep_ms        INTEGER NOT NULL,          -- how long it waits for its next part
  file_id        TEXT    REFERENCES files (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_expiry ON uploads (expires_at);

CREATE TABLE upload_parts (
  upload_id      TEXT    NOT NULL REFERENCES uploads (id),
  from_bytes     INTEGER NOT NULL,
  size_bytes     INTEGER NOT NULL,
  sha256         TEXT    NOT NULL,
  PRIMARY KEY (upload_id, from_bytes)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_parts_digest ON upload_parts (sha256);

-- Running totals per user of what is attached to nothing: files of their own, and uploads at their full size.
CREATE TABLE upload_usage (
  user_id        TEXT    PRIMARY KEY REFERENCES users (id),
  items          INTEGER NOT NULL,
  bytes          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

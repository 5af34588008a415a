-- A file is immutable: another content is another file. The bytes are in the blob store, by SHA-256;
-- several files may share them.
CREATE TABLE files (
  sequence       INTEGER PRIMARY KEY,         -- order in the log: a node that lacks bytes goes by it
  id             TEXT    NOT NULL UNIQUE,
  sha256         TEXT    NOT NULL,            -- hex, lower case
  size_bytes     INTEGER NOT NULL,
  media_type     TEXT    NOT NULL,
  filename       TEXT    NOT NULL,            -- for people; never a path
  uploaded_by    TEXT    NOT NULL REFERENCES users (id),
  created_at     INTEGER NOT NULL
) STRICT;

-- What a file is attached to: who may read that object may read the file.
CREATE TABLE file_links (
  file_id        TEXT    NOT NULL REFERENCES files (id),
  kind           TEXT    NOT NULL CHECK (kind IN ('material', 'assignment', 'submission')),
  object_id      TEXT    NOT NULL,
  course_id      TEXT    NOT NULL REFERENCES courses (id),
  user_id        TEXT    REFERENCES users (id),   -- whose submission it is
  PRIMARY KEY (file_id, kind, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_links_object ON file_links (kind, object_id);

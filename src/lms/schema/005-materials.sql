-- A material and the job that turns it into text: the job is part of the replicated state, so that
-- another node goes on with it when the one that has it dies.
CREATE TABLE materials (
  id                 TEXT    PRIMARY KEY,
  course_id          TEXT    NOT NULL REFERENCES courses (id),
  title              TEXT    NOT NULL,
  topic              TEXT,
  file_id            TEXT    REFERENCES files (id),   -- either a file ...
  text_md            TEXT,                            -- ... or a text
  created_by         TEXT    NOT NULL REFERENCES users (id),
  version            INTEGER NOT NULL,
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  deleted_at         INTEGER,
  extraction_state   TEXT    NOT NULL CHECK (extraction_state IN
    ('queued', 'extracting', 'indexed', 'no_text_layer', 'password_needed', 'rejected', 'failed')),
  extraction_reason  TEXT,
  page_count         INTEGER,                         -- NULL: not known yet
  pages_read         INTEGER NOT NULL,
  flags              TEXT    NOT NULL,                -- JSON array of {code, pages}
  claim_id           TEXT,                            -- of the run that may write; NULL: none
  claimed_by         TEXT,                            -- the node of that run
  lease_until        INTEGER,                         -- by the log's time
  claims             INTEGER NOT NULL,                -- runs so far
  CHECK ((file_id IS NULL) <> (text_md IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX materials_course ON materials (course_id, id) WHERE deleted_at IS NULL;
CREATE INDEX materials_open ON materials (id)
  WHERE extraction_state IN ('queued', 'extracting') AND deleted_at IS NULL;

-- Only pages that have text.
CREATE TABLE material_pages (
  material_id  TEXT    NOT NULL REFERENCES materials (id),
  page         INTEGER NOT NULL,                      -- physical, from 1
  page_label   TEXT,                                  -- as printed, where known
  section      TEXT,
  text         TEXT    NOT NULL,
  PRIMARY KEY (material_id, page)
) STRICT;

-- What a search finds: parts of a page, cut by the node that read it.
CREATE TABLE material_chunks (
  id           INTEGER PRIMARY KEY,
  material_id  TEXT    NOT NULL,
  page         INTEGER NOT NULL,
  section      TEXT,
  text         TEXT    NOT NULL,
  FOREIGN KEY (material_id, page) REFERENCES material_pages (material_id, page)
) STRICT;
CREATE INDEX material_chunks_page ON material_chunks (material_id, page);

CREATE VIRTUAL TABLE material_search USING fts5 (
  section, text,
  content = 'material_chunks', content_rowid = 'id',
  tokenize = 'porter unicode61 remove_diacritics 2'
);

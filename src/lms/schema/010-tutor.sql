CREATE TABLE tutor_conversations (
  sequence       INTEGER PRIMARY KEY,
  id             TEXT    NOT NULL UNIQUE,
  course_id      TEXT    NOT NULL REFERENCES courses (id),
  user_id        TEXT    NOT NULL REFERENCES users (id),
  title          TEXT    NOT NULL,           -- beginning of the first question
  message_count  INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX tutor_conversations_user ON tutor_conversations (course_id, user_id, sequence);

-- A question with its answer: the one is never stored without the other.
CREATE TABLE tutor_messages (
  sequence         INTEGER PRIMARY KEY,
  id               TEXT    NOT NULL UNIQUE,
  conversation_id  TEXT    NOT NULL REFERENCES tutor_conversations (id),
  question_md      TEXT    NOT NULL,
  mode             TEXT    NOT NULL CHECK (mode IN ('generated', 'retrieval')),
  body_md          TEXT    NOT NULL,         -- the answer
  citations        TEXT    NOT NULL,         -- JSON array
  reason_code      TEXT,                     -- why there is no generated answer
  reason_detail    TEXT,
  model            TEXT,
  created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX tutor_messages_conversation ON tutor_messages (conversation_id, sequence);

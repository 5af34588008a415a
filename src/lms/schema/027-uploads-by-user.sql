-- Uploads of somebody who is erased; and for the look that undoing an import of users has in every table.
CREATE INDEX uploads_user ON uploads (user_id);

import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Person } from './person.ts';
import { maySeeAsker, type QueryReader, type QueryRow } from './query-access.ts';
import type { StoredCitation } from './tutor.ts';

interface AnswerRow {
  readonly id: string;
  readonly query_id: string;
  readonly author_id: string | null;
  readonly author_name: string | null;
  readonly author_role: 'instructor' | 'ta' | 'student' | 'tutor';
  readonly body_md: string;
  readonly endorsed_by: string | null;
  readonly endorsed_by_name: string | null;
  readonly endorsed_at: number | null;
  readonly tutor: string | null;
  readonly edited_at: number | null;
  readonly created_at: number;
}

/** How the tutor came to an answer. */
export interface AnswerSource {
  readonly mode: 'generated' | 'retrieval';
  /** None: the tutor says why it cannot answer. */
  readonly citations: StoredCitation[];
  readonly reason: { readonly code: string; readonly detail: string } | null;
  readonly model: string | null;
}

/** An answer as the API shows it. */
export interface Answer {
  readonly id: string;
  readonly query_id: string;
  /** `null`: the tutor, or the asker of an anonymous query in their own thread. */
  readonly author: Person | null;
  /** Role in the course when it was written. */
  readonly author_role: 'instructor' | 'ta' | 'student' | 'tutor';
  readonly by_asker: boolean;
  readonly body_md: string;
  readonly accepted: boolean;
  readonly endorsed_by: Person | null;
  readonly endorsed_at: string | null;
  /** `null`: written by a person. */
  readonly tutor: AnswerSource | null;
  readonly edited_at: string | null;
  readonly created_at: string;
}

const SELECT = `SELECT a.id, a.query_id, a.author_id, u.display_name AS author_name, a.author_role,
    a.body_md, a.endorsed_by, e.display_name AS endorsed_by_name, a.endorsed_at, a.tutor,
    a.edited_at, a.created_at
  FROM answers a
  LEFT JOIN users u ON u.id = a.author_id
  LEFT JOIN users e ON e.id = a.endorsed_by`;

/** Oldest first. */
export function answersOf(reader: Reader, query: QueryRow, viewer: QueryReader): Answer[] {
  return reader
    .all<AnswerRow>(
      `${SELECT} WHERE a.query_id = ? AND a.deleted_at IS NULL ORDER BY a.sequence`,
      query.id,
    )
    .map((row) => show(row, query, viewer));
}

/** `null` when the query has no such answer. */
export function answerOf(
  reader: Reader,
  query: QueryRow,
  answerId: string,
  viewer: QueryReader,
): Answer | null {
  const row = reader.get<AnswerRow>(
    `${SELECT} WHERE a.id = ? AND a.query_id = ? AND a.deleted_at IS NULL`,
    answerId,
    query.id,
  );
  return row === undefined ? null : show(row, query, viewer);
}

function show(row: AnswerRow, query: QueryRow, viewer: QueryReader): Answer {
  const byAsker = row.author_id === query.author_id;
  return {
    id: row.id,
    query_id: row.query_id,
    author: byAsker && !maySeeAsker(query, viewer) ? null : person(row.author_id, row.author_name),
    author_role: row.author_role,
    by_asker: byAsker,
    body_md: row.body_md,
    accepted: row.id === query.accepted_answer_id,
    endorsed_by: person(row.endorsed_by, row.endorsed_by_name),
    endorsed_at: toRfc3339OrNull(row.endorsed_at),
    tutor: row.tutor === null ? null : (JSON.parse(row.tutor) as AnswerSource),
    edited_at: toRfc3339OrNull(row.edited_at),
    created_at: toRfc3339(row.created_at),
  };
}

function person(id: string | null, name: string | null): Person | null {
  return id === null ? null : { id, display_name: name ?? '' };
}

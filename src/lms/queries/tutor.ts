import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

/** Where a statement of an answer comes from. The right to read it is asked for when it is opened. */
export interface StoredCitation {
  readonly n: number;
  readonly material_id: string;
  readonly title: string;
  readonly page: number;
  readonly page_label: string | null;
  readonly quote: string;
}

/** A question with its answer. */
export interface TutorMessage {
  readonly id: string;
  readonly conversation_id: string;
  readonly question_md: string;
  readonly mode: 'generated' | 'retrieval';
  /** The answer. */
  readonly body_md: string;
  readonly citations: readonly StoredCitation[];
  readonly reason: { readonly code: string; readonly detail: string } | null;
  readonly model: string | null;
  readonly created_at: string;
}

/** A conversation as lists show it. */
export interface TutorConversation {
  readonly id: string;
  readonly course_id: string;
  readonly title: string;
  readonly message_count: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** With its messages, oldest first. */
export interface TutorConversationThread extends TutorConversation {
  readonly messages: readonly TutorMessage[];
}

export interface ConversationRow {
  readonly sequence: number;
  readonly id: string;
  readonly course_id: string;
  readonly user_id: string;
  readonly title: string;
  readonly message_count: number;
  readonly created_at: number;
  readonly updated_at: number;
}

interface MessageRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly question_md: string;
  readonly mode: 'generated' | 'retrieval';
  readonly body_md: string;
  readonly citations: string;
  readonly reason_code: string | null;
  readonly reason_detail: string | null;
  readonly model: string | null;
  readonly created_at: number;
}

const MESSAGE = `SELECT id, conversation_id, question_md, mode, body_md, citations, reason_code,
  reason_detail, model, created_at FROM tutor_messages`;

export function conversationRow(reader: Reader, conversationId: string): ConversationRow | null {
  const row = reader.get<ConversationRow>(
    'SELECT * FROM tutor_conversations WHERE id = ?',
    conversationId,
  );
  return row ?? null;
}

export function tutorMessage(reader: Reader, messageId: string): TutorMessage | null {
  const row = reader.get<MessageRow>(`${MESSAGE} WHERE id = ?`, messageId);
  return row === undefined ? null : showMessage(row);
}

/** Whoever began the conversation reads it; for all others it does not exist. */
export function getConversation(
  reader: Reader,
  actor: Actor,
  conversationId: string,
): TutorConversationThread {
  const row = conversationRow(reader, conversationId);
  if (row === null || row.user_id !== actor.id) {
    throw new Refusal('not_found', 'There is no such conversation of yours.');
  }
  requireInCourse(reader, actor, row.course_id, 'course.read');
  const messages = reader.all<MessageRow>(
    `${MESSAGE} WHERE conversation_id = ? ORDER BY sequence`,
    row.id,
  );
  return { ...showConversation(row), messages: messages.map(showMessage) };
}

/** The actor's own in a course, newest first; the key is `[sequence]`. */
export function listConversations(
  reader: Reader,
  actor: Actor,
  courseId: string,
  { limit, after }: PageRequest<readonly [number]>,
): Page<TutorConversation, readonly [number]> {
  requireInCourse(reader, actor, courseId, 'course.read');
  const rows = reader.all<ConversationRow>(
    `SELECT * FROM tutor_conversations
      WHERE course_id = ? AND user_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
    courseId,
    actor.id,
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map(showConversation), next: page.next };
}

function showConversation(row: ConversationRow): TutorConversation {
  return {
    id: row.id,
    course_id: row.course_id,
    title: row.title,
    message_count: row.message_count,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

function showMessage(row: MessageRow): TutorMessage {
  const { reason_code: code, reason_detail: detail } = row;
  return {
    id: row.id,
    conversation_id: row.conversation_id,
    question_md: row.question_md,
    mode: row.mode,
    body_md: row.body_md,
    citations: JSON.parse(row.citations) as StoredCitation[],
    reason: code === null ? null : { code, detail: detail ?? '' },
    model: row.model,
    created_at: toRfc3339(row.created_at),
  };
}

import { defineCommand } from '../command.ts';
import { conversationTitleChars, maxMessagesPerConversation } from '../limits.ts';
import { requireInActiveCourse } from '../policy.ts';
import {
  type ConversationRow,
  conversationRow,
  type StoredCitation,
  type TutorMessage,
  tutorMessage,
} from '../queries/tutor.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

/** A question to the tutor and the answer that it got, both decided before the log. */
export interface RecordTutorMessage {
  readonly message_id: string;
  readonly course_id: string;
  /** Made with this id when `is_new`. */
  readonly conversation_id: string;
  readonly is_new: boolean;
  readonly question_md: string;
  readonly mode: 'generated' | 'retrieval';
  readonly body_md: string;
  readonly citations: readonly StoredCitation[];
  readonly reason: { readonly code: string; readonly detail: string } | null;
  readonly model: string | null;
}

export const recordTutorMessage = defineCommand<RecordTutorMessage, TutorMessage>({
  kind: 'RECORD_TUTOR_MESSAGE',
  v: 1,
  apply(tx, command) {
    const { course_id: courseId, message_id: id } = command;
    requireInActiveCourse(tx, tx.actor, courseId, 'tutor.ask');
    if (tx.get('SELECT 1 FROM tutor_messages WHERE id = ?', id) !== undefined) {
      throw new Refusal('already_exists', 'There is a message with this id already.');
    }
    const conversation = command.is_new ? begin(tx, command) : requireOwn(tx, command);
    if (conversation.message_count >= maxMessagesPerConversation) {
      throw new Refusal('conflict', 'The conversation is full. Begin a new one.');
    }
    insert(tx, command);
    tx.run(
      `UPDATE tutor_conversations SET message_count = message_count + 1, updated_at = ?
        WHERE id = ?`,
      tx.committedAt,
      conversation.id,
    );
    tx.target(id);
    return written(tutorMessage(tx, id));
  },
});

function begin(tx: Tx, command: RecordTutorMessage): ConversationRow {
  const { conversation_id: id, course_id, question_md } = command;
  if (tx.get('SELECT 1 FROM tutor_conversations WHERE id = ?', id) !== undefined) {
    throw new Refusal('already_exists', 'There is a conversation with this id already.');
  }
  const [firstLine = ''] = question_md.trim().split('\n');
  tx.run(
    `INSERT INTO tutor_conversations (id, course_id, user_id, title, message_count, created_at,
       updated_at) VALUES (?, ?, ?, ?, 0, ?, ?)`,
    id,
    course_id,
    tx.actor.id,
    [...firstLine].slice(0, conversationTitleChars).join(''),
    tx.committedAt,
    tx.committedAt,
  );
  return written(conversationRow(tx, id));
}

/** A conversation goes on in its own course, by whoever began it. */
function requireOwn(tx: Tx, command: RecordTutorMessage): ConversationRow {
  const row = conversationRow(tx, command.conversation_id);
  if (row === null || row.user_id !== tx.actor.id || row.course_id !== command.course_id) {
    throw new Refusal('not_found', 'There is no such conversation of yours in this course.');
  }
  return row;
}

function insert(tx: Tx, command: RecordTutorMessage): void {
  tx.run(
    `INSERT INTO tutor_messages (id, conversation_id, question_md, mode, body_md, citations,
       reason_code, reason_detail, model, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    command.message_id,
    command.conversation_id,
    command.question_md,
    command.mode,
    command.body_md,
    JSON.stringify(command.citations),
    command.reason?.code ?? null,
    command.reason?.detail ?? null,
    command.model,
    tx.committedAt,
  );
}

import { defineCommand } from '../command.ts';
import { requireInActiveCourse } from '../policy.ts';
import { type Query, showQuery } from '../queries/queries.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

export interface PostQuery {
  readonly query_id: string;
  readonly course_id: string;
  readonly to: 'instructor' | 'tutor';
  readonly title: string;
  readonly body_md: string;
  /** To peers; staff always see who asked. */
  readonly anonymous: boolean;
  /** To the tutor: it answers by itself. Absent: only the staff do. */
  readonly tutor_answers?: true;
}

export const postQuery = defineCommand<PostQuery, Query>({
  kind: 'POST_QUERY',
  v: 1,
  apply(tx, command) {
    const { actor, committedAt: now } = tx;
    const { query_id: id, course_id, to } = command;
    requireInActiveCourse(tx, actor, course_id, 'query.post');
    insert(tx, command);
    tx.target(id);
    tx.emit({
      type: 'query.posted',
      course_id,
      user_id: to === 'tutor' ? actor.id : null,
      data: { query_id: id, to },
    });
    const author = tx.remember(['display name', actor.id], () =>
      tx.get<{ display_name: string }>('SELECT display_name FROM users WHERE id = ?', actor.id),
    );
    return showQuery(
      {
        id,
        course_id,
        author_id: actor.id,
        author_name: author?.display_name ?? '',
        to,
        title: command.title,
        body_md: command.body_md,
        anonymous: command.anonymous ? 1 : 0,
        answer_count: 0,
        answered_at: null,
        accepted_answer_id: null,
        tutor_state: tutorState(command),
        edited_at: null,
        version: 1,
        created_at: now,
        updated_at: now,
      },
      { id: actor.id, staff: false },
    );
  },
});

function insert(tx: Tx, command: PostQuery): void {
  const inserted = tx.run(
    `INSERT INTO queries (id, course_id, asker, "to", title, body_md, anonymous, answer_count,
       tutor_state, version, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING`,
    command.query_id,
    command.course_id,
    tx.actorNumber,
    command.to,
    command.title,
    command.body_md,
    command.anonymous ? 1 : 0,
    tutorState(command),
    tx.committedAt,
    tx.committedAt,
  );
  if (inserted === 0) {
    throw new Refusal('already_exists', 'There is a query with this id already.');
  }
}

function tutorState({ to, tutor_answers }: PostQuery): 'waiting' | null {
  return to === 'tutor' && tutor_answers === true ? 'waiting' : null;
}

import { fromMilliPoints } from '../points.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { showRubricPoints } from './grades.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';
import type { Person } from './person.ts';
import { requireStaffOfSubmission } from './submission-access.ts';

interface VersionRow {
  readonly version: number;
  readonly points: number;
  readonly rubric_points: string | null;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  readonly attempt: number;
  readonly actor_id: string;
  readonly actor_name: string;
  readonly reason: string | null;
  readonly at: number;
  readonly log_index: number;
}

/** One version of a grade, as it was saved. */
export interface GradeVersion {
  readonly version: number;
  readonly points: number;
  readonly rubric_points: Record<string, number> | null;
  readonly feedback_md: string;
  readonly state: 'draft' | 'posted';
  readonly attempt: number;
  readonly actor: Person;
  readonly reason: string | null;
  readonly at: string;
  readonly log_index: number;
}

/** Every version of the grade, latest first; the key is `[version]`. */
export function gradeHistory(
  reader: Reader,
  actor: Actor,
  submissionId: string,
  { limit, after }: PageRequest<readonly [number]>,
): Page<GradeVersion, readonly [number]> {
  requireStaffOfSubmission(reader, actor, submissionId, 'grade.read_any');
  const rows = reader.all<VersionRow>(
    `SELECT h.version, h.points, h.rubric_points, h.feedback_md, h.state, h.attempt, h.actor_id,
            u.display_name AS actor_name, h.reason, h.at, h.log_index
       FROM grade_history h JOIN users u ON u.id = h.actor_id
      WHERE h.submission = (SELECT sequence FROM submissions WHERE id = ?)
        AND h.version < ? ORDER BY h.version DESC LIMIT ?`,
    submissionId,
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.version] as const);
  return {
    items: page.items.map(({ actor_id: id, actor_name: name, ...row }) => ({
      ...row,
      points: fromMilliPoints(row.points),
      rubric_points: showRubricPoints(row.rubric_points),
      actor: { id, display_name: name },
      at: toRfc3339(row.at),
    })),
    next: page.next,
  };
}

import type { Deadlines } from '../deadline-adjustments.ts';
import type { AppliedIncident, OutageRules } from '../outage-rules.ts';
import type { Reader } from '../reader.ts';

/** The deadlines of an assignment, as they are without incidents. */
export interface DeadlineTarget extends Deadlines {
  readonly assignment_id: string;
  readonly course_id: string;
  /** `null`: of all who have no dates of their own. */
  readonly user_id: string | null;
}

interface Span {
  /** Ms since the epoch, both included. */
  readonly from: number;
  readonly to: number;
  /** `null`: in all courses. */
  readonly course_id: string | null;
}

/** Whose deadlines fall into the span, by themselves or by what other incidents made of them. */
export function targetsIn(reader: Reader, span: Span): DeadlineTarget[] {
  return reader.all<DeadlineTarget>(
    `SELECT a.id AS assignment_id, a.course_id, NULL AS user_id, a.due_at, a.lock_at
       FROM assignments a JOIN courses c ON c.id = a.course_id AND c.deleted_at IS NULL
        AND c.status = 'active'
      WHERE a.deleted_at IS NULL AND (?3 IS NULL OR a.course_id = ?3) AND a.id IN
        (SELECT id FROM assignments
          WHERE deleted_at IS NULL AND due_at IS NOT NULL AND due_at BETWEEN ?1 AND ?2
         UNION SELECT id FROM assignments
          WHERE deleted_at IS NULL AND lock_at IS NOT NULL AND lock_at BETWEEN ?1 AND ?2
         UNION SELECT assignment_id FROM deadline_adjustments
          WHERE user_id IS NULL AND due_at BETWEEN ?1 AND ?2
         UNION SELECT assignment_id FROM deadline_adjustments
          WHERE user_id IS NULL AND lock_at BETWEEN ?1 AND ?2)
      ORDER BY a.id`,
    span.from,
    span.to,
    span.course_id,
  );
}

/** Whose deadlines the incident has moved. */
export function targetsOf(reader: Reader, incidentId: string): DeadlineTarget[] {
  return reader.all<DeadlineTarget>(
    `SELECT a.id AS assignment_id, a.course_id, NULL AS user_id, a.due_at, a.lock_at
       FROM deadline_adjustments d JOIN assignments a ON a.id = d.assignment_id
      WHERE d.incident_id = ? AND d.user_id IS NULL ORDER BY a.id`,
    incidentId,
  );
}

interface ApplicationRow {
  readonly incident_id: string;
  readonly course_id: string | null;
  readonly started_at: number;
  readonly ended_at: number;
  readonly policy: string;
}

/** An incident with the policies in force for it, and where. */
export interface AppliedInCourse extends AppliedIncident {
  /** `null`: in all courses. */
  readonly course_id: string | null;
}

/** Every incident for which a policy is in force. @param except an application that is left out */
export function appliedIncidents(
  reader: Reader,
  except: { readonly incident_id: string; readonly policy_id: string } | null = null,
): AppliedInCourse[] {
  const rows = reader.all<ApplicationRow>(
    `SELECT i.id AS incident_id, i.course_id, i.started_at, i.ended_at, p.policy
       FROM incident_applications p JOIN incidents i ON i.id = p.incident_id
      WHERE i.ended_at IS NOT NULL AND NOT (i.id = ?1 AND p.policy_id = ?2)
      ORDER BY i.id, p.policy_id`,
    except?.incident_id ?? '',
    except?.policy_id ?? '',
  );
  const byId = new Map<string, AppliedInCourse & { readonly policies: OutageRules[] }>();
  for (const { policy, ...row } of rows) {
    const incident = byId.get(row.incident_id) ?? { ...row, policies: [] };
    incident.policies.push(JSON.parse(policy) as OutageRules);
    byId.set(row.incident_id, incident);
  }
  return [...byId.values()];
}

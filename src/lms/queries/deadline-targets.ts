import type { Deadlines } from '../effective-dates.ts';
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

const DUE_WITHIN = `SELECT id FROM assignments
    WHERE deleted_at IS NULL AND due_at IS NOT NULL AND due_at BETWEEN ?1 AND ?2
  UNION SELECT id FROM assignments
    WHERE deleted_at IS NULL AND lock_at IS NOT NULL AND lock_at BETWEEN ?1 AND ?2`;

const ADJUSTED_WITHIN = `SELECT assignment_id, user_id FROM deadline_adjustments
    WHERE due_at BETWEEN ?1 AND ?2
  UNION SELECT assignment_id, user_id FROM deadline_adjustments WHERE lock_at BETWEEN ?1 AND ?2`;

/** `CROSS JOIN` keeps the order of the tables: from the few that are touched to what they belong to. */
const IN_COURSE = `CROSS JOIN courses c ON c.id = a.course_id
  WHERE a.deleted_at IS NULL AND c.deleted_at IS NULL AND c.status = 'active'
    AND (?3 IS NULL OR a.course_id = ?3)`;

/** An override that says nothing of a date leaves it as the assignment has it. No override: no dates. */
const OWN_DATES = `
  CASE WHEN o.user_id IS NULL THEN NULL
       WHEN json_type(o.terms, '$.due_at') IS NULL THEN a.due_at
       ELSE json_extract(o.terms, '$.due_at') END AS due_at,
  CASE WHEN o.user_id IS NULL THEN NULL
       WHEN json_type(o.terms, '$.lock_at') IS NULL THEN a.lock_at
       ELSE json_extract(o.terms, '$.lock_at') END AS lock_at`;
const HAS_OWN_DATES = `(json_type(o.terms, '$.due_at') IS NOT NULL
  OR json_type(o.terms, '$.lock_at') IS NOT NULL)`;

/** Whose deadlines fall into the span, by themselves or by what other incidents made of them. */
export function targetsIn(reader: Reader, { from, to, course_id }: Span): DeadlineTarget[] {
  const ofAll = reader.all<DeadlineTarget>(
    `SELECT a.id AS assignment_id, a.course_id, NULL AS user_id, a.due_at, a.lock_at
       FROM (${DUE_WITHIN} UNION
             SELECT assignment_id FROM (${ADJUSTED_WITHIN}) WHERE user_id IS NULL) k
       CROSS JOIN assignments a ON a.id = k.id ${IN_COURSE} ORDER BY a.id`,
    from,
    to,
    course_id,
  );
  const own = reader.all<DeadlineTarget>(
    `SELECT o.assignment_id, a.course_id, o.user_id, ${OWN_DATES}
       FROM (SELECT p.assignment_id, p.user_id
               FROM (${DUE_WITHIN}) d CROSS JOIN assignment_overrides p ON p.assignment_id = d.id
             UNION SELECT assignment_id, user_id FROM assignment_overrides
               WHERE json_extract(terms, '$.due_at') BETWEEN ?1 AND ?2
             UNION SELECT assignment_id, user_id FROM assignment_overrides
               WHERE json_extract(terms, '$.lock_at') BETWEEN ?1 AND ?2
             UNION SELECT assignment_id, user_id FROM (${ADJUSTED_WITHIN})
               WHERE user_id IS NOT NULL) k
       CROSS JOIN assignment_overrides o
         ON o.assignment_id = k.assignment_id AND o.user_id = k.user_id
       CROSS JOIN assignments a ON a.id = o.assignment_id ${IN_COURSE} AND ${HAS_OWN_DATES}
      ORDER BY o.assignment_id, o.user_id`,
    from,
    to,
    course_id,
  );
  return [...ofAll, ...own];
}

/** Whose deadlines the incident has moved. Who has no dates of their own any more has none to move. */
export function targetsOf(reader: Reader, incidentId: string): DeadlineTarget[] {
  return reader.all<DeadlineTarget>(
    `SELECT d.assignment_id, a.course_id, NULL AS user_id, a.due_at, a.lock_at
       FROM deadline_adjustments d JOIN assignments a ON a.id = d.assignment_id
      WHERE d.incident_id = ?1 AND d.user_id IS NULL
     UNION ALL
     SELECT d.assignment_id, a.course_id, d.user_id,
            ${OWN_DATES}
       FROM deadline_adjustments d JOIN assignments a ON a.id = d.assignment_id
       LEFT JOIN assignment_overrides o
         ON o.assignment_id = d.assignment_id AND o.user_id = d.user_id AND ${HAS_OWN_DATES}
      WHERE d.incident_id = ?1 AND d.user_id IS NOT NULL
      ORDER BY 1, 3`,
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
       FROM incident_applications p CROSS JOIN incidents i ON i.id = p.incident_id
      WHERE i.ended_at IS NOT NULL AND NOT (i.id = ?1 AND p.policy_id = ?2)
      ORDER BY p.incident_id, p.policy_id`,
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

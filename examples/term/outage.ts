import { done, type LmsClient } from '../../clients/typescript/connect.ts';

const dayMs = 86_400_000;

/**
 * Declares that a course was not to be reached, and gives what was due meanwhile a day more.
 *
 * @param started_at, ended_at in ms since the epoch
 * @returns how many deadlines moved, and by how many ms
 */
export async function makeUpForOutage(
  admin: LmsClient,
  course_id: string,
  started_at: number,
  ended_at: number,
): Promise<{ adjustment_count: number; moved_ms: number }> {
  const policy = await done(
    admin.POST('/v1/outage-policies', {
      body: {
        name: 'A day more for what was due in an outage',
        rules: [
          {
            min_outage_seconds: 0,
            covers_due_after_seconds: 0,
            covers_rest_of_day: false,
            extend_by_seconds: dayMs / 1000,
            extend_from: 'original',
            business_days: false,
            allow_resubmit: false,
          },
        ],
      },
    }),
  );
  const incident = await done(
    admin.POST('/v1/incidents', {
      body: {
        title: 'The network of the campus was down',
        course_id,
        started_at: new Date(started_at).toISOString(),
        ended_at: new Date(ended_at).toISOString(),
      },
    }),
  );
  const { adjustment_count } = await done(
    admin.POST('/v1/incidents/{incident_id}/adjustments', {
      params: { path: { incident_id: incident.id } },
      body: { action: 'apply', policy_id: policy.id },
    }),
  );
  return { adjustment_count, moved_ms: dayMs };
}

import type { ApiContext } from './env.ts';
import { Problem } from './problem.ts';

/**
 * 307 to the same path on the leader, for clients that ask for it (`Prefer: redirect`, RFC 7240) and
 * clusters that are set to it; `null` when this node leads or forwards by itself.
 */
export function redirectToLeader(c: ApiContext): Response | null {
  const { consensus, settings } = c.env.foundation;
  if (settings.write_forwarding === 'forward' && !prefersRedirect(c)) return null;
  const status = consensus.status();
  if (status.role === 'leader') return null;
  const leader = status.members.find((member) => member.id === status.leader_id);
  if (leader === undefined) {
    throw new Problem('no_quorum', 'No leader is known. The write was not applied.', {
      extra: { outcome: 'not_applied' },
    });
  }
  const { pathname, search } = new URL(c.req.url);
  return c.body(null, 307, { Location: new URL(pathname + search, leader.api).href });
}

function prefersRedirect(c: ApiContext): boolean {
  const preferences = c.req.header('prefer')?.toLowerCase().split(',') ?? [];
  return preferences.some((preference) => preference.trim() === 'redirect');
}

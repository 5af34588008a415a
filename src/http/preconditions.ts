import type { ApiContext } from './env.ts';
import { Problem } from './problem.ts';

/** The conditions of a change (RFC 9110 §13) that compare versions. */
const CONDITIONS = ['If-Match', 'If-None-Match'];

/** Those that an operation with these parameters does not judge; a POST adds, and overwrites nothing. */
export function unjudgedConditions(
  method: string,
  parameters: readonly object[] = [],
): readonly string[] {
  if (!['put', 'patch', 'delete'].includes(method)) return [];
  return CONDITIONS.filter((name) => !parameters.some((one) => 'name' in one && one.name === name));
}

/** Who sets a condition wants no change unless it holds. */
export function refuseConditions(c: ApiContext, names: readonly string[]): void {
  const name = names.find((name) => c.req.header(name) !== undefined);
  if (name === undefined) return;
  throw new Problem(
    'invalid_header',
    `${name} is not judged by this operation, and a condition is not ignored. Send the request without it.`,
  );
}

/** The version that `If-Match` names; 428 without one. The comparison itself is made in `apply`. */
export function requireIfMatch(c: ApiContext): number {
  const version = optionalIfMatch(c);
  if (version !== null) return version;
  throw new Problem(
    'version_required',
    'Send If-Match with the ETag of the version that this change is based on.',
  );
}

function optionalIfMatch(c: ApiContext): number | null {
  const header = c.req.header('if-match');
  if (header === undefined) return null;
  const version = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (version !== undefined) return Number(version);
  throw new Problem('invalid_header', 'If-Match must be one strong ETag, such as "3".');
}

/** Where a change without a base is allowed, as the field of a command: absent without the header. */
export function expectedVersion(c: ApiContext): { readonly expected_version?: number } {
  const version = optionalIfMatch(c);
  return version === null ? {} : { expected_version: version };
}

/** The strong `ETag` of a resource that has a `version`. */
export function setVersion(c: ApiContext, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('version' in value)) return;
  if (typeof value.version === 'number') c.header('ETag', `"${value.version}"`);
}

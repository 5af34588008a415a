import { SCOPES, type Scope } from '../lms/scopes.ts';
import type { Caller } from './env.ts';
import { Problem } from './problem.ts';

/** What an operation takes of a personal token; `login`: no personal token will do. */
export type RequiredScope = Scope | 'login';

/** By the tag of the operation; what is not here takes `read`, and `write` to change something. */
const SCOPE_OF_TAG: Readonly<Record<string, { read?: Scope; write: Scope }>> = {
  audit: { read: 'admin', write: 'admin' },
  cluster: { read: 'admin', write: 'admin' },
  grades: { write: 'grade' },
  imports: { read: 'admin', write: 'admin' },
  incidents: { write: 'admin' },
  users: { write: 'admin' },
};

/** The scope of an operation that does not name one itself. */
export function scopeOf(tags: readonly string[], isRead: boolean): Scope {
  const known = tags.map((tag) => SCOPE_OF_TAG[tag]).find((scope) => scope !== undefined);
  return isRead ? (known?.read ?? 'read') : (known?.write ?? 'write');
}

/** For the documentation: every tag that has a rule, and the rest. */
export function scopesByTag(): { tag: string; read: Scope; write: Scope }[] {
  return [...Object.keys(SCOPE_OF_TAG), 'all others'].map((tag) => ({
    tag,
    read: scopeOf([tag], true),
    write: scopeOf([tag], false),
  }));
}

/** Refuses a personal token that was not made for this (RFC 6750 §3.1). A login may do everything. */
export function requireScope({ scopes }: Caller, required: RequiredScope): void {
  if (scopes === null) return;
  if (required === 'login') {
    throw new Problem('insufficient_scope', 'No personal token may do this: log in for it.', {
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' },
    });
  }
  if (scopes.includes(required)) return;
  throw new Problem(
    'insufficient_scope',
    `This takes a token with the scope "${required}"; this one has ${scopes.join(', ')}.`,
    {
      extra: { required_scope: required },
      headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${required}"` },
    },
  );
}

/** For the documentation. */
export const SCOPE_TEXT =
  `A personal token (\`POST /v1/tokens\`) has some of the scopes ${SCOPES.join(', ')}; the one that an ` +
  'operation takes stands beside it, and `login` there means that no personal token will do. A scope ' +
  'never allows more than the roles of its owner.';

import type { Hook } from '@hono/zod-openapi';
import type { ZodError } from 'zod';
import type { FieldError } from '../lms/refusal.ts';
import type { ApiEnv } from './env.ts';
import { Problem } from './problem.ts';

type Issue = ZodError['issues'][number];

/** Where a pointer begins: the body is the root, parameters stand below the name of their place. */
const ROOT = { json: '', form: '', query: '/query', param: '/path', header: '/header', cookie: '' };

/** JSON pointer (RFC 6901). */
export function pointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** @param data what was validated */
function fieldErrors(issue: Issue, data: unknown, root: string): FieldError[] {
  const at = root + pointer(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: at + pointer([key]),
      code: 'unknown_field',
      detail: 'This operation does not know this field.',
    }));
  }
  if (issue.code === 'invalid_type' && valueAt(data, issue.path) === undefined) {
    return [{ pointer: at, code: 'required', detail: 'This field is required.' }];
  }
  return [{ pointer: at, code: issue.code, detail: issue.message }];
}

/** The issues of zod do not hold the input: whether a field is missing is told by looking. */
function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    data,
  );
}

/** Turns what zod found into one problem document; every issue keeps its place. */
export const validationHook: Hook<unknown, ApiEnv, string, undefined> = (result) => {
  if (result.success) return undefined;
  const { target } = result;
  // The validator hands it over with failures too, whatever its type says.
  const { data } = result as { readonly data?: unknown };
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, data, ROOT[target]));
  if (errors.every((error) => error.pointer === '/query/cursor')) {
    throw new Problem('invalid_cursor', 'The cursor is not one of this list.', { errors });
  }
  const unknown = errors.every((error) => error.code === 'unknown_field');
  throw new Problem(
    unknown ? 'unknown_field' : 'invalid_request',
    `${errors.length === 1 ? 'One field is' : `${errors.length} fields are`} not valid: ${errors
      .slice(0, 5)
      .map((error) => error.pointer || '(the body)')
      .join(', ')}.`,
    { errors: errors.slice(0, 100) },
  );
};

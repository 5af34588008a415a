import type { ZodError, ZodType } from 'zod';
import type { FieldError } from '../lms/refusal.ts';
import type { ApiContext } from './env.ts';
import { Problem } from './problem.ts';

type Issue = ZodError['issues'][number];

/** Where a pointer begins: the body is the root, parameters stand below the name of their place. */
const ROOT = { json: '', query: '/query', param: '/path' };

type Target = keyof typeof ROOT;

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

/**
 * Checks one part of the request, and leaves what the schema makes of it where `c.req.valid` finds it.
 * At once: the validators of the library wait for each part in turn.
 */
export function validate(c: ApiContext, target: Target, schema: ZodType, data: unknown): void {
  const result = schema.safeParse(data);
  if (!result.success) throw notValid(target, data, result.error);
  c.req.addValidatedData(target, result.data as object);
}

/** One problem document for all that zod found; every issue keeps its place. */
function notValid(target: Target, data: unknown, error: ZodError): Problem {
  const errors = error.issues.flatMap((issue) => fieldErrors(issue, data, ROOT[target]));
  if (errors.every((error) => error.pointer === '/query/cursor')) {
    return new Problem('invalid_cursor', 'The cursor is not one of this list.', { errors });
  }
  const unknown = errors.every((error) => error.code === 'unknown_field');
  return new Problem(
    unknown ? 'unknown_field' : 'invalid_request',
    `${errors.length === 1 ? 'One field is' : `${errors.length} fields are`} not valid: ${errors
      .slice(0, 5)
      .map((error) => error.pointer || '(the body)')
      .join(', ')}.`,
    { errors: errors.slice(0, 100) },
  );
}

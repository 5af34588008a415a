import type { RosterRefused } from '../lms/imports/file-error.ts';
import { Problem } from './problem.ts';

/** What is wrong with a file, as `import_invalid`: pointers are `/<file>/<line>/<column>`. */
export function importProblem({ errors, errorsTotal }: RosterRefused): Problem {
  return new Problem('import_invalid', errors[0]?.detail ?? 'The file has mistakes.', {
    errors: errors.map(({ file, line, column, code, detail }) => ({
      pointer: [file, line, column]
        .filter((part) => part !== null)
        .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .join(''),
      code,
      detail,
    })),
    extra: { file_errors: errors, errors_total: errorsTotal },
  });
}

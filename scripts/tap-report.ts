import { type FinalResults, Parser, type TapError } from 'tap-parser';
import { stringify } from 'yaml';

/** What came of one test file: its top-level tests; a file that broke off has one more that failed. */
export interface FileReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, innermost only, ready to print. */
  readonly failures: readonly string[];
}

/** Of a failure's details, the one that repeats the source. */
const NOISE = 'source';

/** Reads the TAP that a test file wrote. `exit` is what its process ended with, such as `code 0`. */
export function reportFile(tap: string, exit: string): FileReport {
  const failures: string[] = [];
  let results: FinalResults | undefined;
  const parser = new Parser({ name: '' }, (final) => {
    results = final;
  });
  collectFailures(parser, failures);
  parser.end(tap);
  if (results === undefined) throw new Error('the TAP parser ended without results');
  const { pass, skip, todo, fail, count } = results;
  // A process that ends with a code of its own, or by a signal, did so for more than a failed test.
  const explained = exit === 'code 0' || (exit === 'code 1' && fail > 0);
  const broken = fail === 0 && (count === 0 || !results.ok || !explained);
  if (count === 0) failures.push(`it ran no test (${exit})`);
  else if (broken || !explained) failures.push(`it broke off (${exit})`);
  return {
    passed: pass - skip - todo,
    failed: fail + (broken ? 1 : 0),
    skipped: skip + todo,
    failures,
  };
}

/** A test that fails because of a test inside it says nothing new. */
function collectFailures(test: Parser, found: string[]): void {
  const failedInside = new Set<string>();
  test.on('child', (inner: Parser) => {
    collectFailures(inner, found);
    inner.on('complete', ({ ok }: FinalResults) => {
      if (!ok) failedInside.add(inner.name);
    });
  });
  test.on('complete', ({ failures }: FinalResults) => {
    for (const failure of failures) {
      if (failedInside.has(failure.name)) continue;
      const path = test.fullname.trim();
      found.push(`${path === '' ? '' : `${path} > `}${describe(failure)}`);
    }
  });
}

function describe(failure: TapError): string {
  if (failure.tapError !== null) return failure.tapError;
  const { [NOISE]: _, ...kept } = (failure.diag ?? {}) as Record<string, unknown>;
  if (Object.keys(kept).length === 0) return failure.name;
  const text = stringify(kept, { lineWidth: 0 }).trimEnd();
  return `${failure.name}\n${text}`.replaceAll('\n', '\n    ');
}

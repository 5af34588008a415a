import { Problem } from './problem.ts';

/** For what a write does before its command: whatever problem it ends in, nothing was written. */
export async function notWritten<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message, errors, extra, headers } = error;
    const outcome = { ...extra, outcome: 'not_applied' };
    throw new Problem(code, message, { errors, extra: outcome, headers });
  }
}

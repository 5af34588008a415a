import { type RefusalReason, Refused } from './refusals.ts';

/** Why `action` was refused, or null when it was not. Anything else that it throws is thrown. */
export function reasonOf(action: () => unknown): RefusalReason | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
}

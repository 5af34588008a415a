import type { JSONWebKeySet } from 'jose';
import { done } from '../../clients/typescript/connect.ts';
import type { Assigned } from './course-work.ts';
import { checkReceipt } from './receipt-check.ts';
import type { Student } from './school.ts';

export interface HandedIn {
  readonly submission_id: string;
  readonly attempt: number;
  /** By the receipt, ms since the epoch. */
  readonly counted_at: number;
}

/**
 * Hands in, and checks the receipt by the key alone.
 *
 * @throws when the receipt is not good, or speaks of something else
 */
export async function handIn(
  { id, username, api }: Student,
  assigned: Assigned,
  keys: JSONWebKeySet,
): Promise<HandedIn> {
  const answer = await done(
    api.POST('/v1/assignments/{assignment_id}/submissions', {
      params: { path: { assignment_id: assigned.id } },
      body: { text_md: `${assigned.title}, by ${username}.` },
    }),
  );
  const receipt = await checkReceipt(answer.receipt, keys);
  const speaksOfIt =
    receipt.sub === id &&
    receipt.submission_id === answer.id &&
    receipt.attempt === answer.attempt.number;
  if (!speaksOfIt) throw new Error(`the receipt of ${username} is for something else`);
  const { submission_id, attempt, counted_at } = receipt;
  return { submission_id, attempt, counted_at: Date.parse(counted_at) };
}

import { hash } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { verifyReceipt } from '../../src/receipts/verify-receipt.ts';
import type { TestCluster } from '../../test/fixtures/cluster.ts';
import { listAllLocally } from '../../test/fixtures/list-all.ts';

/** What a student was told. */
export interface Acknowledged {
  readonly submission_id: string;
  readonly student_id: string;
  readonly text_md: string;
  readonly late_ms: number;
  readonly attempt: { readonly number: number; readonly received_at: string };
  readonly receipt: string | null;
}

/** Summed over all nodes; all but the last are to be 0. */
export interface Found {
  /** Acknowledged attempts that are not there, or whose text is another. */
  readonly lost: number;
  /** Attempts, or submissions, beyond those that were acknowledged. */
  readonly twice: number;
  readonly late: number;
  /** Acknowledged attempts without a receipt that says so. */
  readonly without_receipt: number;
  readonly nodes_checked: number;
}

interface Summary {
  readonly id: string;
  readonly student: { readonly id: string };
  readonly attempt_count: number;
  readonly late_ms: number;
}

/** Submissions whose attempts are read one by one on each node. */
const readWhole = 200;

export async function checkRush(
  cluster: TestCluster,
  token: string,
  assignment: string,
  due: number,
  acknowledged: readonly Acknowledged[],
): Promise<Found> {
  const told = Map.groupBy(acknowledged, ({ submission_id }) => submission_id);
  let [lost, twice] = [0, 0];
  let late = acknowledged.filter((one) => isLate(one, due)).length;
  for (const node of cluster.running) {
    const list = `/v1/assignments/${assignment}/submissions`;
    const there = await listAllLocally<Summary>(cluster, node, list, token);
    const counts = new Map(there.map((one) => [one.id, one.attempt_count]));
    twice += there.length - counts.size + doubles(there);
    late += there.filter((one) => one.late_ms > 0).length;
    for (const [id, attempts] of told) {
      const count = counts.get(id) ?? 0;
      lost += Math.max(0, attempts.length - count);
      twice += Math.max(0, count - attempts.length);
      counts.delete(id);
    }
    for (const count of counts.values()) twice += count;
    lost += await otherTexts(cluster, node, token, told);
  }
  const without_receipt = await withoutReceipt(cluster, acknowledged);
  return { lost, twice, late, without_receipt, nodes_checked: cluster.running.length };
}

function isLate({ late_ms, attempt }: Acknowledged, due: number): boolean {
  return late_ms !== 0 || Date.parse(attempt.received_at) > due;
}

/** Students with two submissions. */
function doubles(there: readonly Summary[]): number {
  return there.length - new Set(there.map(({ student }) => student.id)).size;
}

async function otherTexts(
  cluster: TestCluster,
  node: string,
  token: string,
  told: ReadonlyMap<string, readonly Acknowledged[]>,
): Promise<number> {
  let others = 0;
  const step = Math.max(1, Math.floor(told.size / readWhole));
  for (const [n, [id, expected]] of [...told].entries()) {
    if (n % step !== 0) continue;
    const { body } = await cluster.call(node, `GET /v1/submissions/${id}`, {
      token,
      headers: { 'LMS-Consistency': 'local' },
    });
    const attempts = body.attempts as { number: number; text_md: string }[];
    for (const { attempt, text_md } of expected) {
      const found = attempts.filter(({ number }) => number === attempt.number);
      if (found.length !== 1 || found[0]?.text_md !== text_md) others += 1;
    }
  }
  return others;
}

async function withoutReceipt(
  cluster: TestCluster,
  acknowledged: readonly Acknowledged[],
): Promise<number> {
  const { body } = await cluster.call('n1', 'GET /.well-known/jwks.json');
  const jwks = body as unknown as JSONWebKeySet;
  let without = 0;
  for (const { receipt, submission_id, attempt, text_md } of acknowledged) {
    const claims = receipt === null ? null : await verifyReceipt(receipt, jwks).catch(() => null);
    const isOfIt = claims?.submission_id === submission_id && claims.attempt === attempt.number;
    if (!isOfIt || claims.text_sha256 !== hash('sha256', text_md)) without += 1;
  }
  return without;
}

import { createHash, generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import type { ReceiptClaims } from '../../receipts/receipt-claims.ts';
import { ReceiptSigner } from '../../receipts/receipt-signer.ts';
import { verifyReceipt } from '../../receipts/verify-receipt.ts';
import { type CourseScene, courseScene, type Person } from '../testing-course.ts';

interface HandedIn {
  readonly id: string;
  readonly receipt: string;
  readonly attempt: {
    readonly receipt_id: string;
    readonly received_at: string;
    readonly committed_at: string;
    readonly log_index: number;
  };
}

async function handIn(
  { as }: CourseScene,
  assignment: string,
  body: object = { text_md: 'My essay.' },
  headers: Record<string, string> = {},
) {
  const path = `/v1/assignments/${assignment}/submissions`;
  const response = await as('student', `POST ${path}`, body, headers);
  t.equal(response.status, 201);
  return (await response.json()) as HandedIn;
}

async function keysOf({ as }: CourseScene) {
  const response = await as(null, 'GET /.well-known/jwks.json');
  return (await response.json()) as { keys: { kty: string; kid: string }[] };
}

t.test('handing in answers with a receipt that the public key proves', async (t) => {
  const scene = courseScene(t);
  const file = scene.file('student');
  const assignment = scene.assignment();
  const made = await handIn(scene, assignment, { text_md: 'Größe', file_ids: [file] });
  const { chainHash } = scene.api.machine;
  const claims = await verifyReceipt(made.receipt, await keysOf(scene));
  t.same(claims, {
    iss: 'urn:quorum-lms:tests',
    jti: made.attempt.receipt_id,
    sub: scene.people.student.id,
    course_id: scene.course_id,
    assignment_id: assignment,
    submission_id: made.id,
    attempt: 1,
    text_sha256: createHash('sha256').update('Größe').digest('hex'),
    files: [{ file_id: file, filename: 'notes.txt', size_bytes: 3, sha256: 'a'.repeat(64) }],
    received_at: made.attempt.received_at,
    committed_at: made.attempt.committed_at,
    counted_at: made.attempt.received_at,
    log_index: made.attempt.log_index,
    chain_hash: chainHash,
  } satisfies ReceiptClaims);
});

t.test('files stand in it in the order in which they were handed in', async (t) => {
  const scene = courseScene(t);
  const file_ids = [scene.file('student'), scene.file('student')].reverse();
  const made = await handIn(scene, scene.assignment(), { file_ids });
  const { files, text_sha256 } = await verifyReceipt(made.receipt, await keysOf(scene));
  t.same(
    files.map(({ file_id }) => file_id),
    file_ids,
  );
  t.equal(text_sha256, null);
});

t.test('an attempt that brings its files has a receipt of them', async (t) => {
  const scene = courseScene(t);
  const path = `/v1/assignments/${scene.assignment()}/submissions`;
  const form = new FormData();
  form.append('file', new File(['abc'], 'essay.txt'));
  const response = await scene.api.app.request(path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${scene.people.student.token}` },
    body: form,
  });
  t.equal(response.status, 201);
  const { receipt } = (await response.json()) as HandedIn;
  const claims = await verifyReceipt(receipt, await keysOf(scene));
  const sha256 = createHash('sha256').update('abc').digest('hex');
  t.match(claims, { text_sha256: null, files: [{ filename: 'essay.txt', size_bytes: 3, sha256 }] });
});

t.test('it is read again, the same bytes, by whose it is and by staff', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  const key = { 'Idempotency-Key': 'once' };
  const first = await handIn(scene, assignment, { text_md: 'one' }, key);
  const second = await handIn(scene, assignment, { text_md: 'two' });
  const again = await handIn(scene, assignment, { text_md: 'one' }, key);
  t.equal(again.receipt, first.receipt, 'a repeat has the same receipt');
  t.not(second.receipt, first.receipt);
  t.not(second.attempt.receipt_id, first.attempt.receipt_id);

  const path = `/v1/receipts/${first.attempt.receipt_id}`;
  const statuses: [Person | null, number][] = [
    ['student', 200],
    ['ta', 200],
    ['instructor', 200],
    ['admin', 200],
    ['otherStudent', 404],
    ['foreignStudent', 404],
    ['foreignInstructor', 404],
    [null, 401],
  ];
  for (const [person, status] of statuses) {
    const response = await scene.as(person, `GET ${path}`);
    t.equal(response.status, status, person ?? 'nobody');
    if (status !== 200) continue;
    t.match(await response.json(), {
      id: first.attempt.receipt_id,
      receipt: first.receipt,
      claims: { attempt: 1, sub: scene.people.student.id },
    });
  }
  const missing = ['rcp_0_1', 'rcp_x', `${first.attempt.receipt_id}9`, `${first.id}_1`, 'rcp__1'];
  for (const id of missing) {
    t.equal((await scene.as('student', `GET /v1/receipts/${id}`)).status, 404, id);
  }
});

t.test('what happens later changes no receipt', async (t) => {
  const scene = courseScene(t);
  const assignment = scene.assignment();
  const { receipt, attempt } = await handIn(scene, assignment);
  const version = { 'If-Match': '"1"' };
  await scene.as('instructor', `PATCH /v1/assignments/${assignment}`, { title: 'Other' }, version);
  await handIn(scene, assignment, { text_md: 'second' });
  const read = await scene.as('student', `GET /v1/receipts/${attempt.receipt_id}`);
  t.match(await read.json(), { receipt });
});

t.test('the server checks receipts of whoever has one, and looks into the log', async (t) => {
  const scene = courseScene(t);
  const { receipt } = await handIn(scene, scene.assignment());
  const check = async (text: string, person: Person | null = 'foreignStudent') => {
    const response = await scene.as(person, 'POST /v1/receipts/verify', { receipt: text });
    return { status: response.status, verdict: (await response.json()) as object };
  };
  t.match(await check(receipt), {
    status: 200,
    verdict: { valid: true, fault: null, in_log: true, claims: { attempt: 1 } },
  });
  t.match((await check(`${receipt}\n`)).verdict, { valid: true }, 'as a file has it');
  t.equal((await check(receipt, null)).status, 401);

  const [header, payload, signature] = receipt.split('.');
  const swapped = `${header}.${payload?.replace(/^./, 'f')}.${signature}`;
  t.same((await check(swapped)).verdict, {
    valid: false,
    fault: 'bad_signature',
    detail: 'The signature is wrong: the receipt was changed.',
    in_log: null,
    claims: null,
  });
  t.match((await check('')).verdict, { valid: false, fault: 'malformed' });
  const other = new ReceiptSigner(generateKeyPairSync('ed25519').privateKey, 'tests');
  const { claims } = (await check(receipt)).verdict as { claims: ReceiptClaims };
  t.match((await check(await other.sign(claims))).verdict, { fault: 'unknown_key' });

  const { receipts } = scene.api;
  const lost: Partial<ReceiptClaims>[] = [{ chain_hash: 'f'.repeat(64) }, { log_index: 1_000_000 }];
  for (const change of lost) {
    const signed = await receipts.sign({ ...claims, ...change });
    t.match((await check(signed)).verdict, { valid: true, in_log: false }, JSON.stringify(change));
  }
});

t.test('a request that is none is told so', async (t) => {
  const { as } = courseScene(t);
  const bad: [object, number, string][] = [
    [{}, 400, 'invalid_request'],
    [{ receipt: 1 }, 400, 'invalid_request'],
    [{ receipt: 'x'.repeat(262_145) }, 400, 'invalid_request'],
    [{ receipt: 'x', more: 1 }, 400, 'unknown_field'],
  ];
  for (const [body, status, code] of bad) {
    const response = await as('student', 'POST /v1/receipts/verify', body);
    t.match(await response.json(), { status, code });
  }
});

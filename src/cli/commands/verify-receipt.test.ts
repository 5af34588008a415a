import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ReceiptSigner } from '../../receipts/receipt-signer.ts';

const PROGRAM = fileURLToPath(new URL('../lms.ts', import.meta.url));
const signer = new ReceiptSigner(generateKeyPairSync('ed25519').privateKey, 'school');
const digest = 'ab'.repeat(32);
const claims = signer.claims({
  jti: 'rcp_1_1',
  sub: 'usr_1',
  course_id: 'crs_1',
  assignment_id: 'asg_1',
  submission_id: 'sub_1',
  attempt: 1,
  text_sha256: null,
  files: [{ file_id: 'fil_1', filename: 'a\u001b[2J.pdf', size_bytes: 3, sha256: digest }],
  received_at: '2026-11-20T17:00:00.000Z',
  committed_at: '2026-11-20T17:00:00.020Z',
  counted_at: '2026-11-20T17:00:00.000Z',
  log_index: 7,
  chain_hash: digest,
});
const receipt = await signer.sign(claims);

const folder = t.testdir({ 'jwks.json': JSON.stringify({ keys: [signer.jwk] }) });
const JWKS = join(folder, 'jwks.json');

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs the program as anybody would: nothing but files is there. */
function verify(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, 'verify-receipt', ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

t.test('a good receipt is told so, with what it says', (t) => {
  const plain = verify(put('good.jws', `${receipt}\n`), '--jwks', JWKS);
  t.match(plain, { status: 0, stderr: '', stdout: /^The receipt is good: .*school/ });
  for (const part of ['rcp_1_1', 'usr_1', 'asg_1', claims.received_at, digest, '3 bytes']) {
    t.ok(plain.stdout.includes(part), part);
  }
  t.notOk(plain.stdout.includes('\u001b'), 'a file name cannot write to the terminal');
  const json = verify(
    put('good.json', JSON.stringify({ id: 'x', receipt })),
    '--json',
    '--jwks',
    JWKS,
  );
  t.equal(json.status, 0);
  t.same(JSON.parse(json.stdout), claims);
  t.end();
});

t.test('what is not good ends with 1 and the reason', (t) => {
  const other = new ReceiptSigner(generateKeyPairSync('ed25519').privateKey, 'school');
  const [header, payload = '', signature] = receipt.split('.');
  const changed = `${header}.${payload.slice(0, -4)}AAAA.${signature}`;
  const good = put('good.jws', receipt);
  const cases: [string, string[], RegExp][] = [
    ['changed', [put('bad.jws', changed), '--jwks', JWKS], /NOT a good receipt.*changed/],
    ['empty', [put('empty.jws', ''), '--jwks', JWKS], /NOT a good receipt/],
    [
      'another key',
      [good, '--jwks', put('other.json', JSON.stringify({ keys: [other.jwk] }))],
      /NOT a good receipt.*of another cluster/,
    ],
    ['an answer without one', [put('none.json', '{}'), '--jwks', JWKS], /has no "receipt"/],
    ['half an answer', [put('half.json', '{'), '--jwks', JWKS], /is no JSON/],
    ['no file', [join(folder, 'gone'), '--jwks', JWKS], /cannot be read/],
    ['no key set', [good, '--jwks', put('x.json', '[]')], /is no key set/],
    ['no keys at all', [good], /jwks/],
  ];
  for (const [name, args, expected] of cases) {
    t.match(verify(...args), { status: 1, stdout: '', stderr: expected }, name);
  }
  t.end();
});

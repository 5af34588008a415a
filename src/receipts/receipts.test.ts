import { createHash, generateKeyPairSync } from 'node:crypto';
import { CompactSign, calculateJwkThumbprint } from 'jose';
import t from 'tap';
import type { ReceiptClaims, ReceiptFacts } from './receipt-claims.ts';
import { ReceiptSigner } from './receipt-signer.ts';
import { verifyReceipt } from './verify-receipt.ts';

const { privateKey: key } = generateKeyPairSync('ed25519');
const signer = new ReceiptSigner(key, 'c1');
const jwks = { keys: [{ ...signer.jwk }] };
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

const facts: ReceiptFacts = {
  jti: 'rcp_1_2',
  sub: 'usr_1',
  course_id: 'crs_1',
  assignment_id: 'asg_1',
  submission_id: 'sub_1',
  attempt: 2,
  text_sha256: digest('My essay.'),
  files: [{ file_id: 'fil_1', filename: 'Aufsatz „1“.pdf', size_bytes: 3, sha256: digest('abc') }],
  received_at: '2026-11-20T17:00:00.000Z',
  committed_at: '2026-11-20T17:00:00.020Z',
  counted_at: '2026-11-20T17:00:00.000Z',
  log_index: 4711,
  chain_hash: digest('the log'),
};

t.test('a receipt is checked with the public key alone', async (t) => {
  const jws = await signer.sign(signer.claims(facts));
  t.same(await verifyReceipt(jws, jwks), { iss: 'urn:quorum-lms:c1', ...facts });
  t.notMatch(JSON.stringify(jwks), /"d"/, 'the private part is not in it');
  t.equal(signer.jwk.kid, await calculateJwkThumbprint({ ...signer.jwk }), 'RFC 7638');
});

t.test('the same facts make the same bytes, in whatever order they come', async (t) => {
  const shuffled = Object.fromEntries(Object.entries(facts).reverse()) as ReceiptFacts;
  const other = new ReceiptSigner(key, 'c1');
  const jws = await signer.sign(signer.claims(facts));
  t.equal(await other.sign(other.claims(shuffled)), jws);
  const claims = Object.fromEntries(Object.entries(signer.claims(facts)).reverse());
  t.equal(await signer.sign(claims as ReceiptClaims), jws);
  const [header = '', payload = ''] = jws.split('.');
  t.match(JSON.parse(Buffer.from(header, 'base64url').toString()), {
    alg: 'EdDSA',
    kid: signer.jwk.kid,
    typ: 'lms-receipt+jws',
  });
  const names = Object.keys(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  t.same(names.slice(0, 4), ['iss', 'jti', 'sub', 'course_id']);
});

t.test('each bit of it that is flipped is refused', async (t) => {
  const bytes = Buffer.from(await signer.sign(signer.claims({ ...facts, files: [] })), 'latin1');
  const codes = new Map<string, number>();
  const passed: string[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      await verifyReceipt(flipped.toString('latin1'), jwks);
      passed.push(`bit ${bit}`);
    } catch (error) {
      const { code } = error as { code: string };
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  t.same(passed, []);
  t.same([...codes.keys()].sort(), ['bad_signature', 'malformed', 'unknown_key']);
});

t.test('what is no receipt of this cluster is told so', async (t) => {
  const stranger = new ReceiptSigner(generateKeyPairSync('ed25519').privateKey, 'c1');
  const strange = await stranger.sign(stranger.claims(facts));
  await t.rejects(verifyReceipt(strange, jwks), { code: 'unknown_key' });
  const good = await signer.sign(signer.claims(facts));
  await t.rejects(verifyReceipt(good, { keys: [] }), { code: 'unknown_key' });
  for (const text of ['', 'x', 'a.b', `${good}.`, `${good}=`, good.slice(0, -1), ` ${good}`]) {
    await t.rejects(verifyReceipt(text, jwks), { name: 'ReceiptError', code: 'malformed' }, text);
  }
  const signed = (payload: string, typ: string) =>
    new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'EdDSA', kid: signer.jwk.kid, typ })
      .sign(key);
  const text = JSON.stringify(signer.claims(facts));
  await t.resolves(verifyReceipt(await signed(text, 'lms-receipt+jws'), jwks));
  for (const [payload, typ] of [
    [text, 'JWT'],
    ['{}', 'lms-receipt+jws'],
    ['no JSON', 'lms-receipt+jws'],
    [JSON.stringify({ ...signer.claims(facts), more: 1 }), 'lms-receipt+jws'],
  ] as const) {
    await t.rejects(verifyReceipt(await signed(payload, typ), jwks), { code: 'not_a_receipt' });
  }
});

t.test('no other algorithm is taken, and no header brings its own key', async (t) => {
  const payload = Buffer.from(JSON.stringify(signer.claims(facts))).toString('base64url');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  await t.rejects(verifyReceipt(`${none}.${payload}.`, jwks), { code: 'malformed' });
  const secret = Buffer.from(signer.jwk.x, 'base64url');
  const hmac = await new CompactSign(Buffer.from(payload, 'base64url'))
    .setProtectedHeader({ alg: 'HS256', kid: signer.jwk.kid })
    .sign(secret);
  await t.rejects(verifyReceipt(hmac, jwks), { code: 'malformed' });
  const { privateKey } = generateKeyPairSync('ed25519');
  const own = new ReceiptSigner(privateKey, 'c1');
  const brought = await new CompactSign(Buffer.from(payload, 'base64url'))
    .setProtectedHeader({ alg: 'EdDSA', jwk: own.jwk, typ: 'lms-receipt+jws' })
    .sign(privateKey);
  await t.rejects(verifyReceipt(brought, jwks), { code: 'bad_signature' });
});

import { createHash } from 'node:crypto';
import t from 'tap';
import { codeOf, hash, metadata, TEXT, tusSite } from '../testing-tus.ts';

t.test('checksums: a part that fails leaves nothing', async (t) => {
  const { api, begin, patch, head } = tusSite(t);
  for (const algorithm of ['sha1', 'sha256', 'sha512', 'md5']) {
    const path = await begin(TEXT.length);
    const good = { 'Upload-Checksum': `${algorithm} ${hash(algorithm, 'The quick ')}` };
    const bad = await patch(path, 0, { body: 'The quick_', headers: good });
    t.equal(bad.status, 460, algorithm);
    t.equal(await codeOf(bad), 'checksum_mismatch');
    t.equal((await head(path)).headers.get('upload-offset'), '0');
    t.equal((await patch(path, 0, { body: 'The quick ', headers: good })).status, 204);
  }
  const path = await begin(TEXT.length);
  const digest = { 'Content-Digest': `sha-256=:${hash('sha256', TEXT)}:` };
  t.equal((await patch(path, 0, { body: 'other', headers: digest })).status, 460, 'RFC 9530 too');
  t.equal((await patch(path, 0, { body: TEXT, headers: digest })).status, 204);
  t.equal(api.blobs.staged.size, 0);
});

t.test('the whole must have the digest that was announced', async (t) => {
  const { api, begin, patch, head } = tusSite(t);
  const sha256 = createHash('sha256').update(TEXT).digest('hex');
  const path = await begin(TEXT.length, { 'Upload-Metadata': metadata({ sha256 }) });
  await patch(path, 0, { body: TEXT.slice(0, 4) });
  const other = await patch(path, 4, { body: TEXT.slice(4).toUpperCase() });
  t.equal(await codeOf(other), 'digest_mismatch');
  t.equal((await head(path)).headers.get('upload-offset'), '4');
  t.equal((await patch(path, 4, { body: TEXT.slice(4) })).status, 204);
  t.equal(api.blobs.staged.size, 0);
});

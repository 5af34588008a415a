import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import type { ApiSettings } from './settings.ts';
import { TestApi } from './testing.ts';

export const TUS = { 'Tus-Resumable': '1.0.0' };
export const TEXT = 'The quick brown fox jumps over the lazy dog.';

/** As `Upload-Checksum` and `Content-Digest` give it: in base64. */
export function hash(algorithm: string, text: string | Uint8Array): string {
  return createHash(algorithm).update(text).digest('base64');
}

/** The value of `Upload-Metadata`. */
export function metadata(pairs: Record<string, string>): string {
  const encoded = Object.entries(pairs).map(
    ([k, v]) => `${k} ${Buffer.from(v).toString('base64')}`,
  );
  return encoded.join(',');
}

export interface Sent {
  readonly token?: string;
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array>;
  readonly headers?: Record<string, string>;
}

/** The API with two students; what is sent without a token is the first one's. */
export function tusSite(t: Test, settings: Partial<ApiSettings> = {}) {
  const api = new TestApi(settings);
  t.teardown(() => api.close());
  const ann = api.user('ann', 'student');
  const bob = api.user('bob', 'student');
  const ask = (target: string, { token = ann.token, body, headers = {} }: Sent = {}) => {
    const [method = '', path = ''] = target.split(' ');
    const isStream = body instanceof ReadableStream;
    // Bodies that are no text, and answers without one, are not for the helper.
    if (method !== 'HEAD' && (body === undefined || typeof body === 'string')) {
      return api.request(target, {
        token,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/offset+octet-stream' }),
          ...headers,
        },
        ...(body !== undefined && { body }),
      });
    }
    return api.app.request(path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/offset+octet-stream',
        ...headers,
      },
      body: body as string,
      ...(isStream && { duplex: 'half' }),
    } as RequestInit);
  };
  const begin = async (length: number, headers: Record<string, string> = {}) => {
    const answer = await ask('POST /v1/uploads', {
      headers: { ...TUS, 'Upload-Length': String(length), ...headers },
    });
    t.equal(answer.status, 201);
    return answer.headers.get('location') ?? '';
  };
  const patch = (path: string, offset: number, sent: Sent) =>
    ask(`PATCH ${path}`, {
      ...sent,
      headers: { ...TUS, 'Upload-Offset': String(offset), ...sent.headers },
    });
  const head = (path: string, sent: Sent = {}) => ask(`HEAD ${path}`, { headers: TUS, ...sent });
  const contentOf = async (fileId: string) => {
    const answer = await ask(`GET /v1/files/${fileId}/content`);
    return Buffer.from(await answer.arrayBuffer()).toString();
  };
  return { api, ann, bob, ask, begin, patch, head, contentOf };
}

export async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import type { FileResource } from '../lms/queries/files.ts';
import { TestApi, type TestUser } from './testing.ts';
import { checkAnswer } from './testing-answers.ts';

export const PDF = '%PDF-1.7\nnot much of one\n';

export interface Sent {
  readonly body: string | Uint8Array | FormData | ReadableStream<Uint8Array>;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

/** The API with an instructor and a student, who send files. */
export function fileSite(t: Test, maxFileBytes = 1_000_000) {
  const api = new TestApi({ max_file_bytes: maxFileBytes });
  t.teardown(() => api.close());
  const ann = api.user('ann', 'instructor');
  const bob = api.user('bob', 'student');
  const upload = async (user: TestUser, { body, headers = {}, query = '' }: Sent) => {
    const answer = await api.app.request(`/v1/files${query}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${user.token}`, ...headers },
      body: body as string,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    });
    await checkAnswer(api.app, 'POST', '/v1/files', answer);
    return answer;
  };
  return { api, ann, bob, upload };
}

export async function fileOf(answer: Response): Promise<FileResource> {
  return (await answer.json()) as FileResource;
}

export function sha256(text: string | Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash('sha256').update(text).digest(encoding);
}

/** A form with these files: name, content. */
export function form(...files: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, text] of files) data.append('file', new Blob([text]), name);
  return data;
}

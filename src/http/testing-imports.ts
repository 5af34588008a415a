import type { Test } from 'tap';
import { zipOf } from '../lms/imports/test-rosters.ts';
import { TestApi, type TestUser } from './testing.ts';
import { checkAnswer } from './testing-answers.ts';

export interface ImportAnswer {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly changes: number;
  readonly changes_applied: number;
  readonly conflicts: number;
  readonly files: readonly Record<string, unknown>[];
  readonly held_because: readonly Record<string, unknown>[];
  readonly file_id: string;
}

export interface ImportProblem {
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { pointer: string; code: string; detail: string }[];
  readonly errors_total?: number;
}

const TABLES = ['users', 'courses', 'enrollments', 'external_ids', 'gradebook_students'];

/** The API with an administrator who imports. */
export class ImportScene {
  readonly api = new TestApi();
  readonly admin: TestUser = this.api.user('root', 'admin');

  /** Plans an import of a zip of these files, or of one CSV. */
  async send(
    roster: Readonly<Record<string, string | Uint8Array>> | string,
    query = '',
    headers: Record<string, string> = {},
    token = this.admin.token,
  ): Promise<Response> {
    const isText = typeof roster === 'string';
    const body = isText ? Buffer.from(roster) : await zipOf(roster);
    const path = `/v1/imports${query}`;
    const response = await this.api.app.request(path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': isText ? 'text/csv' : 'application/zip',
        ...headers,
      },
      body: new Uint8Array(body),
    });
    await checkAnswer(this.api.app, 'POST', path, response);
    return response;
  }

  async plan(
    roster: Readonly<Record<string, string | Uint8Array>> | string,
    query = '',
  ): Promise<ImportAnswer> {
    const response = await this.send(roster, query);
    if (response.status !== 201) throw new Error(await response.text());
    return (await response.json()) as ImportAnswer;
  }

  /** Applies with approval, or undoes; whatever the answer is. */
  async act(importId: string, verb: 'apply' | 'undo', body?: object): Promise<Response> {
    return await this.api.request(`POST /v1/imports/${importId}/${verb}`, {
      token: this.admin.token,
      ...(verb === 'apply' && { body: body ?? { approve: true } }),
    });
  }

  async must(importId: string, verb: 'apply' | 'undo'): Promise<ImportAnswer> {
    const response = await this.act(importId, verb);
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as ImportAnswer;
  }

  async import(
    roster: Readonly<Record<string, string | Uint8Array>> | string,
    query = '',
  ): Promise<ImportAnswer> {
    return await this.must((await this.plan(roster, query)).id, 'apply');
  }

  async get<Body>(path: string): Promise<Body> {
    return (await (
      await this.api.request(`GET ${path}`, { token: this.admin.token })
    ).json()) as Body;
  }

  /** Every row of the tables that an import may touch. */
  rows(): Record<string, object[]> {
    const { reader } = this.api.machine;
    return Object.fromEntries(
      TABLES.map((table) => [
        table,
        reader.all<Record<string, string>>(`SELECT * FROM ${table}`).map((row) => ({ ...row })),
      ]),
    );
  }

  count(table: string): number {
    return this.api.machine.reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0;
  }

  userId(username: string): string {
    const row = this.api.machine.reader.get<{ id: string }>(
      'SELECT id FROM users WHERE username_key = ?',
      username,
    );
    return row?.id ?? '';
  }
}

export function importScene(t: Test): ImportScene {
  const made = new ImportScene();
  t.teardown(() => made.api.close());
  return made;
}

/** `s1`, `s2`, … as a roster calls its students. */
export function studentIds(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, n) => `s${n + from}`);
}

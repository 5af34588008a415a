import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { readEnvironment } from '../environment.ts';
import { OperatorError } from '../operator-error.ts';
import { reasonOf } from './node-status.ts';

/** How commands that change something say to whom, and as whom. */
export const SESSION_OPTIONS = {
  url: {
    type: 'string',
    default: 'http://127.0.0.1:8001',
    describe: 'API of any node of the cluster',
  },
  username: { type: 'string', default: 'admin', describe: 'An administrator' },
  'password-file': {
    type: 'string',
    describe: 'Where the password stands; else LMS_ADMIN_PASSWORD, else it is asked for',
  },
} as const;

export interface SessionOptions {
  readonly url: string;
  readonly username: string;
  readonly passwordFile: string | undefined;
}

/** Changes of the members wait for other nodes. */
const timeoutMs = 60_000;
const deadlineMs = 30_000;

const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** An administrator's session with one node. */
export class AdminSession {
  readonly #base: string;
  readonly #token: string;

  private constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  /** Rejects with `OperatorError` when nobody answers, or the password is wrong. */
  static async open(options: SessionOptions): Promise<AdminSession> {
    const base = options.url.replace(/\/+$/, '');
    const password = await passwordOf(options);
    const body = { username: options.username, password };
    const { token } = z
      .object({ token: z.string() })
      .parse(await call(base, 'POST /v1/auth/login', { body }));
    return new AdminSession(base, token);
  }

  /** The same session with another node: all of them know it. */
  at(base: string): AdminSession {
    return new AdminSession(base, this.#token);
  }

  /** The answer's JSON, `null` when it has none. Rejects with `OperatorError` when it is refused. */
  call(target: string, body?: object): Promise<unknown> {
    return call(this.#base, target, { token: this.#token, ...(body !== undefined && { body }) });
  }

  /**
   * The answer, whose body is still to come and may be long. Rejects with `Refused` when it
   * is, and with `OperatorError` when nobody answers.
   */
  stream(target: string): Promise<Response> {
    return ask(this.#base, target, { token: this.#token });
  }

  /** Best effort: a session that is left ends by itself. */
  async close(): Promise<void> {
    await this.call('POST /v1/auth/logout').catch(() => undefined);
  }
}

/** Runs `work` in a session of its own. */
export async function inSession<Result>(
  options: SessionOptions,
  work: (session: AdminSession) => Promise<Result>,
): Promise<Result> {
  const session = await AdminSession.open(options);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

interface Ask {
  readonly token?: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
}

async function call(base: string, target: string, request: Ask): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await ask(base, target, { ...request, signal });
  return await response.json().catch(() => null);
}

async function ask(base: string, target: string, { token, body, signal }: Ask): Promise<Response> {
  const [method = 'GET', path = '/'] = target.split(' ');
  const response = await fetch(base + path, {
    method,
    ...(signal !== undefined && { signal }),
    headers: {
      'LMS-Timeout-Ms': String(deadlineMs),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new OperatorError(
      `${base} does not answer (${reasonOf(error)}): give the address of a node that runs with --url`,
    );
  });
  if (response.ok) return response;
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  const why = problem.success ? `${problem.data.detail} (${problem.data.code})` : '';
  throw new Refused(response.status, `${base} answered ${target} with ${response.status}: ${why}`);
}

/** The node answered, and not with what was asked for. */
export class Refused extends OperatorError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function passwordOf({ passwordFile, username }: SessionOptions): Promise<string> {
  if (passwordFile !== undefined) {
    try {
      return readFileSync(passwordFile, 'utf8').trim();
    } catch (error) {
      throw new OperatorError(
        `${passwordFile} cannot be read (${(error as Error).message}): correct --password-file`,
      );
    }
  }
  const { admin_password: password } = readEnvironment();
  if (password !== null) return password;
  if (process.stdin.isTTY) return await askFor(`Password of ${username}: `);
  throw new OperatorError('no password: give --password-file, or set LMS_ADMIN_PASSWORD');
}

/** Without showing what is typed. */
async function askFor(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

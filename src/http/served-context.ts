import type { HonoRequest } from 'hono/request';
import type { Answer } from './answer.ts';
import type { ApiContext, ApiEnv, Served } from './env.ts';

type ServedEnv = ApiEnv['Bindings'] & Served;
type Headers = Readonly<Record<string, string>>;

/**
 * What handlers use of Hono's context, over the answer that Node sends. Hono would make a dozen functions
 * for each request, gather headers in a `Headers` object and put all in a `Response`, whose checks and
 * copies cost more than the rest of answering.
 */
class ServedContext {
  readonly env: ServedEnv;
  readonly req: HonoRequest;
  /** What the handler gave: the answer, or nothing that will be sent. */
  res: unknown;
  readonly #variables = new Map<string, unknown>();

  constructor(req: HonoRequest, env: ServedEnv) {
    this.req = req;
    this.env = env;
  }

  get(name: string): unknown {
    return this.#variables.get(name);
  }

  set(name: string, value: unknown): void {
    this.#variables.set(name, value);
  }

  header(name: string, value?: string, options?: { append?: boolean }): void {
    const { answer } = this.env;
    if (value === undefined) answer.remove(name);
    else if (options?.append === true) answer.append(name, value);
    else answer.set(name, value);
  }

  body(data: Answer['body'], status = 200, headers?: Headers): Answer {
    const { answer } = this.env;
    answer.status = status;
    answer.body = data;
    for (const name in headers) answer.set(name, headers[name] as string);
    return answer;
  }

  text(data: string, status?: number, headers?: Headers): Answer {
    this.header('Content-Type', 'text/plain; charset=utf-8');
    return this.body(data, status, headers);
  }

  json(value: unknown, status?: number, headers?: Headers): Answer {
    this.header('Content-Type', 'application/json');
    return this.body(JSON.stringify(value), status, headers);
  }
}

export function servedContext(req: HonoRequest, env: ServedEnv): ApiContext {
  return new ServedContext(req, env) as unknown as ApiContext;
}

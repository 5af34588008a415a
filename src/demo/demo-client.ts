/** An answer of the API that the demo cannot go on with. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

interface Page<T> {
  readonly items: readonly T[];
}

const requestTimeoutMs = 15_000;

/** One account at the API of one node. */
export class DemoClient {
  readonly #base: string;
  #token: string | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  static async login(base: string, username: string, password: string): Promise<DemoClient> {
    const client = new DemoClient(base);
    const body = { username, password };
    const { token } = await client.send<{ token: string }>('POST', '/v1/auth/login', { body });
    client.#token = token;
    return client;
  }

  async list<T>(path: string): Promise<readonly T[]> {
    return (await this.send<Page<T>>('GET', path)).items;
  }

  /** The first of the list at `path` that `is` it, else what a POST there makes. */
  async findOrMake<T>(
    path: string,
    is: (one: T) => boolean,
    body: object,
    key: string,
    filter = '',
  ): Promise<T> {
    const found = (await this.list<T>(`${path}${filter}`)).find(is);
    return found ?? (await this.send<T>('POST', path, { body, key }));
  }

  async send<T>(
    method: string,
    path: string,
    request: { readonly body?: object | string; readonly key?: string } = {},
  ): Promise<T> {
    const { body, key } = request;
    const type = typeof body === 'string' ? 'text/markdown' : 'application/json';
    const { ok, status, answer } = await this.#ask<T>(path, {
      method,
      headers: {
        ...(this.#token !== null && { Authorization: `Bearer ${this.#token}` }),
        ...(body !== undefined && { 'Content-Type': type }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (ok) return answer;
    const { code = '', detail = '' } = answer;
    throw new DemoError(`${method} ${path}: ${status} ${code} ${detail}`);
  }

  /** A node that does not answer, such as one that was stopped meanwhile, is a `DemoError` too. */
  async #ask<T>(path: string, request: RequestInit) {
    try {
      const signal = AbortSignal.timeout(requestTimeoutMs);
      const response = await fetch(`${this.#base}${path}`, { ...request, signal });
      const answer = (await response.json()) as T & { detail?: string; code?: string };
      return { ok: response.ok, status: response.status, answer };
    } catch (error) {
      throw new DemoError(`${this.#base} does not answer: ${(error as Error).message}`);
    }
  }
}

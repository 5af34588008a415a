import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './generated/api.d.ts';

export type LmsClient = Client<paths>;

interface Connection {
  /** Base addresses of the nodes, at least one; any of them takes any request. */
  readonly nodes: readonly string[];
  /** `token` of `POST /v1/auth/login`, or a personal token. */
  readonly token?: string;
  /** How often all nodes are asked before an answer of 503, or none, is the last word. */
  readonly rounds?: number;
}

const roundsByDefault = 10;
const pauseMs = 300;

/**
 * A client whose paths, parameters and bodies have the types of openapi.yaml. It goes on to the next
 * node when one does not answer, or answers 503; each POST is named by an `Idempotency-Key`, so that
 * one whose answer was lost is not done twice.
 *
 * @throws what `fetch` threw, when no node has answered in any round
 */
export function connect({ nodes, token, rounds = roundsByDefault }: Connection): LmsClient {
  const [first = ''] = nodes;
  const client = createClient<paths>({
    baseUrl: first,
    ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
    fetch: (request) => askInTurn(request, nodes, rounds),
  });
  client.use({
    onRequest({ request }) {
      const isNamed = request.headers.has('Idempotency-Key');
      if (request.method === 'POST' && !isNamed)
        request.headers.set('Idempotency-Key', randomUUID());
    },
  });
  return client;
}

async function askInTurn(
  request: Request,
  nodes: readonly string[],
  rounds: number,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = request.body === null ? null : await request.arrayBuffer();
  const { method, headers } = request;
  let last: Response | undefined;
  let failure: unknown;
  for (let turn = 0; turn < rounds * nodes.length; turn += 1) {
    if (turn > 0 && turn % nodes.length === 0) await sleep(pauseMs);
    try {
      const node = nodes[turn % nodes.length] ?? '';
      last = await fetch(`${node}${pathname}${search}`, { method, headers, body });
      if (last.status !== 503) return last;
    } catch (error) {
      failure = error;
    }
  }
  if (last === undefined) throw failure;
  return last;
}

/**
 * The body of an answer of success.
 *
 * @throws with the problem document, for every other answer
 */
export async function done<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw new Error(`${response.status} ${response.url}: ${JSON.stringify(error)}`);
}

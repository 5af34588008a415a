import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { Reader } from '../lms/reader.ts';
import type { Scope } from '../lms/scopes.ts';
import type { Actor } from '../lms/tx.ts';
import type { Answer } from './answer.ts';
import type { Consensus } from './ports.ts';
import type { ApiSettings } from './settings.ts';

/** What the API needs of the state machine: `LmsMachine` provides it. */
export interface Replica {
  readonly reader: Reader;
  readonly applied: { readonly index: number };
  /** Of the last applied entry, hex. */
  readonly chainHash: string;
}

/** What the foundation (`guard`, `read`, `submit`) works on. Routes use those, never this. */
export interface Foundation {
  readonly consensus: Consensus;
  readonly replica: Replica;
  readonly settings: ApiSettings;
  readonly logger: Logger;
  /** `actor idempotency_key` of the writes that are running on this node. */
  readonly inFlight: Set<string>;
}

export interface Caller {
  readonly actor: Actor;
  readonly session_id: string;
  /** Of a personal token; `null`: a login, which may do everything. */
  readonly scopes: readonly Scope[] | null;
}

/** What the server hands on with a request. */
export interface Served {
  readonly incoming: IncomingMessage;
  readonly answer: Answer;
}

/** Answers a request with what `handle` gives, or with the problem that it throws. */
export type Arrive = (c: ApiContext, handle: Handle) => Promise<Response>;
export type Handle = (c: ApiContext) => Response | Promise<Response>;

/** What the app adds. Nothing is served when the request did not come through the server, as in tests. */
interface Bindings extends Partial<Served> {
  readonly foundation: Foundation;
  readonly arrive: Arrive;
}

export interface ApiEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    /** Ms since the epoch: when the request arrived. Lateness is judged by it. */
    receivedAt: number;
    /** On the clock of `performance.now()`: when waiting for others ends. */
    deadline: number;
    /** Set by the guard of every operation that is not public. */
    caller?: Caller;
    /** The wait that the consistency level asks for is over. */
    settled?: boolean;
    /** The answer names its own `LMS-Index`. */
    indexed?: boolean;
    /** The parsed JSON body, as it came: what the idempotency fingerprint is made of. */
    jsonBody?: unknown;
    operationId?: string;
  };
}

export type ApiContext = Context<ApiEnv>;

/** Who calls an operation that is not public: the guard has seen to it. */
export function callerOf(c: ApiContext): Caller {
  const caller = c.get('caller');
  if (caller === undefined) throw new Error('broken invariant: a public operation has no caller');
  return caller;
}

/** Ms left for waiting, at least 1. */
export function timeLeft(c: ApiContext): number {
  return Math.max(1, Math.ceil(c.get('deadline') - performance.now()));
}

import type { Tx } from './tx.ts';

/** What every command carries beside its own fields. All of it is decided before the log. */
export interface CommandHeader {
  readonly kind: string;
  readonly v: number;
  /** UUIDv7; applied once however often it is proposed. */
  readonly command_id: string;
  /** `null`: the system itself (bootstrap, jobs of a node) or a caller without an account. */
  readonly actor_id: string | null;
  /** The session that the request came with; must still be alive when the command is applied. */
  readonly session_id: string | null;
  /** Ms since the epoch on the node that took the request. */
  readonly received_at: number;
  readonly idempotency_key?: string;
  /** SHA-256 (hex) of method, path and body; two requests with one key must agree in it. */
  readonly idempotency_fingerprint?: string;
}

/** The fields of one kind: plain data, `snake_case`, integers, no `undefined` but absent. */
export type Command<Payload> = CommandHeader & Payload;

export interface CommandDefinition<Payload, Value = unknown> {
  readonly kind: string;
  readonly v: number;
  /**
   * Applies the command and returns the resource as the API shows it (or `null`).
   * Synchronous and deterministic; throws `Refusal` where a rule says no.
   */
  apply(tx: Tx, command: Command<Payload>): Value;
}

/** `Value` is what `apply` returns: a route that submits the command answers with it. */
export function defineCommand<Payload, Value = unknown>(
  definition: CommandDefinition<Payload, Value>,
): CommandDefinition<Payload, Value> {
  return definition;
}

/** The result of a command, stored with it and answered by every replay of it. */
export type CommandResult =
  | { readonly ok: true; readonly value: unknown; readonly replayed?: boolean }
  | {
      readonly ok: false;
      readonly code: import('./refusal.ts').RefusalCode;
      readonly detail: string;
      readonly errors: readonly import('./refusal.ts').FieldError[];
      readonly extra: Readonly<Record<string, unknown>>;
      readonly replayed?: boolean;
    };

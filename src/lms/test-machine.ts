import { encodeCommand, stampCommand } from './codec.ts';
import type { Command, CommandResult } from './command.ts';
import { COMMANDS } from './commands/registry.ts';
import { LmsMachine } from './machine.ts';
import type { Reader } from './reader.ts';

/** For tests of rules: a state machine in memory, and a log that is only a counter. */
export class TestMachine {
  readonly machine: LmsMachine;
  /** The leader's clock, ms. */
  now = Date.UTC(2026, 0, 5, 9);
  #index = 0;
  #term = 1;

  /** @param path of its file; in memory there is nothing to take a snapshot of */
  constructor(path = ':memory:') {
    this.machine = new LmsMachine(path, COMMANDS);
  }

  get reader(): Reader {
    return this.machine.reader;
  }

  /** Applies one command; `header` replaces parts of the command's header. */
  apply(
    actorId: string | null,
    kind: string,
    payload: object,
    header: Partial<Command<object>> = {},
  ): CommandResult {
    this.#index += 1;
    const bytes = encodeCommand({
      kind,
      v: 1,
      command_id: `cmd_${this.#index}`,
      actor_id: actorId,
      session_id: null,
      received_at: this.now,
      ...payload,
      ...header,
    });
    stampCommand(bytes, this.now);
    const entry = { index: this.#index, term: this.#term, type: 0, command: bytes } as const;
    const outcome = this.machine.apply([entry])[0]?.value as { result: CommandResult };
    return outcome.result;
  }

  /** A new leader begins its term. */
  elect(): void {
    this.#index += 1;
    this.#term += 1;
    const command = new Uint8Array();
    this.machine.apply([{ index: this.#index, term: this.#term, type: 1, command }]);
  }

  /** `'ok'` or the refusal's code: the last column of a table test. */
  code(actorId: string | null, kind: string, payload: object): string {
    const result = this.apply(actorId, kind, payload);
    return result.ok ? 'ok' : result.code;
  }

  /** Applies a command that must succeed, and returns its value. */
  must<Value>(actorId: string | null, kind: string, payload: object): Value {
    const result = this.apply(actorId, kind, payload);
    if (!result.ok) throw new Error(`${kind} was refused: ${result.code}: ${result.detail}`);
    return result.value as Value;
  }

  /** Creates a user with this id, which is the username too. */
  addUser(id: string, siteRole: 'admin' | 'instructor' | 'student'): void {
    this.must(null, 'CREATE_USER', {
      user_id: id,
      username: id,
      username_key: id,
      display_name: id,
      email: null,
      site_role: siteRole,
      password_hash: null,
    });
  }

  /** Creates a course of this instructor. */
  addCourse(id: string, instructor: string): void {
    this.must(instructor, 'CREATE_COURSE', {
      course_id: id,
      code: id,
      title: id,
      description_md: '',
    });
  }

  close(): void {
    this.machine.close();
  }
}

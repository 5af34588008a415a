import { join } from 'node:path';
import { newCommandId, newId } from '../../src/http/ids.ts';
import { encodeCommand, stampCommand } from '../../src/lms/codec.ts';
import { COMMANDS } from '../../src/lms/commands/registry.ts';
import { LmsMachine } from '../../src/lms/machine.ts';
import type { LogEntry } from '../../src/raft/core/messages.ts';
import { cpuTime } from './cpu-time.ts';

const batches = 2_000;

/** CPU time of applying one question, in µs, on a state in `folder`, in batches of `batchSize`. */
export function applyMicroseconds(folder: string, batchSize: number): number {
  const machine = new LmsMachine(join(folder, 'lms.db'), COMMANDS);
  try {
    const log = new Entries();
    const setUp = [...log.classroom()];
    for (const entry of setUp) machine.apply([entry]);
    const prepared = Array.from({ length: Math.ceil(batches * 1.25) + 1 }, () =>
      Array.from({ length: batchSize }, () => log.question()),
    );
    return cpuTime(batches, (round) => machine.apply(prepared[round] ?? [])) / batchSize;
  } finally {
    machine.close();
  }
}

/** Entries of a log, one behind the other. */
class Entries {
  readonly #student = newId('usr');
  readonly #teacher = newId('usr');
  readonly #course = newId('crs');
  #index = 0;

  *classroom(): Iterable<LogEntry> {
    yield this.#person(this.#teacher, 'instructor');
    yield this.#person(this.#student, 'student');
    const course = { course_id: this.#course, code: 'bench', title: 'Bench', description_md: '' };
    yield this.#entry('CREATE_COURSE', this.#teacher, course);
    const enrollment = { course_id: this.#course, user_id: this.#student, role: 'student' };
    yield this.#entry('ENROLL', this.#teacher, enrollment);
  }

  question(): LogEntry {
    return this.#entry('POST_QUERY', this.#student, {
      query_id: newId('qry'),
      course_id: this.#course,
      to: 'instructor',
      title: `Question ${this.#index}`,
      body_md: 'x'.repeat(230),
      anonymous: false,
    });
  }

  #person(user_id: string, site_role: string): LogEntry {
    const names = { username: user_id, username_key: user_id, display_name: user_id, email: null };
    return this.#entry('CREATE_USER', null, { user_id, ...names, site_role, password_hash: null });
  }

  #entry(kind: string, actor_id: string | null, payload: object): LogEntry {
    this.#index += 1;
    const now = Date.now();
    const header = { command_id: newCommandId(), actor_id, session_id: null, received_at: now };
    const command = encodeCommand({ kind, v: 1, ...header, ...payload });
    stampCommand(command, now);
    return { index: this.#index, term: 1, type: 0, command };
  }
}

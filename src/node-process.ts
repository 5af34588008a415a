import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processSettings } from './process-settings.ts';

export interface NodeProcessOptions {
  readonly id: string;
  /** `cluster.json`; without it the data folder says all, as of a node that joined. */
  readonly config?: string;
  /** What `lms-admin add-node` made, for the first start of a new node. */
  readonly join?: string;
  /** Data folder of the node. */
  readonly data: string;
  /** Where its log goes, appended. */
  readonly log_file: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const PROGRAM = fileURLToPath(new URL('./lms-node.ts', import.meta.url));
const maxStderrChars = 4_000;

/**
 * An `lms-node` in a process of its own, which ends when this process does, however this one ends:
 * the two share an IPC channel whose end the node notices.
 */
export class NodeProcess {
  readonly id: string;
  /** Resolves when it serves, and a majority has answered through it. It may end before that. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #stderr = '';
  #ended = false;

  constructor(options: NodeProcessOptions) {
    this.id = options.id;
    mkdirSync(dirname(options.log_file), { recursive: true });
    const log = openSync(options.log_file, 'a');
    const settings = processSettings([], options.env);
    const args = [...settings.options, PROGRAM, ...argumentsOf(options)];
    const { env } = settings;
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', log, 'pipe', 'ipc'], env });
    closeSync(log);
    const { stderr } = this.#child;
    if (stderr === null) throw new Error('broken invariant: stderr is a pipe');
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxStderrChars);
    });
    // The only message that a node sends.
    this.ready = new Promise((resolve) => this.#child.once('message', () => resolve()));
    // Not the child's own 'close': that never comes after the parent has disconnected the channel.
    const silent = new Promise((resolve) => stderr.once('close', resolve));
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve({ code: null, signal: null }));
      this.#child.once('exit', async (code, signal) => {
        this.#ended = true;
        await silent;
        resolve({ code, signal });
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** What it last said to an operator. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  /** Does nothing when it has ended. */
  signal(name: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(name);
  }

  /** Lets it close what it has open; after `graceMs` it is killed. */
  async stop(graceMs: number): Promise<Exit> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}

function argumentsOf({ config, join, id, data }: NodeProcessOptions): string[] {
  const which = config === undefined ? [] : ['--config', config, '--id', id];
  const how = join === undefined ? [] : ['--join', join];
  return [...which, ...how, '--data', data];
}

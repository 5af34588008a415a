import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { pino } from 'pino';
import { encodeCommand, stampCommand } from '../lms/codec.ts';
import type { CommandDefinition } from '../lms/command.ts';
import { createSession } from '../lms/commands/create-session.ts';
import { createUser } from '../lms/commands/create-user.ts';
import { COMMANDS } from '../lms/commands/registry.ts';
import { type AppliedCommand, LmsMachine } from '../lms/machine.ts';
import type { SiteRole } from '../lms/policy.ts';
import { logTime } from '../lms/queries/named-blobs.ts';
import { passwordMark } from '../lms/verified-password.ts';
import { MembershipError, ReadError } from '../raft/errors.ts';
import { ReceiptSigner } from '../receipts/receipt-signer.ts';
import { createApp } from './app.ts';
import type { ApiEnv } from './env.ts';
import { newId } from './ids.ts';
import { Passwords } from './passwords.ts';
import type { Consensus, ConsensusStatus, MembershipControl } from './ports.ts';
import { Registry } from './prometheus.ts';
import { type ApiSettings, DEFAULT_SETTINGS } from './settings.ts';
import { checkAnswer } from './testing-answers.ts';
import { MemoryBlobs } from './testing-blobs.ts';
import { testRosters } from './testing-rosters.ts';
import { tokenHash } from './tokens.ts';
import type { TutorModel, TutorParts } from './tutor-parts.ts';

/** Consensus of one node in memory: what is proposed is applied at once. */
export class SoloConsensus implements Consensus {
  readonly machine: LmsMachine;
  /** The leader's clock, ms. */
  now = () => Date.now();
  /** Hooks for tests that need a wait, a failure or another status. */
  beforePropose: () => Promise<void> = () => Promise.resolve();
  beforeRead: () => Promise<void> = () => Promise.resolve();
  overrides: Partial<ConsensusStatus> = {};

  constructor(machine: LmsMachine) {
    this.machine = machine;
  }

  async propose(request: Parameters<Consensus['propose']>[0]): Promise<AppliedCommand> {
    await this.beforePropose();
    return this.apply(request.command);
  }

  /** Applies without the hooks: what came in through another node. */
  apply(command: Uint8Array): AppliedCommand {
    const bytes = Uint8Array.from(command);
    stampCommand(bytes, this.now());
    const index = this.machine.applied.index + 1;
    const outcome = this.machine.apply([{ index, term: 1, type: 0, command: bytes }])[0];
    return outcome?.value as AppliedCommand;
  }

  readBarrier(_timeoutMs: number): Promise<void> {
    return this.beforeRead();
  }

  waitApplied(index: number, _timeoutMs: number): Promise<void> {
    if (index <= this.machine.applied.index) return Promise.resolve();
    return Promise.reject(new ReadError('no_quorum', `entry ${index} did not come in time`));
  }

  snapshot: Consensus['snapshot'] = () => {
    const { index, term } = this.machine.applied;
    return Promise.resolve({ index, term, path: '/nowhere', size_bytes: 4096, sha256: '' });
  };

  leaderId(): string | null {
    return this.status().leader_id;
  }

  status(): ConsensusStatus {
    const { index } = this.machine.applied;
    return {
      node_id: 'n1',
      role: 'leader',
      term: 1,
      leader_id: 'n1',
      commit_index: index,
      applied_index: index,
      last_log_index: index,
      joint: false,
      first_log_index: 1,
      snapshot_index: 0,
      disk_low: false,
      founding: false,
      members: [
        {
          id: 'n1',
          raft: '127.0.0.1:9001',
          api: 'http://127.0.0.1:8001',
          voter: true,
          leaving: false,
          healthy: true,
          match_index: index,
          reachable: true,
        },
      ],
      ...this.overrides,
    };
  }
}

export interface TestUser {
  readonly id: string;
  readonly token: string;
}

interface TestRequest {
  readonly token?: string;
  /** Sent as JSON, unless it is a string: that is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The API over one node in memory: no ports, no waiting. `close` it when the test ends. */
export class TestApi {
  readonly machine = new LmsMachine(':memory:', COMMANDS);
  readonly consensus = new SoloConsensus(this.machine);
  readonly blobs = new MemoryBlobs();
  readonly receipts = new ReceiptSigner(generateKeyPairSync('ed25519').privateKey, 'tests');
  /** Without a model, until a test puts one in. */
  readonly tutor: TutorParts & { model: TutorModel | null; uploads: string[]; queries: string[] } =
    {
      model: null,
      uploads: [],
      queries: [],
      asked(id) {
        this.queries.push(id);
      },
      uploaded(id) {
        this.uploads.push(id);
      },
    };
  /** Refuses, until a test puts something else in. */
  membership: MembershipControl = {
    changeMembers: () => Promise.reject(new MembershipError('timeout', 'No leader was found.')),
    moveLeadership: () => Promise.reject(new MembershipError('timeout', 'No leader was found.')),
  };
  readonly app: OpenAPIHono<ApiEnv>;

  constructor(settings: Partial<ApiSettings> = {}, logger = pino({ level: 'silent' })) {
    this.blobs.logTime = () => logTime(this.machine.reader);
    this.app = createApp({
      consensus: this.consensus,
      replica: this.machine,
      settings: { ...DEFAULT_SETTINGS, ...settings },
      logger,
      passwords: new Passwords(),
      blobs: this.blobs,
      receipts: this.receipts,
      tutor: this.tutor,
      rosters: testRosters(this.consensus),
      membership: {
        changeMembers: (change, options) => this.membership.changeMembers(change, options),
        moveLeadership: (to, timeoutMs) => this.membership.moveLeadership(to, timeoutMs),
      },
      registry: new Registry(),
    });
  }

  /** Applies a command beside the API; without an actor it is the system that acts. */
  command<Payload extends object, Value>(
    definition: CommandDefinition<Payload, Value>,
    payload: Payload,
    actorId: string | null = null,
  ): NonNullable<Value> {
    const { result } = this.consensus.apply(
      encodeCommand({
        ...payload,
        kind: definition.kind,
        v: definition.v,
        command_id: newId('msg'),
        actor_id: actorId,
        session_id: null,
        received_at: this.consensus.now(),
      }),
    );
    if (!result.ok) throw new Error(`${definition.kind}: ${result.code}: ${result.detail}`);
    return result.value as NonNullable<Value>;
  }

  /** A user with a session. `passwordHash` is only needed by tests that log in. */
  user(username: string, siteRole: SiteRole, passwordHash = '$argon2id$none'): TestUser {
    const id = newId('usr');
    this.command(createUser, {
      user_id: id,
      username,
      username_key: username.toLowerCase(),
      display_name: username,
      email: null,
      site_role: siteRole,
      password_hash: passwordHash,
    });
    return { id, token: this.session(id, passwordHash) };
  }

  /** Another session of a user; returns its token. */
  session(userId: string, passwordHash = '$argon2id$none', expiresInMs = 3_600_000): string {
    const token = `lms_${randomBytes(32).toString('base64url')}`;
    this.command(createSession, {
      new_session_id: newId('ses'),
      user_id: userId,
      token_sha256: tokenHash(token),
      expires_at: this.consensus.now() + expiresInMs,
      verified_mark: passwordMark(passwordHash),
      address: null,
    });
    return token;
  }

  /** Sends a request and checks the answer against its documentation. `target`: `GET /v1/me`. */
  async request(target: string, { token, body, headers = {} }: TestRequest = {}) {
    const [method = 'GET', path = '/'] = target.split(' ');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const response = await this.app.request(path, {
      method,
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(text !== undefined && { 'Content-Type': type }),
        ...headers,
      },
      ...(text !== undefined && { body: text }),
    });
    await checkAnswer(this.app, method, path, response);
    return response;
  }

  close(): void {
    this.machine.close();
  }
}

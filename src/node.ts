import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { announceAddress } from './announce-address.ts';
import { Background } from './background.ts';
import { checkState } from './check-state.ts';
import { ClusterChanges, MEMBERS_PREFIX } from './cluster-changes.ts';
import { type ClusterFile, type ClusterNode, parseAddress } from './cluster-file.ts';
import type { Beginning, DataFolder } from './data-folder.ts';
import { removedForGood, stoppedForGood } from './ended-for-good.ts';
import { continueErasures } from './erasure-worker.ts';
import { expireFiles } from './expire-files.ts';
import { ensureFirstAdmin } from './first-admin.ts';
import {
  beginningOf,
  configurationOf,
  memberOf,
  namesOf,
  reportOtherMembers,
  whereFirstMembersAre,
} from './first-members.ts';
import { COPIES_PREFIX, GuardedMembership } from './guarded-membership.ts';
import { type AppParts, createApp } from './http/app.ts';
import { Passwords } from './http/passwords.ts';
import type { Consensus } from './http/ports.ts';
import { Registry } from './http/prometheus.ts';
import { type ApiServer, serveApi } from './http/server.ts';
import { boundKeptDamage } from './kept-damage.ts';
import type { ReplicatedBlobs } from './lms/blobs/replicated-blobs.ts';
import { stampCommand } from './lms/codec.ts';
import { COMMANDS } from './lms/commands/registry.ts';
import { type AppliedCommand, LmsMachine } from './lms/machine.ts';
import { openBlobs } from './open-blobs.ts';
import { openMachine } from './open-machine.ts';
import type { OpenedNode } from './open-node.ts';
import type { NodeKeys } from './pki/load-node-keys.ts';
import { RaftNode } from './raft/node.ts';
import type { RaftNodeOptions } from './raft/node-options.ts';
import type { LogStore } from './raft/ports.ts';
import { SnapshotStore } from './raft/snapshot/snapshot-store.ts';
import type { Http2Transport } from './raft/transport/http2-transport.ts';
import { openTransport } from './raft/transport/open-transport.ts';
import { ReceiptSigner } from './receipts/receipt-signer.ts';
import { reportFounding } from './report-founding.ts';
import { startError } from './start-error.ts';
import { startImports } from './start-imports.ts';
import { startTutor } from './start-tutor.ts';
import { watchOutages } from './watch-outages.ts';

export interface NodeOptions {
  readonly cluster: ClusterFile & { readonly pki_folder: string };
  readonly node: ClusterNode;
  readonly data_folder: string;
  /** At the first start of a node that joins: the log index by which it is a member. */
  readonly join_index: number | null;
  readonly admin_password: string | null;
  /** Goes before the one of `cluster.json`. */
  readonly ollama_host: string | null;
  readonly version: string;
  readonly logger: Logger;
  /** Called once: the API serves, a majority has answered, and there is an administrator. */
  readonly onReady: () => void;
}

/** Running requests are given this long to end when the node stops. */
const closeGraceMs = 3_000;
const maxReadyLagEntries = 1_000;

/**
 * Runs one node until `signal` fires or it has to stop for good, then closes its parts in the
 * reverse of the order in which it made them. Rejects with `OperatorError` when it cannot start or
 * must not go on.
 */
export async function runNode(
  options: NodeOptions,
  { keys, receipt_key, folder, log: opening }: OpenedNode,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, node, logger } = options;
  await using parts = new AsyncDisposableStack();
  const fatal = Promise.withResolvers<never>();
  fatal.promise.catch(() => undefined);

  const receipts = new ReceiptSigner(receipt_key, cluster.cluster_id);
  const { directory_id } = folder;
  const log = await opening;
  const beginning = begin(folder, log, options);
  const { machine, snapshots } = await openState(folder, log, logger);
  parts.defer(() => machine.close());
  machine.onFailure = (error) => fatal.reject(stoppedForGood(node.id, folder, error));

  const transport = await openNodeTransport(options, keys, directory_id);
  parts.defer(() => transport.close());
  const removed = Promise.withResolvers<'removed'>();
  const raft = startRaft(options, { directory_id, log, transport, machine, snapshots }, beginning, {
    fatal: (error) => fatal.reject(stoppedForGood(node.id, folder, error)),
    removed: () => removed.resolve('removed'),
  });
  parts.defer(() => raft.close());
  const { reader } = machine;
  const blobs = await openBlobs(
    join(folder.path, 'blobs'),
    { transport, raft, reader },
    cluster.files.max_file_bytes,
    logger.child({ part: 'blobs' }),
  );

  const membership = openMembership(raft, transport, blobs);
  const passwords = new Passwords();
  const consensus = consensusOf(raft);
  const tutor = openTutor(options, { consensus, reader, blobs });
  parts.defer(() => tutor.stop());
  const imports = startImports({ consensus, reader, logger });
  const stores = { replica: machine, blobs, rosters: imports.rosters };
  const served = { ...stores, consensus, passwords, receipts, tutor, membership };
  const api = await startApi(options, served);
  parts.defer(() => api.close(closeGraceMs));

  const background = new Background(signal, fatal.reject);
  parts.defer(() => background.end());
  background.run((until) => blobs.run(cluster.files.scrub_bytes_per_second, until));
  background.run((until) => checkState({ node_id: node.id, folder: folder.path, logger }, until));
  background.run((until) => boundKeptDamage(folder.path, logger, until));
  background.run((until) => expireFiles({ raft, consensus, reader, logger }, until));
  background.run((until) => continueErasures(consensus, reader, until));
  background.run((until) => reportFounding(consensus, logger, until));
  background.run((until) => announceAddress(memberOf(node), { raft, membership, logger }, until));
  background.run((until) => imports.run(until));
  background.run((until) => watchOutages({ consensus, reader, logger }, until));
  const { admin_password: password } = options;
  const admin = { consensus, reader, passwords, folder: folder.path, password };
  background.run(async (until) => {
    await ensureFirstAdmin({ ...admin, logger }, until);
    if (!until.aborted) options.onReady();
  });

  logger.info({ api: api.url, raft: node.raft, data: folder.path }, 'node started');
  const why = await Promise.race([fatal.promise, removed.promise, aborted(signal)]);
  logger.info('node stops');
  // While the API still answers: its clients' writes go to the next leader without a gap.
  await raft.transferLeadership();
  if (why === 'removed') throw removedForGood(node.id, folder);
}

/** What the log of this node began with, now or at an earlier start. */
function begin(
  folder: DataFolder,
  { recovered }: LogStore,
  { cluster, join_index, logger }: NodeOptions,
): Beginning {
  const beginning = folder.writeIdentity(beginningOf(cluster, join_index));
  reportOtherMembers(beginning, cluster, logger);
  return recovered.last_index > 0 ? beginning : whereFirstMembersAre(beginning, cluster);
}

function openNodeTransport(
  { cluster, node, logger }: NodeOptions,
  keys: NodeKeys,
  directory_id: string,
): Promise<Http2Transport> {
  const identity = { cluster_id: cluster.cluster_id, node_id: node.id, directory_id };
  return openTransport({
    self: { ...identity, raft: node.raft, listen: addressOf(node.raft) },
    // Until the log says who the members are: of a node that joins, those that may lead it.
    members: configurationOf(cluster.nodes),
    keys,
    logger: logger.child({ part: 'transport' }),
  }).catch(startError);
}

function openTutor(
  { cluster, node, ollama_host, logger }: NodeOptions,
  parts: Pick<Parameters<typeof startTutor>[0], 'consensus' | 'reader' | 'blobs'>,
) {
  return startTutor({
    node_id: node.id,
    ...parts,
    ollama_host: ollama_host ?? cluster.tutor.ollama_host,
    model: cluster.tutor.model,
    logger: logger.child({ part: 'tutor' }),
  });
}

function openMembership(
  raft: RaftNode,
  transport: Http2Transport,
  blobs: ReplicatedBlobs,
): GuardedMembership {
  const changes = new ClusterChanges(raft, transport);
  transport.handle(MEMBERS_PREFIX, (request) => changes.serve(request));
  const lacking = (signal: AbortSignal) => blobs.lacking(signal);
  const membership = new GuardedMembership(changes, raft, transport, lacking);
  transport.handle(COPIES_PREFIX, (request) => membership.serve(request));
  return membership;
}

async function openState(folder: DataFolder, log: LogStore, logger: Logger) {
  const snapshots = await SnapshotStore.open(join(folder.path, 'snapshots'), logger);
  const machine = await openMachine({
    folder: folder.path,
    log: log.recovered,
    snapshots,
    logger,
    open: (file) => new LmsMachine(file, COMMANDS),
  });
  return { machine, snapshots };
}

function startRaft(
  { node, cluster, logger }: NodeOptions,
  own: Pick<RaftNodeOptions, 'directory_id' | 'log' | 'transport' | 'machine' | 'snapshots'>,
  { first_members, join_index }: Beginning,
  ends: { readonly fatal: (error: Error) => void; readonly removed: () => void },
): RaftNode {
  const { heartbeat_ms, election_timeout_min_ms, election_timeout_max_ms } = cluster.timing;
  return raftNode({
    id: node.id,
    configuration: configurationOf(first_members),
    join_index,
    timing: { heartbeat_ms, election_timeout_min_ms, election_timeout_max_ms },
    reads: cluster.reads,
    seed: randomInt(2 ** 32),
    ...own,
    logger: logger.child({ part: 'raft' }),
    prepare: (command) => {
      const stamped = new Uint8Array(command);
      stampCommand(stamped, Date.now());
      return stamped;
    },
    onFatal: ends.fatal,
    onRemoved: ends.removed,
    onMembersChange: (members) => logger.info({ members: namesOf(members) }, 'members changed'),
    onLeaderChange: (change) => logger.info(change, 'leadership changed'),
  });
}

function raftNode(options: RaftNodeOptions): RaftNode {
  try {
    return new RaftNode(options);
  } catch (error) {
    return startError(error);
  }
}

function startApi(
  { cluster, node, version, logger }: NodeOptions,
  parts: Omit<AppParts, 'registry' | 'logger' | 'settings'>,
): Promise<ApiServer> {
  const apiLogger = logger.child({ part: 'api' });
  const app = createApp({
    ...parts,
    registry: new Registry(),
    logger: apiLogger,
    settings: {
      cluster_id: cluster.cluster_id,
      version,
      started_at: Date.now(),
      deadline_ms: cluster.timing.request_deadline_ms,
      write_forwarding: cluster.write_forwarding,
      cors_origins: cluster.cors_origins,
      self_registration: cluster.auth.self_registration,
      max_file_bytes: cluster.files.max_file_bytes,
      max_unattached_bytes: cluster.files.max_unattached_bytes,
      max_ready_lag_entries: maxReadyLagEntries,
    },
  });
  const report = (err: unknown) => apiLogger.error({ err }, 'an answer broke off');
  return serveApi(app, { ...addressOf(new URL(node.api).host), report }).catch(startError);
}

/** The state machine's results are what `LmsMachine.apply` returns. */
function consensusOf(raft: RaftNode): Consensus {
  return {
    propose: (request) => raft.propose(request) as Promise<AppliedCommand>,
    readBarrier: (timeoutMs) => raft.readBarrier(timeoutMs),
    waitApplied: (index, timeoutMs) => raft.waitApplied(index, timeoutMs),
    snapshot: () => raft.snapshot(),
    leaderId: () => raft.leaderId,
    status: () => raft.status(),
  };
}

function addressOf(address: string): { host: string; port: number } {
  const parsed = parseAddress(address);
  if (parsed === null) throw new Error(`broken invariant: ${address} passed the schema`);
  return parsed;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type {
  Configuration,
  ForwardRequest,
  ForwardResponse,
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  Member,
  Message,
  NodeId,
} from '../core/messages.ts';
import type { Transport } from '../ports.ts';
import { type Handshake, ownHandshake, type Self } from './handshake.ts';
import { InboundStreams } from './inbound-streams.ts';
import { STREAM_PATH } from './lanes.ts';
import { checkLimits, DEFAULT_LIMITS, type TransportLimits } from './limits.ts';
import { PeerConnection } from './peer-connection.ts';
import { newPeerCounters, type PeerCounters, type PeerStatus } from './peer-counters.ts';
import { type PeerHandler, PeerHandlers } from './peer-handlers.ts';
import { Peers } from './peers.ts';
import { type RefusalCounts, Refusals, Refused, type TransportLogger } from './refusals.ts';
import { ReplyWaiters } from './reply-waiters.ts';
import { RPC_PREFIX, Rpc } from './rpc.ts';
import { PeerServer } from './server.ts';
import { SideChannel, type SideRequest, type SideResponse } from './side-channel.ts';
import { callInstallSnapshot } from './snapshot-calls.ts';
import type { TransportKeys } from './tls-options.ts';
import { TransportError } from './transport-error.ts';

export interface TransportOptions {
  readonly self: Self & { readonly listen: { readonly host: string; readonly port: number } };
  readonly members: Configuration;
  readonly keys: TransportKeys;
  readonly logger: TransportLogger;
  readonly limits?: Partial<TransportLimits>;
}

export interface TransportCounters {
  readonly refusals: RefusalCounts;
  /** Messages for nodes to which there is no connection. */
  readonly frames_to_strangers: number;
  readonly peers: Readonly<Record<NodeId, PeerStatus>>;
}

/** `Transport` over HTTP/2, MessagePack and mutual TLS, with a side channel for large bodies. */
export class Http2Transport implements Transport {
  onMessage: Transport['onMessage'] = () => undefined;
  onForward: Transport['onForward'] = () => Promise.reject(new Error('this node is starting'));
  onInstallSnapshot: Transport['onInstallSnapshot'] = () =>
    Promise.reject(new Error('this node is starting'));
  onReachable: Transport['onReachable'] = () => undefined;
  onToldRemoved: Transport['onToldRemoved'] = () => undefined;
  onToldOtherDirectory: Transport['onToldOtherDirectory'] = () => undefined;

  readonly #own: Handshake;
  readonly #keys: TransportKeys;
  readonly #logger: TransportLogger;
  readonly #limits: TransportLimits;
  readonly #refusals: Refusals;
  readonly #waiters: ReplyWaiters;
  readonly #rpc: Rpc;
  readonly #inbound: InboundStreams;
  readonly #handlers: PeerHandlers;
  readonly #sideChannel: SideChannel;
  readonly #server: PeerServer;
  readonly #peers: Peers;
  readonly #counters = new Map<NodeId, PeerCounters>();
  #framesToStrangers = 0;

  constructor({ self, keys, logger, limits }: Omit<TransportOptions, 'members'>) {
    const { cluster_id, node_id, directory_id, raft } = self;
    this.#own = ownHandshake({
      cluster_id,
      node_id,
      directory_id,
      ...(raft !== undefined && { raft }),
    });
    this.#keys = keys;
    this.#logger = logger;
    this.#limits = checkLimits({ ...DEFAULT_LIMITS, ...limits });
    this.#refusals = new Refusals(logger, this.#limits);
    this.#refusals.onTold = (peer, reason) => this.#told(peer, reason);
    this.#waiters = new ReplyWaiters(this.#limits);
    this.#peers = new Peers({
      self: node_id,
      takesGuests: raft !== undefined,
      limits: this.#limits,
      connect: (member) => this.#connect(member),
      onGone: (peer) => this.#gone(peer),
    });
    const shared = {
      limits: this.#limits,
      refusals: this.#refusals,
      onMessage: (from: NodeId, message: Message, directory: string | null) =>
        this.onMessage(from, message, directory),
      onForward: (from: NodeId, request: ForwardRequest) => this.onForward(from, request),
      onInstallSnapshot: (from: NodeId, request: InstallSnapshotRequest) =>
        this.onInstallSnapshot(from, request),
    };
    this.#rpc = new Rpc({ ...shared, waiters: this.#waiters });
    this.#inbound = new InboundStreams({
      ...shared,
      own: this.#own,
      onConnected: (peer, handshake) => this.#peers.arrived(peer, handshake),
      countersOf: (peer) => this.#countersOf(peer),
    });
    this.#handlers = new PeerHandlers(this.#limits, logger);
    this.#sideChannel = new SideChannel({ keys, limits: this.#limits });
    this.#server = new PeerServer({
      keys,
      limits: this.#limits,
      refusals: this.#refusals,
      admit: (node) => this.#peers.admit(node),
      onRequest: (peer, stream, headers) => this.#serve(peer, stream, headers),
    });
  }

  /** Rejects when the address cannot be had. */
  listen(listen: { host: string; port: number }): Promise<void> {
    return this.#server.listen(listen);
  }

  /** Where it listens; tells the port when 0 was asked for. */
  get address(): AddressInfo {
    return this.#server.address;
  }

  send(to: NodeId, message: Message): void {
    if (this.#waiters.settle(to, message)) return;
    const peer = this.#peers.get(to);
    if (peer === undefined) this.#framesToStrangers += 1;
    else peer.send(message);
  }

  forward(to: NodeId, request: ForwardRequest, deadlineMs: number): Promise<ForwardResponse> {
    return this.#peers.get(to)?.forward(request, deadlineMs) ?? Promise.reject(notAMember(to));
  }

  installSnapshot(
    to: NodeId,
    request: InstallSnapshotRequest,
    deadlineMs: number,
  ): Promise<InstallSnapshotResponse> {
    const send = (one: SideRequest) => this.request(to, one);
    return callInstallSnapshot(send, to, request, deadlineMs);
  }

  /** Serves what peers `request` below a path; the longest prefix wins. */
  handle(prefix: string, handler: PeerHandler): void {
    this.#handlers.add(prefix, handler);
  }

  /** Calls a peer's handler. Rejects with `TransportError` when no response headers came. */
  request(peer: NodeId, request: SideRequest): Promise<SideResponse> {
    const address = this.#peers.get(peer)?.member.raft;
    if (address === undefined) return Promise.reject(notAMember(peer));
    return this.#sideChannel.request(peer, address, request);
  }

  setMembers(configuration: Configuration): void {
    this.#peers.setMembers(configuration);
    this.#inbound.keep((peer, directory) => this.#peers.isWelcome(peer, directory));
    this.#server.dropStrangers();
  }

  counters(): TransportCounters {
    const peers = [...this.#peers].map(([id, connection]) => [id, connection.status()] as const);
    return {
      refusals: this.#refusals.counts(),
      frames_to_strangers: this.#framesToStrangers,
      peers: Object.fromEntries(peers),
    };
  }

  async close(): Promise<void> {
    this.#peers.close();
    this.#sideChannel.close();
    await this.#server.close();
  }

  #connect(member: Member): PeerConnection {
    return new PeerConnection(member, {
      own: this.#own,
      counters: this.#countersOf(member.id),
      keys: this.#keys,
      limits: this.#limits,
      refusals: this.#refusals,
      logger: this.#logger,
      onHandshake: (handshake) => this.#peers.recognize(member.id, handshake),
      onReachable: (reachable) => this.onReachable(member.id, reachable),
    });
  }

  #told(peer: NodeId, reason: string): void {
    if (reason === 'removed_sender') this.onToldRemoved(peer);
    if (reason === 'other_directory') this.onToldOtherDirectory(peer);
  }

  /** Kept when a member's address changes. */
  #countersOf(peer: NodeId): PeerCounters {
    const counters = this.#counters.get(peer) ?? newPeerCounters();
    this.#counters.set(peer, counters);
    return counters;
  }

  #gone(peer: NodeId): void {
    this.#sideChannel.drop(peer);
    this.#server.dropStrangers();
  }

  #serve(peer: NodeId, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    if (path === STREAM_PATH) return this.#inbound.accept(peer, stream, headers);
    if (this.#peers.isGuest(peer)) {
      throw new Refused('unknown_sender', `${peer} is no member: it may only open streams`);
    }
    if (path.startsWith(RPC_PREFIX)) void this.#rpc.serve(peer, stream, headers);
    else void this.#handlers.serve(peer, stream, headers);
  }
}

function notAMember(peer: NodeId): TransportError {
  const message = `${peer} is not a member of the cluster as this node knows it`;
  return new TransportError('unreachable', { peer, sent: false, message });
}

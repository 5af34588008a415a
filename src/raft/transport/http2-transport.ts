import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type {
  Configuration,
  ForwardRequest,
  ForwardResponse,
  Member,
  Message,
  NodeId,
} from '../core/messages.ts';
import type { Transport } from '../ports.ts';
import { type Handshake, ownHandshake, type Self } from './handshake.ts';
import { InboundStreams } from './inbound-streams.ts';
import { STREAM_PATH } from './lanes.ts';
import { checkLimits, DEFAULT_LIMITS, type TransportLimits } from './limits.ts';
import { peersOf } from './members.ts';
import { PeerConnection } from './peer-connection.ts';
import { newPeerCounters, type PeerCounters, type PeerStatus } from './peer-counters.ts';
import { type PeerHandler, PeerHandlers } from './peer-handlers.ts';
import { type RefusalCounts, Refusals, type TransportLogger } from './refusals.ts';
import { ReplyWaiters } from './reply-waiters.ts';
import { RPC_PREFIX, Rpc } from './rpc.ts';
import { PeerServer } from './server.ts';
import { SideChannel, type SideRequest, type SideResponse } from './side-channel.ts';
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
  /** Messages for nodes that are not members. */
  readonly frames_to_strangers: number;
  readonly peers: Readonly<Record<NodeId, PeerStatus>>;
}

/** `Transport` over HTTP/2, MessagePack and mutual TLS, with a side channel for large bodies. */
export class Http2Transport implements Transport {
  onMessage: Transport['onMessage'] = () => undefined;
  onForward: Transport['onForward'] = () => Promise.reject(new Error('this node is starting'));
  onReachable: Transport['onReachable'] = () => undefined;

  readonly #self: Self;
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
  readonly #peers = new Map<NodeId, PeerConnection>();
  readonly #counters = new Map<NodeId, PeerCounters>();
  #framesToStrangers = 0;

  constructor({ self, keys, logger, limits }: Omit<TransportOptions, 'members'>) {
    this.#self = { cluster_id: self.cluster_id, node_id: self.node_id };
    this.#own = ownHandshake(this.#self);
    this.#keys = keys;
    this.#logger = logger;
    this.#limits = checkLimits({ ...DEFAULT_LIMITS, ...limits });
    this.#refusals = new Refusals(logger, this.#limits);
    this.#waiters = new ReplyWaiters(this.#limits);
    const shared = {
      limits: this.#limits,
      refusals: this.#refusals,
      onMessage: (from: NodeId, message: Message) => this.onMessage(from, message),
      onForward: (from: NodeId, request: ForwardRequest) => this.onForward(from, request),
    };
    this.#rpc = new Rpc({ ...shared, waiters: this.#waiters });
    this.#inbound = new InboundStreams({
      ...shared,
      own: this.#own,
      onConnected: (peer) => this.#peers.get(peer)?.wake(),
      countersOf: (peer) => this.#countersOf(peer),
    });
    this.#handlers = new PeerHandlers(this.#limits, logger);
    this.#sideChannel = new SideChannel({ keys, limits: this.#limits });
    this.#server = new PeerServer({
      keys,
      limits: this.#limits,
      refusals: this.#refusals,
      isMember: (node) => this.#peers.has(node),
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
    const wanted = peersOf(configuration, this.#self.node_id);
    for (const [id, connection] of this.#peers) {
      if (wanted.get(id)?.raft === connection.member.raft) continue;
      this.#peers.delete(id);
      this.#sideChannel.drop(id);
      connection.close();
    }
    for (const [id, member] of wanted) {
      if (!this.#peers.has(id)) this.#peers.set(id, this.#connect(member));
    }
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
    for (const connection of this.#peers.values()) connection.close();
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
      onReachable: (reachable) => this.onReachable(member.id, reachable),
    });
  }

  /** Kept when a member's address changes. */
  #countersOf(peer: NodeId): PeerCounters {
    const counters = this.#counters.get(peer) ?? newPeerCounters();
    this.#counters.set(peer, counters);
    return counters;
  }

  #serve(peer: NodeId, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    if (path === STREAM_PATH) this.#inbound.accept(peer, stream, headers);
    else if (path.startsWith(RPC_PREFIX)) void this.#rpc.serve(peer, stream, headers);
    else void this.#handlers.serve(peer, stream, headers);
  }
}

function notAMember(peer: NodeId): TransportError {
  const message = `${peer} is not a member of the cluster as this node knows it`;
  return new TransportError('unreachable', { peer, sent: false, message });
}

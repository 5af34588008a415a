import type { Logger } from 'pino';
import type { NodeId } from '../core/messages.ts';
import type { TransportLimits } from './limits.ts';

export type TransportLogger = Pick<Logger, 'debug' | 'info' | 'warn'>;

const REASONS = [
  /** No TLS 1.3, no certificate, or none of our CA. */
  'tls',
  /** The certificate is of our CA but names no node of this cluster, or another than expected. */
  'wrong_certificate',
  'unknown_sender',
  /** It was a member, and can never be one again. */
  'removed_sender',
  /** Its id is a member's, its data folder is not: it has forgotten what it promised. */
  'other_directory',
  'wrong_cluster',
  'wrong_version',
  /** The handshake names another node than the certificate. */
  'wrong_node',
  'malformed_handshake',
  'oversized',
  'truncated',
  /** Not MessagePack, or not one map. */
  'malformed',
  /** A map, but not what its kind demands. */
  'schema',
  /** `leader_id` or `candidate_id` is not the peer that sent it. */
  'wrong_sender',
  'unknown_kind',
  'unknown_method',
  'overloaded',
  /** `onForward` failed. */
  'unserved',
  /** The peer refused what we sent; its own words are in the log. */
  'by_peer',
] as const;

export type RefusalReason = (typeof REASONS)[number];
export type RefusalCounts = Readonly<Record<RefusalReason, number>>;

/** Something a peer sent that must not go further; the message may be shown to the peer. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly reason: RefusalReason;
  /** The peer's own reason, of a refusal that it sent. */
  readonly peerReason: string | null;

  constructor(reason: RefusalReason, message: string, peerReason: string | null = null) {
    super(message);
    this.reason = reason;
    this.peerReason = peerReason;
  }
}

/** The other end refused what we sent: `body` is its Refusal. */
export function refusedByPeer(body: Readonly<Record<string, unknown>>): Refused {
  const message = `the peer says: ${String(body.message).slice(0, 256)}`;
  return new Refused('by_peer', message, String(body.code));
}

/** Counts refusals by reason, and logs them so that no flood of them floods the log. */
export class Refusals {
  readonly #logger: TransportLogger;
  readonly #limits: Pick<TransportLimits, 'refusalLogIntervalMs'>;
  readonly #counts: Record<RefusalReason, number>;
  readonly #muted = new Map<string, { until: number; hidden: number }>();
  /** A peer refuses this node, and says why: one of its own reasons. */
  onTold: (peer: NodeId, reason: string) => void = () => undefined;

  constructor(logger: TransportLogger, limits: Pick<TransportLimits, 'refusalLogIntervalMs'>) {
    this.#logger = logger;
    this.#limits = limits;
    this.#counts = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<
      RefusalReason,
      number
    >;
  }

  /** True when it was logged; then it is also time to tell the peer. `peer` null: a stranger. */
  record(refused: Refused, peer: NodeId | null): boolean {
    this.#counts[refused.reason] += 1;
    const { peerReason } = refused;
    if (peer !== null && peerReason !== null) this.onTold(peer, peerReason);
    const now = performance.now();
    const key = `${refused.reason} ${peer ?? ''}`;
    const muted = this.#muted.get(key);
    if (muted !== undefined && now < muted.until) {
      muted.hidden += 1;
      return false;
    }
    this.#muted.set(key, { until: now + this.#limits.refusalLogIntervalMs, hidden: 0 });
    this.#logger.warn(
      { peer, reason: refused.reason, hidden: muted?.hidden ?? 0 },
      `refused: ${refused.message}`,
    );
    return true;
  }

  counts(): RefusalCounts {
    return { ...this.#counts };
  }
}

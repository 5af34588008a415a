import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of the bytes in one direction. */
export type Direction = 'pass' | 'hold';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * A TCP proxy in front of one node, for one other node. It can hold the bytes of either direction
 * (they are on their way for ever, as in a network that drops), close everything and refuse, or be
 * slow. The ends see a connection that is silent, broken or slow, never one with other bytes in it.
 */
export class NetProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #target: Target;
  readonly #links = new Set<Link>();
  #open = true;
  #forth: Direction = 'pass';
  #back: Direction = 'pass';
  #delayMs = 0;

  private constructor(server: Server, port: number, target: Target) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async start(port: number, target: Target): Promise<NetProxy> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new NetProxy(server, port, target);
  }

  /** `forth`: from who dials to the target; `back`: its answers. */
  hold(forth: Direction, back: Direction): void {
    this.#forth = forth;
    this.#back = back;
    for (const link of this.#links) link.hold(forth, back);
  }

  /** Breaks all connections, and every new one. */
  refuse(): void {
    this.#open = false;
    for (const link of this.#links) link.destroy();
  }

  slow(delayMs: number): void {
    this.#delayMs = delayMs;
    for (const link of this.#links) link.delayMs = delayMs;
  }

  /** As if nothing had been; what was held goes on. */
  heal(): void {
    this.#open = true;
    this.slow(0);
    this.hold('pass', 'pass');
  }

  async close(): Promise<void> {
    this.refuse();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    if (!this.#open) {
      near.destroy();
      return;
    }
    const link = new Link(near, connect(this.#target));
    link.delayMs = this.#delayMs;
    link.hold(this.#forth, this.#back);
    this.#links.add(link);
    link.onClose = () => this.#links.delete(link);
  }
}

class Link {
  delayMs = 0;
  onClose: () => void = () => {};
  readonly #near: Socket;
  readonly #far: Socket;

  constructor(near: Socket, far: Socket) {
    this.#near = near;
    this.#far = far;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => this.#pass(chunk, to));
      from.on('error', () => this.destroy());
      from.on('close', () => this.destroy());
    }
  }

  hold(forth: Direction, back: Direction): void {
    set(this.#near, forth);
    set(this.#far, back);
  }

  destroy(): void {
    this.#near.destroy();
    this.#far.destroy();
    this.onClose();
  }

  /** Equal delays keep the order. */
  #pass(chunk: Buffer, to: Socket): void {
    if (this.delayMs === 0) to.write(chunk);
    else setTimeout(() => to.writable && to.write(chunk), this.delayMs);
  }
}

function set(socket: Socket, direction: Direction): void {
  if (direction === 'pass') socket.resume();
  else socket.pause();
}

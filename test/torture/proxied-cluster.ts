import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterFile, parseAddress } from '../../src/cluster-file.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { commandDisk, type DiskCommand, failingDiskEnv } from '../fixtures/failing-disk.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { NetProxy } from './net-proxy.ts';

interface Teardown {
  teardown(run: () => unknown): void;
}

/**
 * A cluster of real processes that reach each other only through proxies, one per ordered pair, and
 * whose disks fail at command. Nodes that join later have no proxies.
 */
export class ProxiedCluster {
  readonly cluster: TestCluster;
  readonly #proxies: ReadonlyMap<string, NetProxy>;

  readonly #folder: string;

  private constructor(
    cluster: TestCluster,
    proxies: ReadonlyMap<string, NetProxy>,
    folder: string,
  ) {
    this.cluster = cluster;
    this.#folder = folder;
    this.#proxies = proxies;
  }

  static async start(
    t: Teardown,
    nodes: number,
    settings: Partial<ClusterFile> = {},
  ): Promise<ProxiedCluster> {
    const proxies = new Map<string, NetProxy>();
    const folder = mkdtempSync(join(tmpdir(), 'torture-disks-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const ports = await freePorts(nodes * nodes);
    const proxyPort = (from: string, to: string) =>
      ports[(Number(from.slice(1)) - 1) * nodes + Number(to.slice(1)) - 1] ?? 0;
    const cluster = await TestCluster.make(t, {
      nodes,
      settings,
      env: failingDiskEnv(folder),
      seenBy: (id, file) => ({
        ...file,
        nodes: file.nodes.map((node) =>
          node.id === id ? node : { ...node, raft: `127.0.0.1:${proxyPort(id, node.id)}` },
        ),
      }),
    });
    for (const from of cluster.ids) {
      for (const to of cluster.file.nodes) {
        const target = parseAddress(to.raft);
        if (to.id === from || target === null) continue;
        const proxy = await NetProxy.start(proxyPort(from, to.id), target);
        proxies.set(`${from}>${to.id}`, proxy);
        t.teardown(() => proxy.close());
      }
    }
    await cluster.startAll();
    return new ProxiedCluster(cluster, proxies, folder);
  }

  /** The disk of a node does this from now on; `{}`: it is well. */
  disk(id: string, command: DiskCommand): void {
    commandDisk(this.#folder, id, command);
  }

  /** Nothing that `from` says reaches `to` any more, over whichever connection; the rest does. */
  muteOneWay(from: string, to: string): void {
    this.#proxies.get(`${from}>${to}`)?.hold('hold', 'pass');
    this.#proxies.get(`${to}>${from}`)?.hold('pass', 'hold');
  }

  /** Silence both ways, connections stay open. */
  cut(a: string, b: string): void {
    for (const pair of [`${a}>${b}`, `${b}>${a}`]) this.#proxies.get(pair)?.hold('hold', 'hold');
  }

  /** Connections break and are refused. */
  sever(a: string, b: string): void {
    for (const pair of [`${a}>${b}`, `${b}>${a}`]) this.#proxies.get(pair)?.refuse();
  }

  slow(delayMs: number): void {
    for (const proxy of this.#proxies.values()) proxy.slow(delayMs);
  }

  heal(): void {
    for (const proxy of this.#proxies.values()) proxy.heal();
  }
}

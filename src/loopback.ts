import { type ClusterFile, parseAddress } from './cluster-file.ts';

/** Whether only this machine can reach the nodes, by all of their addresses. */
export function allLoopback(file: Pick<ClusterFile, 'nodes'>): boolean {
  const addresses = file.nodes.flatMap(({ api, raft }) => [new URL(api).host, raft]);
  return addresses.every((address) => {
    const host = parseAddress(address)?.host ?? '';
    return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  });
}

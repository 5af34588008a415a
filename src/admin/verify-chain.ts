/** What a node says of a part of its audit trail; see `GET /v1/audit/chain`. */
export interface ChainPart {
  readonly chain_hash: string;
  /** Over every row of the part, and their chain hashes. */
  readonly rows_sha256: string;
}

export interface ChainNode {
  readonly id: string;
  /** @param to inclusive */
  part(from: number, to: number): Promise<ChainPart>;
}

/** Nodes that say the same of one entry. */
export interface Group {
  readonly nodes: readonly string[];
  readonly chain_hash: string;
}

export interface Difference {
  /** Of the first entry of its block in which they differ. */
  readonly index: number;
  readonly groups: readonly Group[];
  /** The hashes of what comes later differ too: the histories are two. Otherwise a row was changed. */
  readonly forked: boolean;
}

/**
 * Compares the audit trails of all nodes up to `last`, block by block, and halves a block that differs
 * until one entry is left. Ends at a fork: all after it differs.
 */
export async function compareChains(
  nodes: readonly ChainNode[],
  last: number,
  blockEntries: number,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let from = 1; from <= last; from += blockEntries) {
    const to = Math.min(last, from + blockEntries - 1);
    const parts = await partsOf(nodes, from, to);
    if (allSame(parts.map((part) => part.rows_sha256))) continue;
    const index = await firstDifference(nodes, from, to);
    const forked = !allSame(parts.map((part) => part.chain_hash));
    differences.push({ index, groups: await groupsAt(nodes, index), forked });
    if (forked) break;
  }
  return differences;
}

/** The nodes whose chain hash at `index` is not the one that somebody kept. */
export async function nodesWithoutHash(
  nodes: readonly ChainNode[],
  index: number,
  hash: string,
): Promise<string[]> {
  const parts = await partsOf(nodes, index, index);
  return nodes.filter((_, n) => parts[n]?.chain_hash !== hash).map(({ id }) => id);
}

async function firstDifference(
  nodes: readonly ChainNode[],
  from: number,
  to: number,
): Promise<number> {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const parts = await partsOf(nodes, low, middle);
    if (allSame(parts.map((part) => part.rows_sha256))) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function groupsAt(nodes: readonly ChainNode[], index: number): Promise<Group[]> {
  const parts = await partsOf(nodes, index, index);
  const groups = Map.groupBy(nodes.keys(), (n) => parts[n]?.rows_sha256);
  return [...groups.values()].map((members) => ({
    nodes: members.map((n) => nodes[n]?.id ?? ''),
    chain_hash: parts[members[0] ?? 0]?.chain_hash ?? '',
  }));
}

function partsOf(nodes: readonly ChainNode[], from: number, to: number): Promise<ChainPart[]> {
  return Promise.all(nodes.map((node) => node.part(from, to)));
}

function allSame(texts: readonly string[]): boolean {
  return new Set(texts).size <= 1;
}

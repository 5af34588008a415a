import type { CommandModule } from 'yargs';
import { OperatorError } from '../../operator-error.ts';
import { askAllNodes, askNode, type NodeStatus, reasonOf } from '../node-status.ts';
import { table } from '../table.ts';

interface Options {
  readonly url: string;
  readonly json: boolean;
}

const timeoutMs = 3_000;
const HEADINGS = 'node role term commit applied lag disk version up since api'.split(/ (?!since)/);

export const statusCommand: CommandModule<object, Options> = {
  command: 'status',
  describe:
    'Show every node: role, term, how far it is, room on its disk, version, since when it runs',
  builder: {
    url: {
      type: 'string',
      default: 'http://127.0.0.1:8001',
      describe: 'API of any node; it names the others',
    },
    json: { type: 'boolean', default: false, describe: 'For programs' },
  },
  async handler({ url, json }) {
    const base = url.replace(/\/+$/, '');
    const first = await askNode(base, timeoutMs).catch((error: unknown) => {
      throw new OperatorError(
        `${base} does not answer (${reasonOf(error)}): give the address of a node that runs with --url`,
      );
    });
    const nodes = await askAllNodes(first, timeoutMs);
    if (json) console.log(JSON.stringify({ asked: first.node_id, nodes }, null, 2));
    else console.log(table([HEADINGS, ...nodes.map(row)]));
    if (!nodes.some((node) => node.reachable && node.role === 'leader')) {
      throw new OperatorError(`no node that answers is the leader: ${wayToALeader(nodes)}`);
    }
  },
};

function wayToALeader(nodes: readonly NodeStatus[]): string {
  const founding = nodes.some((node) => node.reachable && node.founding);
  const absent = nodes.filter((node) => !node.reachable).map(({ id }) => id);
  if (!founding || absent.length === 0) {
    return 'wait for an election, or start more nodes until a majority runs';
  }
  return `all must be up together once before the cluster goes on; start ${absent.join(', ')}`;
}

function row(node: NodeStatus): string[] {
  if (!node.reachable) {
    return [node.id, 'unreachable', '-', '-', '-', '-', '-', '-', `(${node.reason})`, node.api];
  }
  const { id, role, term, commit_index, applied_index, lag, version, started_at, api } = node;
  const figures = [term, commit_index, applied_index, lag].map(String);
  return [id, role, ...figures, diskOf(node.disk_low), version, started_at, api];
}

function diskOf(isLow: boolean | null): string {
  if (isLow === null) return '-';
  return isLow ? 'low' : 'ok';
}

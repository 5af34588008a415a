import { nodeIdOf } from './data-folder.ts';
import { readJoinBundle } from './join-bundle.ts';
import { joinedClusterFile, prepareJoin } from './join-folder.ts';
import { OperatorError } from './operator-error.ts';

interface Arguments {
  readonly config: string | undefined;
  readonly id: string | undefined;
  readonly join: string | undefined;
  readonly data: string;
}

interface WhichNode {
  /** Its `cluster.json`. */
  readonly config: string;
  readonly id: string;
  /** Of a node that joins now: the log index by which it is a member. */
  readonly join_index: number | null;
}

/**
 * Three ways to start a node: by `--config` and `--id`, by `--join`, which fills the data folder, and
 * by the data folder alone, once it has joined. Throws `OperatorError`.
 */
export function whichNode({ config, id, join, data }: Arguments): WhichNode {
  if (join !== undefined) {
    if (config !== undefined || id !== undefined) {
      throw new OperatorError('--join says who the node is: leave --config and --id out');
    }
    const bundle = readJoinBundle(join);
    prepareJoin(bundle, data);
    return { ...joined(data, bundle.node_id), join_index: bundle.join_index };
  }
  if (config !== undefined && id !== undefined) return { config, id, join_index: null };
  const known = nodeIdOf(data);
  if (config === undefined && id === undefined && known !== null) {
    return { ...joined(data, known), join_index: null };
  }
  throw new OperatorError(
    'which node is it? Give --config cluster.json and --id; or, for a new node, --join with the file ' +
      "that 'lms-admin add-node' made; --data alone is enough for a node that joined that way",
  );
}

function joined(data: string, id: string): { config: string; id: string } {
  const config = joinedClusterFile(data);
  if (config !== null) return { config, id };
  throw new OperatorError(
    `${data} is the folder of ${id}, which is started with --config cluster.json --id ${id}`,
  );
}

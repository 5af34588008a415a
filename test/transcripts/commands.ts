import { campaign } from './handlers/campaign.ts';
import { arrive, delay, drop, duplicate } from './handlers/carry.ts';
import { change } from './handlers/change.ts';
import { cut, heal } from './handlers/cut.ts';
import { deliver, run, wire } from './handlers/deliver.ts';
import { disk, fsync, readDisk } from './handlers/disk.ts';
import { join } from './handlers/join.ts';
import { log } from './handlers/log.ts';
import { node, nodes } from './handlers/nodes.ts';
import { crash, disconnect, loseFolder, reconnect, restart } from './handlers/process.ts';
import { propose, proposeBytes } from './handlers/propose.ts';
import { read } from './handlers/read.ts';
import { arriveWhole, breakOff, compact } from './handlers/snapshots.ts';
import { state } from './handlers/state.ts';

import { live, tick, wait } from './handlers/time.ts';
import { transfer } from './handlers/transfer.ts';
import type { Story } from './story.ts';

export type Handler = (story: Story, args: readonly string[]) => void;

/** All commands, each with an example. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  // nodes a b c | nodes a b c founding | nodes a b c leader=a   (a leads term 1, its no-op is committed everywhere)
  nodes,
  // node a terms=1,1,4 term=6 vote=b applied=2   (a restart with this on its disk)
  node,
  // campaign a    (waits for its election timeout)
  campaign,
  // wait 250      (ms pass, nobody notices yet)
  wait,
  // live 5000 a b c   (they live on as usual for so many ms, among themselves)
  live,
  // tick a        (its timer looks at the clock)
  tick,
  // propose a x y z
  propose,
  // propose-bytes a 2000000 | propose-bytes a 1000 64   (64 of them)
  'propose-bytes': proposeBytes,
  // read a r1
  read,
  // transfer a b | transfer a   (to b; to whoever holds most)
  transfer,
  // change a add d | change a remove b | change a replace b d | change a update b host:1
  change,
  // join d | join d 7   (starts a node without members; below entry 7 it never campaigns)
  join,
  // deliver b | deliver a b | deliver a b 2   (to b; from a to b; the second of these)
  deliver,
  // run           (delivers until all is quiet) | run a b   (only among these)
  run,
  // wire          (what is on its way)
  wire,
  // drop a b | drop a b 2
  drop,
  // duplicate a b | duplicate a b 1
  duplicate,
  // delay a b late | delay a b late 2   (sets it aside under a name)
  delay,
  // arrive late
  arrive,
  // cut a | b c   (both ways) | cut a > b   (one way)
  cut,
  heal,
  // disk a manual | disk a auto
  disk,
  // fsync a | fsync a 3   (all batches, or up to number 3)
  fsync,
  // read-disk a | read-disk a 1   (answers its oldest read; with one entry only)
  'read-disk': readDisk,
  crash,
  restart,
  // lose-folder a   (as crash, and its disk is empty afterwards)
  'lose-folder': loseFolder,
  // disconnect a b   (a learns that its connection to b broke)
  disconnect,
  // reconnect a b   (a learns that its connection to b is a new one)
  reconnect,
  // compact a 3   (a snapshot of 3 is durable, and the log begins behind it)
  compact,
  // arrive-whole a b | arrive-whole a b 3   (the snapshot that a sends; an old one, of 3)
  'arrive-whole': arriveWhole,
  // break-off a b (the snapshot that a sends)
  'break-off': breakOff,
  state,
  // log | log a
  log,
};

/** Runs `command args…`; `quiet command args…` prints nothing, for the way to where a story begins. */
export function runCommand(story: Story, line: string): void {
  const words = line.split(/\s+/);
  const quiet = words[0] === 'quiet';
  const [name = '', ...args] = quiet ? words.slice(1) : words;
  const handler = HANDLERS[name];
  if (handler === undefined) throw new Error(`unknown command: ${line}`);
  handler(story, args);
  if (quiet) story.output();
}

import { writeFileSync } from 'node:fs';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { torture } from '../test/torture/torture.ts';

/**
 * `npm run torture`: real processes are killed, stopped and cut off for some minutes while clients
 * write; then what the clients saw is checked. `--history FILE` keeps it, one JSON line per operation.
 */
const { seconds, seed, nodes, reads, history } = await yargs(hideBin(process.argv))
  .options({
    seconds: { type: 'number', default: 180 },
    seed: { type: 'number', default: 1, describe: 'Chooses the faults and the requests' },
    nodes: { type: 'number', default: 3 },
    reads: { choices: ['read_index', 'lease'] as const, default: 'read_index' as const },
    history: { type: 'string', describe: 'Where the operations are written' },
  })
  .strict()
  .parseAsync();

const teardowns: (() => unknown)[] = [];
const context = { teardown: (run: () => unknown) => void teardowns.unshift(run) };
try {
  const started = performance.now();
  const report = (fault: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${fault}`);
  const outcome = await torture(context, { seconds, seed, nodes, reads, report });
  if (history !== undefined) {
    writeFileSync(history, outcome.history.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }
  const writes = outcome.history.filter((one) => one.kind === 'append');
  const unknown = writes.filter((one) => one.return_ns === null).length;
  const shown = [...(outcome.threads[0]?.values() ?? [])].flat();
  const present = new Set(shown);
  const lost = writes.filter((one) => one.return_ns !== null && !present.has(String(one.value)));
  console.log(
    `seed ${seed}: ${outcome.faults.length} faults, ${writes.length - unknown} writes acknowledged, ` +
      `${unknown} of unknown outcome, ${outcome.history.length - writes.length} reads`,
  );
  console.log(`linearizable: ${outcome.verdict.linearizable}`);
  console.log(`lost: ${lost.length}, twice: ${shown.length - present.size}`);
  console.log(`histories of the nodes: ${new Set(outcome.chain_hashes).size}`);
  const good =
    outcome.verdict.linearizable === true &&
    lost.length === 0 &&
    shown.length === present.size &&
    new Set(outcome.chain_hashes).size === 1;
  process.exitCode = good ? 0 : 1;
} finally {
  for (const teardown of teardowns) await teardown();
}

import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { environmentWith } from './environment.ts';

/**
 * Given to Node at the start of a process only. What is alive in a node is small and made early, the
 * rest dies with its request: two halves of 8 MiB for what is young do as well as the many of the default.
 */
const NODE_OPTIONS: readonly string[] = ['--max-semi-space-size=8'];

/** What is not Node's own is not in its list of options: a V8 that does not know it says so and goes on. */
const V8_FLAG = '--heap-growing-percent=50';

/**
 * glibc keeps what is freed, up to tens of megabytes for each thread that ever hashed a password, unless
 * large blocks are mapped by themselves: to begin with it does that from 128 KiB on, but by itself it raises
 * that limit to 32 MiB. Others ignore these. What Node made of the sources is kept, which is half the time
 * of a start; only whoever installed can write it.
 */
const NODE_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(128 * 1024),
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/lms-node', import.meta.url)),
};

/**
 * What the process of a node is started with. What the operator chose goes before what is set here: `options`
 * of Node, `NODE_OPTIONS`, variables of the environment.
 *
 * @param more goes before the environment of this process
 */
export function processSettings(
  options: readonly string[],
  more: Readonly<Record<string, string>> = {},
): { readonly options: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const env = environmentWith(more, NODE_ENVIRONMENT);
  const ours = NODE_OPTIONS.filter((option) => !isChosen(option, options, env));
  return { options: [...options, ...ours], env };
}

/**
 * Makes the process of a node one that takes little memory. One that was started without the settings
 * begins anew with them, under its own id, so call it before anything else is loaded or opened.
 */
export function applyProcessSettings(): void {
  // With a channel to its parent it cannot: only input, output and error output live on.
  if (process.execve === undefined || process.channel !== undefined) return;
  const { options, env } = processSettings(process.execArgv);
  const has = environmentWith({});
  const lacks = Object.keys(env).some((name) => has[name] === undefined);
  if (!lacks && options.length === process.execArgv.length) return;
  const args = [process.execPath, ...options, ...process.argv.slice(1)];
  process.execve(process.execPath, args, env);
}

/**
 * To be called when the program is loaded. From here on old objects are collected when half as many
 * have come on top, not three times as many: earlier, it would only be what is loaded that is looked
 * through again and again. What was compiled is kept at once, as a node that is killed keeps nothing.
 */
export function settleProcess(): void {
  if (!isChosen(V8_FLAG, process.execArgv, environmentWith({}))) setFlagsFromString(V8_FLAG);
  flushCompileCache();
}

function isChosen(option: string, options: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const chosen = [...options, ...(env.NODE_OPTIONS ?? '').split(/\s+/)];
  return chosen.some((one) => nameOf(one) === nameOf(option));
}

/** V8 takes its options with underscores as well. */
function nameOf(option: string): string {
  return (option.split('=')[0] ?? '').replaceAll('_', '-');
}

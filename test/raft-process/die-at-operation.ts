import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;

const SYNCHRONOUS = ['renameSync', 'rmSync'] as const;
const PROMISED = ['open', 'rename', 'rm', 'copyFile'] as const;

/**
 * Kills this process just before the `count`-th operation on files below `folder` from now on. Only
 * what changes names, or opens, is counted: between two of these nothing more can be told apart.
 */
export function dieAtOperation(count: number, folder: string): void {
  let left = count;
  const counted = (original: Call, self: object): Call => {
    return (...args) => {
      if (String(args[0]).startsWith(folder)) left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
      return original.apply(self, args);
    };
  };
  const promises = fs.promises as unknown as Record<string, Call>;
  for (const name of PROMISED) promises[name] = counted(promises[name] as Call, fs.promises);
  const synchronous = fs as unknown as Record<string, Call>;
  for (const name of SYNCHRONOUS) synchronous[name] = counted(synchronous[name] as Call, fs);
  syncBuiltinESMExports();
}

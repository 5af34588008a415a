import { readdirSync, readFileSync } from 'node:fs';

/** A tick of `/proc`, in µs: USER_HZ is 100 on every Linux that Node runs on. */
const tickMicroseconds = 10_000;

/** CPU time of a process so far, in µs, by the names of its threads (proc(5), `task/<tid>/stat`). */
export function threadTimes(pid: number): Map<string, number> {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    const name = stat.slice(stat.indexOf('(') + 1, end);
    // utime and stime are the fields 14 and 15; what follows the name begins with field 3.
    const fields = stat.slice(end + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    times.set(name, (times.get(name) ?? 0) + ticks * tickMicroseconds);
  }
  return times;
}

/** CPU time of this process per round of `work`, in µs, after enough rounds to have it compiled. */
export function cpuTime(rounds: number, work: (round: number) => void): number {
  for (let round = 0; round < rounds / 4; round += 1) work(round);
  const begin = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) work(round + Math.ceil(rounds / 4));
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / rounds;
}

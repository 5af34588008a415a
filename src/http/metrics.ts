import type { AnswerObserver } from './answer-observer.ts';
import type { Consensus, ConsensusStatus } from './ports.ts';
import { Counter, Gauge, Histogram, type Registry } from './prometheus.ts';

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 10];

/** Found once: to look a series up by its labels costs more than to count. */
interface OperationSeries {
  readonly seconds: Histogram.Internal<'operation_id'>;
  readonly byStatus: Map<number, Counter.Internal>;
}

/** Counts and times every request by operation, never by path: the number of series is bounded. */
export function measure(registry: Registry): AnswerObserver {
  const requests = new Counter({
    name: 'lms_http_requests_total',
    help: 'Requests answered, by operation and status.',
    labelNames: ['operation_id', 'status'] as const,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'lms_http_request_duration_seconds',
    help: 'Time from the arrival of a request to its answer, by operation.',
    labelNames: ['operation_id'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  const series = new Map<string, OperationSeries>();
  return (c, milliseconds) => {
    const operation = c.get('operationId') ?? 'none';
    let one = series.get(operation);
    if (one === undefined) {
      one = { seconds: seconds.labels(operation), byStatus: new Map() };
      series.set(operation, one);
    }
    const { status } = c.res;
    let count = one.byStatus.get(status);
    if (count === undefined) {
      count = requests.labels(operation, String(status));
      one.byStatus.set(status, count);
    }
    count.inc();
    one.seconds.observe(milliseconds / 1000);
  };
}

const RAFT_GAUGES: Readonly<Record<string, [help: string, (status: ConsensusStatus) => number]>> = {
  lms_raft_term: ['Current term.', (status) => status.term],
  lms_raft_is_leader: ['1 on the leader.', (status) => Number(status.role === 'leader')],
  lms_raft_has_leader: ['1 when a leader is known.', (status) => Number(status.leader_id !== null)],
  lms_raft_commit_index: ['Last committed entry.', (status) => status.commit_index],
  lms_raft_applied_index: ['Last applied entry.', (status) => status.applied_index],
  lms_raft_last_log_index: ['Last entry of the log.', (status) => status.last_log_index],
  lms_disk_low: [
    '1 while the reserve of its disk is touched.',
    (status) => Number(status.disk_low),
  ],
  lms_raft_members: ['Members.', (status) => status.members.length],
  lms_raft_members_reachable: [
    'Members that are heard from.',
    (status) => status.members.filter((member) => member.reachable).length,
  ],
};

/** Raft and process figures, read when they are asked for. */
export function registerGauges(registry: Registry, consensus: Consensus, startedAt: number): void {
  for (const [name, [help, read]] of Object.entries(RAFT_GAUGES)) {
    gauge(registry, name, help, () => read(consensus.status()));
  }
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory.', () =>
    process.memoryUsage.rss(),
  );
  gauge(registry, 'process_heap_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
  gauge(
    registry,
    'process_start_time_seconds',
    'When this process started.',
    () => startedAt / 1000,
  );
  gauge(registry, 'process_cpu_seconds', 'CPU time used by this process.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}

import type { BlobStatus, Blobs } from './blobs.ts';
import { Gauge, type Registry } from './prometheus.ts';

const GAUGES: Readonly<Record<string, [help: string, read: (status: BlobStatus) => number]>> = {
  lms_blobs_missing: ['Contents that no node could give.', (status) => status.missing_files],
  lms_blobs_damaged: ['Damaged and not replaced so far.', (status) => status.damaged_files],
  lms_blobs_damaged_total: ['Found damaged.', (status) => status.damaged_total],
  lms_blobs_repaired_total: ['Replaced from another node.', (status) => status.repaired_total],
  lms_blobs_collected_total: ['Removed, named by nothing.', (status) => status.collected_total],
  lms_blobs_scrubbed_bytes_total: ['Read to find damage.', (status) => status.scrubbed_bytes_total],
  lms_blobs_scrub_passes_total: [
    'Times that all were read.',
    (status) => status.scrub_passes_total,
  ],
  lms_blobs_scrub_ended_seconds: [
    'When they last were, seconds since the epoch; 0: not yet.',
    (status) => (status.scrub_ended_at ?? 0) / 1000,
  ],
};

/** How the contents of files do on this node, read when it is asked for. */
export function registerStorageGauges(registry: Registry, blobs: Pick<Blobs, 'status'>): void {
  for (const [name, [help, read]] of Object.entries(GAUGES)) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(blobs.status()));
      },
    });
  }
}

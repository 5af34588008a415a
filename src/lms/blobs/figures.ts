/** What became of this node's blobs since it was started, for metrics and status. */
export class BlobFigures {
  /** Damaged and not replaced so far. */
  readonly #damaged = new Set<string>();
  damaged_total = 0;
  repaired_total = 0;
  collected_total = 0;
  scrubbed_bytes_total = 0;
  scrub_passes_total = 0;
  /** Ms since the epoch; `null` before the first pass has ended. */
  scrub_ended_at: number | null = null;

  get damaged(): number {
    return this.#damaged.size;
  }

  foundDamaged(sha256: string): void {
    this.#damaged.add(sha256);
    this.damaged_total += 1;
  }

  /** Good bytes have taken its place. */
  kept(sha256: string): void {
    if (this.#damaged.delete(sha256)) this.repaired_total += 1;
  }

  collected(sha256: string): void {
    this.#damaged.delete(sha256);
    this.collected_total += 1;
  }

  scrubbed(bytes: number): void {
    this.scrubbed_bytes_total += bytes;
  }

  passEnded(): void {
    this.scrub_passes_total += 1;
    this.scrub_ended_at = Date.now();
  }
}

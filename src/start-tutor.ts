import { buffer } from 'node:stream/consumers';
import type { Logger } from 'pino';
import type { Consensus } from './http/ports.ts';
import type { TutorParts } from './http/tutor-parts.ts';
import type { ReplicatedBlobs } from './lms/blobs/replicated-blobs.ts';
import type { Reader } from './lms/reader.ts';
import { submitAsSystem } from './system-commands.ts';
import { ExtractionJobs } from './tutor/extraction-jobs.ts';
import { OllamaClient } from './tutor/ollama/ollama-client.ts';

interface TutorNeeds {
  readonly node_id: string;
  readonly consensus: Pick<Consensus, 'propose'>;
  readonly reader: Reader;
  readonly blobs: Pick<ReplicatedBlobs, 'open'>;
  /** `null`: the tutor answers with passages only. */
  readonly ollama_host: string | null;
  readonly model: string;
  readonly logger: Logger;
}

export interface RunningTutor extends TutorParts {
  stop(): Promise<void>;
}

const commandTimeoutMs = 10_000;

/** The model's client, and the reading of materials in the background. */
export function startTutor(needs: TutorNeeds): RunningTutor {
  const { consensus, blobs, ollama_host: host, model, logger } = needs;
  const jobs = new ExtractionJobs({
    reader: needs.reader,
    nodeId: needs.node_id,
    submit: (kind, payload) => submitAsSystem(consensus, { kind, v: 1 }, payload, commandTimeoutMs),
    readFile: async (file) => {
      const blob = await blobs.open(file);
      return buffer(blob.read(0, blob.size_bytes - 1));
    },
    logger,
  });
  jobs.start();
  return {
    model: host === null ? null : new OllamaClient({ host, model }),
    uploaded: (materialId) => jobs.uploaded(materialId),
    stop: () => jobs.stop(),
  };
}

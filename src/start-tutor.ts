import { buffer } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { newId } from './http/ids.ts';
import type { Consensus } from './http/ports.ts';
import type { TutorParts } from './http/tutor-parts.ts';
import type { ReplicatedBlobs } from './lms/blobs/replicated-blobs.ts';
import type { Reader } from './lms/reader.ts';
import { submitAsSystem } from './system-commands.ts';
import { ExtractionJobs } from './tutor/extraction-jobs.ts';
import { OllamaClient } from './tutor/ollama/ollama-client.ts';
import { QueryJobs } from './tutor/query-jobs.ts';

interface TutorNeeds {
  readonly node_id: string;
  readonly consensus: Pick<Consensus, 'propose' | 'status'>;
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

/** The model's client; the reading of materials, and the answering of queries, in the background. */
export function startTutor(needs: TutorNeeds): RunningTutor {
  const { consensus, blobs, ollama_host: host, model, logger } = needs;
  const { reader, node_id: nodeId } = needs;
  const client = host === null ? null : new OllamaClient({ host, model });
  const submit = (kind: string, payload: object) =>
    submitAsSystem(consensus, { kind, v: 1 }, payload, commandTimeoutMs);
  const jobs = new ExtractionJobs({
    reader,
    nodeId,
    submit,
    readFile: async (file) => {
      const blob = await blobs.open(file);
      return buffer(blob.read(0, blob.size_bytes - 1));
    },
    logger,
  });
  jobs.start();
  const queries = new QueryJobs({
    reader,
    nodeId,
    submit,
    model: client,
    newAnswerId: () => newId('ans'),
    isLeader: () => consensus.status().role === 'leader',
    logger,
  });
  queries.start();
  return {
    model: client,
    uploaded: (materialId) => jobs.uploaded(materialId),
    asked: (queryId) => queries.asked(queryId),
    stop: async () => {
      await Promise.all([jobs.stop(), queries.stop()]);
    },
  };
}

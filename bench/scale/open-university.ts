import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { layOutFolder } from '../../src/lay-out-folder.ts';
import { TestCluster } from '../../test/fixtures/cluster.ts';
import { makeState } from './make-state.ts';
import { type Landmarks, type Size, University } from './university.ts';

export interface Opened {
  readonly cluster: TestCluster;
  readonly landmarks: Landmarks;
  readonly commands: number;
  readonly made_ms: number;
  readonly database_bytes: number;
}

/** A cluster of three whose folders hold a university; no node runs yet. */
export async function openUniversity(
  t: Parameters<typeof TestCluster.make>[0],
  size: Size,
  parent: string | undefined,
  progress: (made: number) => void = () => undefined,
): Promise<Opened> {
  const cluster = await TestCluster.make(t, {
    env: { LMS_LOG_LEVEL: 'warn' },
    ...(parent !== undefined && { parent }),
  });
  const university = new University(size);
  const maker = join(cluster.folder, 'maker');
  mkdirSync(maker);
  const began = performance.now();
  const { cluster_id } = cluster.file;
  const snapshot = await makeState(maker, cluster_id, university.everything(), progress);
  const made_ms = performance.now() - began;
  const database_bytes = statSync(join(maker, 'lms.db')).size;
  const { path, last_included_index: index, last_included_term: term } = snapshot;
  for (const id of cluster.ids) {
    await layOutFolder({ path, index, term }, cluster.file, id, cluster.dataFolder(id));
  }
  rmSync(maker, { recursive: true });
  const { landmarks, commands } = university;
  return { cluster, landmarks, commands, made_ms, database_bytes };
}

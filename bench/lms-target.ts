import { readFileSync } from 'node:fs';
import { makeClassroom } from '../test/fixtures/classroom.ts';
import { TestCluster } from '../test/fixtures/cluster.ts';
import { queryBody } from './query-body.ts';
import type { Target } from './target.ts';

/** Accounts that the connections take in turn. */
const students = 16;

export interface LmsTarget extends Target {
  readonly cluster: TestCluster;
}

/** Three nodes as users run them: TLS between them, authentication and validation in front. */
export async function startLms(folder: string): Promise<LmsTarget> {
  const ends: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of ends.reverse()) await end();
  };
  try {
    const cluster = await TestCluster.start(
      { teardown: (run) => void ends.push(run) },
      { parent: folder, env: { LMS_LOG_LEVEL: 'warn' } },
    );
    const room = await makeClassroom(cluster, students);
    const path = `/v1/courses/${room.course}/queries`;
    const body = queryBody();
    const { body: query } = await cluster.call('n1', `POST ${path}`, {
      token: room.students[0] ?? '',
      body: JSON.parse(body),
    });
    const origins = cluster.ids.map((id) => cluster.api(id));
    const headers = room.students.map((token) => ({
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    }));
    return {
      name: 'Quorum LMS',
      version: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
      jobs: {
        writes: { origins, headers, method: 'POST', path, body },
        reads: { origins, headers, method: 'GET', path: `/v1/queries/${query.id}`, body: null },
      },
      stop,
      cluster,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

import t from 'tap';
import { makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { OllamaDouble } from '../fixtures/ollama-double.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(200_000);

const NOTES = 'A leader commits an entry when a majority of the servers has it on disk.';
const SAID = 'A majority of the servers must have the entry on disk [1].';

/** A cluster whose tutor is a double, and a course in which one page was read. */
async function school(options: { readonly hangs: number }) {
  const ollama = await OllamaDouble.start();
  t.teardown(() => ollama.close());
  for (let n = 0; n < options.hangs; n += 1) ollama.script.push({ fault: 'hang' });
  ollama.reply = () => SAID;
  const cluster = await TestCluster.start(t, { env: { OLLAMA_HOST: ollama.url } });
  const { course, instructor, students } = await makeClassroom(cluster, 1);
  const [token = ''] = students;
  const made = await cluster.call('n1', `POST /v1/courses/${course}/materials`, {
    token: instructor,
    body: { title: 'Notes', text_md: NOTES },
  });
  await until('the material to be read', async () => {
    const path = `GET /v1/materials/${made.body.id}`;
    const { body } = await cluster.call('n1', path, { token });
    return (body.extraction as { state?: string }).state === 'indexed' ? true : undefined;
  });
  return { ollama, cluster, course, token };
}

type Answers = readonly { readonly author_role: string; readonly tutor: object }[];

for (const who of ['leader', 'follower'] as const) {
  t.test(`a query is answered once, although the ${who} that took it died`, async (t) => {
    const { ollama, cluster, course, token } = await school({ hangs: 1 });
    const leader = await cluster.leader();
    const other = cluster.ids.find((id) => id !== leader) ?? '';
    const taker = who === 'leader' ? leader : other;
    const body = { to: 'tutor', title: 'Commit', body_md: 'When does a leader commit an entry?' };
    const posted = await cluster.call(taker, `POST /v1/courses/${course}/queries`, { token, body });
    t.match(posted.body, { status: 'open', tutor: 'waiting' });
    await until('the model to be asked', () => (ollama.chats.length > 0 ? true : undefined));
    await cluster.kill(taker);

    const [survivor = ''] = cluster.running;
    const path = `GET /v1/queries/${posted.body.id}`;
    const answered = await until('an answer', async () => {
      const { body } = await cluster.call(survivor, path, { token });
      return body.tutor === 'answered' ? body : undefined;
    });
    await cluster.restart(taker);
    const { body: later } = await cluster.call(taker, path, { token });
    t.same(later, answered, 'whoever comes back adds nothing');
    t.match(later, { status: 'answered', answer_count: 1 });
    const answers = later.answers as Answers;
    t.equal(answers.length, 1);
    t.match(answers, [
      {
        author_role: 'tutor',
        author: null,
        tutor: { mode: 'generated', citations: [{ title: 'Notes', page: 1, quote: NOTES }] },
      },
    ]);
  });
}

import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { openApiDocument, openApiYaml } from '../openapi.ts';
import { TestApi } from '../testing.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name?: string }[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { description?: string; content?: Record<string, Media> }>;
}

interface Media {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Record<string, { $ref: string }>;
}

function scene(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const document = openApiDocument(api.app);
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  return { api, document, operations };
}

t.test('the committed openapi.yaml is what the code says', async (t) => {
  const { document } = scene(t);
  const committed = readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8');
  t.equal(committed, await openApiYaml(document), 'run: npm run fix');
});

t.test('every operation has an id of its own, a summary and a tag', (t) => {
  const { operations } = scene(t);
  const ids = operations.map(({ operation }) => operation.operationId);
  t.equal(new Set(ids).size, ids.length);
  for (const { name, operation } of operations) {
    t.match(operation.operationId, /^[a-z][A-Za-z]+$/, name);
    t.ok(operation.summary, name);
    t.equal(operation.tags?.length, 1, name);
  }
  t.end();
});

t.test('every body has an example, every error its codes', (t) => {
  const { document, operations } = scene(t);
  const examples = Object.keys(document.components?.examples ?? {});
  for (const { name, operation } of operations) {
    for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
      if (type.endsWith('json')) t.ok(media.example !== undefined, `${name} request`);
    }
    for (const [status, response] of Object.entries(operation.responses)) {
      for (const [type, media] of Object.entries(response.content ?? {})) {
        if (type !== 'application/problem+json') {
          if (type === 'application/json') t.ok(media.example !== undefined, `${name} ${status}`);
          continue;
        }
        const codes = Object.keys(media.examples ?? {});
        t.ok(codes.length > 0 && codes.every((code) => examples.includes(code)), name);
        t.ok(Number(status) >= 400, name);
      }
    }
  }
  t.end();
});

/** As readers of the document see it, who do not have the schemas of the code. */
t.test('every example fits its schema in the document', (t) => {
  const { document, operations } = scene(t);
  const definitions = { $defs: document.components?.schemas };
  const asDefinitions = (schema: object) =>
    JSON.parse(
      JSON.stringify({ ...schema, ...definitions }).replaceAll('#/components/schemas/', '#/$defs/'),
    );
  for (const { name, operation } of operations) {
    const bodies = [operation.requestBody, ...Object.values(operation.responses)];
    for (const { schema, example } of bodies.flatMap((body) =>
      Object.values(body?.content ?? {}),
    )) {
      if (schema === undefined || example === undefined) continue;
      const { error } = z.fromJSONSchema(asDefinitions(schema)).safeParse(example);
      t.same(error?.issues ?? [], [], name);
    }
  }
  t.end();
});

t.test('what can answer 412 names If-Match, or the version of tus', (t) => {
  for (const { name, operation } of scene(t).operations) {
    if (operation.responses['412'] === undefined) continue;
    t.ok(
      operation.parameters?.some(({ name }) => ['If-Match', 'Tus-Resumable'].includes(name ?? '')),
      name,
    );
  }
  t.end();
});

t.test('what needs a session can answer 401 and 503, what is public says so', (t) => {
  const { operations } = scene(t);
  for (const { name, operation } of operations) {
    if (operation.security?.length === 0) continue;
    t.match(operation.security, [{ bearer: [/^(read|write|grade|admin|login)$/] }], name);
    t.ok(operation.responses['401'], name);
    t.ok(operation.responses['503'], name);
  }
  const open = operations
    .filter(({ operation }) => operation.security?.length === 0)
    .map(({ name }) => name);
  t.same(
    open.filter((name) => name.includes('/v1/')),
    [
      'POST /v1/auth/login',
      'POST /v1/auth/refresh',
      'POST /v1/auth/register',
      'OPTIONS /v1/uploads',
      'GET /v1/feeds/{file}',
      'GET /v1/cluster',
    ],
  );
  t.end();
});

t.test('the three forms that a node serves say the same', async (t) => {
  const { api, document } = scene(t);
  const plain = JSON.parse(JSON.stringify(document));
  const yaml = await api.request('GET /openapi.yaml');
  t.equal(yaml.headers.get('Content-Type'), 'application/yaml');
  t.same(parse(await yaml.text()), plain);
  t.same(await (await api.request('GET /openapi.json')).json(), plain);
  t.equal(plain.openapi, '3.1.0');
});

t.test('/docs is a page without scripts that loads nothing from elsewhere', async (t) => {
  const { api, operations } = scene(t);
  const response = await api.request('GET /docs');
  t.match(response.headers.get('Content-Type'), 'text/html');
  const policy = response.headers.get('Content-Security-Policy') ?? '';
  t.match(policy, /^default-src 'none'; style-src 'self';/);
  t.notMatch(policy, 'unsafe-inline');
  const page = await response.text();
  t.notOk(/<script|<[^>]+\s(style|src|on[a-z]+)=/.test(page), 'nothing that runs or loads');
  t.notOk(page.includes('undefined'), 'nothing is missing');
  for (const [, href = ''] of page.matchAll(/href="([^"]+)"/g)) t.match(href, /^[/#]/);
  for (const { name, operation } of operations) {
    t.ok(page.includes(`id="${operation.operationId}"`), name);
  }
  t.ok(page.includes('-H &#39;If-Match'), 'required headers stand in the curl line');
  const style = await api.request('GET /docs/style.css');
  t.equal(style.headers.get('Content-Type'), 'text/css');
});

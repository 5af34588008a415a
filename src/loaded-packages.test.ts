import t from 'tap';
import { TestCluster } from '../test/fixtures/cluster.ts';

/**
 * Nearly all of a start is loading modules, so what a node loads before it is ready is chosen: what
 * only some requests or programs need is imported by them. Here is what every start pays for, and why.
 */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  'cluster.json and every request are checked': ['zod'],
  'every operation is declared and routed': [
    'hono',
    '@hono/zod-openapi',
    '@hono/zod-validator',
    '@asteasolutions/zod-to-openapi',
  ],
  'every node logs': [
    'pino',
    'pino-std-serializers',
    '@pinojs/redact',
    'atomic-sleep',
    'on-exit-leak-free',
    'quick-format-unescaped',
    'safe-stable-stringify',
    'sonic-boom',
    'thread-stream',
  ],
  'every node talks to its peers': [
    'msgpackr',
    'msgpackr-extract',
    '@msgpackr-extract',
    'node-gyp-build-optional-packages',
    'detect-libc',
  ],
  'every request is counted': ['prom-client'],
  'submissions have receipts': ['jose'],
  'passwords are hashed': ['argon2', '@phc/format', 'node-gyp-build'],
  'a file or two each, and used by classes that are made without waiting': [
    'content-disposition',
    'ical-generator',
    'ollama',
    'whatwg-fetch',
    'yazl',
    'buffer-crc32',
  ],
};

/** Of packages, ours not counted. A little more than there are: one that comes whole shows. */
const maxFiles = 220;

/** Loaded into the node first: at its end it says which files it has loaded. */
const WITNESS = `
  import { registerHooks } from 'node:module';
  const urls = new Set();
  registerHooks({
    load(url, context, next) {
      urls.add(url);
      return next(url, context);
    },
  });
  process.once('exit', () => console.log(JSON.stringify([...urls])));`;

t.test('a node that starts loads the packages that every start needs, and no others', async (t) => {
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(WITNESS)}`;
  const cluster = await TestCluster.start(t, { nodes: 1, env: { NODE_OPTIONS } });
  await cluster.process('n1').stop(10_000);
  const urls: string[] = JSON.parse(cluster.logOf('n1').trim().split('\n').at(-1) ?? '');
  const files = urls.filter((url) => url.includes('/node_modules/'));
  const needed = Object.values(REASONS).flat();
  t.same(
    files.filter((url) => !needed.some((name) => url.includes(`/node_modules/${name}/`))),
    [],
    'import it where it is used, or give the reason above',
  );
  t.ok(files.some((url) => url.includes('/node_modules/zod/')));
  t.ok(files.length <= maxFiles, `${files.length} files of packages`);
});

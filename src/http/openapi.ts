import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './env.ts';

/** Of the contract, not of the program: goes up when the contract changes. */
const API_VERSION = '1.0.0';

const DESCRIPTION = [
  'A learning management system that keeps what it acknowledged: a 2xx answer to a write means that ' +
    'it is on the disks of a majority of nodes, and applied.',
  'Any node takes any request. Times are RFC 3339 in UTC with milliseconds, names that end in `_ms`, ' +
    '`_seconds` and `_bytes` are integers in that unit, points are multiples of 0.001. Unknown fields ' +
    'of a request are refused; readers must tolerate unknown fields of an answer. Errors are ' +
    '`application/problem+json` (RFC 9457) with a stable `code`; all are listed at `/problems`.',
].join('\n\n');

export type OpenApiDocument = ReturnType<OpenAPIHono<ApiEnv>['getOpenAPI31Document']>;

/** OpenAPI 3.1, from the schemas that validate at run time. */
export function openApiDocument(app: OpenAPIHono<ApiEnv>): OpenApiDocument {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Quorum LMS',
      version: API_VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    servers: [{ url: '/', description: 'The node that serves this document.' }],
  });
}

/** What old YAML parsers take for dates, unless it is quoted. */
const DATE = /^\d{4}-\d\d-\d\d/;

/** The document as it is committed and served. */
export async function openApiYaml(document: OpenApiDocument): Promise<string> {
  const { Document, visit } = await import('yaml');
  const yaml = new Document(document, { aliasDuplicateObjects: false });
  visit(yaml, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && DATE.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return yaml.toString({ lineWidth: 100 });
}

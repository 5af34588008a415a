import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import {
  type ClusterFile,
  type ClusterNode,
  clusterFileSchema,
  clusterTemplateSchema,
} from './cluster-file.ts';
import { OperatorError } from './operator-error.ts';

const TEMPLATE = new URL('../cluster.json', import.meta.url);

/** Reads and checks `cluster.json`; the keys of the nodes are expected in `pki/` beside it. */
export function loadClusterFile(path: string): ClusterFile & { readonly pki_folder: string } {
  const parsed = readJson(path);
  if (isTemplate(parsed)) {
    throw new OperatorError(
      `${path} has no cluster_id: it is the template. Make a cluster with ` +
        `'npx lms-admin init --dir DIR --nodes 3' and use DIR/cluster.json`,
    );
  }
  const file = check(path, clusterFileSchema, parsed);
  return { ...file, pki_folder: join(dirname(resolve(path)), 'pki') };
}

/** The settings that a new cluster starts with. */
export function loadClusterTemplate(): z.infer<typeof clusterTemplateSchema> {
  return check('cluster.json (template)', clusterTemplateSchema, readJson(TEMPLATE.pathname));
}

/** The entry of the node `id`; refuses an id that the file does not have. */
export function nodeOf(file: ClusterFile, path: string, id: string): ClusterNode {
  const node = file.nodes.find((one) => one.id === id);
  if (node === undefined) {
    const known = file.nodes.map((one) => one.id).join(', ');
    throw new OperatorError(`${path} has no node "${id}": start with --id and one of ${known}`);
  }
  return node;
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const how =
      code === 'ENOENT'
        ? `there is no such file: make a cluster with 'npx lms-admin init --dir DIR --nodes 3', or correct --config`
        : `${(error as Error).message}: make it a file that this user can read`;
    throw new OperatorError(`${path} cannot be read: ${how}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OperatorError(`${path} is not JSON: ${(error as Error).message}. Correct it there`);
  }
}

function isTemplate(parsed: unknown): boolean {
  return clusterTemplateSchema.safeParse(parsed).success;
}

/** One line for all that is wrong with a file. */
function check<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: issueText, reportInput: true });
  if (result.success) return result.data;
  const texts = result.error.issues.map((issue) => {
    const where = pointer(issue.path);
    return where === '' ? issue.message : `${where} ${issue.message}`;
  });
  throw new OperatorError(`${path}: ${texts.join('; ')}`);
}

/** What zod says by itself, in the words of an operator; texts of our own schemas come first. */
function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  const given = JSON.stringify(issue.input);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `"${key}"`).join(', ');
    return `has the unknown field ${keys}: correct its name or take it out (the cluster.json of the repository shows every setting)`;
  }
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return `is missing: it must be ${withArticle(issue.expected)}`;
    return `is ${given}: it must be ${withArticle(issue.expected)}`;
  }
  if (issue.code === 'too_small') return `is ${given}: it must be ${issue.minimum} or more`;
  if (issue.code === 'too_big') return `is ${given}: it must be ${issue.maximum} or less`;
  if (issue.code === 'invalid_value') {
    return `is ${given}: it must be one of ${issue.values.map((one) => JSON.stringify(one)).join(', ')}`;
  }
  if (issue.code === 'invalid_format')
    return `is ${given}: it must be ${withArticle(issue.format)}`;
  return undefined;
}

function withArticle(type: string): string {
  const name = type === 'int' ? 'whole number' : type === 'url' ? 'http or https URL' : type;
  return `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Such as `nodes[0].raft`; empty for the file itself. */
function pointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

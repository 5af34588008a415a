import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One operation of openapi.yaml, as far as it takes to send a request that is well formed. */
export interface Operation {
  readonly operationId: string;
  /** Such as `PATCH /v1/users/{user_id}`. */
  readonly target: string;
  /** Names of the parameters in the path. */
  readonly parameters: readonly string[];
  readonly needsIfMatch: boolean;
  /** The example of its JSON body, `undefined` when it has none. */
  readonly example: unknown;
}

interface Document {
  readonly paths: Record<string, Record<string, DocumentedOperation>>;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name?: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
}

const FILE = new URL('../../openapi.yaml', import.meta.url);

export function readOperations(): Operation[] {
  const document = parse(readFileSync(FILE, 'utf8')) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId,
      target: `${method.toUpperCase()} ${path}`,
      parameters: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
      needsIfMatch:
        operation.parameters?.some(({ name, required }) => name === 'If-Match' && required) ??
        false,
      example: jsonExample(operation),
    })),
  );
}

function jsonExample({ requestBody }: DocumentedOperation): unknown {
  return Object.entries(requestBody?.content ?? {}).find(([type]) => type.endsWith('json'))?.[1]
    .example;
}

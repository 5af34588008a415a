import type { OpenApiDocument } from '../openapi.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** An operation, taken out of the document and with its references resolved. */
export interface DescribedOperation {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly isPublic: boolean;
  readonly parameters: readonly DescribedField[];
  readonly body: { readonly mediaType: string; readonly example: unknown } | null;
  readonly bodyFields: readonly DescribedField[];
  readonly answers: readonly DescribedAnswer[];
}

export interface DescribedField {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly type: string;
  readonly description: string;
  /** Of a parameter, as text. */
  readonly example: string;
}

export interface DescribedAnswer {
  readonly status: string;
  readonly description: string;
  readonly example: unknown;
}

/** All operations of the document, in its order. */
export function describeOperations(document: OpenApiDocument): DescribedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, JsonObject>).map(([method, operation]) =>
      describe(document, path, method, operation),
    ),
  );
}

function describe(
  document: OpenApiDocument,
  path: string,
  method: string,
  operation: JsonObject,
): DescribedOperation {
  const resolve = (value: unknown) => dereference(document, value);
  const [mediaType, content] = firstContent(resolve(operation.requestBody));
  return {
    id: String(operation.operationId),
    tag: String((operation.tags as unknown[] | undefined)?.[0] ?? ''),
    method: method.toUpperCase(),
    path,
    summary: text(operation.summary),
    description: text(operation.description),
    isPublic: (operation.security as unknown[] | undefined)?.length === 0,
    parameters: ((operation.parameters as unknown[] | undefined) ?? []).map((value) =>
      describeParameter(resolve(value), resolve),
    ),
    body: mediaType === null ? null : { mediaType, example: content.example },
    bodyFields: fieldsOf(resolve(content.schema)),
    answers: Object.entries(resolve(operation.responses)).map(([status, value]) => {
      const [, answer] = firstContent(resolve(value));
      const description = text(resolve(value).description);
      return { status, description, example: answer.example };
    }),
  };
}

function describeParameter(
  parameter: JsonObject,
  resolve: (value: unknown) => JsonObject,
): DescribedField {
  return {
    name: text(parameter.name),
    place: text(parameter.in),
    required: parameter.required === true,
    type: typeOf(parameter.schema),
    description: text(parameter.description) || text(resolve(parameter.schema).description),
    example: String(parameter.example ?? '…'),
  };
}

function fieldsOf(schema: JsonObject): DescribedField[] {
  const required = new Set((schema.required as string[] | undefined) ?? []);
  return Object.entries((schema.properties as JsonObject | undefined) ?? {}).map(
    ([name, field]) => ({
      name,
      place: 'body',
      required: required.has(name),
      type: typeOf(field),
      description: text((field as JsonObject).description),
      example: '',
    }),
  );
}

function typeOf(value: unknown): string {
  const schema = (value ?? {}) as JsonObject;
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? '';
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => `"${one}"`).join(' | ');
  if (schema.type === 'array') return `array of ${typeOf(schema.items)}`;
  return [schema.type ?? 'object'].flat().join(' or ');
}

function firstContent(owner: JsonObject): [mediaType: string | null, content: JsonObject] {
  const entry = Object.entries((owner.content as JsonObject | undefined) ?? {})[0];
  return entry === undefined ? [null, {}] : [entry[0], entry[1] as JsonObject];
}

function dereference(document: OpenApiDocument, value: unknown): JsonObject {
  const object = (value ?? {}) as JsonObject;
  if (typeof object.$ref !== 'string') return object;
  const path = object.$ref.split('/').slice(1);
  return path.reduce<JsonObject>((at, key) => at[key] as JsonObject, document as never);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

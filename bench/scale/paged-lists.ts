import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface Description {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get?: {
          readonly responses: Readonly<
            Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>
          >;
        };
      }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The paths of all lists that come in pages, as `openapi.yaml` has them. */
export function pagedLists(): string[] {
  const { paths, components } = parse(readFileSync('openapi.yaml', 'utf8')) as Description;
  return Object.entries(paths)
    .filter(([, { get }]) => {
      const schema = get?.responses['200']?.content?.['application/json']?.schema;
      const name = schema?.$ref?.split('/').at(-1);
      const whole = name === undefined ? schema : components.schemas[name];
      return whole?.properties?.next_cursor !== undefined;
    })
    .map(([path]) => path);
}

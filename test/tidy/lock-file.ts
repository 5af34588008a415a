import type { Finding, SourceTree } from './source-tree.ts';

interface Locked {
  readonly resolved?: string;
  /** A workspace of this project: `resolved` is its folder. */
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** `package-lock.json` must serve any registry and any platform. */
export function lockFindings(tree: SourceTree): Finding[] {
  const text = tree.get('package-lock.json');
  if (text === undefined) return ['package-lock.json: is missing'];
  const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
  const found: Finding[] = [];
  for (const [name, { resolved, link, optionalDependencies = {} }] of Object.entries(packages)) {
    if (resolved !== undefined && link !== true) {
      found.push(`package-lock.json: ${name} names a host: install with this project's .npmrc`);
    }
    for (const optional of Object.keys(optionalDependencies)) {
      const nested = `${name}/node_modules/${optional}`;
      if (packages[nested] ?? packages[`node_modules/${optional}`]) continue;
      found.push(
        `package-lock.json: ${optional} is missing, so npm ci refuses: it is optional in ${name}`,
      );
    }
  }
  return found;
}

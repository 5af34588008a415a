import { importsOf } from './imports.ts';
import { type Finding, type SourceTree, typescriptOf } from './source-tree.ts';

/** The layer table of `docs/ARCHITECTURE.md`. The first row whose `folder` fits a file is its row. */
interface Layer {
  readonly folder: string;
  /** Where else in `src/` it may import from; its own folder is always allowed. */
  readonly may: readonly string[];
  /** Where it may import types only. */
  readonly types: readonly string[];
  /** `false`: no packages and no `node:` modules either. */
  readonly outside: boolean;
}

const LAYERS: readonly Layer[] = [
  { folder: 'src/raft/core/', may: [], types: [], outside: false },
  { folder: 'src/raft/', may: [], types: ['src/pki/'], outside: true },
  { folder: 'src/pki/', may: [], types: [], outside: true },
  { folder: 'src/receipts/', may: [], types: [], outside: true },
  { folder: 'src/lms/', may: [], types: ['src/raft/', 'src/receipts/'], outside: true },
  { folder: 'src/tutor/', may: ['src/lms/'], types: [], outside: true },
  {
    folder: 'src/http/',
    may: ['src/lms/', 'src/tutor/', 'src/receipts/', 'src/raft/errors.ts'],
    types: ['src/raft/'],
    outside: true,
  },
  {
    folder: 'src/admin/',
    may: [
      'src/pki/',
      'src/backup-file.ts',
      'src/bring-files.ts',
      'src/config.ts',
      'src/copy-folder.ts',
      'src/environment.ts',
      'src/join-bundle.ts',
      'src/operator-error.ts',
      'src/restore-node.ts',
      'src/run-program.ts',
    ],
    types: ['src/cluster-file.ts', 'src/http/'],
    outside: true,
  },
  {
    folder: 'src/cli/',
    may: ['src/receipts/', 'src/operator-error.ts', 'src/run-program.ts'],
    types: [],
    outside: true,
  },
  // The composition root and the programs.
  { folder: 'src/', may: ['src/'], types: [], outside: true },
];

/** Imports that the layer table does not allow. Tests may import what they test with. */
export function layerFindings(tree: SourceTree): Finding[] {
  return typescriptOf(tree)
    .filter(([path]) => path.startsWith('src/') && !isTestCode(path))
    .flatMap(([path, text]) => {
      const layer = LAYERS.find(({ folder }) => path.startsWith(folder));
      if (layer === undefined) return [`${path}: is in no layer: add its folder to the table`];
      return importsOf(path, text)
        .filter((one) => !allowed(layer, one))
        .map((one) => `${path}: may not import ${one.target}${hint(layer, one)}`);
    });
}

function allowed(layer: Layer, { target, relative, type_only }: ReturnType<typeof importsOf>[0]) {
  if (!relative) return layer.outside;
  const within = (folders: readonly string[]) => folders.some((one) => target.startsWith(one));
  return within([layer.folder, ...layer.may]) || (type_only && within(layer.types));
}

function hint(layer: Layer, { target, type_only }: ReturnType<typeof importsOf>[0]): string {
  const asType = layer.types.some((one) => target.startsWith(one));
  return asType && !type_only ? ' but for its types: write "import type"' : '';
}

export function isTestCode(path: string): boolean {
  return /\.test\.ts$|(^|\/)(testing|test-[a-z-]+|testing-[a-z-]+)\.ts$|\/testing\//.test(path);
}

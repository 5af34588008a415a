import { csvRows } from './csv-table.ts';
import { FileErrors, refuse } from './file-error.ts';
import { IGNORED_FILES, SPECS, USED_FILES, type UsedFile } from './one-roster-files.ts';
import type { TableMode } from './roster.ts';
import type { ZipEntries } from './zip-entries.ts';

export interface Manifest {
  readonly version: '1.1' | '1.2';
  readonly modes: Readonly<Record<UsedFile, TableMode>>;
  readonly ignored: readonly string[];
}

const FILE = 'manifest.csv';
const maxPropertyChars = 200;

/**
 * What a OneRoster zip says that it has, held against what it has.
 *
 * @throws RosterRefused
 */
export async function readManifest(zip: ZipEntries): Promise<Manifest> {
  if (!zip.names.includes(FILE)) {
    refuse(
      'manifest_missing',
      FILE,
      'is not in the zip. OneRoster needs it at the root, with one row per file. (Its name is written in small letters.)',
    );
  }
  const properties = await readProperties(zip);
  const version = properties.get('oneroster.version') ?? '';
  if (version !== '1.1' && version !== '1.2') {
    refuse(
      'manifest_invalid',
      FILE,
      `oneroster.version is "${version}"; 1.1 and 1.2 are understood.`,
    );
  }
  const modes = new Map([...properties].filter(([name]) => name.startsWith('file.')));
  for (const [name, mode] of modes) requireMode(zip, name.slice('file.'.length), mode);
  const csvs = zip.names.filter((name) => name !== FILE);
  for (const name of csvs) requireKnown(name, modes);
  const modeOf = (file: UsedFile) => (modes.get(`file.${file}`) ?? 'absent') as TableMode;
  return {
    version,
    modes: Object.fromEntries(USED_FILES.map((file) => [file, modeOf(file)])) as Manifest['modes'],
    ignored: csvs.filter((name) => IGNORED_FILES.has(name)),
  };
}

async function readProperties(zip: ZipEntries): Promise<Map<string, string>> {
  const errors = new FileErrors();
  const properties = new Map<string, string>();
  for await (const row of csvRows(await zip.open(FILE), FILE, () => SPECS.manifest, errors)) {
    const name = row.required('propertyName', maxPropertyChars);
    if (properties.has(name))
      row.fail('manifest_invalid', 'propertyName', `"${name}" is there twice.`);
    properties.set(name, row.cell('value', maxPropertyChars));
  }
  errors.throwIfAny();
  return properties;
}

function requireMode(zip: ZipEntries, name: string, mode: string): void {
  if (mode !== 'absent' && mode !== 'bulk' && mode !== 'delta') {
    refuse(
      'manifest_invalid',
      FILE,
      `file.${name} is "${mode}"; it must be absent, bulk or delta.`,
    );
  }
  const isThere = zip.names.includes(`${name}.csv`);
  if (isThere === (mode !== 'absent')) return;
  refuse(
    'manifest_mismatch',
    FILE,
    isThere
      ? `says that ${name}.csv is absent, but the zip has it. Say bulk or delta.`
      : `says that ${name}.csv is ${mode}, but the zip does not have it. Say absent, or add the file.`,
  );
}

function requireKnown(name: string, modes: ReadonlyMap<string, string>): void {
  const known = [...USED_FILES.map((file) => `${file}.csv`), ...IGNORED_FILES];
  if (!known.includes(name)) {
    const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
    const how = meant === undefined ? 'Take it out of the zip.' : `Name it ${meant}.`;
    refuse('unknown_file', name, `is no file of OneRoster. ${how}`);
  }
  if (!modes.has(`file.${name.replace(/\.csv$/, '')}`)) {
    refuse(
      'manifest_mismatch',
      FILE,
      `does not name ${name}, but the zip has it. Add a row for it.`,
    );
  }
}

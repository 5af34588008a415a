import type { ImportChange } from './commands/import-change.ts';
import { DEFAULT_THRESHOLDS } from './imports/thresholds.ts';

export const USER: ImportChange = {
  kind: 'user',
  operation: 'create',
  external_id: 's-1',
  object_id: 'usr_new',
  place: 'users.csv:2',
  label: 'New',
  adds_link: true,
  expected_version: null,
  fields: {
    username: 'new',
    username_key: 'new',
    display_name: 'New',
    email: null,
    site_role: 'student',
    status: 'active',
  },
  before: null,
};

export const staged = (changes: object = {}) => ({
  import_id: 'imp_new',
  from: 0,
  changes: [USER],
  ...changes,
});

export function plan(changes: object = {}, held: readonly object[] = []) {
  return {
    import_id: 'imp_new',
    source: 'sis',
    format: 'csv',
    file: {
      file_id: 'fil_new',
      sha256: 'a'.repeat(64),
      size_bytes: 3,
      media_type: 'text/csv',
      filename: 'r.csv',
    },
    summary: {
      files: [],
      ignored_files: [],
      warnings: [],
      thresholds: DEFAULT_THRESHOLDS,
      held_because: held,
    },
    change_count: 1,
    ...changes,
  };
}

export const apply = (n: number, changes: object = {}) => ({
  import_id: `imp_${n}`,
  approve: false,
  ...changes,
});
export const undo = (n: number, changes: object = {}) => ({ import_id: `imp_${n}`, ...changes });

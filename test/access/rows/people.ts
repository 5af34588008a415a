import type { Rows } from '../row.ts';

/** Accounts, logins, tokens, the audit trail, and the roster. */
export const PEOPLE_ROWS: Rows = {
  login: { held: '401 401 401 401 401 401 401' },
  refreshLogin: { held: '401 401 401 401 401 401 401' },
  logout: { held: '401 204 204 204 204 204 204' },
  register: { held: '403 403 403 403 403 403 403' },
  listTokens: { held: '401 200 200 200 200 200 200' },
  createToken: { held: '401 201 201 201 201 201 201' },
  deleteToken: { held: '401 204 404 404 404 404 404', missing: '401 404 404 404 404 404 404' },
  getAuditChain: { held: '401 403 403 403 403 403 200' },
  getMe: { held: '401 200 200 200 200 200 200' },
  updateMe: { held: '401 200 200 200 200 200 200' },
  changeMyPassword: {
    held: '401 400 400 400 400 400 400',
    body: { current_password: 'wrong', new_password: 'short' },
  },
  listUsers: { held: '401 403 403 403 403 403 200' },
  createUser: { held: '401 403 403 403 403 403 201' },
  getUser: { held: '401 200 404 404 404 404 200', missing: '401 404 404 404 404 404 404' },
  updateUser: { held: '401 403 404 404 404 404 200', missing: '401 404 404 404 404 404 404' },
  deleteUser: { held: '401 403 404 404 404 404 204', missing: '401 404 404 404 404 404 404' },
  eraseUser: { held: '401 403 403 403 403 403 200', missing: '401 403 403 403 403 403 404' },
  createImport: {
    held: '401 403 403 403 403 403 201',
    headers: { 'Content-Type': 'text/csv' },
    body: 'username,display_name\nyan,Yan\n',
  },
  listImports: { held: '401 403 403 403 403 403 200' },
  getImport: { held: '401 403 403 403 403 403 200', missing: '401 403 403 403 403 403 404' },
  listImportChanges: {
    held: '401 403 403 403 403 403 200',
    missing: '401 403 403 403 403 403 404',
  },
  applyImport: { held: '401 403 403 403 403 403 200', missing: '401 403 403 403 403 403 404' },
  undoImport: { held: '401 403 403 403 403 403 409', missing: '401 403 403 403 403 403 404' },
};

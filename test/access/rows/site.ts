import type { Rows } from '../row.ts';

/** Incidents, the cluster, the service itself and its documentation. */
export const SITE_ROWS: Rows = {
  getReceiptKeys: { held: '200 200 200 200 200 200 200' },
  listIncidents: { held: '401 200 200 200 200 200 200' },
  createIncident: { held: '401 403 403 403 403 403 201' },
  getIncident: { held: '401 200 200 200 200 200 200', missing: '401 404 404 404 404 404 404' },
  updateIncident: {
    held: '401 403 403 403 403 403 200',
    missing: '401 403 403 403 403 403 404',
    body: { title: 'Down again' },
  },
  deleteIncident: { held: '401 403 403 403 403 403 204', missing: '401 403 403 403 403 403 404' },
  listDeadlineAdjustments: {
    held: '401 403 403 403 403 403 200',
    missing: '401 403 403 403 403 403 404',
  },
  adjustDeadlines: {
    held: '401 403 403 403 403 403 200',
    missing: '401 403 403 403 403 403 404',
    body: { action: 'preview', policy_id: '{policy_id}' },
  },
  listOutagePolicies: { held: '401 200 200 200 200 200 200' },
  createOutagePolicy: { held: '401 403 403 403 403 403 201' },
  getOutagePolicy: { held: '401 200 200 200 200 200 200', missing: '401 404 404 404 404 404 404' },
  updateOutagePolicy: {
    held: '401 403 403 403 403 403 200',
    missing: '401 403 403 403 403 403 404',
  },
  deleteOutagePolicy: {
    held: '401 403 403 403 403 403 204',
    missing: '401 403 403 403 403 403 404',
  },
  getCluster: { held: '200 200 200 200 200 200 200' },
  getClusterStatus: { held: '401 403 403 403 403 403 200' },
  addNode: { held: '401 403 403 403 403 403 503' },
  removeNode: { held: '401 403 403 403 403 403 503', missing: '401 403 403 403 403 403 503' },
  moveLeadership: { held: '401 403 403 403 403 403 503' },
  takeSnapshot: { held: '401 403 403 403 403 403 200' },
  getBackup: { held: '401 403 403 403 403 403 503' },
  getHealth: { held: '200 200 200 200 200 200 200' },
  getReadiness: { held: '200 200 200 200 200 200 200' },
  getMetrics: { held: '200 200 200 200 200 200 200' },
  getOpenApiYaml: { held: '200 200 200 200 200 200 200' },
  getOpenApiJson: { held: '200 200 200 200 200 200 200' },
  getDocs: { held: '200 200 200 200 200 200 200' },
  getDocsStyle: { held: '200 200 200 200 200 200 200' },
  listProblems: { held: '200 200 200 200 200 200 200' },
  getProblem: { held: '200 200 200 200 200 200 200', missing: '404 404 404 404 404 404 404' },
  getStorage: { held: '401 403 403 403 403 403 200' },
};

import type { Rows } from '../row.ts';

/** Assignments, submissions, receipts, grades, progress. */
export const COURSEWORK_ROWS: Rows = {
  listAssignments: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  createAssignment: { held: '401 403 403 403 201 404 201', missing: '401 404 404 404 404 404 404' },
  getAssignment: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  updateAssignment: { held: '401 403 403 403 200 404 200', missing: '401 404 404 404 404 404 404' },
  deleteAssignment: { held: '401 403 403 403 409 404 409', missing: '401 404 404 404 404 404 404' },
  getAssignmentStatistics: {
    held: '401 403 403 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  listOverrides: { held: '401 403 403 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  getOverride: { held: '401 200 403 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  putOverride: { held: '401 403 403 403 200 404 200', missing: '401 404 404 404 404 404 404' },
  deleteOverride: { held: '401 403 403 403 204 404 204', missing: '401 404 404 404 404 404 404' },
  submitAssignment: {
    held: '401 201 201 403 403 404 403',
    missing: '401 404 404 404 404 404 404',
    body: { text_md: 'My essay.' },
  },
  listSubmissions: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  getSubmission: { held: '401 200 404 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  getReceipt: { held: '401 200 404 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  verifyReceipt: { held: '401 200 200 200 200 200 200' },
  getGrade: { held: '401 200 404 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  putGrade: {
    held: '401 403 404 200 200 404 403',
    missing: '401 404 404 404 404 404 404',
    headers: { 'If-Match': '"1"' },
    body: { points: 7, state: 'posted' },
  },
  putGradeOfStudent: {
    held: '401 403 403 200 200 404 403',
    missing: '401 404 404 404 404 404 404',
    headers: { 'If-Match': '"1"' },
  },
  listGradeHistory: { held: '401 403 404 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  listMyGrades: { held: '401 200 200 200 200 200 200' },
  getGradebook: { held: '401 403 403 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  importGradebook: {
    held: '401 403 403 200 200 404 403',
    missing: '401 404 404 404 404 404 404',
    headers: { 'Content-Type': 'text/csv' },
    body: 'student_id\r\n',
  },
  listProgress: { held: '401 403 403 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  getProgress: {
    tellsMore: true,
    held: '401 200 404 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  updateStudentProgress: {
    held: '401 200 200 200 200 404 403',
    missing: '401 404 404 404 404 404 404',
  },
  getCourseStatistics: {
    held: '401 403 403 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  getGradingClaim: {
    tellsMore: true,
    held: '401 403 404 404 404 404 404',
    missing: '401 404 404 404 404 404 404',
  },
  claimGrading: { held: '401 403 404 200 200 404 403', missing: '401 404 404 404 404 404 404' },
  releaseGrading: { held: '401 403 404 204 204 404 403', missing: '401 404 404 404 404 404 404' },
  postGrades: { held: '401 403 403 200 200 404 403', missing: '401 404 404 404 404 404 404' },
  requestRegrade: { held: '401 409 404 403 403 404 403', missing: '401 404 404 404 404 404 404' },
  listRegradeRequests: {
    held: '401 200 404 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  listRegradeRequestsOfCourse: {
    held: '401 403 403 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  getRegradeRequest: {
    held: '401 200 404 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  answerRegradeRequest: {
    held: '401 403 404 200 200 404 403',
    missing: '401 404 404 404 404 404 404',
  },
  whatIf: { held: '401 422 422 403 403 404 403', missing: '401 404 404 404 404 404 404' },
};

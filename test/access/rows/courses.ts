import type { Rows } from '../row.ts';

/** Courses, their members, files and materials. */
export const COURSE_ROWS: Rows = {
  listAuditEvents: { held: '401 403 403 403 403 403 200' },
  listCourses: { held: '401 200 200 200 200 200 200' },
  createCourse: { held: '401 403 403 403 201 201 201' },
  getCourse: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  updateCourse: { held: '401 403 403 403 200 404 200', missing: '401 404 404 404 404 404 404' },
  deleteCourse: { held: '401 403 403 403 204 404 204', missing: '401 404 404 404 404 404 404' },
  exportCourse: { held: '401 403 403 403 200 404 200', missing: '401 404 404 404 404 404 404' },
  // Whoever may is told that this is no package.
  importCourse: {
    held: '401 403 403 403 422 422 422',
    headers: { 'Content-Type': 'application/zip' },
    body: 'nothing',
  },
  listEnrollments: { held: '401 403 403 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  enroll: { held: '401 403 403 403 200 404 200', missing: '401 404 404 404 404 404 404' },
  unenroll: { held: '401 403 403 403 204 404 204', missing: '401 404 404 404 404 404 404' },
  uploadFile: {
    held: '401 201 201 201 201 201 201',
    headers: { 'Content-Type': 'text/plain' },
    body: 'text',
  },
  getFile: { held: '401 200 404 404 404 404 200', missing: '401 404 404 404 404 404 404' },
  getFileContent: { held: '401 503 404 404 404 404 503', missing: '401 404 404 404 404 404 404' },
  describeUploads: { held: '204 204 204 204 204 204 204', headers: { 'Tus-Resumable': '1.0.0' } },
  createUpload: {
    held: '401 201 201 201 201 201 201',
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '3' },
  },
  getUpload: {
    held: '401 200 404 404 404 404 404',
    missing: '401 404 404 404 404 404 404',
    headers: { 'Tus-Resumable': '1.0.0' },
  },
  appendToUpload: {
    held: '401 204 404 404 404 404 404',
    missing: '401 404 404 404 404 404 404',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
    body: 'abc',
  },
  deleteUpload: {
    held: '401 204 404 404 404 404 404',
    missing: '401 404 404 404 404 404 404',
    headers: { 'Tus-Resumable': '1.0.0' },
  },
  overrideUploadMethod: {
    held: '401 204 404 404 404 404 404',
    missing: '401 404 404 404 404 404 404',
    headers: { 'Tus-Resumable': '1.0.0', 'X-HTTP-Method-Override': 'DELETE' },
  },
  listMaterials: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  uploadMaterial: {
    held: '401 403 403 201 201 404 201',
    missing: '401 404 404 404 404 404 404',
    body: { title: 'Notes', text_md: 'Raft.' },
  },
  getMaterial: { held: '401 200 200 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  updateMaterial: { held: '401 403 403 200 200 404 200', missing: '401 404 404 404 404 404 404' },
  deleteMaterial: { held: '401 403 403 204 204 404 204', missing: '401 404 404 404 404 404 404' },
  listMaterialPages: {
    held: '401 200 200 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
  },
  searchMaterials: {
    held: '401 200 200 200 200 404 200',
    missing: '401 404 404 404 404 404 404',
    query: '?q=raft',
  },
};

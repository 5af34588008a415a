import type { CommandDefinition } from '../command.ts';
import { acceptAnswer } from './accept-answer.ts';
import { adjustDeadlines } from './adjust-deadlines.ts';
import { answerQuery } from './answer-query.ts';
import { answerRegradeRequest } from './answer-regrade-request.ts';
import { appendUpload } from './append-upload.ts';
import { applyImport } from './apply-import.ts';
import { beginUpload } from './begin-upload.ts';
import { bootstrapAdmin } from './bootstrap-admin.ts';
import { changePassword } from './change-password.ts';
import { claimExtraction } from './claim-extraction.ts';
import { claimGrading } from './claim-grading.ts';
import { claimQuery } from './claim-query.ts';
import { continueErasure } from './continue-erasure.ts';
import { createAssignment } from './create-assignment.ts';
import { createCourse } from './create-course.ts';
import { createFeed } from './create-feed.ts';
import { createFile } from './create-file.ts';
import { createIncident } from './create-incident.ts';
import { createOutagePolicy } from './create-outage-policy.ts';
import { createSession } from './create-session.ts';
import { createToken } from './create-token.ts';
import { createUser } from './create-user.ts';
import { deleteAnnouncement } from './delete-announcement.ts';
import { deleteAnswer } from './delete-answer.ts';
import { deleteAssignment } from './delete-assignment.ts';
import { deleteCourse } from './delete-course.ts';
import { deleteFeed } from './delete-feed.ts';
import { deleteIncident } from './delete-incident.ts';
import { deleteMaterial } from './delete-material.ts';
import { deleteOutagePolicy } from './delete-outage-policy.ts';
import { deleteOverride } from './delete-override.ts';
import { deleteQuery } from './delete-query.ts';
import { deleteSession } from './delete-session.ts';
import { deleteToken } from './delete-token.ts';
import { deleteUpload } from './delete-upload.ts';
import { deleteUser } from './delete-user.ts';
import { endorseAnswer } from './endorse-answer.ts';
import { enroll } from './enroll.ts';
import { eraseUser } from './erase-user.ts';
import { expireFiles } from './expire-files.ts';
import { finishExtraction } from './finish-extraction.ts';
import { finishUpload } from './finish-upload.ts';
import { gradeAssignment } from './grade-assignment.ts';
import { gradeStudent } from './grade-student.ts';
import { importCourse } from './import-course.ts';
import { importGrades } from './import-grades.ts';
import { planImport } from './plan-import.ts';
import { postAnnouncement } from './post-announcement.ts';
import { postGrades } from './post-grades.ts';
import { postQuery } from './post-query.ts';
import { putOverride } from './put-override.ts';
import { recordLoginFailure } from './record-login-failure.ts';
import { recordService } from './record-service.ts';
import { recordTokenUse } from './record-token-use.ts';
import { recordTutorMessage } from './record-tutor-message.ts';
import { refreshSession } from './refresh-session.ts';
import { registerUser } from './register-user.ts';
import { releaseGrading } from './release-grading.ts';
import { requestBackup } from './request-backup.ts';
import { requestMemberChange } from './request-member-change.ts';
import { requestRegrade } from './request-regrade.ts';
import { stageCourse } from './stage-course.ts';
import { stageImport } from './stage-import.ts';
import { stepImport } from './step-import.ts';
import { storeMaterialPages } from './store-material-pages.ts';
import { submitAssignment } from './submit-assignment.ts';
import { undoImport } from './undo-import.ts';
import { unenroll } from './unenroll.ts';
import { updateAnnouncement } from './update-announcement.ts';
import { updateAnswer } from './update-answer.ts';
import { updateAssignment } from './update-assignment.ts';
import { updateCourse } from './update-course.ts';
import { updateIncident } from './update-incident.ts';
import { updateMaterial } from './update-material.ts';
import { updateOutagePolicy } from './update-outage-policy.ts';
import { updateQuery } from './update-query.ts';
import { updateStudentProgress } from './update-student-progress.ts';
import { updateUser } from './update-user.ts';
import { uploadMaterial } from './upload-material.ts';

/** Every kind and version that the log may hold. Nothing is ever taken out of this list. */
const ALL: readonly CommandDefinition<never>[] = [
  acceptAnswer,
  adjustDeadlines,
  answerQuery,
  answerRegradeRequest,
  appendUpload,
  applyImport,
  beginUpload,
  bootstrapAdmin,
  importCourse,
  stageCourse,
  changePassword,
  claimExtraction,
  claimGrading,
  claimQuery,
  createAssignment,
  createCourse,
  createFeed,
  createFile,
  createIncident,
  createOutagePolicy,
  createSession,
  createToken,
  createUser,
  deleteAnnouncement,
  deleteAnswer,
  deleteAssignment,
  deleteCourse,
  deleteFeed,
  deleteIncident,
  deleteMaterial,
  deleteOutagePolicy,
  deleteOverride,
  deleteQuery,
  deleteSession,
  deleteToken,
  deleteUpload,
  deleteUser,
  endorseAnswer,
  enroll,
  expireFiles,
  continueErasure,
  eraseUser,
  finishExtraction,
  finishUpload,
  gradeAssignment,
  gradeStudent,
  importGrades,
  planImport,
  postAnnouncement,
  postGrades,
  postQuery,
  putOverride,
  recordLoginFailure,
  recordService,
  recordTokenUse,
  recordTutorMessage,
  refreshSession,
  registerUser,
  requestBackup,
  requestMemberChange,
  releaseGrading,
  requestRegrade,
  stageImport,
  stepImport,
  storeMaterialPages,
  submitAssignment,
  undoImport,
  unenroll,
  updateAnnouncement,
  updateAnswer,
  updateAssignment,
  updateCourse,
  updateIncident,
  updateMaterial,
  updateOutagePolicy,
  updateStudentProgress,
  updateQuery,
  updateUser,
  uploadMaterial,
];

export const COMMANDS: ReadonlyMap<string, CommandDefinition<object>> = new Map(
  ALL.map((definition) => [
    `${definition.kind}/${definition.v}`,
    definition as unknown as CommandDefinition<object>,
  ]),
);

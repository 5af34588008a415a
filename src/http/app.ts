import type { OpenAPIHono } from '@hono/zod-openapi';
import { HonoRequest } from 'hono/request';
import { accessLog } from './access-log.ts';
import { arrival } from './arrival.ts';
import type { Blobs } from './blobs.ts';
import { registerComponents } from './components.ts';
import { cors } from './cors.ts';
import type { ApiEnv, Foundation, Handle, Served } from './env.ts';
import { answerError, answerNotFound } from './failures.ts';
import { measure, registerGauges } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { router } from './operation.ts';
import type { Passwords } from './passwords.ts';
import type { MembershipControl } from './ports.ts';
import type { Registry } from './prometheus.ts';
import type { Receipts } from './receipts.ts';
import { announcementRoutes } from './routes/announcements.ts';
import { answerMarkRoutes } from './routes/answer-marks.ts';
import { assignmentStatisticsRoutes } from './routes/assignment-statistics.ts';
import { assignmentRoutes } from './routes/assignments.ts';
import { auditRoutes } from './routes/audit.ts';
import { authRoutes } from './routes/auth.ts';
import { backupRoutes } from './routes/backup.ts';
import { clusterRoutes } from './routes/cluster.ts';
import { clusterMemberRoutes } from './routes/cluster-members.ts';
import { courseExportRoutes } from './routes/course-exports.ts';
import { courseImportRoutes } from './routes/course-imports.ts';
import { courseRoutes } from './routes/courses.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { enrollmentRoutes } from './routes/enrollments.ts';
import { erasureRoutes } from './routes/erasure.ts';
import { feedRoutes } from './routes/feeds.ts';
import { fileRoutes } from './routes/files.ts';
import { gradebookRoutes } from './routes/gradebook.ts';
import { gradebookImportRoutes } from './routes/gradebook-import.ts';
import { gradeRoutes } from './routes/grades.ts';
import { gradingRoutes } from './routes/grading.ts';
import { importRoutes } from './routes/imports.ts';
import { incidentAdjustmentRoutes } from './routes/incident-adjustments.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { materialTextRoutes } from './routes/material-text.ts';
import { materialRoutes } from './routes/materials.ts';
import { meRoutes } from './routes/me.ts';
import { outagePolicyRoutes } from './routes/outage-policies.ts';
import { overrideRoutes } from './routes/overrides.ts';
import { progressRoutes } from './routes/progress.ts';
import { queryRoutes } from './routes/queries.ts';
import { queryChangeRoutes } from './routes/query-changes.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { registrationRoutes } from './routes/registration.ts';
import { regradeRequestRoutes } from './routes/regrade-requests.ts';
import { type Rosters, rosterRoutes } from './routes/rosters.ts';
import { serviceRoutes } from './routes/service.ts';
import { snapshotRoutes } from './routes/snapshots.ts';
import { storageRoutes } from './routes/storage.ts';
import { submissionRoutes } from './routes/submissions.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { tutorRoutes } from './routes/tutor.ts';
import { tutorConversationRoutes } from './routes/tutor-conversations.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { userRoutes } from './routes/users.ts';
import { servedContext } from './served-context.ts';
import { registerStorageGauges } from './storage-metrics.ts';
import { tusHeaders } from './tus/protocol.ts';
import type { TutorParts } from './tutor-parts.ts';

export interface AppParts extends Omit<Foundation, 'inFlight'> {
  readonly passwords: Passwords;
  readonly blobs: Blobs;
  readonly receipts: Receipts;
  readonly tutor: TutorParts;
  readonly rosters: Rosters;
  readonly membership: MembershipControl;
  /** What `/metrics` shows; the parts of the node register their own figures on it too. */
  readonly registry: Registry;
}

/** The whole API. Each resource is one line here and one file in `routes/`. */
export function createApp(parts: AppParts): OpenAPIHono<ApiEnv> {
  const app = router();
  prepare(app, parts);

  app.route('/', authRoutes(parts.passwords));
  app.route('/', registrationRoutes(parts.passwords, parts.settings.self_registration));
  app.route('/', tokenRoutes());
  app.route('/', auditRoutes());
  app.route('/', meRoutes(parts.passwords));
  app.route('/', userRoutes(parts.passwords));
  app.route('/', erasureRoutes());
  app.route('/', courseImportRoutes(parts.blobs, parts.settings.max_file_bytes));
  app.route('/', courseExportRoutes(parts.blobs));
  app.route('/', courseRoutes());
  app.route('/', enrollmentRoutes());
  app.route('/', fileRoutes(parts.blobs, parts.settings));
  app.route('/', uploadRoutes(parts.blobs, parts.settings));
  app.route('/', materialRoutes(parts.tutor));
  app.route('/', materialTextRoutes());
  app.route('/', assignmentRoutes());
  app.route('/', assignmentStatisticsRoutes());
  app.route('/', overrideRoutes());
  app.route('/', submissionRoutes(parts.blobs, parts.receipts, parts.settings.max_file_bytes));
  app.route('/', receiptRoutes(parts.receipts));
  app.route('/', gradeRoutes());
  app.route('/', gradebookRoutes());
  app.route('/', gradebookImportRoutes());
  app.route('/', progressRoutes());
  app.route('/', gradingRoutes());
  app.route('/', regradeRequestRoutes());
  app.route('/', queryRoutes(parts.tutor));
  app.route('/', queryChangeRoutes());
  app.route('/', answerMarkRoutes());
  app.route('/', announcementRoutes());
  app.route('/', feedRoutes());
  app.route('/', rosterRoutes(parts.blobs, parts.rosters, parts.settings.max_file_bytes));
  app.route('/', importRoutes());
  app.route('/', incidentRoutes());
  app.route('/', incidentAdjustmentRoutes());
  app.route('/', outagePolicyRoutes());
  app.route('/', tutorRoutes(parts.tutor));
  app.route('/', tutorConversationRoutes(parts.tutor));
  mountService(app, parts);
  return app;
}

/** What stands around every operation. */
function prepare(app: OpenAPIHono<ApiEnv>, parts: AppParts): void {
  const { consensus, replica, settings, logger, registry } = parts;
  registerGauges(registry, consensus, settings.started_at);
  registerStorageGauges(registry, parts.blobs);
  const foundation = { consensus, replica, settings, logger, inFlight: new Set<string>() };
  const allowed = settings.cors_origins.length > 0 ? cors(settings.cors_origins) : null;
  const observers = [measure(registry), accessLog(logger), tusHeaders];
  const arrive = arrival(foundation, observers, allowed);
  const notFound = answerNotFound(app);
  const nowhere: Handle = (c) => arrive(c, notFound);
  app.notFound(nowhere);
  app.onError(answerError);
  const { fetch } = app;
  app.fetch = (request, { incoming, answer }: Partial<Served> = {}) =>
    incoming === undefined || answer === undefined
      ? fetch(request, { foundation, arrive, incoming })
      : dispatch(app, request, { foundation, arrive, incoming, answer }, nowhere);
  registerComponents(app);
}

/** Calls the handler of a request that came through the server. */
function dispatch(
  app: OpenAPIHono<ApiEnv>,
  request: Request,
  env: ApiEnv['Bindings'] & Served,
  nowhere: Handle,
): Response | Promise<Response> {
  const path = app.getPath(request);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const match = app.router.match(method, path);
  const handle = (match[0][0]?.[0][0] ?? nowhere) as Handle;
  return handle(servedContext(new HonoRequest(request, path, match), env));
}

/** The operations about the node itself. */
function mountService(app: OpenAPIHono<ApiEnv>, parts: AppParts): void {
  const { consensus, replica, settings, registry } = parts;
  const status = () => consensus.status();
  app.route(
    '/',
    clusterRoutes({
      status,
      chainHash: () => replica.chainHash,
      version: settings.version,
      startedAt: settings.started_at,
    }),
  );
  app.route('/', clusterMemberRoutes(parts.membership));
  app.route('/', snapshotRoutes(consensus));
  app.route('/', backupRoutes(consensus, settings.cluster_id));
  app.route('/', storageRoutes(parts.blobs));
  app.route('/', serviceRoutes(status, settings.max_ready_lag_entries, registry));
  let document: ReturnType<typeof openApiDocument> | undefined;
  app.route(
    '/',
    documentationRoutes(() => {
      document ??= openApiDocument(app);
      return document;
    }),
  );
}

import type { OpenAPIHono } from '@hono/zod-openapi';
import { accessLog } from './access-log.ts';
import { arrival } from './arrival.ts';
import { registerComponents } from './components.ts';
import { cors } from './cors.ts';
import type { ApiEnv, Foundation } from './env.ts';
import { answerError, answerNotFound } from './failures.ts';
import { router } from './operation.ts';
import { meRoutes } from './routes/me.ts';
import { secureHeaders } from './secure-headers.ts';

export interface AppParts extends Omit<Foundation, 'inFlight'> {}

/** The whole API. Each resource is one line here and one file in `routes/`. */
export function createApp(parts: AppParts): OpenAPIHono<ApiEnv> {
  const app = router();
  const { consensus, replica, settings, logger } = parts;
  app.use(arrival({ consensus, replica, settings, logger, inFlight: new Set() }));
  app.use(accessLog(logger));
  app.use(secureHeaders);
  app.use('/v1/*', cors(settings.cors_origins));
  app.onError(answerError);
  app.notFound(answerNotFound(app));
  registerComponents(app);

  app.route('/', meRoutes());
  return app;
}

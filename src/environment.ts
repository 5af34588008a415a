import { OperatorError } from './operator-error.ts';

/** What this process was told by its environment. */
export interface Environment {
  /** `LMS_ADMIN_PASSWORD`: of the first administrator, used when there is none yet. */
  readonly admin_password: string | null;
  /** `OLLAMA_HOST`: goes before `tutor.ollama_host` of `cluster.json`. */
  readonly ollama_host: string | null;
  /** `LMS_LOG_LEVEL` */
  readonly log_level: (typeof LOG_LEVELS)[number];
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const minAdminPasswordChars = 7;

/** The only place where `process.env` is read. */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const level = env.LMS_LOG_LEVEL ?? 'info';
  const known = LOG_LEVELS.find((one) => one === level);
  if (known === undefined) {
    throw new OperatorError(
      `LMS_LOG_LEVEL is "${level}", which is no level: use one of ${LOG_LEVELS.join(', ')}`,
    );
  }
  return {
    admin_password: adminPassword(env.LMS_ADMIN_PASSWORD),
    ollama_host: ollamaHost(env.OLLAMA_HOST),
    log_level: known,
  };
}

type Variables = Readonly<Record<string, string>>;

/** The environment of this process, what it lacks of the defaults, and more, for a process that it starts. */
export function environmentWith(more: Variables, defaults: Variables = {}): NodeJS.ProcessEnv {
  return { ...defaults, ...process.env, ...more };
}

function adminPassword(value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  if (value.length < minAdminPasswordChars) {
    throw new OperatorError(
      `LMS_ADMIN_PASSWORD is too short to protect the first administrator: ` +
        `use ${minAdminPasswordChars} characters or more, or leave it out for a random one`,
    );
  }
  return value;
}

/** Ollama's own rule: the scheme and the port may be left out. */
function ollamaHost(value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  const url = URL.parse(/^https?:\/\//.test(value) ? value : `http://${value}`);
  if (url === null) {
    throw new OperatorError(
      `OLLAMA_HOST is "${value}", which is no address: write it as "http://127.0.0.1:11434"`,
    );
  }
  if (url.port === '' && !value.startsWith('http')) url.port = '11434';
  return url.origin;
}

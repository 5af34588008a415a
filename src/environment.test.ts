import t from 'tap';
import { readEnvironment } from './environment.ts';

t.test('the environment', (t) => {
  t.same(readEnvironment({}), { admin_password: null, ollama_host: null, log_level: 'info' });
  t.same(readEnvironment({ OLLAMA_HOST: '10.0.0.5' }).ollama_host, 'http://10.0.0.5:11434');
  t.same(readEnvironment({ OLLAMA_HOST: 'h:1' }).ollama_host, 'http://h:1');
  t.same(readEnvironment({ OLLAMA_HOST: 'https://h/' }).ollama_host, 'https://h');
  t.throws(() => readEnvironment({ OLLAMA_HOST: 'a b' }), /OLLAMA_HOST is "a b"/);
  t.throws(() => readEnvironment({ LMS_LOG_LEVEL: 'loud' }), /is no level/);
  t.throws(
    () => readEnvironment({ LMS_ADMIN_PASSWORD: 'secret' }),
    /^(?!.*secret).*LMS_ADMIN_PASSWORD is too short/,
  );
  t.end();
});

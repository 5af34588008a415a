import { fileURLToPath } from 'node:url';
import { createConfig, lint } from '@redocly/openapi-core';

/** Redocly's recommended rules over openapi.yaml; warnings count as errors. Asks no network. */
const PATH = fileURLToPath(new URL('../openapi.yaml', import.meta.url));

const config = await createConfig({ extends: ['recommended'] });
const problems = await lint({ ref: PATH, config });
for (const { severity, ruleId, message, location } of problems) {
  console.error(`openapi.yaml ${location[0]?.pointer ?? ''}: ${severity} ${ruleId}: ${message}`);
}
if (problems.length > 0) process.exitCode = 1;

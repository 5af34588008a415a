#!/usr/bin/env node
import { applyProcessSettings } from './process-settings.ts';

applyProcessSettings();
await import('./node-program.ts');

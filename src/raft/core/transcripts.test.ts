import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { replay } from '../../../test/transcripts/transcript.ts';

/**
 * Every story in `transcripts/` must play out exactly as it stands there. With
 * `UPDATE_TRANSCRIPTS=1` the files are written anew: commit the difference only if you can say why.
 */
const folder = new URL('./transcripts/', import.meta.url);
const update = process.env.UPDATE_TRANSCRIPTS === '1' && process.env.CI === undefined;

const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));
t.ok(names.length >= 22, 'the stories are there');

for (const name of names.sort()) {
  t.test(name, (t) => {
    const file = new URL(name, folder);
    const text = readFileSync(file, 'utf8');
    const played = replay(text);
    if (update && played !== text) writeFileSync(file, played);
    t.equal(update ? played : text, played);
    t.end();
  });
}

import { defineCommand } from '../command.ts';
import { maxPageTextBytes } from '../limits.ts';
import type { MaterialPage } from '../queries/material-pages.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { renewLease, requireClaim } from './material-text.ts';

/** By the system: the run that holds the job hands in pages. */
export interface StoreMaterialPages {
  readonly material_id: string;
  readonly claim_id: string;
  readonly pages: readonly NewPage[];
}

export interface NewPage extends MaterialPage {
  /**
   * Parts of the text to be searched, as `[start, end]` in UTF-16 units. They come with the command,
   * so a better way of cutting changes nothing in how old entries replay.
   */
  readonly chunks: readonly (readonly [number, number])[];
}

/** A page that is there already stays as it is: a page is stored once. */
export const storeMaterialPages = defineCommand<StoreMaterialPages, null>({
  kind: 'STORE_MATERIAL_PAGES',
  v: 1,
  apply(tx, command) {
    const job = requireClaim(tx, command.material_id, command.claim_id);
    const bytes = command.pages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    if (bytes > maxPageTextBytes) {
      throw new Refusal('invalid_value', `At most ${maxPageTextBytes} bytes of text in one go.`);
    }
    for (const page of command.pages) store(tx, job.id, page);
    renewLease(tx, job.id);
    tx.target(job.id);
    return null;
  },
});

function store(tx: Tx, materialId: string, page: NewPage): void {
  const inserted = tx.run(
    `INSERT INTO material_pages (material_id, page, page_label, section, text)
     VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    materialId,
    page.page,
    page.page_label,
    page.section,
    page.text,
  );
  if (inserted === 0) return;
  for (const [start, end] of page.chunks) {
    const text = page.text.slice(start, end);
    tx.run(
      'INSERT INTO material_chunks (material_id, page, section, text) VALUES (?, ?, ?, ?)',
      materialId,
      page.page,
      page.section,
      text,
    );
    tx.run(
      'INSERT INTO material_search (rowid, section, text) VALUES (last_insert_rowid(), ?, ?)',
      page.section,
      text,
    );
  }
}

import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';
import { requireMaterial } from './materials.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

/** The text of one page, as the tutor searches it. */
export interface MaterialPage {
  /** Physical number from 1. */
  readonly page: number;
  /** As printed, where known. */
  readonly page_label: string | null;
  readonly section: string | null;
  readonly text: string;
}

/** The pages `from` to `to` (both included) that have text, in order; the key is `[page]`. */
export function listMaterialPages(
  reader: Reader,
  actor: Actor,
  materialId: string,
  { from, to }: { readonly from: number; readonly to: number },
  { limit, after }: PageRequest<readonly [number]>,
): Page<MaterialPage, readonly [number]> {
  const { row } = requireMaterial(reader, actor, materialId, 'material.read');
  const rows = reader.all<MaterialPage>(
    `SELECT page, page_label, section, text FROM material_pages
      WHERE material_id = ? AND page BETWEEN ? AND ? ORDER BY page LIMIT ?`,
    row.id,
    Math.max(from, (after?.[0] ?? 0) + 1),
    to,
    limit + 1,
  );
  return cutPage(rows, limit, (one) => [one.page] as const);
}

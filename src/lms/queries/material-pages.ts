import type { Reader } from '../reader.ts';
import type { Actor } from '../tx.ts';
import { requireMaterial } from './materials.ts';

/** The text of one page, as the tutor searches it. */
export interface MaterialPage {
  /** Physical number from 1. */
  readonly page: number;
  /** As printed, where known. */
  readonly page_label: string | null;
  readonly section: string | null;
  readonly text: string;
}

/** The pages `from` to `to` (both included) that have text, in order; at most `limit`. */
export function pagesOfMaterial(
  reader: Reader,
  actor: Actor,
  materialId: string,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): MaterialPage[] {
  const { row } = requireMaterial(reader, actor, materialId, 'material.read');
  return reader.all<MaterialPage>(
    `SELECT page, page_label, section, text FROM material_pages
      WHERE material_id = ? AND page BETWEEN ? AND ? ORDER BY page LIMIT ?`,
    row.id,
    from,
    to,
    limit,
  );
}

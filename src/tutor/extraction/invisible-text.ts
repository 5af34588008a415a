import type { PDFPageProxy } from 'pdfjs-dist';
import type { PdfJs } from './pdf-document.ts';

/** Rendering modes 3 (neither fill nor stroke) and 7 (clip only): ISO 32000-1, 9.3.6. */
const invisibleModes = new Set([3, 7]);

/**
 * True when a page carries text that is drawn invisibly or white **beside** visible text: a way
 * to slip instructions to a model. A scan with an invisible layer over its picture has nothing
 * but invisible text, which is its purpose.
 */
export async function invisibleText(pdfjs: PdfJs, page: PDFPageProxy): Promise<boolean> {
  const { OPS } = pdfjs;
  const { fnArray, argsArray } = await page.getOperatorList();
  let state = { mode: 0, white: false };
  const saved: (typeof state)[] = [];
  let visible = 0;
  let hidden = 0;
  for (const [position, operation] of fnArray.entries()) {
    const first: unknown = (argsArray[position] as unknown[] | null)?.[0];
    if (operation === OPS.save) saved.push(state);
    else if (operation === OPS.restore) state = saved.pop() ?? state;
    else if (operation === OPS.setTextRenderingMode) state = { ...state, mode: Number(first) };
    else if (operation === OPS.setFillRGBColor) state = { ...state, white: first === '#ffffff' };
    else if (operation === OPS.showText) {
      const glyphs = glyphCount(first);
      if (invisibleModes.has(state.mode) || (state.mode === 0 && state.white)) hidden += glyphs;
      else visible += glyphs;
    }
  }
  return hidden > 0 && visible > 0;
}

/** Numbers between the glyphs are spacing. */
function glyphCount(glyphs: unknown): number {
  return Array.isArray(glyphs) ? glyphs.filter((glyph) => typeof glyph === 'object').length : 0;
}

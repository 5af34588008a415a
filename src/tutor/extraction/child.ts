import { once } from 'node:events';
import { extractionLimits } from '../limits.ts';
import { documentText, type RawDocument } from './document-text.ts';
import { type PdfJs, readPdf } from './pdf-document.ts';
import type { ChildMessage } from './protocol.ts';
import { readMarkdown, readText } from './text-document.ts';
import { UnreadableDocument } from './unreadable-document.ts';

/**
 * The confined process: `child.ts <pdf|text|markdown> <url of pdf.js>`, the document on stdin,
 * `ChildMessage`s on stdout, one per line. Everything that touches a foreign document's content
 * happens here.
 */
async function main(kind: string, pdfModuleUrl: string): Promise<void> {
  const bytes = await readAll();
  try {
    const { pages, flags } = documentText(await read(kind, pdfModuleUrl, bytes));
    for (const page of pages) await send({ type: 'page', page });
    await send({ type: 'finished', flags: [...flags].map((f) => ({ ...f, pages: [...f.pages] })) });
  } catch (error) {
    if (!(error instanceof UnreadableDocument)) throw error;
    await send({ type: 'refused', state: error.state, reason: error.message });
  }
}

async function read(kind: string, pdfModuleUrl: string, bytes: Uint8Array): Promise<RawDocument> {
  if (kind === 'pdf') {
    return readPdf(await loadPdfJs(pdfModuleUrl), pdfModuleUrl, bytes, {
      opened: (page_count) => void send({ type: 'opened', page_count }),
      pageRead: (pages_read) => void send({ type: 'progress', pages_read }),
    });
  }
  const document = kind === 'markdown' ? readMarkdown(bytes) : readText(bytes);
  await send({ type: 'opened', page_count: document.pages.length });
  return document;
}

/**
 * pdf.js asks for a native canvas when these classes are absent, only to draw; and it looks for
 * its worker's code in a global before it would load it as a worker.
 */
async function loadPdfJs(url: string): Promise<PdfJs> {
  const stub = class {};
  Object.assign(globalThis, { DOMMatrix: stub, Path2D: stub, ImageData: stub });
  Object.assign(globalThis, {
    pdfjsWorker: await import(url.replace('pdf.mjs', 'pdf.worker.mjs')),
  });
  return (await import(url)) as PdfJs;
}

async function readAll(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > extractionLimits.maxFileBytes) throw new Error('more bytes than were announced');
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

async function send(message: ChildMessage): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(message)}\n`)) await once(process.stdout, 'drain');
}

await main(process.argv[2] ?? '', process.argv[3] ?? '');

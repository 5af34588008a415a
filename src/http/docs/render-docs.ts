import { html, raw } from 'hono/html';
import type { OpenApiDocument } from '../openapi.ts';
import { curlLine } from './curl-line.ts';
import {
  type DescribedAnswer,
  type DescribedField,
  type DescribedOperation,
  describeOperations,
} from './describe-operations.ts';

/** One page without scripts: every operation with its curl line, fields, answers and errors. */
export function renderDocs(document: OpenApiDocument): string {
  const operations = describeOperations(document);
  const byTag = Map.groupBy(operations, (operation) => operation.tag);
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title} API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<nav>
<strong>${document.info.title}</strong>
${[...byTag].map(([tag, group]) => renderNavigation(tag, group))}
</nav>
<main>
<h1>${document.info.title} API ${document.info.version}</h1>
${(document.info.description ?? '').split('\n\n').map((text) => html`<p>${prose(text)}</p>`)}
<p>The same for machines: <a href="/openapi.yaml">openapi.yaml</a>,
<a href="/openapi.json">openapi.json</a>. All errors: <a href="/problems">problems</a>.</p>
${operations.map(renderOperation)}
</main>
</body>
</html>
`);
}

function renderNavigation(tag: string, operations: readonly DescribedOperation[]) {
  return html`<h2>${tag}</h2>
<ul>${operations.map(
    ({ id, method, path }) =>
      html`<li><a href="#${id}"><span class="method">${method}</span>${path}</a></li>`,
  )}</ul>
`;
}

function renderOperation(operation: DescribedOperation) {
  const { id, method, path, summary, description, isPublic, body, answers } = operation;
  const fields = [...operation.parameters, ...operation.bodyFields];
  return html`<section id="${id}">
<h3><span class="method">${method}</span>${path}</h3>
<p><strong>${summary}.</strong> ${prose(description)} ${isPublic ? 'No session needed.' : ''}</p>
<pre>${curlLine(operation)}</pre>
${fields.length === 0 ? '' : renderFields(fields)}
${body === null ? '' : html`<details><summary>Request body, ${body.mediaType}</summary>${renderJson(body.example)}</details>`}
${answers.map(renderAnswer)}
</section>
`;
}

function renderFields(fields: readonly DescribedField[]) {
  return html`<table>
<thead><tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead>
<tbody>${fields.map(
    ({ name, place, required, type, description }) => html`<tr>
<td><code>${name}</code>${required ? ' (required)' : ''}</td><td>${place}</td><td>${type}</td><td>${prose(description)}</td>
</tr>`,
  )}</tbody>
</table>`;
}

function renderAnswer({ status, description, example }: DescribedAnswer) {
  if (example === undefined) return html`<p><code>${status}</code> ${prose(description)}</p>`;
  return html`<details><summary><code>${status}</code> ${prose(description)}</summary>${renderJson(example)}</details>`;
}

/** Of Markdown, the descriptions use `code` only. */
function prose(text: string) {
  return text.split('`').map((part, at) => (at % 2 === 0 ? part : html`<code>${part}</code>`));
}

function renderJson(value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return value === undefined ? raw('') : html`<pre>${text}</pre>`;
}

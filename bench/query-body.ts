import { bodyBytes } from './target.ts';

/** A question of exactly `bodyBytes` when `%N%` has become twelve digits. */
export function queryBody(): string {
  const with_text = (body_md: string) =>
    JSON.stringify({ to: 'instructor', title: 'Question %N%', body_md });
  const growth = '000000000000'.length - '%N%'.length;
  return with_text('x'.repeat(bodyBytes - growth - with_text('').length));
}

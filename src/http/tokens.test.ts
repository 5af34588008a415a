import t from 'tap';
import { maxRememberedTokens } from './limits.ts';
import { newToken, rememberedTokenHash, tokenHash } from './tokens.ts';

t.test('a remembered digest is that of its token, however many came in between', (t) => {
  const token = newToken('access');
  const others = Array.from({ length: maxRememberedTokens }, () => newToken('access'));
  for (const one of [token, token, ...others, token, others[0] ?? '']) {
    if (rememberedTokenHash(one) !== tokenHash(one)) t.fail(one);
  }
  t.equal(rememberedTokenHash(token), tokenHash(token));
  t.end();
});

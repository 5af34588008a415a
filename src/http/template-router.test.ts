import t from 'tap';
import { TemplateRouter } from './template-router.ts';

function routerOf(...routes: string[]): TemplateRouter<string> {
  const router = new TemplateRouter<string>();
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ');
    router.add(method, path, route);
  }
  return router;
}

t.test('a literal part wins over a parameter, whatever was added first', (t) => {
  const router = routerOf(
    'GET /courses/:id',
    'GET /courses/import',
    'GET /files/me',
    'GET /files/:id',
  );
  t.same(router.match('GET', '/courses/import'), [[['GET /courses/import', {}]]]);
  t.same(router.match('GET', '/courses/c1'), [[['GET /courses/:id', { id: 'c1' }]]]);
  t.same(router.match('GET', '/files/me'), [[['GET /files/me', {}]]]);
  t.end();
});

t.test('a literal that leads nowhere does not hide the parameter beside it', (t) => {
  const router = routerOf('GET /a/b/:x/c', 'POST /a/b', 'GET /a/:y/d/e', 'GET /a/:y');
  t.same(router.match('GET', '/a/b/d/e'), [[['GET /a/:y/d/e', { y: 'b' }]]]);
  t.same(router.match('GET', '/a/b'), [[['GET /a/:y', { y: 'b' }]]]);
  t.same(router.match('POST', '/a/b'), [[['POST /a/b', {}]]]);
  t.same(router.match('GET', '/a/b/1/c'), [[['GET /a/b/:x/c', { x: '1' }]]]);
  t.end();
});

t.test('a parameter is one part that is not empty, by the name that its path gave it', (t) => {
  const router = routerOf('GET /a/:x/b/:y', 'POST /a/:z/b/:w');
  t.same(router.match('GET', '/a/1/b/2'), [[['GET /a/:x/b/:y', { x: '1', y: '2' }]]]);
  t.same(router.match('POST', '/a/1/b/2'), [[['POST /a/:z/b/:w', { z: '1', w: '2' }]]]);
  for (const path of ['/a//b/2', '/a/1/b/', '/a/1/b', '/a/1/b/2/', '/a/1/b/2/3', '/', '']) {
    t.same(router.match('GET', path), [[]], path);
  }
  t.same(router.match('PUT', '/a/1/b/2'), [[]]);
  t.same(router.match('GET', '/__proto__/constructor'), [[]]);
  t.end();
});

t.test('two handlers for one operation are a mistake', (t) => {
  t.throws(() => routerOf('GET /a/:x', 'GET /a/:y'), { message: /is there already/ });
  t.end();
});

import t from 'tap';
import { TestCourse } from './test-course.ts';

const SQL = 'SELECT id, code FROM courses WHERE id = ?';

t.test('rows come as values or by name, whatever was asked for before', (t) => {
  const machine = new TestCourse();
  const { reader } = machine;
  const [named] = reader.all<{ id: string; code: string }>(SQL, 'crs_1');
  const values = [['crs_1', named?.code]];
  t.same(reader.allValues(SQL, 'crs_1'), values);
  t.same(reader.all(SQL, 'crs_1'), [named]);
  t.throws(() => reader.allValues(SQL, 'crs_1', 'one too many'));
  t.same(reader.get(SQL, 'crs_1'), named);
  machine.close();
  t.end();
});

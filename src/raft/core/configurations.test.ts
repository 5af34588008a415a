import t from 'tap';
import { checkedConfiguration, configurationCodec } from '../configuration-codec.ts';
import { InvariantViolation } from './assert.ts';
import { Configurations } from './configurations.ts';
import { type Configuration, ENTRY_TYPE, type LogEntry } from './messages.ts';

function of(...ids: string[]): Configuration {
  const voters = ids.map((id) => ({ id, raft: `${id}:1`, api: `http://${id}` }));
  return { voters, voters_outgoing: [], learners: [] };
}

function entry(index: number, configuration: Configuration): LogEntry {
  const command = configurationCodec.encode(configuration);
  return { index, term: 1, type: ENTRY_TYPE.configuration, command };
}

function history(): Configurations {
  const entries = [entry(3, of('a', 'b')), entry(5, of('b')), entry(9, of('c'))];
  return new Configurations(configurationCodec, { index: 0, configuration: of('a') }, entries);
}

t.test('the latest is in force, and the one before it again when it is truncated', (t) => {
  const known = history();
  t.match(known.latest, { index: 9, configuration: of('c') });
  known.truncateFrom(9);
  t.match(known.latest, { index: 5, configuration: of('b') });
  known.truncateFrom(3);
  t.match(known.latest, { index: 0, configuration: of('a') });
  t.equal(known.previous, null);
  t.throws(() => known.truncateFrom(0), InvariantViolation);
  t.end();
});

t.test('which one was in force at an index', (t) => {
  const known = history();
  for (const [index, of] of [
    [0, 0],
    [2, 0],
    [3, 3],
    [8, 5],
    [9, 9],
    [99, 9],
  ] as const) {
    t.equal(known.at(index).index, of);
  }
  t.same(
    known.from(4).map((one) => one.index),
    [3, 5, 9],
  );
  t.end();
});

t.test('compaction keeps the one that is in force at the base', (t) => {
  const known = history();
  known.compactTo(6);
  t.equal(known.at(6).index, 5);
  t.equal(known.previous?.index, 5);
  known.reset({ index: 20, configuration: of('d') });
  t.match(known.latest, { index: 20, configuration: of('d') });
  t.throws(() => known.append(entry(20, of('e'))), InvariantViolation);
  t.end();
});

t.test('entries that the first one already contains are not taken again', (t) => {
  const first = { index: 5, configuration: of('b') };
  const entries = [entry(3, of('a', 'b')), entry(5, of('b')), entry(9, of('c'))];
  const known = new Configurations(configurationCodec, first, entries);
  t.same(
    known.from(0).map((one) => one.index),
    [5, 9],
  );
  t.end();
});

t.test('a configuration comes back from its bytes as it was', (t) => {
  const full: Configuration = {
    ...of('a'),
    voters_outgoing: of('a', 'b').voters,
    learners: of('c').voters.map((one) => ({ ...one, replaces: 'b' })),
    removed: ['x'],
  };
  t.same(configurationCodec.decode(configurationCodec.encode(full)), full);
  const wrong = [null, [], { ...full, voters: 1 }, { ...full, learners: [1] }, { voters: [] }];
  for (const value of [...wrong, { ...full, removed: [1] }, { ...full, voters: [{ id: 'a' }] }]) {
    t.throws(() => checkedConfiguration(value), TypeError, JSON.stringify(value));
  }
  t.end();
});

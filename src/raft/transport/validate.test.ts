import t from 'tap';
import type { MessageKind } from '../core/messages.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { reasonOf } from './test-reason.ts';
import { checkedForwardRequest, checkedForwardResponse, checkedMessage } from './validate.ts';

const limits = { ...DEFAULT_LIMITS, maxEntryBytes: 100, maxEntriesPerMessage: 3, maxIdLength: 8 };
const command = Buffer.alloc(10);
const entry = { index: 6, term: 3, type: 0, command };

const GOOD: Record<MessageKind, Record<string, unknown>> = {
  VoteRequest: {
    term: 3,
    candidate_id: 'n1',
    last_log_index: 5,
    last_log_term: 2,
    pre_vote: true,
    leadership_transfer: false,
  },
  VoteResponse: { term: 3, vote_granted: true, pre_vote: false },
  AppendEntriesRequest: {
    term: 3,
    leader_id: 'n1',
    prev_log_index: 5,
    prev_log_term: 2,
    entries: [entry, { ...entry, index: 7, type: 2 }],
    leader_commit: 4,
    read_round: 9,
  },
  AppendEntriesResponse: {
    term: 3,
    success: true,
    match_index: 7,
    conflict_index: 0,
    conflict_term: 0,
    read_round: 9,
  },
  TimeoutNowRequest: { term: 3, leader_id: 'n1' },
  ReadIndexRequest: { term: 1, request_id: 'r1' },
  ReadIndexResponse: { request_id: 'r1', term: 3, read_index: -1 },
};

const KINDS = Object.keys(GOOD) as MessageKind[];

for (const kind of KINDS) {
  t.test(`${kind}: each field is needed, with its type; unknown ones pass`, (t) => {
    const good = GOOD[kind];
    t.strictSame(checkedMessage(kind, good, 'n1', limits), { kind, body: good });
    t.ok(checkedMessage(kind, { ...good, of_a_later_version: 1 }, 'n1', limits));
    for (const field of Object.keys(good)) {
      const { [field]: value, ...without } = good;
      const others = [null, {}, Symbol(), typeof value === 'string' ? 1 : 'x'];
      if (typeof value === 'number') others.push(-2, 1.5, 2 ** 53, Number.NaN, 1n, true);
      if (typeof value === 'boolean') others.push(0, 1);
      if (typeof value === 'string') others.push('', 'x'.repeat(9));
      t.equal(
        reasonOf(() => checkedMessage(kind, without, 'n1', limits)),
        'schema',
        field,
      );
      for (const bad of others) {
        const body = { ...good, [field]: bad };
        const what = `${field} ${String(bad)}`;
        t.equal(
          reasonOf(() => checkedMessage(kind, body, 'n1', limits)),
          'schema',
          what,
        );
      }
    }
    t.end();
  });
}

t.test('entries follow each other, in terms that do not go down', (t) => {
  const check = (...entries: unknown[]) =>
    checkedMessage('AppendEntriesRequest', { ...GOOD.AppendEntriesRequest, entries }, 'n1', limits);
  t.ok(check());
  t.ok(check({ ...entry, term: 2 }, { ...entry, index: 7 }));
  t.ok(check({ ...entry, command: Buffer.alloc(100) }));
  t.equal(
    reasonOf(() => check({ ...entry, index: 5 })),
    'schema',
    'not after prev_log_index',
  );
  t.equal(
    reasonOf(() => check(entry, { ...entry, index: 8 })),
    'schema',
    'a gap',
  );
  t.equal(
    reasonOf(() => check(entry, entry)),
    'schema',
    'twice',
  );
  t.equal(
    reasonOf(() => check({ ...entry, term: 1 })),
    'schema',
    'a term before prev_log_term',
  );
  t.equal(
    reasonOf(() => check(entry, { ...entry, index: 7, term: 2 })),
    'schema',
    'a term going down',
  );
  t.equal(
    reasonOf(() => check({ ...entry, term: 4 })),
    'schema',
    'a term after that of the message',
  );
  t.equal(
    reasonOf(() => check({ ...entry, type: 3 })),
    'schema',
    'a type of the future',
  );
  t.equal(
    reasonOf(() => check({ ...entry, command: 'text' })),
    'schema',
    'a command that is not bytes',
  );
  t.equal(
    reasonOf(() => check(null)),
    'schema',
    'no entry',
  );
  t.equal(
    reasonOf(() => check({ ...entry, command: Buffer.alloc(101) })),
    'oversized',
  );
  const four = [6, 7, 8, 9].map((index) => ({ ...entry, index }));
  t.equal(
    reasonOf(() => check(...four)),
    'oversized',
  );
  t.end();
});

t.test('nobody speaks in the name of another', (t) => {
  for (const kind of ['VoteRequest', 'AppendEntriesRequest'] as const) {
    t.equal(
      reasonOf(() => checkedMessage(kind, GOOD[kind], 'n2', limits)),
      'wrong_sender',
    );
  }
  t.end();
});

t.test('forwarded commands and their answers', (t) => {
  const request = { client_id: 'n1', request_id: 'r', command };
  t.strictSame(checkedForwardRequest({ ...request, call_id: 1 }, limits), request);
  for (const field of Object.keys(request)) {
    const bad = { ...request, [field]: 7 };
    t.equal(
      reasonOf(() => checkedForwardRequest(bad, limits)),
      'schema',
      field,
    );
  }
  const large = { ...request, command: Buffer.alloc(101) };
  t.equal(
    reasonOf(() => checkedForwardRequest(large, limits)),
    'oversized',
  );

  const response = { index: 5, term: 3, error: '' as const };
  t.strictSame(checkedForwardResponse(response), response);
  t.strictSame(checkedForwardResponse({ ...response, error: 'overloaded' }).error, 'overloaded');
  t.equal(
    reasonOf(() => checkedForwardResponse({ ...response, error: 'who knows' })),
    'schema',
  );
  t.equal(
    reasonOf(() => checkedForwardResponse({ ...response, index: -1 })),
    'schema',
  );
  t.end();
});

t.test('fields beyond the schema may be missing, and are checked when they are there', (t) => {
  const fields = [
    ['AppendEntriesRequest', 'acknowledged_index', 7, -1],
    ['AppendEntriesRequest', 'acknowledged_by', 'd', ''],
    ['AppendEntriesRequest', 'is_notice', true, 1],
    ['AppendEntriesResponse', 'keeps_lease', true, 1],
  ] as const;
  for (const [kind, field, good, bad] of fields) {
    const body = { ...GOOD[kind], [field]: good };
    t.strictSame(checkedMessage(kind, body, 'n1', limits), { kind, body });
    t.equal(
      reasonOf(() => checkedMessage(kind, { ...body, [field]: bad }, 'n1', limits)),
      'schema',
    );
  }
  t.end();
});

// The pages about the register as a whole: queues and service level, how it is run, statistics.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExplorer } from '../src/index.ts'
import { policyWords } from '../src/register.ts'
import { duration } from '../src/tables.ts'
import type { ExplorerOptions, Queue, Queues, StatisticsShown } from '../src/types.ts'
import { options, ordersShown, register } from './fixtures.ts'

const { at, size } = register

async function page(path: string, parts: Partial<ExplorerOptions> = {}, status = 200): Promise<string> {
  const reply = await createExplorer(options({}, parts)).request(path)
  assert.equal(reply.status, status, path)
  return reply.text()
}

const queue: Queue = {
  queue: 'IP4/24',
  kind: 'pool',
  waiting: 120,
  items: [{ application: 'A-7', procedure: 'allocate/1', ahead: 0, due: null, since: 7 }],
  more: true,
}
const queues: Queues = { size, at, paused: null, queues: [queue] }
const measured = { count: 10, median: 0.4, p95: 2, longest: 90, limit: 60 }

test('queues: position by pseudonym, how many wait, the service level beside its limit', async () => {
  const html = await page('/queue', {
    queues: async () => queues,
    serviceLevel: async () => ({
      from: 0,
      through: 20,
      decisions: [{ procedure: 'allocate/1', accepted: 9, refused: 1, late: 1, ...measured }],
      examinations: [],
      notices: [],
    }),
  })
  assert.match(html, /Blocks of \/24 from the pool IP4: 120 wait/)
  assert.ok(html.includes('<a href="/?q=A-7">A-7</a>'))
  assert.match(html, /under 1 s.*2 s.*1\.5 min.*1 min.*<strong>1<\/strong>/s)
  assert.ok(html.includes('href="/queue?queue=IP4%2F24"'))
  assert.match(html, /This register calls no attestors/)
})

test('one queue in pages, to its end; one that is not there is not found', async () => {
  const asked: { readonly from: number }[] = []
  const html = await page('/queue?queue=IP4/24&from=50', {
    queues: async (_name, position) => {
      asked.push(position)
      return queues
    },
  })
  assert.deepEqual(asked, [{ from: 50, limit: 50 }])
  assert.match(html, /from=0">Earlier.*from=100">From position 101/s)
  assert.match(await page('/queue?queue=NONE/9', {}, 404), /Nobody waits there/)
})

test('how it is run: announced terms with their date, changing witnesses, hand-over, a pause', async () => {
  const until = '2026-02-03T00:00:00Z'
  const html = await page('/register', {
    register: async () => ({
      ...register,
      paused: { since: at, until, trigger: 'corruption', report: 'cmVw', says: 'The registry is paused.' },
      terms: [
        {
          procedure: 'transfer/1',
          from: until,
          inForce: false,
          adoption: 'A-9',
          textHash: 'x',
          parameters: {},
          since: 9,
        },
      ],
      witnesses: {
        policy: 'log x\nwitness one x\nwitness two x\ngroup g 2 one two\nquorum g\n',
        previous: { policy: 'witness old x\nquorum old\n', until },
        since: 12,
      },
      succession: {
        successor: { origin: 'next.example/log', key: 'x', named: at },
        handOver: { announced: at, from: until },
        predecessor: null,
      },
    }),
  })
  assert.match(html, /Announced, not in force yet:.*transfer\/1.*from.*2026-02-03 00:00:00 UTC.*A-9/s)
  assert.match(html, /Witnesses one, two; a checkpoint counts with 2 of them/)
  assert.match(html, /They are changing.*Witnesses old; a checkpoint counts with old/s)
  assert.match(html, /A hand-over is announced.*not before/s)
  assert.match(html, /Paused since/)
  assert.match(
    await page('/register'),
    /No change is announced.*No successor is named.*Nobody has complained/s,
  )
  assert.match(await page('/register?incidents=I-9', { incidents: async () => null }, 404), /Not found/)
})

test('a witness policy in words', () => {
  assert.match(policyWords('log x\nquorum none\n'), /^No witness/)
  assert.match(policyWords('witness one x\nquorum none\n'), /none of them is required/)
  assert.match(policyWords('witness a x\nwitness b x\ngroup g any a b\nquorum g\n'), /with any one of them/)
  assert.match(policyWords('witness a x\nwitness b x\ngroup g all a b\nquorum g\n'), /with all of them/)
})

const tally = {
  n: 40,
  vetoed: 0,
  withdrawn: 1,
  passRate: 0.95,
  medianSeconds: 0,
  p95Seconds: 3,
  examination: { medianSeconds: 172_800 },
  refusals: { 'block-taken': 2 },
  failures: { 'examination-negative': 3 },
}
const groups = { BR: tally }
const statistics: StatisticsShown = {
  accuracy: { holders: 8, imported: 4, withinYear: 2, longerAgo: 1, never: 1 },
  size,
  from: at,
  until: at,
  procedures: [{ procedure: 'allocate/1', ...tally }],
  ops: { all: 60, decided: 40, recorded: 3, staffDecided: 10, staffRecorded: 0, due: 4, founding: 2 },
  steps: { n: 1 },
  staff: { procedures: [{ procedure: 'attest/1', ...tally }] },
  open: {
    procedures: [
      {
        procedure: 'succeed/1',
        n: 2,
        states: { examining: 2 },
        medianSeconds: 86_400,
        oldestSeconds: 259_200,
      },
    ],
    staffProcedures: [],
  },
  months: [
    { month: '2026-01', ...tally, by: { country: groups, region: groups, size: groups, path: groups } },
  ],
  inversions: 0,
  late: 0,
  adverse: { bases: { consent: 3 }, lacking: 0 },
  flags: [],
  sanctions: [{ quarter: '2026-Q1', blocks: 1, delays: 2, releases: 3, lapsed: 4 }],
  orders: ordersShown,
  notComputed: [{ by: 'language', why: 'no request states one' }],
}

test('statistics: what must hold, by month and group, legal acts by quarter, what is not computed', async () => {
  const html = await page('/statistics', { statistics: async () => ({ kind: 'ready', value: statistics }) })
  assert.match(html, /decided before earlier ones: <strong>0<\/strong>, <strong class="good">as it must be/)
  assert.match(html, /No disparity is flagged/)
  assert.match(html, /2026-Q1<\/th><td>1<\/td><td>2<\/td><td>3<\/td><td>4<\/td>/)
  assert.match(html, /By language: no request states one/)
  assert.match(html, /<td>2 d<\/td><td>examination-negative \(3\), block-taken \(2\), withdrawn \(1\)/)
  assert.match(html, /succeed.*<td>2<\/td><td>1 d<\/td><td>3 d<\/td><td>examining \(2\)/)
  assert.match(html, /never, since identified<\/th><td>1 \(12\.5 %\)<\/td>/)
  assert.match(html, /All 60 acts of the log, each in one place: decided at once 40/)
  const flagged = {
    procedure: 'allocate/1',
    by: 'country',
    group: 'BR',
    kind: 'times',
    n: 40,
    value: 0.001,
  } as const
  const bad = await page('/statistics', {
    statistics: async () => ({ kind: 'ready', value: { ...statistics, inversions: 1, flags: [flagged] } }),
  })
  assert.match(bad, /<strong class="bad">a fault/)
  assert.match(bad, /country BR: waits longer than the others \(p = 0\.001\)/)
})

test('while the log is read the page says how far it is, and comes back by itself', async () => {
  const making = createExplorer(
    options({}, { statistics: async () => ({ kind: 'making', done: 3, total: 9 }) }),
  )
  const reply = await making.request('/statistics')
  assert.deepEqual([reply.status, reply.headers.get('Refresh')], [202, '2'])
  assert.match(await reply.text(), /3 of 9 entries/)
})

test('each is reachable from the front page and from the foot of every page', async () => {
  const html = await page('/')
  for (const path of ['/queue', '/register', '/statistics'])
    assert.equal(html.split(`href="${path}"`).length, 3, path)
})

test('durations for people', () => {
  const seconds = [null, 0, 0.4, 2.5, 59, 60, 5400, 604_800]
  assert.equal(seconds.map(duration).join(', '), '–, under 1 s, under 1 s, 2.5 s, 59 s, 1 min, 1.5 h, 7 d')
})

test('the report on orders shows zero as zero, and holds with their age', async () => {
  const shown = (orders: typeof ordersShown): Promise<string> =>
    page('/statistics', {
      statistics: async () => ({ kind: 'ready', value: { ...statistics, orders } }),
    })
  const none = await shown(ordersShown)
  assert.match(none, /Served: <strong>0<\/strong>/)
  assert.match(none, /Adverse acts without a basis: <strong>0<\/strong>/)
  assert.match(none, /Holds in force: <strong>0<\/strong>/)
  assert.match(none, /<th scope="row">transferTo<\/th><td>0<\/td>/)
  const hold = { order: 'O-41', authority: 'COURT', ranges: ['192.0.2.0/24'], since: at, until: null }
  const some = await shown({ ...ordersShown, activeHolds: [{ ...hold, ageSeconds: 864_000 }] })
  assert.match(some, /Holds in force: 1.*O-41.*COURT.*192\.0\.2\.0\/24.*10 d.*open-ended/s)
})

test('orders and authorities: none is said; filters are links, and what is unreadable is not found', async () => {
  assert.match(await page('/orders'), /None: 0 orders/)
  assert.match(await page('/authorities'), /None: 0 authorities/)
  const asked: unknown[] = []
  await page('/orders?effect=hold&resource=192.0.2.0/24', {
    orders: async (filter) => {
      asked.push(filter)
      return { size, at, before: null, served: 0, sealed: 0, found: 0, items: [] }
    },
  })
  assert.deepEqual(asked, [{ authority: null, effect: 'hold', state: null, resource: '192.0.2.0/24' }])
  await page('/orders?resource=nonsense', { orders: async () => null }, 404)
  await page('/orders/O-1', {}, 404)
})

test('applications: by state and procedure, every filter a link, pages to the end, and none is said', async () => {
  const asked: unknown[] = []
  const applications: ExplorerOptions['applications'] = async (filter, position) => {
    asked.push([filter, position])
    return {
      size,
      at,
      paused: null,
      found: 120,
      states: [
        { state: 'examining', count: 2 },
        { state: 'failed', count: 118 },
      ],
      items: [{ application: 'A-41', procedure: 'succeed/1', state: 'examining', due: at, since: 41 }],
      after: 'A-41',
    }
  }
  const html = await page('/applications?state=examining,failed&procedure=succeed/1&before=a-99', {
    applications,
  })
  assert.deepEqual(asked, [
    [
      { states: ['examining', 'failed'], procedure: 'succeed/1' },
      { before: 'A-99', limit: 50 },
    ],
  ])
  assert.match(html, /2 are <a href="\/applications\?state=open&amp;procedure=succeed%2F1">open now/)
  assert.match(html, /120 of them/)
  assert.match(
    html,
    /\/applications\?state=examining%2Cfailed&amp;procedure=succeed%2F1&amp;before=A-41">Earlier ones/,
  )
  assert.match(html, /<a href="\/\?q=A-41">A-41<\/a>/)
  assert.match(html, /its page says why<\/td><td>118/)
  assert.match(await page('/applications'), /None: 0 applications/)
  asked.length = 0
  await page('/applications?state=open', { applications })
  const open = ['waiting', 'fee-due', 'examining', 'to-notify', 'noticed', 'cooling']
  assert.deepEqual(asked, [
    [
      { states: open, procedure: null },
      { before: null, limit: 50 },
    ],
  ])
  for (const path of ['?state=lost', '?state=examining,', '?state=toString'])
    await page(`/applications${path}`, { applications }, 404)
  await page('/applications?before=A-1', { applications: async () => null }, 404)
})

// Moves between registries, incidents, complaints and registrations by id, each told so that a newcomer understands it; and
// each shows what its record says, so that the browser's verifier finds it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VerifiedAnswer } from '@cadastre/answers'
import { headline } from '../browser/sentences.ts'
import { createExplorer } from '../src/index.ts'
import { holderFacts, objectFactsOfRecord } from '../src/object-facts.ts'
import { publicFacts } from '../src/public-facts.ts'
import type { ComplaintAnswer, IncidentAnswer, RegistrationAnswer, TransitAnswer } from '../src/types.ts'
import { holder, numbers, options, registration } from './fixtures.ts'

const { query, links } = holder
const OTHER = 'east.example/log'
const transit: TransitAnswer = {
  kind: 'transit',
  query,
  handle: 'T-9',
  state: 'sourceInitialized',
  direction: 'out',
  source: { origin: 'registry.example/log', holder: 'H-1' },
  recipient: { origin: OTHER, holder: 'H-2' },
  range: '192.0.2.0 - 192.0.2.255',
  status: 'assigned',
  country: null,
  registered: '2026-01-02',
  registration: { key: 'ip4/192.0.2.0/24', id: 'R-4' },
  notBefore: '2026-01-02T00:00:00Z',
  due: '2026-02-02T00:00:00Z',
  opened: '2026-01-01T00:00:00Z',
  statement: null,
  otherRdap: 'https://rdap.east.example/',
  since: 9,
  sinceAt: null,
  links,
}
const incident: IncidentAnswer = {
  kind: 'incident',
  query,
  handle: 'I-4',
  about: 'wrong-entry',
  affected: 2,
  discovered: '2026-01-01T00:00:00Z',
  deadline: '2026-01-02T00:00:00Z',
  at: '2026-01-03T00:00:00Z',
  report: 'cmVw',
  by: 'OPERATOR',
  since: 4,
  links,
}
const complaint: ComplaintAnswer = {
  kind: 'complaint',
  query,
  handle: 'C-4',
  about: 'instrument',
  complaint: 'Y29t',
  instrument: 'aW5z',
  seat: 'BR',
  answerBy: '2026-01-09T00:00:00Z',
  answer: { says: 'not-issued', evidence: 'ZXZp', staff: 'CL-1', at: '2026-01-03T00:00:00Z' },
  since: 4,
  sinceAt: null,
  links,
}
const [piece] = holder.holdings.items
assert.ok(piece)
const pieces: RegistrationAnswer = {
  kind: 'registration',
  query,
  id: 'R-10',
  entry: 10,
  entryAt: null,
  pieces: [piece],
  was: ['192.0.2.0/24'],
}
const coming = registration({
  kind: 'moved-out',
  procedure: 'move-in/1',
  holder: null,
  transit: {
    handle: 'A.T-9',
    state: 'recipientAccepted',
    direction: 'in',
    other: OTHER,
    range: transit.range,
    opened: transit.opened,
    since: 9,
  },
})

const app = createExplorer(
  options({
    'T-9': transit,
    'T-8': { ...transit, handle: 'T-8', state: 'sourceCancelled' },
    'I-4': incident,
    'C-4': complaint,
    'R-10': pieces,
    'R-11': { ...pieces, id: 'R-11', pieces: [] },
    '192.0.2.0/25': numbers({ chain: [coming], innermost: coming, standing: 'moved-out' }),
  }),
)

async function look(text: string): Promise<string> {
  const reply = await app.request(`/?q=${encodeURIComponent(text)}`)
  assert.equal(reply.status, 200, text)
  return reply.text()
}

test('a move between registries: where it goes, where it stands, and what is still to come', async () => {
  const html = await look('T-9')
  assert.match(html, /on the way from here to east\.example\/log/)
  assert.match(html, /aria-current="step"/)
  assert.match(html, /to come<\/strong> The move is final here/)
  assert.ok(html.includes('data-key="obj/transit/T-9"'))
  assert.match(await look('T-8'), /Cancelled.*The numbers stay here/s)
})

test('numbers on their way here say so, and link the move', async () => {
  const html = await look('192.0.2.0/25')
  assert.match(html, /On its way here from east\.example\/log/)
  assert.match(html, /<span class="standing standing-moved-out">On its way here<\/span>/)
  assert.match(html, /data-fact="kind">on its way here</)
  assert.ok(html.includes('<a href="/?q=A.T-9">on its way here from east.example/log</a>'))
})

test('an incident says what happened and whether it was told in time', async () => {
  assert.match(await look('I-4'), /Incident, told late.*An entry did not say what its instrument says/s)
})

test('a complaint says that nothing follows from it, and who is competent', async () => {
  assert.match(await look('C-4'), /Nothing follows from it for any record.*authorities of BR/s)
})

test('a registration by its id: its pieces, or who holds its numbers now', async () => {
  const html = await look('R-10')
  assert.ok(html.includes('<a class="block" href="/?q=192.0.2.0%2F25">192.0.2.0/25</a>'))
  assert.ok(html.includes('href="/why/10"'))
  assert.match(await look('R-11'), /This registration has ended.*Who holds its numbers now/s)
})

test('what the page shows of an answer is what the verifier reads from the record', () => {
  const {
    query: _query,
    links: _links,
    otherRdap: _rdap,
    direction: _direction,
    sinceAt: _at,
    ...record
  } = transit
  assert.deepEqual(
    publicFacts('obj/transit/T-9', transit),
    objectFactsOfRecord('obj/transit/T-9', { v: 1, ...record }),
  )
  const facts = publicFacts('obj/transit/T-9', transit)
  assert.equal(new Map(facts?.rows).get('To registry'), OTHER)
})

test('a holder that is noted as dissolved reads alike on both sides', () => {
  const at = '2026-01-02T00:00:00Z'
  const { rows } = holderFacts({ ...holder, dissolved: at })
  const record = { kind: 'organisation', dissolved: { notice: 'x', at } }
  const proved = objectFactsOfRecord('obj/holder/H-6', record)
  const titled = (all: typeof rows | undefined): unknown => new Map(all).get('Dissolved, as notified')
  assert.deepEqual([titled(rows), titled(proved?.rows)], [at, at])
})

test('what is proved of numbers under nobody’s name is said in words', () => {
  const proved = (kind: string, procedure: string): string => {
    const record = {
      registrations: [
        {
          id: 'R-1',
          kind,
          first: '192.0.2.0',
          last: '192.0.2.255',
          holder: null,
          status: 'reserved',
          since: 4,
          procedure,
        },
      ],
    }
    const covering = [{ key: 'ip4/192.0.2.0/24', record }]
    const asked = { space: 'ip4', key: 'ip4/192.0.2.0/24' }
    const answer: unknown = { query: asked, covering, moreSpecific: 'none' }
    return headline(answer as VerifiedAnswer, new Map())
  }
  assert.match(proved('pool', 'genesis/1'), /^Nobody holds 192\.0\.2\.0\/24: it lies in a pool/)
  assert.match(proved('moved-out', 'move-out/1'), /held in another registry, to which it moved/)
  assert.match(proved('moved-out', 'move-in/1'), /held in another registry, from which it is on its way here/)
  assert.match(proved('reserved', 'import/1'), /^Nobody holds 192\.0\.2\.0\/24: reserved/)
  assert.match(proved('holding', 'import/1'), /registered without a named holder/)
})

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { keyQuery, parsePolicy, type VerifiedAnswer, verifyAnswer } from '@cadastre/answers'
import { createPortal } from '@cadastre/api'
import { browserCrypto } from '@cadastre/crypto/browser'
import { parseInstant, type RecordKey } from '@cadastre/records'
import { startTestRegistry } from '@cadastre/simulator'
import { differences, provedName, type Shown } from '../browser/compare.ts'
import { checkpointOf } from '../browser/memory.ts'
import { headline, particulars } from '../browser/sentences.ts'
import { changeOneByte } from '../browser/tamper.ts'
import { FACTS, factsOfView } from '../src/facts.ts'
import { holderFacts, poolFacts } from '../src/object-facts.ts'

const registry = await startTestRegistry()
after(() => registry.close())
const alpha = await registry.holder('Alpha Networks')
const wish = { holder: alpha.handle, pool: 'IP4', length: 24, block: 'ip4/10.0.0.0/24' }
await registry.accepted(registry.request('allocate/1', wish), [alpha.signer])
await registry.accepted(
  registry.request('allocate/1', { holder: alpha.handle, pool: 'ASN', length: 32, block: null }),
  [alpha.signer],
)
await registry.registrar.publishedAll()
const portal = createPortal(registry.reader)
const policy = parsePolicy(browserCrypto, registry.reader.info.policy)
assert.ok(policy.ok)
const trust = policy.value

function verify(key: string, document: string): ReturnType<typeof verifyAnswer> {
  const query = keyQuery(browserCrypto, key)
  assert.ok(query !== null)
  return verifyAnswer(browserCrypto, { trust, age: null }, query, document)
}

const documentOf = (key: string): string => registry.reader.snapshot().prove(key as RecordKey)

function proved(key: string): VerifiedAnswer {
  const answer = verify(key, documentOf(key))
  assert.ok(answer.ok)
  return answer.value
}

/** What the page would show, as the script reads it. */
async function shownFor(text: string): Promise<Shown> {
  const found = await portal.lookup(text, { limit: 50, after: null })
  assert.ok(found.ok)
  const { value } = found
  const empty = { registrations: [], services: [], object: null, listing: null }
  if (value.kind === 'numbers') {
    const registrations = value.chain.map((view) => {
      const facts = factsOfView(view)
      const told = FACTS.flatMap((fact): [string, string][] =>
        facts[fact] === null ? [] : [[fact, facts[fact]]],
      )
      return { cell: view.cell, facts: new Map(told) }
    })
    const { of, items, after: next } = value.inside
    return { ...empty, registrations, listing: { of, count: items.length, whole: next === null } }
  }
  assert.ok(value.kind === 'holder' || value.kind === 'pool')
  const { rows, lines } = value.kind === 'holder' ? holderFacts(value) : poolFacts(value)
  return { ...empty, object: { rows: new Map(rows), lines } }
}

test('what the server writes is what the browser expects of the proved record, for each kind of page', async () => {
  for (const [text, key] of [
    ['10.0.0.7', 'ip4/10.0.0.7/32'],
    ['10.0.0.0/24', 'ip4/10.0.0.0/24'],
    ['10.0.0.0/8', 'ip4/10.0.0.0/8'],
    ['192.0.2.0/24', 'ip4/192.0.2.0/24'],
    ['fd00::/8', 'ip6/fd00::/8'],
    ['AS64512', 'asn/64512/32'],
    [alpha.handle, `obj/holder/${alpha.handle}`],
    ['IP4', 'obj/pool/IP4'],
  ] as const)
    assert.deepEqual(differences(proved(key), await shownFor(text)), [], text)
})

test('each fact that is changed, added or left out is found', async () => {
  const key = 'ip4/10.0.0.7/32'
  const shown = await shownFor('10.0.0.7')
  for (const fact of FACTS)
    for (const value of ['forged', null]) {
      const registrations = shown.registrations.map(({ cell, facts }) => {
        const changed = new Map(facts)
        if (value === null) changed.delete(fact)
        else changed.set(fact, value)
        return { cell, facts: changed }
      })
      const absent = value === null && shown.registrations.every(({ facts }) => !facts.has(fact))
      const found = differences(proved(key), { ...shown, registrations })
      assert.equal(found.length > 0, !absent, `${fact} ${value}`)
    }
})

test('a registration hidden or invented, a service invented, a list that contradicts the proof', async () => {
  const key = 'ip4/10.0.0.0/24'
  const shown = await shownFor('10.0.0.0/24')
  const [outer, inner] = shown.registrations
  assert.ok(outer !== undefined && inner !== undefined)
  const listing = { of: key, count: 1, whole: true }
  const lies: readonly Shown[] = [
    { ...shown, registrations: [outer] },
    { ...shown, registrations: [inner, outer] },
    { ...shown, registrations: [outer, inner, inner] },
    { ...shown, registrations: [outer, { ...inner, cell: 'ip4/10.0.0.0/23' }] },
    { ...shown, services: [{ block: '10.0.0.0/24', line: 'Route originated by AS64512' }] },
    { ...shown, listing },
  ]
  for (const lie of lies) assert.ok(differences(proved(key), lie).length > 0)
  const pool = await shownFor('10.0.0.0/8')
  assert.ok(
    differences(proved('ip4/10.0.0.0/8'), {
      ...pool,
      listing: { of: 'ip4/10.0.0.0/8', count: 0, whole: true },
    }).length > 0,
  )
})

test('an object changed, hidden or invented', async () => {
  const key = `obj/holder/${alpha.handle}`
  const shown = await shownFor(alpha.handle)
  assert.ok(shown.object !== null)
  const { rows, lines } = shown.object
  const lies: readonly Shown['object'][] = [
    null,
    { rows: new Map([...rows, ['Name', 'Beta']]), lines },
    { rows, lines: [] },
  ]
  for (const object of lies) assert.ok(differences(proved(key), { ...shown, object }).length > 0)
  assert.ok(differences(proved('obj/holder/H-999'), shown).length > 0)
  assert.deepEqual(differences(proved('obj/holder/H-999'), { ...shown, object: null }), [])
  assert.equal(provedName(proved(key)), 'Alpha Networks')
})

test('one byte changed anywhere in the proof is refused', () => {
  const key = 'ip4/10.0.0.7/32'
  const document = documentOf(key)
  const positions = new Set<number>()
  for (let step = 0; step < 400; step++) {
    const changed = changeOneByte(document, step / 400)
    positions.add(changed.position)
    assert.equal([...changed.text].filter((character, at) => character !== document[at]).length, 1)
    assert.equal(
      verify(key, changed.text).ok,
      false,
      `byte ${changed.position}: ${changed.from} to ${changed.to}`,
    )
  }
  assert.ok(positions.size > 300)
})

test('sentences say what was proved, and that no witness is configured', () => {
  const say = (key: string): string => headline(proved(key), new Map([[alpha.handle, 'Alpha Networks']]))
  assert.match(
    say('ip4/10.0.0.7/32'),
    /^10\.0\.0\.7 is registered to H-\d+, Alpha Networks \(holding; entry \d+, procedure allocate\/1\)\.$/,
  )
  assert.equal(say('ip4/10.9.0.0/16'), 'Nobody holds 10.9.0.0/16: it lies in a pool to allocate from.')
  assert.equal(
    say('ip4/10.0.0.0/8'),
    'Nobody holds the whole of 10.0.0.0/8: it lies in a pool to allocate from.',
  )
  assert.equal(say('ip4/192.0.2.1/32'), 'Nobody holds 192.0.2.1 in this register: no registration covers it.')
  assert.equal(say('obj/holder/H-999'), 'There is no holder H-999 in this register.')
  const lines = particulars(proved('ip4/10.0.0.7/32'), trust)
  assert.ok(lines.some((line) => line.startsWith('No witness is configured')))
  assert.ok(lines.some((line) => line.includes(`${proved('ip4/10.0.0.7/32').size} entries`)))
})

test('size and root of a proof document’s checkpoint', () => {
  const key = 'ip4/10.0.0.7/32'
  const seen = checkpointOf(documentOf(key), 'key')
  assert.equal(seen?.size, proved(key).size)
  assert.match(seen?.root ?? '', /^[A-Za-z0-9+/]{43}=$/)
})

test('a child whose term is over is proved, and no page shows it (design.md section 4)', async () => {
  const answer = proved('ip4/10.0.0.0/24')
  const shown = await shownFor('10.0.0.0/24')
  const covering = answer.covering.map((found) => {
    const registrations = found.record['registrations']
    const [holding] = Array.isArray(registrations) && found.key === 'ip4/10.0.0.0/24' ? registrations : []
    const child = { ...holding, id: 'R-900', kind: 'lease', until: '2099-01-01T00:00:00Z' }
    return holding === undefined
      ? found
      : { ...found, record: { ...found.record, registrations: [holding, child] } }
  })
  const at = (text: string): VerifiedAnswer['at'] => parseInstant(text) ?? answer.at
  assert.deepEqual(differences({ ...answer, covering, at: at('2099-01-01T00:00:00Z') }, shown), [])
  assert.equal(differences({ ...answer, covering, at: at('2098-12-31T23:59:59Z') }, shown).length, 1)
})

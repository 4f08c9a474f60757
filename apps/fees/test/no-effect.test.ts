// Debts, ended extras, complaints and disputes leave every service byte-identical (docs/fees.md; procedures.md P13, P16, P19).
// Of a ban there is nothing to test here: no act, record or setting of the registry says that anybody is banned
// (tests/walls names the words that may not occur), and the community's own store is one that no room can read.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createApi, createPortal } from '@cadastre/api'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import { createRdapHandler } from '@cadastre/rdap'
import { addSeconds, innermost, type JsonObject, parseKey } from '@cadastre/records'
import { requestText } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { createTiles } from '@cadastre/tiles'
import { whoisText } from '@cadastre/whois'
import fc from 'fast-check'
import { FeesDatabase } from '../src/index.ts'

type RegistryReader = Parameters<typeof createPortal>[0]
type Snapshot = ReturnType<RegistryReader['snapshot']>

let registry: TestRegistry
let holders: readonly TestHolder[]
/** Prefixes that the holders hold. */
let prefixes: readonly string[]

before(async () => {
  registry = await startTestRegistry()
  holders = [await registry.holder('First'), await registry.holder('Second')]
  const keys: string[] = []
  for (const { handle, signer } of holders) {
    const body = { holder: handle, pool: 'IP4', length: 24, block: null }
    const effects = await registry.accepted(registry.request('allocate/1', body), [signer])
    keys.push(...[...effects.keys()].filter((key) => key.startsWith('ip4/')))
  }
  prefixes = keys.map((key) => key.slice('ip4/'.length))
})
after(() => registry.close())

const paths = (): readonly string[] => [
  ...prefixes.flatMap((prefix) => [
    `/proof/ip/${prefix}`,
    `/api/lookup?q=${encodeURIComponent(prefix)}`,
    `/api/history?key=${encodeURIComponent(prefix)}`,
  ]),
  ...holders.flatMap(({ handle }) => [`/proof/object/holder/${handle}`, `/api/holders/${handle}`]),
  '/api/pools',
  '/api/procedures',
  '/log/checkpoint',
]

/** What RDAP and WHOIS say of every holder and prefix. */
async function registrationData(reader: RegistryReader = registry.reader): Promise<readonly string[]> {
  const rdap = createRdapHandler(reader)
  const asked = [...prefixes, ...holders.map(({ handle }) => handle)]
  const answers: string[] = []
  for (const query of asked) {
    const path = query.includes('/') ? `/ip/${query}` : `/entity/${query}`
    const { status, body } = await rdap.handle('GET', path)
    answers.push(`${status} ${Buffer.from(body).toString('utf8')}`, await whoisText(reader, query))
  }
  return answers
}

async function served(): Promise<readonly string[]> {
  const { reader } = registry
  const tiles = createTiles(reader, { logDirectory: registry.logDirectory })
  const api = createApi(reader, registry.registrar, {
    clientAddress: () => '192.0.2.1',
    procedureText: () => null,
    render: { rdap: () => null, whois: () => null },
    archive: {
      why: async () => ({ kind: 'none', detail: '' }),
      statistics: async () => ({ kind: 'none', detail: '' }),
    },
    now: () => 0,
    failed: assert.ifError,
  })
  const answers: string[] = []
  for (const path of paths()) {
    const app = path.startsWith('/api/') ? api : tiles
    const reply = await app.request(`http://registry.example${path}`)
    assert.equal(reply.status, 200, path)
    answers.push(await reply.text())
  }
  return answers
}

/** How acts of each holder would be decided. */
async function decisions(): Promise<readonly string[]> {
  const outcomes: string[] = []
  for (const { handle } of holders) {
    const body: JsonObject = { holder: handle, pool: 'ASN', length: 32, block: null }
    const request = { ...registry.request('allocate/1', body), nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' }
    outcomes.push(JSON.stringify(await registry.registrar.dryRun(requestText(request))))
  }
  return outcomes
}

const everything = async (): Promise<readonly string[]> => [
  ...(await registrationData()),
  ...(await served()),
  ...(await decisions()),
]

const debt = fc.record({
  holder: fc.nat({ max: 1 }),
  cents: fc.integer({ min: 1, max: 1e9 }),
  lateDays: fc.integer({ min: 1, max: 3650 }),
  extrasEnded: fc.boolean(),
})

test('whatever is owed and whatever extras ended, every answer and every decision is the same bytes', async () => {
  const without = await everything()
  assert.ok(without.length > 15 && without.every((answer) => answer !== ''))
  assert.equal(without.filter((answer) => answer.includes('"accepted":true')).length >= holders.length, true)
  // Where somebody who wanted to read it would look: beside the registry's own store.
  const fees = new FeesDatabase(join(registry.directory, 'fees.sqlite'))
  await fc.assert(
    fc.asyncProperty(fc.array(debt, { minLength: 1, maxLength: 20 }), async (debts) => {
      for (const { holder, cents, lateDays, extrasEnded } of debts) {
        const { handle } = holders[holder] ?? { handle: '' }
        const issued = addSeconds(registry.now, -(lateDays + 30) * 86_400)
        const due = addSeconds(registry.now, -lateDays * 86_400)
        fees.issue({ holder: handle, act: null, request: null, cents, issued, due })
        if (extrasEnded) fees.endExtras(handle, registry.now)
      }
      assert.ok(fees.debts(registry.now).length >= debts.length)
      assert.deepEqual(await everything(), without)
    }),
    { numRuns: 20 },
  )
  fees.close()
})

/** The published state as if it stood at one position for ever: answers then differ only in what they say of the numbers. */
function atPosition(publication: Snapshot['publication']): RegistryReader {
  const { reader } = registry
  const held = reader.snapshot()
  const { size, at } = publication
  const shown: Snapshot = {
    publication: { ...held.publication, size, at },
    registry: held.registry,
    chain: (block) => held.chain(block),
    inside: (block, limit, from) => held.inside(block, limit, from),
    object: (type, handle) => held.object(type, handle),
    holdings: (holder, limit, from) => held.holdings(holder, limit, from),
    underWay: (about) => held.underWay(about),
    prove: (key) => held.prove(key),
  }
  return {
    info: reader.info,
    store: reader.store,
    snapshot: () => shown,
    snapshotAt: () => null,
    history: (_shown, ...asked) => reader.history(held, ...asked),
  }
}

/** Roots of the number spaces: every record that a routing service, a zone or a list of delegations is made of. */
function numberRoots(): readonly string[] {
  const { ip4, ip6, asn } = registry.reader.snapshot().publication.version.hashes
  return [ip4, ip6, asn].map(encodeBase64)
}

/** What RDAP, WHOIS and the API say, without the notes that are public by design, and what is recorded of everybody. */
async function services(publication: Snapshot['publication']): Promise<readonly string[]> {
  const reader = atPosition(publication)
  const portal = createPortal(reader)
  const looked: string[] = []
  for (const query of [...prefixes, ...holders.map(({ handle }) => handle)]) {
    const found = await portal.lookup(query, { limit: 50, after: null })
    assert.ok(found.ok, query)
    looked.push(
      JSON.stringify(found.value, (name, value: unknown) =>
        name === 'annotations' || name === 'delayedUntil' ? undefined : value,
      ),
    )
  }
  const records = holders.map(({ handle }) => JSON.stringify(reader.snapshot().object('holder', handle)))
  return [...numberRoots(), ...records, ...(await registrationData(reader)), ...looked]
}

const trouble = fc.record({
  kind: fc.constantFrom('complaint', 'complaint about an instrument', 'claim', 'claim with evidence'),
  about: fc.nat({ max: 1 }),
  by: fc.constantFrom('holder', 'stranger'),
  facts: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})

test('whoever complains or claims whatever, no record of numbers or holders and no answer of any service changes', async () => {
  const { publication } = registry.reader.snapshot()
  const without = await services(publication)
  assert.ok(without.every((answer) => answer !== ''))
  assert.equal(
    without.filter((answer) => answer.startsWith('% ') || answer.includes('% Log position')).length,
    4,
  )
  const accepted = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(trouble, { minLength: 1, maxLength: 4 }), async (troubles) => {
      for (const { kind, about, by, facts } of troubles) {
        const signer = by === 'holder' ? holders[1 - about]?.signer : generateEd25519Signer()
        const [hash, key] = [encodeBase64(facts), prefixes[about] ?? '']
        assert.ok(signer)
        const request = kind.startsWith('complaint')
          ? registry.request('complain/1', {
              step: 'complain',
              complaint: hash,
              instrument: kind === 'complaint' ? null : hash,
            })
          : registry.request('annotate-dispute/1', {
              step: 'claim',
              registration: { key: `ip4/${key}`, id: registrationAt(key) },
              key: encodeBase64(signer.publicKey),
              facts: hash,
              evidence: kind === 'claim' ? null : hash,
            })
        const { outcome } = await registry.act(request, [signer])
        const name = `${request.procedure} ${(outcome as JsonObject)['accepted'] === true ? 'accepted' : 'refused'}`
        accepted.set(name, (accepted.get(name) ?? 0) + 1)
      }
      assert.deepEqual(await services(publication), without)
    }),
    { numRuns: 20 },
  )
  // The property is not empty: some of each were taken into the log.
  for (const name of ['complain/1 accepted', 'annotate-dispute/1 accepted'])
    assert.ok((accepted.get(name) ?? 0) > 0, name)
})

function registrationAt(prefix: string): string {
  const parsed = parseKey(`ip4/${prefix}`)
  assert.ok(parsed?.kind === 'cell')
  const found = innermost(registry.reader.snapshot().chain(parsed.block))
  assert.ok(found)
  return found.registration.id
}

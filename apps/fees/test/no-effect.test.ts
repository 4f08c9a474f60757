// Debts, ended extras and complaints leave every service byte-identical (docs/fees.md; procedures.md P16, P19).

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createApi } from '@cadastre/api'
import { encodeBase64 } from '@cadastre/crypto'
import { createRdapHandler } from '@cadastre/rdap'
import { addSeconds, type JsonObject, parseKey } from '@cadastre/records'
import { requestText } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { createTiles } from '@cadastre/tiles'
import { whoisText } from '@cadastre/whois'
import fc from 'fast-check'
import { FeesDatabase } from '../src/index.ts'

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
async function registrationData(): Promise<readonly string[]> {
  const { reader } = registry
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

test('a complaint is in the log, and changes no record of anyone and no answer about anyone', async () => {
  const records = (): readonly string[] => {
    const snapshot = registry.reader.snapshot()
    return prefixes.flatMap((prefix) => {
      const held = snapshot.chain(parsedBlock(prefix))
      return [JSON.stringify(held, (_, value) => (typeof value === 'bigint' ? String(value) : value))]
    })
  }
  const objects = (): readonly unknown[] =>
    holders.map(({ handle }) => registry.reader.snapshot().object('holder', handle))
  const position = /log position \d+|size \d+|entry \d+/gi
  const before = [
    records(),
    objects(),
    (await registrationData()).map((text) => text.replaceAll(position, '')),
  ]
  const complaint = encodeBase64(new Uint8Array(32).fill(7))
  const [complainant] = holders
  assert.ok(complainant !== undefined)
  const body = { step: 'complain', complaint, instrument: null }
  const effects = await registry.accepted(registry.request('complain/1', body), [complainant.signer])
  assert.ok([...effects.keys()].every((key) => key.startsWith('obj/complaint/')))
  const later = [
    records(),
    objects(),
    (await registrationData()).map((text) => text.replaceAll(position, '')),
  ]
  assert.deepEqual(later, before)
})

function parsedBlock(prefix: string): Parameters<ReturnType<TestRegistry['reader']['snapshot']>['chain']>[0] {
  const parsed = parseKey(`ip4/${prefix}`)
  assert.ok(parsed?.kind === 'cell')
  return parsed.block
}

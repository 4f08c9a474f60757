/**
 * Erasure on both stores (ledger.md section 5): afterwards no opening or value is in the database, its write-ahead log,
 * tiles or answers; every old proof and signature still verifies; what vanishes without the op is reported.
 */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyQuery, verifyAnswer } from '@cadastre/answers'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { asRecordKey, type Json, type JsonObject, type RecordKey, type Request } from '@cadastre/records'
import { commitmentOf, evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import {
  checkRegistry,
  startTestRegistry,
  TEST_ORIGIN,
  type TestRegistry,
  type TestRegistryOptions,
} from '@cadastre/simulator'
import { missingOpenings, type Opening } from '@cadastre/store-port'
import { aside, freshSchema, LEFT_OUT } from '../../stores/postgres/test/cluster.ts'
import { postgres } from '../crash/registry-child.ts'

const DAY = 86400

/** A value that stands nowhere else, and what opens its commitment. */
function secret(field: string): Opening {
  const opening = randomBytes(32)
  const value = `value-${randomBytes(12).toString('hex')}`
  return {
    commitment: commitmentOf(nodeCrypto, opening, field, value),
    opening: encodeBase64(opening),
    field,
    value,
  }
}
function contactOf(...openings: readonly Opening[]): JsonObject {
  const fields = Object.fromEntries(openings.map(({ field, commitment }) => [field, commitment]))
  return { role: 'abuse', kind: 'individual', fields }
}

/** What shows of an opening in bytes: its value, and what opens it, as text and as bytes. */
function traces({ opening, value }: Opening): readonly Buffer[] {
  return [Buffer.from(value), Buffer.from(opening), Buffer.from(opening, 'base64')]
}

/** Every file of the registry: database, write-ahead log, tiles, checkpoints. */
async function filesWith(directory: string, opening: Opening): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    if (traces(opening).some((trace) => bytes.includes(trace))) found.push(path)
  }
  return found
}

/** Every row of every table of a schema. */
async function tablesWith(schema: string, opening: Opening): Promise<readonly string[]> {
  const tables = await aside(schema, 'SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')
  const found: string[] = []
  for (const { tablename } of tables) {
    const name = String(tablename)
    const rows = await aside(schema, `SELECT * FROM "${name}"`)
    const bytes = rows.map((row) =>
      Buffer.concat(
        Object.values(row).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))),
      ),
    )
    if (bytes.some((row) => traces(opening).some((trace) => row.includes(trace)))) found.push(name)
  }
  return found
}

type Place = {
  readonly options: TestRegistryOptions
  /** Where the opening shows. */
  readonly find: (registry: TestRegistry, opening: Opening) => Promise<readonly string[]>
  readonly forget: (registry: TestRegistry, commitment: string) => Promise<unknown>
  readonly end: () => Promise<unknown>
}

async function sqlite(): Promise<Place> {
  return {
    options: {},
    find: ({ directory }, opening) => filesWith(directory, opening),
    forget: async ({ directory }, commitment) => {
      const { DatabaseSync } = await import('node:sqlite')
      const database = new DatabaseSync(join(directory, 'cadastre.sqlite'))
      database.prepare('DELETE FROM openings WHERE commitment = ?').run(commitment)
      database.close()
    },
    end: async () => undefined,
  }
}

async function postgresql(): Promise<Place> {
  const schema = freshSchema()
  return {
    options: { openStore: postgres(schema) },
    find: async ({ directory }, opening) => [
      ...(await filesWith(directory, opening)),
      ...(await tablesWith(schema, opening)),
    ],
    forget: (_, commitment) => aside(schema, `DELETE FROM openings WHERE commitment = '${commitment}'`),
    end: () => aside(schema, `DROP SCHEMA "${schema}" CASCADE`),
  }
}

/** Submit with openings and wait until it is published; gives the refusals. */
async function submit(
  registry: TestRegistry,
  request: Request,
  signer: Signer,
  openings: readonly Opening[] = [],
): Promise<readonly string[]> {
  const text = requestText(request)
  const evidence = evidenceText([signRequest(text, signer)])
  const result = await registry.registrar.submit({ request: text, evidence, openings })
  assert.ok(result.ok, JSON.stringify(result))
  await registry.registrar.settled(result.seq, 20_000)
  const status = await registry.reader.store.receiptBySeq(result.seq)
  const [entry] = await registry.reader.store.entries(status?.index ?? -1, 1)
  assert.ok(entry)
  const { outcome }: { outcome: { refusals?: readonly string[] } } = JSON.parse(
    new TextDecoder().decode(entry),
  )
  return outcome.refusals ?? []
}

class Scene {
  readonly registry: TestRegistry
  readonly place: Place
  readonly signer: Signer = generateEd25519Signer()
  handle = ''

  constructor(registry: TestRegistry, place: Place) {
    this.registry = registry
    this.place = place
  }

  get key(): RecordKey {
    const key = asRecordKey(`obj/holder/${this.handle}`)
    assert.ok(key)
    return key
  }

  async identify(...openings: readonly Opening[]): Promise<void> {
    const request = this.registry.identification('Example', this.signer)
    const body = { ...request.body, contacts: [contactOf(...openings)] }
    assert.deepEqual(await submit(this.registry, { ...request, body }, this.signer, openings), [])
    const [handle] = await this.registry.reader.store.holdersMatching('Example', 1)
    assert.ok(handle !== undefined)
    this.handle = handle
  }

  async replaceContacts(...openings: readonly Opening[]): Promise<void> {
    const record = JSON.parse((await this.registry.reader.store.record(this.key)) ?? '{}')
    const contacts: Json = record.contacts
    const replaces = [{ member: `${this.key}#contacts`, hash: memberHashOf(nodeCrypto, contacts) }]
    const body = { change: 'contacts', holder: this.handle, contacts: [contactOf(...openings)] }
    const request = this.registry.request('update-holder/1', body, replaces)
    assert.deepEqual(await submit(this.registry, request, this.signer, openings), [])
  }

  erase(...openings: readonly Opening[]): Promise<readonly string[]> {
    const commitments = openings.map(({ commitment }) => commitment)
    const request = this.registry.request('erase/1', { holder: this.handle, commitments })
    return submit(this.registry, request, this.signer)
  }

  shows(opening: Opening): Promise<readonly string[]> {
    return this.place.find(this.registry, opening)
  }

  async gone(opening: Opening): Promise<void> {
    assert.deepEqual(await this.shows(opening), [])
    assert.deepEqual(await this.registry.reader.store.openings([opening.commitment]), [])
  }
}

/** Every entry decided again with its signatures, the log against its checkpoints, the store against the log. */
function check({ registry }: Scene): Promise<unknown> {
  const { logVkey, receiptVkey, logDirectory } = registry
  const store = registry.reader.store
  return checkRegistry({
    origin: TEST_ORIGIN,
    logVkey,
    receiptVkey,
    logDirectory,
    store,
    receipts: [],
    checkpoints: [],
  })
}

for (const { name, place, skip } of [
  { name: 'SQLite', place: sqlite, skip: false },
  { name: 'PostgreSQL', place: postgresql, skip: LEFT_OUT },
] as const) {
  const scene = async (work: (scene: Scene) => Promise<void>): Promise<void> => {
    const made = await place()
    const registry = await startTestRegistry(made.options)
    try {
      await work(new Scene(registry, made))
    } finally {
      await registry.close()
      await made.end()
    }
  }

  test(
    `${name}: what is erased is nowhere, the rest stays, and old proofs and signatures verify`,
    { skip },
    () =>
      scene(async (here) => {
        const [email, phone] = [secret('email'), secret('tel')]
        await here.identify(email, phone)
        assert.notDeepEqual(await here.shows(email), [], 'the search finds what is there')
        const proof = here.registry.reader.snapshot().prove(here.key)

        assert.deepEqual(await here.erase(email), [])
        await here.gone(email)
        assert.notDeepEqual(await here.shows(phone), [])
        assert.deepEqual((await here.registry.reader.store.openings([phone.commitment])).length, 1)

        const query = keyQuery(nodeCrypto, here.key)
        const trust = parsePolicy(nodeCrypto, here.registry.reader.info.policy)
        assert.ok(query !== null && trust.ok)
        const answer = verifyAnswer(nodeCrypto, { trust: trust.value, age: null }, query, proof)
        assert.ok(answer.ok)
        assert.ok(JSON.stringify(answer.value.covering).includes(email.commitment))
        await check(here)
      }),
  )

  test(`${name}: a replaced contact is erased unasked when it has been notified for 30 days`, { skip }, () =>
    scene(async (here) => {
      const [old, now] = [secret('email'), secret('email')]
      await here.identify(old)
      await here.replaceContacts(now)
      here.registry.advance(29 * DAY)
      await here.registry.holder('Another')
      assert.notDeepEqual(await here.shows(old), [])
      here.registry.advance(2 * DAY)
      await here.registry.holder('A third')
      await here.gone(old)
      assert.notDeepEqual(await here.shows(now), [])
      await check(here)
    }),
  )

  test(`${name}: what came with a refused request is deleted with the refusal`, { skip }, () =>
    scene(async (here) => {
      const [own, refused] = [secret('email'), secret('email')]
      await here.identify(own)
      const body = { change: 'contacts', holder: here.handle, contacts: [contactOf(refused)] }
      const request = here.registry.request('update-holder/1', body, [])
      assert.deepEqual(await submit(here.registry, request, here.signer, [refused]), ['member-changed'])
      await here.gone(refused)
      assert.notDeepEqual(await here.shows(own), [])
    }),
  )

  test(
    `${name}: nobody erases what is another’s, and nothing is deleted by a refused erasure`,
    { skip },
    () =>
      scene(async (here) => {
        const own = secret('email')
        await here.identify(own)
        const other = await here.registry.holder('Another')
        const body = { holder: other.handle, commitments: [own.commitment] }
        const request = here.registry.request('erase/1', body)
        assert.deepEqual(await submit(here.registry, request, other.signer), ['commitment-unknown'])
        assert.equal((await here.registry.reader.store.openings([own.commitment])).length, 1)
      }),
  )

  test(`${name}: what vanishes without the op is reported, what was erased is not`, { skip }, () =>
    scene(async (here) => {
      const [email, phone] = [secret('email'), secret('tel')]
      await here.identify(email, phone)
      const { store } = here.registry.reader
      assert.deepEqual(await missingOpenings(store), [])
      await here.erase(email)
      assert.deepEqual(await missingOpenings(store), [])
      await here.place.forget(here.registry, phone.commitment)
      assert.deepEqual(await missingOpenings(store), [{ key: here.key, commitment: phone.commitment }])
    }),
  )
}

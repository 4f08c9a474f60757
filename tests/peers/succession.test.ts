/**
 * A successor goes on from public files alone (P23), as a mirror holds them: the whole log verified and decided again,
 * every state root met, all records bit for bit the same; holders act as before, under their old keys.
 */

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { makeAnswer } from '@cadastre/answers'
import { auditLog, directorySource, policyOfVkey } from '@cadastre/audit'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { bundlesForSize, decodeBundle, entriesPath } from '@cadastre/merkle'
import { makeMisbehaviour, verifyMisbehaviour } from '@cadastre/misbehaviour'
import { parseCheckpoint, parseNote, parsePolicy } from '@cadastre/notes'
import { PROFILES, procedureKey, termsHash } from '@cadastre/procedures'
import {
  asRecordKey,
  type Json,
  type JsonObject,
  type ProcedureRecord,
  parseCanonicalJson,
  type Registry,
} from '@cadastre/records'
import { ContinuationRefusedError, continueLog } from '@cadastre/registrar'
import { parseEntry, Replayer } from '@cadastre/replay'
import { evidenceText, memberHashOf, requestText, signRequest, statementItem } from '@cadastre/signatures'
import {
  openTestRegistry,
  startTestRegistry,
  type TestHolder,
  type TestRegistry,
  testIdentity,
} from '@cadastre/simulator'
import { openSqliteReader, openSqliteWriter } from '@cadastre/store-sqlite'
import { publish, trustIn } from '../../ledger/misbehaviour/test/published.ts'
import { openTestMirror } from '../mirror/bench.ts'

const NEW_ORIGIN = 'successor.example/log'
const REGISTRY = 'obj/registry/REGISTRY'

/** All that anybody can fetch from the predecessor. */
async function publicLog(directory: string): Promise<{ checkpoint: string; entries: Uint8Array[] }> {
  const checkpoint = await readFile(join(directory, 'checkpoint'), 'utf8')
  const note = parseNote(checkpoint)
  const parsed = note.ok ? parseCheckpoint(note.value.text) : note
  assert.ok(parsed.ok)
  const entries: Uint8Array[] = []
  for (const { index, width } of bundlesForSize(parsed.value.size)) {
    const bundle = decodeBundle(await readFile(join(directory, entriesPath(index, width))), width)
    assert.ok(bundle.ok)
    entries.push(...bundle.value)
  }
  return { checkpoint, entries }
}

function policyOf(registry: TestRegistry): string {
  return `log ${registry.logVkey}\nquorum none\n`
}
/** A record as the store keeps it. */
function parsed<T>(text: string): T {
  const value: unknown = parseCanonicalJson(text)
  return value as T
}
function trusted(text: string) {
  const policy = parsePolicy(nodeCrypto, text)
  assert.ok(policy.ok)
  return policy.value
}

async function recordsOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const store = await openSqliteReader(join(directory, 'cadastre.sqlite'))
  const records = new Map<string, string>()
  for await (const page of store.records()) for (const { key, text } of page) records.set(key, text)
  await store.close()
  return records
}

suite('succession', () => {
  let old: TestRegistry
  let alice: TestHolder
  let bob: TestHolder
  const successor = testIdentity()
  let directory = ''
  let policy = ''
  let proof = ''

  before(async () => {
    old = await startTestRegistry()
    policy = policyOf(old)
    directory = await mkdtemp(join(tmpdir(), 'cadastre-successor-'))
    alice = await old.holder('Alice')
    bob = await old.holder('Bob')
    await allocate(old, alice, '10.1.0.0/24')
    await giveBack(old, alice, '10.1.0.0/24')
    await allocate(old, bob, '10.2.0.0/24')
  })
  after(async () => {
    await old.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function allocate(
    registry: TestRegistry,
    { handle, signer }: TestHolder,
    block: string,
  ): Promise<void> {
    const body = { holder: handle, pool: 'IP4', length: 24, block: `ip4/${block}` }
    await registry.accepted(registry.request('allocate/1', body), [signer])
  }
  async function giveBack(
    registry: TestRegistry,
    { handle, signer }: TestHolder,
    range: string,
  ): Promise<void> {
    const key = `ip4/${range}`
    const text = await registry.reader.store.record(key as never)
    const cell = parseCanonicalJson(text ?? '') as JsonObject
    const [registration] = cell['registrations'] as readonly JsonObject[]
    assert.ok(registration)
    const id = String(registration['id'])
    const body = { step: 'offer', holder: handle, registration: { key, id }, range }
    const replaces = [{ member: `${key}#${id}`, hash: memberHashOf(nodeCrypto, registration) }]
    await registry.accepted(registry.request('return/1', body, replaces), [signer])
  }
  function handOver(step: string, more: JsonObject = {}, signers: readonly Signer[] = []) {
    const request = old.request('hand-over/1', { step, staff: 'OPERATOR', ...more })
    return old.act(request, [old.operator, ...signers])
  }
  function refusalOf(entry: JsonObject): string | null {
    const outcome = entry['outcome'] as JsonObject
    return outcome['accepted'] === true ? null : String(outcome['refusals'])
  }

  function takeOverBody(registry: TestRegistry, records: ReadonlyMap<string, string>): JsonObject {
    const inputs = { memberHash: (member: Json) => memberHashOf(nodeCrypto, member) }
    const procedures = Object.keys(PROFILES.community).flatMap((id) => {
      const record = records.get(procedureKey(id))
      return record === undefined ? [] : [{ id, terms: termsHash(parsed<ProcedureRecord>(record), inputs) }]
    })
    const key = encodeBase64(registry.operator.publicKey)
    return {
      name: 'Successor Registry',
      origin: NEW_ORIGIN,
      seat: 'XX',
      relyingParty: { id: 'sign.successor.example', origins: ['https://sign.successor.example'] },
      staff: [{ handle: 'NEW-OPERATOR', role: 'operator', alg: 'ed25519', key, outside: false }],
      procedures,
      predecessor: {
        origin: old.reader.info.origin,
        policy,
        mandate: { kind: 'hand-over', document: encodeBase64(nodeCrypto.sha256()) },
      },
    }
  }

  async function takeOver(registry: TestRegistry, body: JsonObject, word = proof): Promise<string | null> {
    const text = requestText(registry.request('take-over/1', body))
    const { logKey } = successor
    const signed = [registry.operator, logKey].map((signer) => signRequest(text, signer))
    const evidence = evidenceText([...signed, statementItem(policy, REGISTRY, word)])
    const [outcome] = await registry.registrar.found([{ request: text, evidence }])
    return outcome?.accepted === true ? null : String(outcome?.refusals)
  }

  test('the predecessor names its successor, announces, waits, and its log ends', async () => {
    const { logKey } = successor
    const named = { origin: NEW_ORIGIN, key: encodeBase64(logKey.publicKey) }
    assert.equal(refusalOf(await handOver('announce', {}, [logKey])), 'successor-missing')
    assert.equal(refusalOf(await handOver('name', named)), 'successor-signature-missing')
    assert.equal(refusalOf(await handOver('name', named, [logKey])), null)
    assert.equal(refusalOf(await handOver('announce')), 'successor-signature-missing')
    assert.equal(refusalOf(await handOver('announce', {}, [logKey])), null)
    assert.equal(refusalOf(await handOver('finish')), 'notice-running')
    old.advance(7 * 86400)
    assert.equal(refusalOf(await handOver('finish')), null)
    const refused = await old.submit(old.request('confirm/1', { holder: alice.handle }), [alice.signer])
    assert.equal(refused.ok ? null : refused.problem.code, 'closed')
    await old.registrar.publishedAll()
    const { entries } = await publicLog(old.logDirectory)
    const [op, state] = entries.slice(-2).map((bytes) => parseEntry(bytes))
    assert.ok(op?.kind === 'op' && state?.kind === 'state')
    assert.equal(op.entry.procedure, 'hand-over/1')
    proof = old.reader.snapshot().prove(REGISTRY as never)
    await old.stop()
  })

  test('public files that are not what the checkpoint signs are refused', async () => {
    const { checkpoint, entries } = await publicLog(old.logDirectory)
    const tries: readonly (readonly [string, Uint8Array[], string])[] = [
      ['dropped', entries.slice(0, -2), checkpoint],
      ['altered', entries.map((bytes, at) => (at === 4 ? bytes.map((byte) => byte ^ 1) : bytes)), checkpoint],
      ['unsigned', entries, checkpoint.replace(/— .*\n/, '')],
    ]
    for (const [name, given, note] of tries) {
      const scratch = await mkdtemp(join(tmpdir(), 'cadastre-refused-'))
      const store = await openSqliteWriter(join(scratch, 'cadastre.sqlite'))
      await assert.rejects(
        continueLog(nodeCrypto, store, { checkpoint: note, policy: trusted(policy), entries: given }),
        ContinuationRefusedError,
        name,
      )
      await store.close()
      await rm(scratch, { recursive: true })
    }
  })

  test('the successor goes on: records bit for bit the same, its checkpoints consistent with the last one', async () => {
    // The predecessor's own host is gone: its files come from whoever mirrored it.
    const copy = await mkdtemp(join(tmpdir(), 'cadastre-mirror-'))
    const mirror = await openTestMirror({ sources: [old.logDirectory], policy, directory: copy })
    assert.equal(await mirror.follower.round(), 'grown')
    await mirror.close()
    const { checkpoint, entries } = await publicLog(mirror.directory.log)
    await rm(copy, { recursive: true })
    const store = await openSqliteWriter(join(directory, 'cadastre.sqlite'))
    const kept = await continueLog(nodeCrypto, store, { checkpoint, policy: trusted(policy), entries })
    await store.close()
    assert.equal(kept.checkpoint.size, entries.length)
    // Made from the public files, and the same as the predecessor served.
    assert.equal(makeAnswer(kept.frame, kept.prove(asRecordKey(REGISTRY) ?? assert.fail())), proof)
    const oldRecords = await recordsOf(old.directory)
    assert.deepEqual(await recordsOf(directory), oldRecords)

    successor.clock.now = old.now
    const registry = await openTestRegistry(directory, successor, { origin: NEW_ORIGIN })
    const body = takeOverBody(registry, oldRecords)
    registry.advance(15 * 86400)
    assert.equal(await takeOver(registry, body), null)
    await registry.registrar.publishedAll()
    const records = await recordsOf(directory)
    const changed = [...records].filter(([key, text]) => oldRecords.get(key) !== text).map(([key]) => key)
    const due = changed.filter((key) => /^(ip4|obj\/(application|notes|pool))\//.test(key))
    assert.deepEqual(changed.filter((key) => !due.includes(key)).sort(), [
      REGISTRY,
      'obj/roster/CLERKS',
      'obj/staff/NEW-OPERATOR',
    ])
    for (const key of oldRecords.keys()) assert.ok(records.has(key) || key.startsWith('obj/notes/'), key)
    const now = parsed<Registry>(records.get(REGISTRY) ?? '')
    assert.deepEqual(
      [now.origin, now.state, now.predecessor?.size],
      [NEW_ORIGIN, 'open', kept.checkpoint.size],
    )

    // Holders act as before; what had fallen due meanwhile is done; the old operator has no say.
    await giveBack(registry, bob, '10.2.0.0/24')
    await allocate(registry, alice, '10.3.0.0/24')
    const list = { staff: 'OPERATOR', origin: 'x.example', policy: 'log x\n', rdap: null }
    const entry = await registry.act(registry.request('list-peer/1', list), [old.operator])
    assert.equal(refusalOf(entry), 'staff-unknown')
    await registry.registrar.publishedAll()
    const trust = policyOfVkey(nodeCrypto, registry.logVkey)
    assert.ok(trust.ok)
    const { report } = await auditLog(directorySource(registry.logDirectory), {
      crypto: nodeCrypto,
      policy: trust.value,
      trust: 'given',
      pool: null,
      clock: () => 0,
    })
    assert.deepEqual(report.faults, [])
    const { entries: all } = await publicLog(registry.logDirectory)
    const elsewhere = new Replayer({ crypto: nodeCrypto, origin: NEW_ORIGIN, root: () => new Uint8Array(32) })
    const found = all.flatMap((bytes, index) => elsewhere.step(index, bytes)).map(({ code }) => code)
    assert.deepEqual(found, ['predecessor-differs'])
    await convicts(all, kept.checkpoint.size)
    await registry.stop()
  })
})

/** A successor that goes on with other entries than the predecessor signed is convicted by a small file; one that does not, by none. */
async function convicts(entries: readonly Uint8Array[], index: number): Promise<void> {
  const trust = trustIn(NEW_ORIGIN)
  const stateAt = (): Promise<never> => Promise.reject(new Error('no state is asked for'))
  const of = (given: readonly Uint8Array[]) => {
    const sources = { crypto: nodeCrypto, trust, stateAt, ...publish(given, NEW_ORIGIN) }
    return makeMisbehaviour(sources, { index, code: 'predecessor-differs' })
  }
  assert.equal((await of(entries)).ok, false, 'the honest one')
  const forged = await of(entries.with(index - 2, new TextEncoder().encode('another entry')))
  assert.ok(forged.ok, forged.ok ? '' : forged.error)
  const verdict = verifyMisbehaviour(nodeCrypto, trust, forged.value)
  assert.ok(verdict.ok)
  assert.match(verdict.value.says.join(' '), /The predecessor signed the root .*; here they have the root/)
}

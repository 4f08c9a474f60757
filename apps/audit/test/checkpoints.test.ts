// What a checkpoint says by itself, and beside others: the witnesses that must have seen it, when, and that it only grows.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForSize,
  CompactRange,
  encodeBundle,
  entriesPath,
  leafHash,
  tileBytes,
  tilePath,
  tilesForSize,
} from '@cadastre/merkle'
import { type Conviction, verifyMisbehaviour } from '@cadastre/misbehaviour'
import {
  appendSignatureLines,
  cosign,
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  type Policy,
  signNote,
} from '@cadastre/notes'
import { secondsOf } from '@cadastre/records'
import { foundingBodies, LogMaker, ORIGIN } from '../../../ledger/replay/test/log-maker.ts'
import { auditLog, type LogSource, policyOfText } from '../src/index.ts'

const logKey = ed25519SignerFromSeed(new Uint8Array(32).fill(9))
const witness = ed25519SignerFromSeed(new Uint8Array(32).fill(11))
const vkeyOf = (name: string, type: Parameters<typeof makeVkey>[2], key: Uint8Array): string =>
  formatVkey(makeVkey(nodeCrypto, name, type, key))
const WITNESS = 'witness.example'

/** A log whose genesis asks for one witness. */
function founded(): LogMaker {
  const log = new LogMaker()
  const [genesis, ...parts] = foundingBodies()
  const vkey = vkeyOf(WITNESS, KEY_TYPE_COSIGNATURE, witness.publicKey)
  for (const body of [{ ...genesis, witnessPolicy: `witness w0 ${vkey}\nquorum w0\n` }, ...parts])
    log.found('genesis/1', body)
  log.commit()
  return log
}

/** The log's files; a checkpoint cosigned so many seconds after its last entry, or not at all. */
function source({ entries, at }: LogMaker, cosignedAfter: number | null): LogSource {
  const range = new CompactRange(nodeCrypto)
  const leaves = entries.map((bytes) => leafHash(nodeCrypto, bytes))
  for (const leaf of leaves) range.append(leaf)
  const size = entries.length
  const text = formatCheckpoint({ origin: ORIGIN, size, root: range.root() })
  const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, logKey)])
  const line = cosign(nodeCrypto, WITNESS, witness, text, secondsOf(at) + (cosignedAfter ?? 0))
  const files = new Map([
    ['checkpoint', encodeUtf8(cosignedAfter === null ? note : appendSignatureLines(note, [line]))],
  ])
  for (const { index, width } of bundlesForSize(size))
    files.set(entriesPath(index, width), encodeBundle(entries))
  for (const { level, index, width } of tilesForSize(size))
    files.set(tilePath(level, index, width), tileBytes(leaves))
  return { name: 'memory', read: async (path) => files.get(path) ?? null }
}

function policyText(): string {
  const vkey = vkeyOf(WITNESS, KEY_TYPE_COSIGNATURE, witness.publicKey)
  return `log ${vkeyOf(ORIGIN, KEY_TYPE_ED25519, logKey.publicKey)}\nwitness w0 ${vkey}\nquorum none\n`
}

function trust(): Policy {
  const policy = policyOfText(nodeCrypto, policyText())
  assert.ok(policy.ok)
  return policy.value
}

async function audit(log: LogSource, earlier: string | null = null): ReturnType<typeof auditLog> {
  return auditLog(log, {
    crypto: nodeCrypto,
    policy: trust(),
    trust: 'given',
    earlier,
    pool: null,
    clock: () => 0,
    evidence: true,
  })
}

/** The first fault's evidence, verified. */
function convicted({ evidence: [first] }: Awaited<ReturnType<typeof auditLog>>): Conviction {
  assert.ok(first?.text, first?.why ?? 'no evidence')
  const verdict = verifyMisbehaviour(nodeCrypto, trust(), first.text)
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.error.detail)
  return verdict.value
}

test('a checkpoint without the cosignatures of the record is a fault, and a file shows it as observed', async () => {
  const audited = await audit(source(founded(), null))
  assert.deepEqual(
    audited.report.faults.map(({ code }) => code),
    ['quorum-missing'],
  )
  const { rule, basis, says } = convicted(audited)
  assert.deepEqual([rule, basis], ['quorum-missing', 'observed'])
  assert.match(says.join(' '), /asks for w0/)
})

test('with them it is clean, and the same file with that checkpoint shows nothing', async () => {
  const log = founded()
  const whole = source(log, 1)
  assert.equal((await audit(whole)).report.faultCount, 0)
  const { evidence } = await audit(source(log, null))
  const json = JSON.parse(evidence[0]?.text ?? '{}')
  const checkpoint = (await whole.read('checkpoint')) ?? new Uint8Array(0)
  const bytes = Buffer.from(checkpoint).toString('base64')
  const other = JSON.stringify({ ...json, observed: { ...json.observed, bytes } })
  const verdict = verifyMisbehaviour(nodeCrypto, trust(), other)
  assert.ok(!verdict.ok && verdict.error.code === 'nothing-shown')
})

test('a state entry that is later than its cosignature', async () => {
  const { rule, kind, basis, says } = convicted(await audit(source(founded(), -61)))
  assert.deepEqual([rule, kind, basis], ['state-after-cosignature', 'entries', 'signed'])
  assert.match(says.join(' '), /w0 cosigned it/)
  assert.equal((await audit(source(founded(), -60))).report.faultCount, 0, 'clocks may be a minute apart')
})

test('two checkpoints of one size, and one that the log does not go on from', async () => {
  const [first, second] = [founded(), founded()]
  second.advance(7)
  for (const log of [first, second]) {
    log.found('open/1', { staff: 'OPERATOR' })
    log.commit()
  }
  const note = async (log: LogMaker): Promise<string> =>
    new TextDecoder().decode((await source(log, 1).read('checkpoint')) ?? undefined)
  const same = convicted(await audit(source(first, 1), await note(second)))
  assert.deepEqual([same.rule, same.kind, same.basis], ['log-forked', 'fork', 'signed'])
  first.advance(60)
  first.act(first.request('confirm/1', { holder: 'H-9' }), [logKey])
  first.commit()
  const grown = convicted(await audit(source(first, 1), await note(second)))
  assert.deepEqual([grown.rule, grown.kind], ['log-forked', 'fork'])
})

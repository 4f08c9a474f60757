// Which witnesses must have seen a checkpoint is in the registry's own record, whatever policy an auditor was given.

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
import { verifyMisbehaviour } from '@cadastre/misbehaviour'
import {
  appendSignatureLines,
  cosign,
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import { secondsOf } from '@cadastre/records'
import { foundingBodies, LogMaker, ORIGIN } from '../../../ledger/replay/test/log-maker.ts'
import { auditLog, type LogSource, policyOfVkey } from '../src/index.ts'

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

/** The log's files; a checkpoint with the witness's cosignature, or without. */
function source({ entries, at }: LogMaker, cosigned: boolean): LogSource {
  const range = new CompactRange(nodeCrypto)
  const leaves = entries.map((bytes) => leafHash(nodeCrypto, bytes))
  for (const leaf of leaves) range.append(leaf)
  const size = entries.length
  const text = formatCheckpoint({ origin: ORIGIN, size, root: range.root() })
  const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, logKey)])
  const line = cosign(nodeCrypto, WITNESS, witness, text, secondsOf(at) + 1)
  const files = new Map([['checkpoint', encodeUtf8(cosigned ? appendSignatureLines(note, [line]) : note)]])
  for (const { index, width } of bundlesForSize(size))
    files.set(entriesPath(index, width), encodeBundle(entries))
  for (const { level, index, width } of tilesForSize(size))
    files.set(tilePath(level, index, width), tileBytes(leaves))
  return { name: 'memory', read: async (path) => files.get(path) ?? null }
}

async function audit(log: LogSource): ReturnType<typeof auditLog> {
  const policy = policyOfVkey(nodeCrypto, vkeyOf(ORIGIN, KEY_TYPE_ED25519, logKey.publicKey))
  assert.ok(policy.ok)
  const clock = (): number => 0
  return auditLog(log, {
    crypto: nodeCrypto,
    policy: policy.value,
    trust: 'given',
    pool: null,
    clock,
    evidence: true,
  })
}

test('a checkpoint without the cosignatures of the record is a fault, and a file shows it as observed', async () => {
  const { report, evidence } = await audit(source(founded(), false))
  assert.deepEqual(
    report.faults.map(({ code }) => code),
    ['quorum-missing'],
  )
  const text = evidence[0]?.text
  assert.ok(text, evidence[0]?.why ?? '')
  const policy = policyOfVkey(nodeCrypto, vkeyOf(ORIGIN, KEY_TYPE_ED25519, logKey.publicKey))
  assert.ok(policy.ok)
  const verdict = verifyMisbehaviour(nodeCrypto, policy.value, text)
  assert.ok(verdict.ok)
  assert.deepEqual([verdict.value.rule, verdict.value.basis], ['quorum-missing', 'observed'])
  assert.match(verdict.value.says.join(' '), /asks for w0/)
})

test('with them it is clean, and the same file with that checkpoint shows nothing', async () => {
  const log = founded()
  const whole = source(log, true)
  assert.equal((await audit(whole)).report.faultCount, 0)
  const { evidence } = await audit(source(log, false))
  const json = JSON.parse(evidence[0]?.text ?? '{}')
  const checkpoint = (await whole.read('checkpoint')) ?? new Uint8Array(0)
  const bytes = Buffer.from(checkpoint).toString('base64')
  const policy = policyOfVkey(nodeCrypto, vkeyOf(ORIGIN, KEY_TYPE_ED25519, logKey.publicKey))
  assert.ok(policy.ok)
  const other = JSON.stringify({ ...json, observed: { ...json.observed, bytes } })
  const verdict = verifyMisbehaviour(nodeCrypto, policy.value, other)
  assert.ok(!verdict.ok && verdict.error.code === 'nothing-shown')
})

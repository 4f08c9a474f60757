// The log as others see it: audited from its public files alone, and cosigned by a witness (C2SP tlog-witness).

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { blockQuery } from '@cadastre/answers'
import { encodeUtf8 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle, encodeBundle, entriesPath } from '@cadastre/merkle'
import {
  decideAddCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  makeVkey,
  noteVerifier,
  type WitnessedState,
} from '@cadastre/notes'
import { readIfThere } from '@cadastre/registrar'
import { auditWatchLog, type ReadPublic } from '../src/audit-log.ts'
import { openWatchReader } from '../src/reader.ts'
import { verifyDayProof } from '../src/verify-proof.ts'
import {
  day,
  delegatedFile,
  makeSeries,
  openLog,
  prefix,
  scratch,
  takeIn,
  trust,
  watched,
} from './fixtures.ts'

const A = 'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1'

const filesOf =
  (path: string, change: (path: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes): ReadPublic =>
  async (name) => {
    if ((await readIfThere(join(path, 'log', name))) === null) return null
    return change(name, await readFile(join(path, 'log', name)))
  }

test('an audit makes every state again, from the public files alone', async () => {
  const steps = makeSeries(40, 5)
  const files = steps.map(({ header, rows }) => ({
    registry: 'example',
    day: `${header.slice(10, 14)}-${header.slice(14, 16)}-${header.slice(16, 18)}`,
    rows,
  }))
  const { path, close } = await watched(files)
  const policy = await trust(path)
  const audit = await auditWatchLog(nodeCrypto, policy, filesOf(path))
  assert.ok(audit.ok, audit.ok ? '' : audit.error.detail)
  assert.deepEqual([audit.value.files, audit.value.size > 80], [40, true])
  assert.equal((await auditWatchLog(nodeCrypto, policy, async () => null)).ok, false)
  // Each entry changed in turn: a row, a count, a root, a day.
  const size = audit.value.size
  const bundlePath = entriesPath(0, size)
  const whole = decodeBundle(await readFile(join(path, 'log', bundlePath)), size)
  assert.ok(whole.ok)
  const changes: readonly (readonly [RegExp, string])[] = [
    [/H(\d)/, 'X$1'],
    [/"rows":\d/, '"rows":9'],
    [/"ops":\d/, '"ops":7'],
    [/"ip4":"./, '"ip4":"z'],
    [/"previous":"2022/, '"previous":"2021'],
    [/"part":0/, '"part":1'],
    [/"day":"2022/, '"day":"2012'],
  ]
  for (const [pattern, put] of changes) {
    const at = whole.value.findIndex(
      (bytes, index) => index > 4 && pattern.test(Buffer.from(bytes).toString()),
    )
    assert.ok(at > 0, String(pattern))
    const entries = whole.value.map((bytes, index) =>
      index === at ? encodeUtf8(Buffer.from(bytes).toString().replace(pattern, put)) : bytes,
    )
    const changed = await auditWatchLog(
      nodeCrypto,
      policy,
      filesOf(path, (name, bytes) => (name === bundlePath ? encodeBundle(entries) : bytes)),
    )
    assert.equal(changed.ok, false, String(pattern))
  }
  await close()
})

test('with a witness in the policy nothing is published without it, and proofs name it', async () => {
  const { path, remove } = await scratch()
  const witness = { name: 'witness.example', signer: ed25519SignerFromSeed(new Uint8Array(32).fill(9)) }
  let recorded: WitnessedState | null = null
  let answers = false
  const first = await openLog(path)
  await first.close()
  const plain = await trust(path)
  const logKeys = plain.logs.map(({ vkey }) => noteVerifier(nodeCrypto, vkey))
  const text = (await readFile(join(path, 'policy'), 'utf8')).replace('quorum none', '')
  const key = formatVkey(makeVkey(nodeCrypto, witness.name, KEY_TYPE_COSIGNATURE, witness.signer.publicKey))
  await writeFile(
    join(path, 'policy'),
    `${text.trimEnd()}\nwitness W ${key} https://witness.example\nquorum W\n`,
  )
  const postCheckpoint = (
    _url: string,
    body: string,
  ): Promise<{ status: number; contentType: string; body: string }> => {
    if (!answers) return Promise.reject(new Error('not now'))
    const decision = decideAddCheckpoint({
      crypto: nodeCrypto,
      body,
      logKeys: () => logKeys,
      recorded: () => recorded,
      witness,
      time: 1_795_500_000,
    })
    recorded = decision.record ?? recorded
    return Promise.resolve(decision)
  }
  const told = Promise.withResolvers<string>()
  const file = ['delegated-example-extended', delegatedFile('example', '2026-01-01', [A])] as const
  const silent = await openLog(path, { postCheckpoint, report: (message) => told.resolve(message) })
  void takeIn(silent, [file])
  assert.match(await told.promise, /waiting for witnesses/)
  await silent.close()
  assert.equal(await readIfThere(join(path, 'log/checkpoint')), null)
  // It answers: what was committed is published at the next start.
  answers = true
  const log = await openLog(path, { postCheckpoint })
  await log.publishedAll()
  await log.close()
  const reader = await openWatchReader(path)
  const document = await reader.proveAt(
    prefix('192.0.2.0/24'),
    'delegated-extended/example',
    day('2026-01-01'),
  )
  const proved = verifyDayProof(
    nodeCrypto,
    await trust(path),
    { query: blockQuery(prefix('192.0.2.0/24')) },
    document ?? '',
  )
  assert.ok(proved.ok)
  assert.deepEqual(proved.value.witnesses, ['W'])
  await reader.close()
  await remove()
})

test('a watch is not opened with another key than its policy names', async () => {
  const { path, remove } = await scratch()
  await (await openLog(path)).close()
  await assert.rejects(
    openLog(path, { signer: ed25519SignerFromSeed(new Uint8Array(32).fill(4)) }),
    /another key/,
  )
  await assert.rejects(openLog(path, { origin: 'other.example/log' }), /is the watch of watch\.example/)
  await remove()
})

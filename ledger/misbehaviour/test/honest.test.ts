// Nobody who kept the rules can be convicted: whatever is put together from an honest log is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey } from '@cadastre/notes'
import type { Json, JsonObject } from '@cadastre/records'
import { FAULTS, type FaultCode, parseEntry, Replayer } from '@cadastre/replay'
import { createTrieMemory } from '@cadastre/trie'
import { busyLog } from '../../replay/test/busy-log.ts'
import { alice, foundedLog, operator } from '../../replay/test/log-maker.ts'
import { makeEntries } from '../src/entries.ts'
import { ENTRY_RULES } from '../src/entry-rules.ts'
import { EVIDENCE_OF, makeMisbehaviour, type Sources, verifyMisbehaviour } from '../src/index.ts'
import { makeRecord } from '../src/record.ts'
import { RECORD_RULES } from '../src/record-rules.ts'
import { PROVOKED } from './provoke.ts'
import { convict, ORIGIN, policyOf, publish, TRUST } from './published.ts'

function sources(entries: readonly Uint8Array[]): Sources {
  const memory = createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 })
  const replayer = new Replayer({ crypto: nodeCrypto, origin: null, memory, audit: true })
  let next = 0
  return {
    ...publish(entries),
    crypto: nodeCrypto,
    trust: TRUST,
    stateAt: async (size) => {
      while (next < size) replayer.step(next, entries[next++] ?? new Uint8Array(0))
      return replayer.stateAt(size) ?? assert.fail(`no state at ${size}`)
    },
  }
}

/** The code with which a file is refused; fails where it convicts. */
function refusal(text: string): string {
  const verdict = verifyMisbehaviour(nodeCrypto, TRUST, text)
  assert.ok(!verdict.ok, verdict.ok ? `convicted: ${verdict.value.says.join(' ')}` : '')
  return verdict.error.code
}

test('no rule of entries convicts an honest log, whichever entries are shown', async () => {
  const { entries } = busyLog()
  const given = sources(entries)
  const size = entries.length
  for (const rule of Object.keys(ENTRY_RULES) as FaultCode[])
    for (let at = 0; at < size; at++)
      for (const spans of [
        [[at, at + 1]],
        [[at, Math.min(at + 2, size)]],
        [[0, at + 1]],
        [
          [Math.max(at - 3, 0), at + 1],
          [size - 1, size],
        ],
        [
          [at, at + 1],
          [(at * 7) % size, ((at * 7) % size) + 1],
        ],
      ] as const)
        assert.equal(refusal(await makeEntries(given, rule, spans)), 'nothing-shown', `${rule} at ${at}`)
})

test('no rule of records convicts an honest log, whichever record is shown', async () => {
  const { entries } = busyLog()
  const states = entries.flatMap((bytes, index) => (parseEntry(bytes)?.kind === 'state' ? [index] : []))
  const keys = new Set(
    entries.flatMap((bytes) => {
      const parsed = parseEntry(bytes)
      const outcome = parsed?.kind === 'op' ? parsed.entry.outcome : null
      return outcome?.accepted === true ? outcome.effects.map(({ key }) => key) : []
    }),
  )
  for (const rule of Object.keys(RECORD_RULES) as FaultCode[])
    for (const key of ['ip4/198.51.100.9/32', 'ip4/203.0.113.1/32', ...keys]) {
      const given = sources(entries)
      for (const index of states.slice(1))
        assert.equal(
          refusal(await makeRecord(given, rule, index, key as Parameters<typeof makeRecord>[3])),
          'nothing-shown',
          `${rule} at ${key}, ${index}`,
        )
    }
})

test('no decision and no root of an honest log convicts', async () => {
  const { entries } = busyLog()
  const given = sources(entries)
  for (const [index, bytes] of entries.entries()) {
    const kind = parseEntry(bytes)?.kind === 'state' ? 'roots' : 'decision'
    for (const code of Object.keys(FAULTS) as FaultCode[])
      if (EVIDENCE_OF[code].kind === kind)
        assert.ok(!(await makeMisbehaviour(given, { index, code })).ok, `${code} at ${index}`)
  }
})

test('a refusal as already accepted convicts nobody: that nothing accepted it before takes the whole log', async () => {
  const log = foundedLog()
  const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
  log.act(request, [alice])
  log.commit()
  // What the registrar writes where the same request comes again.
  log.tamper = (entry) => ({
    ...(entry as JsonObject),
    inputs: [],
    outcome: { accepted: false, refusals: ['already-accepted'] },
  })
  log.act(request, [alice])
  log.commit()
  const index = log.size - 2
  for (const code of ['refused-wrongly', 'refusal-differs', 'inputs-differ'] as const) {
    const made = await makeMisbehaviour(sources(log.entries), { index, code })
    assert.ok(!made.ok)
    assert.match(made.error, code === 'inputs-differ' ? /./ : /whole log/)
  }
})

test('a file of one log convicts no other, and no member can be changed', async () => {
  for (const code of ['accepted-wrongly', 'roots-differ', 'due-undone', 'ops-miscounted'] as const) {
    const found = await convict(PROVOKED[code]?.() ?? [])
    const made = found.find(({ fault }) => fault.code === code)?.made
    assert.ok(made?.ok, code)
    const text = made.value
    const key = makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, operator.publicKey)
    const other = policyOf(formatVkey(key))
    assert.ok(!verifyMisbehaviour(nodeCrypto, other, text).ok)
    const json = JSON.parse(text) as JsonObject
    for (const name of Object.keys(json)) {
      const { [name]: _, ...without } = json
      refusal(JSON.stringify(without))
      for (const value of [null, 7, '', 'other', [], {}, [null], [{}]] as Json[])
        refusal(JSON.stringify({ ...json, [name]: value }))
    }
  }
})

test('total: no text makes the verifier throw', () => {
  const head = '{"format":"cadastre-misbehaviour/v1"'
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '"cadastre-misbehaviour/v1"',
    head,
    `${head},"kind":"fork","rule":"log-forked"}`,
  ])
    refusal(text)
})

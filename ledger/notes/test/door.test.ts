// Notes of a door (docs/ledger.md, "Silence"): five lines, one form.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { type DoorNote, formatDoorNote, parseDoorNote } from '../src/index.ts'

const REQUEST = new Uint8Array(32).fill(1)
const EVIDENCE = new Uint8Array(32).fill(2)
const NOTE: DoorNote = {
  origin: 'registry.example/log',
  request: REQUEST,
  evidence: EVIDENCE,
  at: '2030-01-01T00:00:00Z',
}

test('with the evidence, and where the hash of the request came alone', () => {
  for (const evidence of [EVIDENCE, null]) {
    const text = formatDoorNote({ ...NOTE, evidence })
    const signed = evidence === null ? '-' : encodeBase64(EVIDENCE)
    assert.equal(
      text,
      `cadastre-door/v2\nregistry.example/log\n${encodeBase64(REQUEST)}\n${signed}\n2030-01-01T00:00:00Z\n`,
    )
    assert.deepEqual(parseDoorNote(text), { ok: true, value: { ...NOTE, evidence } })
  }
})

test('any other text is none', () => {
  const lines = formatDoorNote(NOTE).trimEnd().split('\n')
  const changed = (index: number, line: string): string =>
    `${lines.map((one, at) => (at === index ? line : one)).join('\n')}\n`
  const texts = [
    '',
    changed(0, 'cadastre-door/v1'),
    changed(1, ''),
    changed(2, '-'),
    changed(2, 'AAAA'),
    changed(3, ''),
    changed(3, 'AAAA'),
    changed(3, '--'),
    changed(4, '2030-01-01'),
    `${lines.join('\n')}\nmore\n`,
    `${lines.slice(0, 4).join('\n')}\n`,
    lines.join('\n'),
  ]
  for (const text of texts) assert.equal(parseDoorNote(text).ok, false, text)
})

test('fields that break the rules are not formatted', () => {
  const bad: readonly Partial<DoorNote>[] = [
    { origin: '' },
    { origin: 'a\nb' },
    { request: REQUEST.subarray(1) },
    { evidence: EVIDENCE.subarray(1) },
    { at: 'now' },
  ]
  for (const change of bad) assert.throws(() => formatDoorNote({ ...NOTE, ...change }), RangeError)
})

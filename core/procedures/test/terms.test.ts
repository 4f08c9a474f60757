// Invariant I5: an act goes by the terms in force when it was received, what waits by those under which it was
// recorded; a holding may use any terms since it was recorded (section 0, "Procedures aimed at one holder").

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockRange } from '@cadastre/numbers'
import { asObject, type Instant, type ProcedureRecord, type Registration } from '@cadastre/records'
import {
  blocksOf,
  booleanParameter,
  fewBlocks,
  isHandle,
  MAX_BLOCKS,
  numberParameter,
  procedureKey,
  procedureOf,
  recordNeed,
  registrationMember,
  termsAt,
  termsFor,
} from '../src/index.ts'
import { parameterMap, procedureId } from '../src/terms.ts'
import { inputsOf } from './inputs-fixture.ts'
import { blockOf, instant, World } from './world.ts'

const KEY = procedureKey('transfer/1')
const day = (number: number): Instant => instant(`2030-01-0${number}T00:00:00Z`)
const revision = (text: string, since: number, from: Instant): ProcedureRecord['revisions'][number] => ({
  text,
  parameters: { n: since },
  since,
  from,
  adoption: 'A-1',
})
const RECORD: ProcedureRecord = {
  v: 1,
  id: 'transfer/1',
  text: 'first',
  parameters: { n: 0, on: true },
  revisions: [revision('second', 10, day(2)), revision('third', 20, day(3))],
  since: 0,
}

test('termsAt: by the instant of receipt, by the index of recording, or the latest', () => {
  const text = (pin: Parameters<typeof termsAt>[1]): string => termsAt(RECORD, pin).text
  assert.equal(text(null), 'third')
  assert.deepEqual(
    [1, 2, 3].map((number) => text({ received: day(number) })),
    ['first', 'second', 'third'],
  )
  assert.equal(text({ received: instant('2030-01-01T23:59:59Z') }), 'first')
  // What the act itself adopted at 10 does not bind what was recorded at 10.
  assert.deepEqual(
    [9, 10, 11, 20, 21].map((recorded) => text({ recorded })),
    ['first', 'first', 'second', 'second', 'third'],
  )
  assert.deepEqual(termsAt(RECORD, { recorded: 15 }), { text: 'second', parameters: { n: 10 } })
})

test('termsFor: those that bind first, then all that were in force since the holding was recorded', () => {
  const here = new World()
  here.put(KEY, RECORD)
  const inputs = inputsOf(here, () => [recordNeed(KEY)])
  const texts = (since: number): readonly string[] =>
    termsFor(inputs, 'transfer/1', { since }).map(({ text }) => text)
  assert.deepEqual(texts(5), ['third', 'first', 'second', 'third'])
  assert.deepEqual(texts(10), ['third', 'second', 'third'])
  assert.deepEqual(texts(9), ['third', 'first', 'second', 'third'])
  assert.deepEqual(texts(20), ['third', 'third'])
  here.put(KEY, null)
  const none = inputsOf(here, () => [recordNeed(KEY)])
  assert.deepEqual(termsFor(none, 'transfer/1', { since: 5 }), [])
  assert.equal(procedureOf(none, 'transfer/1'), null)
})

test('the pin of what falls due: where it was recorded, for an application and for numbers on their way', () => {
  const here = new World()
  here.put(KEY, RECORD)
  const textOf = (subject: string): string | undefined =>
    procedureOf(
      inputsOf(here, () => [recordNeed(KEY)], subject),
      'transfer/1',
    )?.text
  for (const [key, since, text] of [
    ['obj/application/A-5', 5, 'first'],
    ['obj/application/A-15', 15, 'second'],
    ['obj/transit/T-5', 5, 'first'],
    ['obj/transit/T-15', 15, 'second'],
    ['obj/pool/P-5', 5, 'third'],
  ] as const) {
    here.put(key as never, { v: 1, handle: key.split('/')[2], since })
    assert.equal(textOf(key), text, key)
  }
  // Nothing was recorded there: the latest.
  assert.equal(textOf('obj/application/A-9'), 'third')
  assert.equal(textOf('obj/transit/T-9'), 'third')
  assert.equal(asObject('procedure', KEY, RECORD)?.text, 'first')
})

test('a parameter that is not there, or of another type, is a bug and throws', () => {
  assert.equal(numberParameter(RECORD, 'n'), 0)
  assert.equal(booleanParameter(RECORD, 'on'), true)
  for (const name of ['on', 'other']) assert.throws(() => numberParameter(RECORD, name), /no parameter o/)
  for (const name of ['n', 'other'])
    assert.throws(() => booleanParameter(RECORD, name), /^TypeError: transfer\/1 has no parameter /)
})

test('ids of procedures and parameters as bodies state them', () => {
  for (const id of ['transfer/1', 'adopt-procedure/9999']) assert.equal(procedureId.read(id, '').ok, true)
  for (const id of [
    'transfer',
    'transfer/0',
    'transfer/12345',
    'Transfer/1',
    'transfer/1x',
    'x transfer/1',
    '-a/1',
  ])
    assert.equal(procedureId.read(id, '').ok, false, id)
  const fits = (value: Parameters<typeof parameterMap.read>[0]): boolean => parameterMap.read(value, '').ok
  assert.equal(fits({ aB1: 0, c: true, d: 2 ** 32 }), true)
  for (const value of [{ a: -1 }, { a: 2 ** 32 + 1 }, { a: 'x' }, { A: 1 }, { 'a-b': 1 }, { a: 1.5 }])
    assert.equal(fits(value), false, JSON.stringify(value))
})

test('a handle stands in a key as it is', () => {
  for (const text of ['H-7', 'IMP-EXAMPLE-A1']) assert.equal(isHandle(text), true)
  for (const text of ['h-7', 'H 7', 'H/7', '', 'É']) assert.equal(isHandle(text), false, text)
})

test('fewBlocks: 62 prefixes fit an entry, 63 do not', () => {
  const here = new World()
  const widest = here.register('R-1', '::1 - 7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')
  assert.equal(blocksOf(widest, 'ip6').length > MAX_BLOCKS, true)
  // From 1 up to 2^n - 1 there are n prefixes.
  const up = (n: number): Registration => here.register(`R-${n}`, `::1 - ${hex((1n << BigInt(n)) - 1n)}`)
  const ranged = (one: Registration): number | undefined => {
    const blocks = blocksOf(one, 'ip6')
    const [first] = blocks
    assert.ok(first)
    return fewBlocks({ ...blockRange(first), last: lastOf(one) })?.length
  }
  assert.equal(ranged(up(62)), 62)
  assert.equal(ranged(up(63)), undefined)
  assert.equal(registrationMember(up(62), 'ip6'), 'ip6/::1/128#R-62')
  assert.equal(blockOf('ip6/::1/128').length, 128)
})

/** The last number of an IPv6 registration of this file, which begins at ::1. */
function lastOf(one: Registration): bigint {
  const blocks = blocksOf(one, 'ip6')
  const block = blocks.at(-1)
  assert.ok(block)
  return blockRange(block).last
}
function hex(number: bigint): string {
  const digits = number.toString(16).padStart(32, '0')
  return (digits.match(/.{4}/g) ?? []).join(':').replace(/^(?:0000:)+/, '::')
}

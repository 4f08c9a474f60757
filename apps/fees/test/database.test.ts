// Invoices, payments, tenders and debts; and the program over them.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { noteVerifier, parseVkey } from '@cadastre/notes'
import { addSeconds, DAY_SECONDS, type Instant, parseInstant } from '@cadastre/records'
import { FeesDatabase, openFeeNote, TENDER_SECONDS } from '../src/index.ts'

const parsed = parseInstant('2026-01-02T03:04:05Z')
assert.ok(parsed !== null)
const START: Instant = parsed
const day = (days: number): Instant => addSeconds(START, days * DAY_SECONDS)
const INVOICE = { holder: 'H-7', act: null, request: null, cents: 5000, issued: START, due: day(30) }

test('an invoice is a debt when it is late and open, and none when it is paid in full', () => {
  const fees = new FeesDatabase(':memory:')
  const number = fees.issue(INVOICE)
  assert.deepEqual(fees.debts(day(30)), [], 'not late on the day')
  assert.equal(fees.debts(day(31))[0]?.number, number)
  fees.pay(number, 3000, 'bank-1', day(31))
  fees.pay(number, 3000, 'bank-1', day(31))
  assert.equal(fees.invoice(number, day(32))?.paidCents, 3000, 'one payment is booked once')
  fees.pay(number, 2000, 'bank-2', day(33))
  assert.equal(fees.invoice(number, day(33))?.paid, day(33))
  assert.deepEqual(fees.debts(day(34)), [])
  assert.equal(fees.debts(day(32)).length, 1, 'as of an earlier day it was owed')
  assert.equal(fees.invoice(99, START), null)
  fees.close()
})

test('procedures.md section 0, Fees: a tender that stays unacknowledged for 5 business days counts as paid', () => {
  const fees = new FeesDatabase(':memory:')
  const [left, refused, late] = [fees.issue(INVOICE), fees.issue(INVOICE), fees.issue(INVOICE)]
  for (const number of [left, refused, late]) fees.tender(number, START)
  fees.refuseTender(refused, day(2))
  fees.refuseTender(late, day(8))
  const counts = addSeconds(START, TENDER_SECONDS)
  assert.equal(fees.invoice(left, addSeconds(counts, -1))?.paid, null)
  assert.equal(fees.invoice(left, counts)?.paid, counts)
  assert.equal(fees.invoice(refused, day(60))?.paid, null)
  assert.equal(fees.invoice(late, day(60))?.paid, counts, 'refused too late')
  fees.close()
})

test('cadastre-fees: a receipt for a paid act only, and its vkey opens it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-fees-'))
  const main = join(import.meta.dirname, '../src/main.ts')
  const env = { ...process.env, CADASTRE_FEES: directory }
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [main, ...args], { env, encoding: 'utf8' })
  const fails = (...args: readonly string[]): string =>
    spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8' }).stderr
  const origin = ['--origin', 'registry.example/log']
  const hash = Buffer.alloc(32, 1).toString('base64')
  try {
    const number = run('invoice', 'H-7', '--cents', '500', '--act', 'allocate', '--request', hash).trim()
    assert.match(fails('receipt', number, ...origin), /is open: 0 of 500 cents/)
    run('pay', number, '500', 'bank-1')
    const vkey = parseVkey(nodeCrypto, run('vkey', ...origin).trim())
    assert.ok(vkey.ok)
    const opened = openFeeNote(run('receipt', number, ...origin), noteVerifier(nodeCrypto, vkey.value))
    assert.ok(opened.ok)
    assert.deepEqual(
      [opened.value.holder, opened.value.act, opened.value.request, opened.value.refusal],
      ['H-7', 'allocate', hash, null],
    )
    assert.match(fails('refusal', number, ...origin, '--because', 'not-received'), /is paid/)
    const second = Buffer.alloc(32, 2).toString('base64')
    const other = run('invoice', 'H-7', '--cents', '500', '--act', 'allocate', '--request', second).trim()
    assert.match(fails('refusal', other, ...origin, '--because', 'a-whim'), /expected one of not-received/)
    const refusal = openFeeNote(
      run('refusal', other, ...origin, '--because', 'taken-back'),
      noteVerifier(nodeCrypto, vkey.value),
    )
    assert.equal(refusal.ok && refusal.value.refusal, 'taken-back')
    assert.equal(run('key').trim(), Buffer.from(vkey.value.publicKey).toString('base64'))
    assert.match(
      fails('invoice', 'H-7', '--cents', '500', '--act', 'transfer', '--request', hash),
      /only allocate/,
    )
    assert.match(fails('receipt', run('invoice', 'H-7', '--cents', '1').trim(), ...origin), /is for no act/)
    assert.equal(run('debts').trim(), '[]')
  } finally {
    rmSync(directory, { recursive: true })
  }
})

// Orders replay from the log alone (invariant I4): who gave them, who attested them, what they did. An auditor convicts a
// log in which one is executed that nobody verified, or with another effect than its own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { genesisBodies, genesisParts, proceduresOfProfile } from '@cadastre/procedures'
import {
  CHECKLIST,
  type Json,
  type JsonObject,
  type OpEntry,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { alice, codesOf, genesisBody, identifyBody, LogMaker, operator } from './log-maker.ts'

const clerks = new Map<string, Signer>(
  ['CL-1', 'CL-2', 'CL-3'].map((name) => [name, generateEd25519Signer()]),
)
const hash = (value: Json): string => memberHashOf(nodeCrypto, value)
const CELL = 'ip4/198.51.100.0/26'

function founded(): LogMaker {
  const log = new LogMaker()
  const body = genesisBody()
  const members = [...clerks].map(([handle, { publicKey }]) => ({
    handle,
    role: 'clerk',
    alg: 'ed25519',
    key: encodeBase64(publicKey),
    outside: handle !== 'CL-2',
  }))
  const staff = [...(body['staff'] as readonly Json[]), ...members]
  const parts = genesisParts(proceduresOfProfile('community', () => hash('the published text')))
  for (const step of genesisBodies({ ...body, staff }, parts, 'OPERATOR', hash)) log.found('genesis/1', step)
  log.found('open/1', { staff: 'OPERATOR' })
  log.commit()
  log.advance(60)
  return log
}
function ask(log: LogMaker, procedure: string, body: JsonObject, signers: readonly Signer[]): OpEntry {
  const entry = log.act(log.request(procedure, body), signers)
  log.commit()
  return entry
}
/** The clerks who were called answer every question with yes. */
function attest(log: LogMaker, application: string, questions: readonly string[]): void {
  const record = log.record(`obj/application/${application}`)
  const examination: unknown = record['examination']
  const { calls } = examination as { calls: readonly { staff: string }[] }
  const said = calls.map(({ staff }) => {
    const answers = Object.fromEntries(questions.map((question) => [question, 'yes']))
    return { application, staff, answers, evidence: hash('evidence'), nonce: hash(staff) }
  })
  const signers = (staff: string): readonly Signer[] => [clerks.get(staff) ?? operator]
  for (const one of said)
    ask(
      log,
      'attest/1',
      { step: 'commit', application, staff: one.staff, commitment: hash(one) },
      signers(one.staff),
    )
  for (const one of said) ask(log, 'attest/1', { step: 'reveal', ...one }, signers(one.staff))
}
function due(log: LogMaker, procedure: string, key: string): OpEntry {
  const entry = log.due(procedure, key as RecordKey)
  log.commit()
  return entry
}

const terms = {
  kind: 'court',
  name: 'Court of Examples',
  country: 'XX',
  legalBasis: 'Code of Examples',
  effectsAllowed: ['hold', 'transferTo'],
  channels: ['tel:+000000'],
  sealCerts: [],
  hierarchy: 'CIVIL',
  rank: 1,
  appealStays: false,
  holdSeconds: null,
}

/** Alice holds a /26; COURT is in the register; an order of it was served and attested, and falls due. */
function served(order: JsonObject): {
  readonly log: LogMaker
  readonly name: string
  readonly holding: Registration
} {
  const log = founded()
  const holder = `H-${log.size}`
  ask(log, 'identify-holder/1', identifyBody('Alice Networks', alice), [alice])
  ask(log, 'allocate/1', { holder, pool: 'IP4', length: 26, block: null }, [alice])
  const register = `A-${log.size}`
  const shared = { staff: 'OPERATOR', attestor: null }
  const entry = { step: 'register', ...shared, authority: 'COURT', gazette: hash('gazette'), terms }
  ask(log, 'register-authority/1', entry, [operator])
  attest(log, register, ['instrument-authentic', 'gazetted'])
  due(log, 'register-authority/1', `obj/application/${register}`)
  const cell: unknown = log.record(CELL)
  const holding = (cell as { registrations: readonly Registration[] }).registrations.find(
    (one) => one.kind === 'holding',
  )
  assert.ok(holding)
  const name = String(log.size)
  ask(
    log,
    'serve-order/1',
    {
      step: 'serve',
      ...shared,
      authority: 'COURT',
      reference: '1/30',
      document: hash('document'),
      date: log.at.slice(0, 10),
      served: log.at,
      authenticity: { means: 'bailiff', record: hash('record'), callBack: hash('call') },
      order,
      scope: [{ key: CELL, id: holding.id, range: CELL.slice(4) }],
      holder,
      until: null,
      executeFrom: null,
      seal: null,
      reverses: null,
    },
    [operator],
  )
  return { log, name, holding }
}

test('a hold, from the register of authorities to the notes of a registration, replays without a fault', () => {
  const { log, name, holding } = served({ effect: 'hold' })
  attest(log, `A-${name}`, CHECKLIST)
  due(log, 'serve-order/1', `obj/application/A-${name}`)
  assert.equal(log.record(`obj/order/O-${name}`)['state'], 'executed')
  const orders: unknown = log.record(`obj/notes/${holding.id}`)['orders']
  assert.equal((orders as readonly JsonObject[]).length, 1)
  assert.deepEqual(codesOf(log.entries), [])
})
test('an order of a court whose notice runs takes nothing, and says so on record', () => {
  const { log, name } = served({ effect: 'transferTo', receiver: 'H-0' })
  const { state, reason } = log.record(`obj/order/O-${name}`)
  assert.deepEqual([state, reason], ['returned', 'authority-noticed'])
  assert.deepEqual(codesOf(log.entries), [])
})

/** An entry with the record of the order changed in its effects. */
function forging(change: JsonObject): (entry: Json) => Json {
  return (entry) => {
    const text = JSON.stringify(entry)
    const op: { outcome: { effects: { key: string; next: JsonObject | null }[] } } = JSON.parse(text)
    for (const effect of op.outcome.effects)
      if (effect.key.startsWith('obj/order/')) effect.next = { ...effect.next, ...change }
    const forged: Json = JSON.parse(JSON.stringify(op))
    return forged
  }
}
for (const [attack, change] of [
  ['an order executed as somebody else’s', { holder: 'H-9' }],
  ['a hold that is written without its end', { until: '2040-01-01T00:00:00Z' }],
  ['a checklist that nobody answered so', { checklist: { 'in-force-at-seat': 'yes' } }],
  ['a notice that nobody logged', { notified: '2030-01-01T00:00:00Z' }],
] as const)
  test(`${attack}: convicted`, () => {
    const { log, name } = served({ effect: 'hold' })
    attest(log, `A-${name}`, CHECKLIST)
    log.tamper = forging(change)
    const index = log.size
    due(log, 'serve-order/1', `obj/application/A-${name}`)
    const found = codesOf(log.entries)
    assert.ok(
      found.some((one) => one.startsWith(`${index} `)),
      found.join(),
    )
  })
test('an order that was answered and never executed: convicted when its time has passed', () => {
  const { log, name } = served({ effect: 'hold' })
  attest(log, `A-${name}`, CHECKLIST)
  log.advance(60)
  ask(log, 'confirm/1', { holder: 'H-9' }, [alice])
  assert.ok(codesOf(log.entries).length > 0)
})

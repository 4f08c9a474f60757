/** Every way to write a log that the rules forbid, and the fault by which it is convicted. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isObject, type Json, type JsonObject, type OpEntry, parseCanonicalJson } from '@cadastre/records'
import { busyLog, presetCooling, WEEK_SECONDS } from './busy-log.ts'
import {
  alice,
  allocate,
  bob,
  codesOf,
  faultsOf,
  foundedLog,
  foundingBodies,
  identifyBody,
  instant,
  LogMaker,
  parse,
} from './log-maker.ts'

const encoder = new TextEncoder()

function member(value: Json, ...path: readonly string[]): JsonObject {
  let at = value
  for (const name of path) at = (isObject(at) ? at[name] : undefined) ?? null
  assert.ok(isObject(at))
  return at
}
/** The op with another outcome. */
function withOutcome(outcome: Json): (entry: Json) => Json {
  return (entry) => ({ ...member(entry), outcome })
}
const refusing = (code: string): ((entry: Json) => Json) => withOutcome({ accepted: false, refusals: [code] })

test('any flipped bit of any entry is convicted in its batch', () => {
  const log = busyLog()
  let position = 0
  for (const [index, bytes] of log.entries.entries()) {
    const receivedAt = new TextDecoder().decode(bytes).indexOf('"received":{"at":"')
    for (let at = position % 29; at < bytes.length; at += 29) {
      // When a request came in is the registrar's word; only the holder's receipt contradicts an earlier time.
      if (receivedAt >= 0 && at >= receivedAt + 18 && at < receivedAt + 38) continue
      const flipped = bytes.slice()
      flipped[at] = (flipped[at] ?? 0) ^ 1
      const end = log.entries.findIndex((entry, next) => next >= index && 'ops' in member(parse(entry)))
      const [first] = faultsOf(log.entries.with(index, flipped).slice(0, end + 1))
      const convicted = first !== undefined && first.index >= index && first.index <= end
      assert.ok(convicted, `entry ${index}, byte ${at}: ${new TextDecoder().decode(flipped)}`)
    }
    position += bytes.length
  }
})

test('a dropped op', () => {
  const log = busyLog()
  const codes = codesOf(log.entries.toSpliced(7, 1))
  assert.ok(codes.includes('9 ops-miscounted'), codes.join())
})

test('two swapped ops', () => {
  const log = busyLog()
  const [one, other] = [log.entries[7], log.entries[8]]
  assert.ok(one && other)
  const codes = codesOf(log.entries.with(6, other).with(7, one))
  assert.ok(codes.includes('8 receipt-out-of-order'), codes.join())
  assert.ok(codes.includes('7 inputs-differ'), codes.join())
})

test('a holding stolen by an effect that nobody consented to', () => {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  log.commit()
  const index = log.size
  const key = 'ip4/198.51.100.0/26'
  log.tamper = (entry) => {
    const outcome = member(entry, 'outcome')
    const cell = log.record(key)
    const [registration] = cell['registrations'] as readonly JsonObject[]
    const next = { ...cell, registrations: [{ ...registration, holder: 'H-5' }] }
    const theft = { key, prev: log.state.record(key as never).hash, next }
    return {
      ...member(entry),
      outcome: { ...outcome, effects: [...(outcome['effects'] as readonly Json[]), theft] },
    }
  }
  allocate(log, 'H-5', bob)
  log.commit()
  allocate(log, 'H-5', bob)
  log.commit()
  const faults = faultsOf(log.entries)
  // What follows is judged by the state that the log has: one theft, not a thousand faults.
  assert.deepEqual(
    faults.map((fault) => `${fault.index} ${fault.code}`),
    [`${index} effects-differ`, `${index} loss-without-basis`],
  )
  assert.match(faults[1]?.detail ?? '', /takes R-7 at ip4\/198\.51\.100\.0\/26 from H-4/)
  assert.match(faults[0]?.detail ?? '', /Effect 3 is on ip4\/198\.51\.100\.0\/26 .* none would be right/)
})

test('an act accepted that its procedure refuses', () => {
  const log = foundedLog()
  log.tamper = withOutcome({ accepted: true, effects: [] })
  allocate(log, 'H-4', bob)
  log.commit()
  const [fault] = faultsOf(log.entries)
  assert.equal(fault?.code, 'accepted-wrongly')
  assert.match(fault?.detail ?? '', /consent-missing would be right/)
})

test('an act refused without reason', () => {
  const log = foundedLog()
  log.tamper = refusing('quota-reached')
  allocate(log, 'H-4', alice)
  log.commit()
  const faults = faultsOf(log.entries)
  assert.deepEqual(
    faults.map(({ index, code }) => `${index} ${code}`),
    ['7 refused-wrongly'],
  )
  assert.match(faults[0]?.detail ?? '', /to accept, with effects on ip4\/198\.51\.100\.0\/26/)
})

test('a refusal with another code than the procedure gives', () => {
  const log = foundedLog()
  log.tamper = refusing('quota-reached')
  allocate(log, 'H-4', bob)
  log.commit()
  assert.deepEqual(codesOf(log.entries), ['7 refusal-differs'])
})

test('effects with another hash before, another record, another order', () => {
  const changes: readonly ((effects: readonly Json[]) => readonly Json[])[] = [
    (effects) => effects.with(1, { ...member(effects[1] ?? null), prev: null }),
    (effects) => effects.with(1, { ...member(effects[1] ?? null), next: { v: 1 } }),
    (effects) => effects.toReversed(),
    (effects) => effects.slice(1),
  ]
  for (const change of changes) {
    const log = foundedLog()
    log.tamper = (entry) => {
      const outcome = member(entry, 'outcome')
      return {
        ...member(entry),
        outcome: { ...outcome, effects: change(outcome['effects'] as readonly Json[]) },
      }
    }
    allocate(log, 'H-4', alice)
    log.commit()
    const [fault] = faultsOf(log.entries)
    assert.equal(fault?.code, 'effects-differ')
    assert.match(fault?.detail ?? '', /would be right/)
  }
})

test('inputs left out, added, reordered, or with another hash', () => {
  const changes: readonly ((inputs: readonly Json[]) => readonly Json[])[] = [
    (inputs) => inputs.slice(1),
    (inputs) => [...inputs, { key: 'obj/holder/H-9', q: 'record', hash: null }],
    (inputs) => inputs.toReversed(),
    (inputs) => inputs.with(0, { ...member(inputs[0] ?? null), hash: null }),
  ]
  for (const change of changes) {
    const log = foundedLog()
    log.tamper = (entry) => ({ ...member(entry), inputs: change(member(entry)['inputs'] as readonly Json[]) })
    allocate(log, 'H-4', alice)
    log.commit()
    assert.deepEqual(codesOf(log.entries), ['7 inputs-differ'])
  }
})

test('a request decided twice', () => {
  const log = foundedLog()
  const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
  log.act(request, [alice])
  log.act(request, [alice])
  log.commit()
  const codes = codesOf(log.entries)
  assert.ok(codes.includes('8 request-repeated'), codes.join())
  assert.ok(codes.includes('8 accepted-wrongly'), codes.join())
})

test('a refused request may come again with other signatures; an accepted one is refused for good', () => {
  const log = foundedLog()
  const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
  log.act(request, [bob])
  log.act(request, [alice])
  log.tamper = withOutcome({ accepted: false, refusals: ['already-accepted'] })
  log.act(request, [alice])
  log.commit()
  // Refused as it should be; only the inputs, which such a refusal does not look at, are not those of the test's log.
  assert.deepEqual(codesOf(log.entries), ['9 inputs-differ'])
})

test('a request whose evidence signs something else', () => {
  const log = foundedLog()
  const [one, other] = [26, 27].map((length) =>
    log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length, block: null }),
  )
  assert.ok(one && other)
  log.seq += 1
  log.tamper = withOutcome({ accepted: true, effects: [] })
  log.log(one, log.sign(other, [alice]), { seq: log.seq, at: log.at })
  log.commit()
  const [fault] = faultsOf(log.entries)
  assert.equal(fault?.code, 'accepted-wrongly')
  assert.match(fault?.detail ?? '', /signature-invalid would be right/)
})

test('time that goes back, and two times in one batch', () => {
  const back = foundedLog()
  back.advance(-100)
  allocate(back, 'H-4', alice)
  back.commit()
  assert.deepEqual(codesOf(back.entries).slice(0, 1), ['7 time-decreases'])
  const two = foundedLog()
  allocate(two, 'H-4', alice)
  two.advance(1)
  allocate(two, 'H-5', bob)
  two.commit()
  assert.deepEqual(codesOf(two.entries), ['8 time-differs-in-batch', '9 time-differs-in-batch'])
})

test('receipts: none, a gap that outlives its deadline, a decision before receipt, one after the deadline', () => {
  const none = foundedLog()
  none.act(none.request('confirm/1', { holder: 'H-4' }), [alice], null)
  none.commit()
  assert.deepEqual(codesOf(none.entries), ['7 receipt-missing'])

  const gap = foundedLog()
  gap.seq += 2
  allocate(gap, 'H-4', alice)
  gap.commit()
  assert.deepEqual(codesOf(gap.entries), [], 'the deadline of what is missing has not passed')
  gap.advance(61)
  allocate(gap, 'H-4', alice)
  gap.commit()
  const [ignored] = faultsOf(gap.entries)
  assert.equal(ignored?.code, 'receipt-ignored')
  assert.match(ignored?.detail ?? '', /receipts 3 to 4/)

  for (const [at, code] of [
    ['2030-01-01T00:01:59Z', 'decision-late'],
    ['2030-01-01T00:03:01Z', 'receipt-after-decision'],
  ] as const) {
    const log = foundedLog()
    log.advance(60)
    assert.equal(log.at, '2030-01-01T00:03:00Z')
    const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
    log.act(request, [alice], { seq: 3, at: instant(at) })
    log.commit()
    assert.deepEqual(codesOf(log.entries), [`7 ${code}`])
  }
})

test('a receipt dated before the one before it', () => {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  const request = log.request('allocate/1', { holder: 'H-5', pool: 'IP4', length: 26, block: null })
  log.seq += 1
  log.act(request, [bob], { seq: log.seq, at: instant('2030-01-01T00:01:59Z') })
  log.commit()
  assert.deepEqual(codesOf(log.entries), ['8 receipt-out-of-order'])
})

test('what fell due is left undone, done early, done twice, or done by another procedure', () => {
  const undone = foundedLog()
  presetCooling(undone, 3600)
  const application = presetCooling(undone, 60)
  undone.commit()
  undone.advance(WEEK_SECONDS)
  allocate(undone, 'H-5', bob)
  undone.commit()
  assert.deepEqual(codesOf(undone.entries), [], 'at the due time itself there is time until the next batch')
  undone.advance(1)
  allocate(undone, 'H-5', bob)
  undone.commit()
  assert.deepEqual(codesOf(undone.entries), [`${undone.size - 1} due-undone`])

  for (const [seconds, times] of [
    [WEEK_SECONDS - 1, 1],
    [WEEK_SECONDS, 2],
  ] as const) {
    const log = foundedLog()
    presetCooling(log, 3600)
    presetCooling(log, 60)
    log.commit()
    log.advance(seconds)
    for (let time = 0; time < times; time++) log.due('update-holder/1', application)
    log.commit()
    assert.deepEqual(codesOf(log.entries), [`${log.size - 2} not-due`])
  }
  const other = foundedLog()
  presetCooling(other, 3600)
  presetCooling(other, 60)
  other.commit()
  other.advance(WEEK_SECONDS)
  other.tamper = (entry) => ({ ...member(entry), procedure: 'transfer/1' })
  other.due('update-holder/1', application)
  other.commit()
  assert.ok(codesOf(other.entries).includes(`${other.size - 2} not-due`))
})

test('an op without a request that names nothing, or has a receipt', () => {
  const nothing = foundedLog()
  nothing.tamper = (entry) => ({ ...member(entry), request: null, evidence: [], received: null, inputs: [] })
  allocate(nothing, 'H-4', alice)
  nothing.commit()
  assert.deepEqual(codesOf(nothing.entries), ['7 not-due'])
  const receipt = foundedLog()
  presetCooling(receipt, 3600)
  const application = presetCooling(receipt, 60)
  receipt.commit()
  receipt.advance(WEEK_SECONDS)
  receipt.tamper = (entry) => ({ ...member(entry), received: { at: receipt.at, seq: 99 } })
  receipt.due('update-holder/1', application)
  receipt.commit()
  assert.deepEqual(codesOf(receipt.entries), [`${receipt.size - 2} op-malformed`])
})

test('state entries: roots, count, previous, empty batches, a log that ends in an op', () => {
  const wrong = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
  const changes: readonly (readonly [string, (entry: JsonObject) => Json])[] = [
    ['roots-differ', (entry) => ({ ...entry, roots: { ...member(entry, 'roots'), ip6: wrong } })],
    ['ops-miscounted', (entry) => ({ ...entry, ops: 2 })],
    ['previous-state-wrong', (entry) => ({ ...entry, prev: 5 })],
    ['previous-state-wrong', (entry) => ({ ...entry, prev: null })],
  ]
  for (const [code, change] of changes) {
    const log = foundedLog()
    allocate(log, 'H-4', alice)
    log.commit((entry) => change(member(entry)))
    allocate(log, 'H-4', alice)
    log.commit()
    assert.deepEqual(codesOf(log.entries), [`8 ${code}`])
  }
  const empty = foundedLog()
  empty.commit((entry) => ({ ...member(entry), ops: 1 }))
  assert.deepEqual(codesOf(empty.entries), ['7 batch-without-ops', '7 ops-miscounted'])
  const open = foundedLog()
  allocate(open, 'H-4', alice)
  assert.deepEqual(codesOf(open.entries), ['7 batch-open'])
})

test('roots that stay wrong are told once, and again after they agreed', () => {
  const log = foundedLog()
  const wrong = (entry: Json): Json => ({
    ...member(entry),
    roots: { ...member(entry, 'roots'), ip6: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
  })
  for (const change of [wrong, wrong, (entry: Json): Json => entry, wrong]) {
    allocate(log, 'H-4', alice, 28)
    log.commit(change)
  }
  assert.deepEqual(codesOf(log.entries), ['8 roots-differ', '14 roots-differ'])
})

test('a log that does not begin with genesis, or with that of another registry', () => {
  const log = busyLog()
  const parts = codesOf(log.entries.slice(1))
  assert.ok(parts.includes('0 accepted-wrongly'), parts.join())
  const later = codesOf(log.entries.slice(2))
  assert.ok(later.includes('0 genesis-not-first'), later.join())
  const state = codesOf(log.entries.slice(3, 4))
  assert.ok(state.includes('0 genesis-not-first'), state.join())
  const codes = faultsOf(log.entries, { origin: 'other.example/log' }).map(
    ({ index, code }) => `${index} ${code}`,
  )
  assert.deepEqual(codes, ['0 origin-differs'])
})

test('a second genesis is refused; accepting it is convicted', () => {
  const log = foundedLog()
  const entry: OpEntry = log.found('genesis/1', foundingBodies()[0])
  assert.deepEqual(entry.outcome, { accepted: false, refusals: ['already-founded'] })
  log.commit()
  assert.deepEqual(codesOf(log.entries), [])
})

test('an entry and its request name two procedures', () => {
  const log = foundedLog()
  log.tamper = (entry) => ({ ...member(entry), procedure: 'transfer/1' })
  allocate(log, 'H-4', alice)
  log.commit()
  assert.deepEqual(codesOf(log.entries), ['7 op-malformed'])
})

test('a request without evidence', () => {
  const log = foundedLog()
  const request = log.request('confirm/1', { holder: 'H-4' })
  log.log(request, [], { seq: 3, at: log.at })
  log.commit()
  assert.deepEqual(codesOf(log.entries), ['7 op-malformed'])
})

test('bytes that are no entry: form, encoding, size, kind, members (design.md section 5; RFC 8785)', () => {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  const index = log.size - 1
  const bytes = log.entries[index]
  assert.ok(bytes)
  const text = new TextDecoder().decode(bytes)
  const cases: readonly (readonly [string, string | Uint8Array])[] = [
    ['entry-not-canonical', `${text} `],
    ['entry-not-canonical', text.replace('"t":"op"', '"t":"op","t":"op"')],
    ['entry-not-canonical', text.replace(':26,', ':26.0,')],
    ['entry-not-canonical', ''],
    ['entry-not-utf8', Uint8Array.of(0x22, 0xc0, 0x80, 0x22)],
    ['entry-too-large', `"${'x'.repeat(32 * 1024)}"`],
    ['entry-malformed', text.replace('"t":"op"', '"t":"note"')],
    ['entry-malformed', text.replace(/"v":1}$/, '"v":1,"x":0}')],
    ['entry-malformed', text.replace(/"t":"op","v":1}$/, '"t":"op","v":2}')],
    ['entry-malformed', '[]'],
    ['entry-malformed', '{"t":"state","v":1}'],
  ]
  for (const [code, changed] of cases) {
    const forged = typeof changed === 'string' ? encoder.encode(changed) : changed
    const found = faultsOf(log.entries.with(index, forged)).map((fault) => fault.code)
    assert.deepEqual(found, [code, 'batch-open'], `${code} ${String(changed).slice(-40)}`)
  }
})

test('bodies nested as deep as canonical JSON of the ledger allows, and deeper', () => {
  const log = foundedLog()
  const request = log.request('allocate/1', { holder: 'H-4', mark: 'DEEP' })
  log.act(request, [alice])
  log.commit()
  const text = new TextDecoder().decode(log.entries[7])
  for (const depth of [1, 28, 29, 30, 31, 32, 5000]) {
    const nested = text.replaceAll('"DEEP"', `${'['.repeat(depth)}0${']'.repeat(depth)}`)
    const codes = codesOf(log.entries.with(7, encoder.encode(nested)))
    const canonical = parseCanonicalJson(nested) !== null
    assert.equal(canonical, depth < 30, String(depth))
    // The signature covers another body: a canonical entry is convicted for that.
    assert.equal(
      codes[0],
      canonical ? '7 refusal-differs' : '7 entry-not-canonical',
      `${depth} ${codes.join()}`,
    )
  }
})

test('an op of a procedure that does not exist is not passed over, whatever a forged record says is due', () => {
  const log = foundedLog()
  presetCooling(log, 3600)
  log.tamper = (entry) => {
    const outcome = member(entry, 'outcome')
    const effects = (outcome['effects'] as readonly JsonObject[]).map((effect) => {
      const { next, ...rest } = effect
      return { ...rest, next: { ...member(next ?? null), procedure: 'seize/1' } }
    })
    return { ...member(entry), outcome: { ...outcome, effects } }
  }
  const application = presetCooling(log, 60)
  log.commit()
  log.advance(WEEK_SECONDS)
  log.tamper = (entry) => ({ ...member(entry), procedure: 'seize/1' })
  log.due('update-holder/1', application)
  log.commit()
  const codes = codesOf(log.entries)
  assert.ok(codes.includes('8 effects-differ'), codes.join())
  assert.ok(codes.includes(`${log.size - 2} decision-impossible`), codes.join())
})

test('after an entry that cannot be read the batch is judged as far as it can be', () => {
  const log = busyLog()
  const faults = codesOf(log.entries.with(9, encoder.encode('{"t":"op"}')))
  // Entry 9 was a refusal: without it nothing differs but the place where receipt 5 is missing, in time.
  assert.deepEqual(faults.slice(0, 1), ['9 entry-malformed'])
  assert.equal(faults.length, 2)
  assert.match(faults[1] ?? '', /receipt-ignored$/)
})

test('records that no procedure writes do not stop the audit', () => {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  log.tamper = (entry) => {
    const outcome = member(entry, 'outcome')
    const nonsense = ['ip4/198.51.100.0/26', 'obj/pool/IP4', 'obj/holder/H-4'].map((key) => ({
      key,
      prev: null,
      next: 7,
    }))
    return { ...member(entry), outcome: { ...outcome, effects: nonsense } }
  }
  allocate(log, 'H-5', bob)
  log.commit()
  allocate(log, 'H-4', alice)
  allocate(log, 'H-5', bob)
  log.act(log.request('identify-holder/1', identifyBody('Carol', alice)), [alice])
  log.commit()
  const codes = codesOf(log.entries)
  assert.ok(codes.includes('8 effects-differ'), codes.join())
})

test('at most so many faults are described, all are counted', () => {
  const log = new LogMaker()
  for (let index = 0; index < 20; index++) log.found('open/1', { staff: 'OPERATOR' })
  log.commit()
  const described = faultsOf(
    log.entries.map((bytes) => encoder.encode(`${new TextDecoder().decode(bytes)} `)),
    {
      maxFaults: 5,
    },
  )
  assert.equal(described.length, 5)
  assert.ok(parse(log.entries[0] ?? new Uint8Array()))
})

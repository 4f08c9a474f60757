/** For each fault of replay, a log that has it: honest but for one thing. */

import { addSeconds, type Json, type JsonObject, type RecordKey } from '@cadastre/records'
import type { FaultCode } from '@cadastre/replay'
import { presetCooling, WEEK_SECONDS } from '../../replay/test/busy-log.ts'
import {
  alice,
  allocate,
  bob,
  foundedLog,
  foundingBodies,
  instant,
  LogMaker,
  operator,
} from '../../replay/test/log-maker.ts'

type Logs = { readonly [code in FaultCode]?: () => readonly Uint8Array[] }

const object = (json: Json | undefined): JsonObject => json as JsonObject
const WRONG = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='

/** A log whose last batch is one allocation of H-4, as `change` has it. */
function allocation(change: (entry: JsonObject) => Json, key = alice): LogMaker {
  const log = foundedLog()
  log.tamper = (entry) => change(object(entry))
  allocate(log, 'H-4', key)
  log.commit()
  return log
}

const withOutcome = (outcome: JsonObject) => (entry: JsonObject) => ({ ...entry, outcome })

/** The same, the bytes of the allocation changed. */
function bytesOf(change: (text: string) => Uint8Array): readonly Uint8Array[] {
  const log = allocation((entry) => entry)
  const index = log.size - 2
  const text = new TextDecoder().decode(log.entries[index])
  return log.entries.with(index, change(text))
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function stateChanged(change: (entry: JsonObject) => Json): readonly Uint8Array[] {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  log.commit((entry) => change(object(entry)))
  return log.entries
}

function receipted(at: string): readonly Uint8Array[] {
  const log = foundedLog()
  const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
  log.act(request, [alice], { seq: 3, at: instant(at) })
  log.commit()
  return log.entries
}

/** A preset that ends a week later. */
function cooling(): { readonly log: LogMaker; readonly application: RecordKey } {
  const log = foundedLog()
  presetCooling(log, 3600)
  const application = presetCooling(log, 60)
  log.commit()
  return { log, application }
}

/** An effect beside those that the procedure gives. */
function slipped(key: string, next: (log: LogMaker) => Json): readonly Uint8Array[] {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  log.commit()
  log.tamper = (entry) => {
    const outcome = object(object(entry)['outcome'])
    const effect = { key, prev: log.state.record(key as RecordKey).hash, next: next(log) }
    return { ...object(entry), outcome: { ...outcome, effects: [...(outcome['effects'] as Json[]), effect] } }
  }
  allocate(log, 'H-5', bob)
  log.commit()
  return log.entries
}

const HELD = 'ip4/198.51.100.0/26'

function taken(log: LogMaker): Json {
  const cell = log.record(HELD)
  const [registration] = cell['registrations'] as JsonObject[]
  return { ...cell, registrations: [{ ...registration, holder: 'H-5' }] }
}

/** The pool's own numbers, held a second time inside what is held already. */
function doubled(log: LogMaker): Json {
  const cell = log.record(HELD)
  const [registration] = cell['registrations'] as JsonObject[]
  const inner = { ...registration, id: 'R-99', first: '198.51.100.0', last: '198.51.100.15' }
  return { ...cell, registrations: [inner] }
}

export const PROVOKED: Logs = {
  'entry-too-large': () => bytesOf((text) => utf8(`${text.slice(0, -1)},"x":"${'x'.repeat(33_000)}"}`)),
  'entry-not-utf8': () => bytesOf((text) => Uint8Array.of(...utf8(text).subarray(0, -1), 0xff)),
  'entry-not-canonical': () => bytesOf((text) => utf8(` ${text}`)),
  'entry-malformed': () => bytesOf(() => utf8('{"t":"other"}')),
  'genesis-not-first': () => {
    const log = new LogMaker()
    log.act(log.request('confirm/1', { holder: 'H-4' }), [alice])
    log.commit()
    return log.entries
  },
  'origin-differs': () => {
    const log = new LogMaker()
    const [genesis, ...parts] = foundingBodies()
    for (const body of [{ ...genesis, origin: 'other.example/log' }, ...parts]) {
      const request = { ...log.request('genesis/1', body), origin: 'other.example/log' }
      log.act(request, [operator], null)
    }
    log.commit()
    return log.entries
  },
  'batch-without-ops': () => {
    const log = foundedLog()
    log.commit((entry) => ({ ...object(entry), ops: 1 }))
    return log.entries
  },
  'batch-open': () => {
    const log = foundedLog()
    allocate(log, 'H-4', alice)
    return log.entries
  },
  'ops-miscounted': () => stateChanged((entry) => ({ ...entry, ops: 2 })),
  'previous-state-wrong': () => stateChanged((entry) => ({ ...entry, prev: null })),
  'roots-differ': () =>
    stateChanged((entry) => ({ ...entry, roots: { ...object(entry['roots']), ip4: WRONG } })),
  'time-decreases': () => {
    const log = foundedLog()
    log.advance(-100)
    allocate(log, 'H-4', alice)
    log.commit()
    return log.entries
  },
  'time-differs-in-batch': () => {
    const log = foundedLog()
    allocate(log, 'H-4', alice)
    log.advance(1)
    allocate(log, 'H-5', bob)
    log.commit()
    return log.entries
  },
  'op-malformed': () => {
    const { log, application } = cooling()
    log.advance(WEEK_SECONDS)
    log.tamper = (entry) => ({ ...object(entry), received: { at: log.at, seq: 99 } })
    log.due('update-holder/1', application)
    log.commit()
    return log.entries
  },
  'receipt-missing': () => {
    const log = foundedLog()
    log.act(log.request('confirm/1', { holder: 'H-4' }), [alice], null)
    log.commit()
    return log.entries
  },
  'receipt-out-of-order': () => {
    const log = foundedLog()
    allocate(log, 'H-4', alice)
    log.seq -= 2
    allocate(log, 'H-5', bob)
    log.commit()
    return log.entries
  },
  'receipt-after-decision': () => receipted('2030-01-01T00:02:01Z'),
  'receipt-ignored': () => {
    const log = foundedLog()
    log.seq += 2
    allocate(log, 'H-4', alice)
    log.commit()
    log.at = addSeconds(log.at, WEEK_SECONDS)
    allocate(log, 'H-4', alice)
    log.commit()
    return log.entries
  },
  'decision-late': () => receipted('2030-01-01T00:00:59Z'),
  'request-repeated': () => {
    const log = foundedLog()
    const request = log.request('allocate/1', { holder: 'H-4', pool: 'IP4', length: 26, block: null })
    log.act(request, [alice])
    log.act(request, [alice])
    log.commit()
    return log.entries
  },
  'not-due': () => {
    const { log, application } = cooling()
    log.advance(WEEK_SECONDS - 1)
    log.due('update-holder/1', application)
    log.commit()
    return log.entries
  },
  'due-undone': () => {
    const { log } = cooling()
    log.advance(WEEK_SECONDS + 1)
    allocate(log, 'H-5', bob)
    log.commit()
    return log.entries
  },
  'inputs-differ': () =>
    allocation((entry) => ({ ...entry, inputs: (entry['inputs'] as Json[]).slice(1) })).entries,
  'accepted-wrongly': () => allocation(withOutcome({ accepted: true, effects: [] }), bob).entries,
  'refused-wrongly': () => allocation(withOutcome({ accepted: false, refusals: ['quota-reached'] })).entries,
  'refusal-differs': () =>
    allocation(withOutcome({ accepted: false, refusals: ['quota-reached'] }), bob).entries,
  'effects-differ': () =>
    allocation((entry) => {
      const outcome = object(entry['outcome'])
      return { ...entry, outcome: { ...outcome, effects: (outcome['effects'] as Json[]).slice(1) } }
    }).entries,
  'loss-without-basis': () => slipped(HELD, taken),
  'decision-impossible': () => {
    const { log, application } = cooling()
    log.advance(WEEK_SECONDS)
    log.tamper = (entry) => ({ ...object(entry), procedure: 'seize/1' })
    log.due('update-holder/1', application)
    log.commit()
    return log.entries
  },
  'number-misplaced': () => slipped('ip4/198.51.100.0/28', doubled),
  'number-lost': () => slipped('ip4/198.51.100.0/24', () => null),
}

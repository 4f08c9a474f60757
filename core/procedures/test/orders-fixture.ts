/** A registry with an order desk: courts and a regulator, attestors, holders, and orders served there. */

import assert from 'node:assert/strict'
import {
  type Authority,
  asRecordKey,
  canFallDue,
  type Desk,
  dueOf,
  type JsonObject,
  type Notes,
  type OrderRecord,
  type OrderState,
  objectKey,
} from '@cadastre/records'
import { attest } from '../src/attest.ts'
import { contestOrder } from '../src/contest-order.ts'
import type { Procedure } from '../src/index.ts'
import { PROCEDURES } from '../src/index.ts'
import { registerAuthority } from '../src/register-authority.ts'
import { serveOrder } from '../src/serve-order.ts'
import { addClerks, examine } from './attestors.ts'
import { notify } from './notifier.ts'
import { hash, staffedWorld } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const ROOT: string = hash('root')
const SEAL: string = hash('seal')
const NOTICED = '2029-06-01T00:00:00Z'
const EFFECTS = [
  'disclose',
  'annotate',
  'hold',
  'correct',
  'transferTo',
  'appointRepresentative',
  'cancelToPool',
  'withdrawNamedService',
  'vary',
  'stay',
  'lift',
]

const DESK_PARAMETERS = {
  acknowledgeDays: 1,
  windowDays: 10,
  askAgainSeconds: 180 * DAY,
  conflictDays: 10,
  quarantineSeconds: 180 * DAY,
}
const PARAMETERS = {
  'serve-order/1': DESK_PARAMETERS,
  'contest-order/1': {},
  'register-authority/1': { noticeSeconds: 90 * DAY },
  'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
  'return/1': { withdrawalSeconds: 14 * DAY, quarantineSeconds: 180 * DAY },
  'declare-service/1': {},
  'delegate/1': { maxTermSeconds: 1826 * DAY, guardSeconds: 7 * DAY },
}

export function terms(more: JsonObject = {}): JsonObject {
  return {
    kind: 'court',
    name: 'Court of Examples',
    country: 'XX',
    legalBasis: 'Code of Examples, section 1',
    effectsAllowed: EFFECTS,
    channels: ['tel:+000000'],
    sealCerts: [SEAL],
    hierarchy: 'CIVIL',
    rank: 1,
    appealStays: false,
    holdSeconds: null,
    ...more,
  }
}

export function addAuthority(
  here: World,
  handle: string,
  more: JsonObject = {},
  rest: JsonObject = {},
): void {
  here.put(objectKey('authority', handle), {
    v: 1,
    handle,
    terms: terms(more),
    noticedUntil: NOTICED,
    gazette: hash('gazette'),
    ended: null,
    application: 'A-1',
    since: 1,
    ...rest,
  })
}

/** COURT, HIGH-COURT above it, FOREIGN of another hierarchy, REGULATOR; H-1 holds 198.51.100.0/24 as R-1. */
export function deskWorld(): World {
  const here = staffedWorld(PARAMETERS)
  addClerks(here)
  here.put(objectKey('desk', 'ORDERS'), {
    v: 1,
    roots: [{ name: 'root', certificate: ROOT }],
    served: 0,
    sealed: 0,
    since: 0,
  })
  addAuthority(here, 'COURT')
  addAuthority(here, 'HIGH-COURT', { rank: 2 })
  addAuthority(here, 'FOREIGN', { hierarchy: 'CRIMINAL' })
  addAuthority(here, 'REGULATOR', { kind: 'regulator', hierarchy: 'REGULATORS' })
  here.register('R-1', '198.51.100.0/24')
  return here
}

export const WHOLE: JsonObject = { key: 'ip4/198.51.100.0/24', id: 'R-1', range: '198.51.100.0/24' }
export const HALF: JsonObject = { key: 'ip4/198.51.100.0/24', id: 'R-1', range: '198.51.100.0/25' }
export const SEALED_BY: JsonObject = {
  means: 'seal',
  certificate: SEAL,
  root: ROOT,
  report: hash('report'),
}
export const BY_BAILIFF: JsonObject = { means: 'bailiff', record: hash('record'), callBack: hash('call') }

let documents = 0

/** The body of an order: a hold of the whole of R-1 by COURT, but for what is said otherwise. */
export function orderBody(here: World, order: JsonObject, more: JsonObject = {}): JsonObject {
  documents += 1
  return {
    step: 'serve',
    staff: 'OP-1',
    attestor: null,
    authority: 'COURT',
    reference: `4 O ${documents}/29`,
    document: hash(`document ${documents}`),
    date: '2029-12-31',
    served: here.at,
    authenticity: SEALED_BY,
    order,
    scope: [WHOLE],
    holder: 'H-1',
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    ...more,
  }
}

export const HOLD: JsonObject = { effect: 'hold' }

/** Serve an order; its handle, whatever became of it. */
export function serve(
  here: World,
  order: JsonObject,
  more: JsonObject = {},
  by: readonly string[] = [],
): string {
  const index = here.index
  const code = here.ask(serveOrder, {
    body: orderBody(here, order, more),
    by: ['OP-1/staff', ...by],
  })
  assert.equal(code, null)
  return `O-${index}`
}

export function orderIn(here: World, handle: string): OrderRecord {
  return here.state.get(objectKey('order', handle)) as never
}
export function stateOf(here: World, handle: string): readonly [OrderState, string | null] {
  const { state, reason } = orderIn(here, handle)
  return [state, reason]
}
export function deskIn(here: World): Desk {
  return here.state.get(objectKey('desk', 'ORDERS')) as never
}
export function authorityIn(here: World, handle: string): Authority | null {
  return here.state.get(objectKey('authority', handle)) as never
}
export function notedOn(here: World, id: string): Notes['orders'] {
  const notes: unknown = here.object('notes', id)
  return (notes as Notes | null)?.orders ?? []
}
export function examinationOfOrder(handle: string): string {
  return `A-${handle.slice(2)}`
}

const DESK: { readonly [id: string]: Procedure } = {
  'serve-order/1': serveOrder,
  'contest-order/1': contestOrder,
  'register-authority/1': registerAuthority,
  'attest/1': attest,
}

/** Everything that has fallen due is decided, until nothing is left: as the registrar does in each batch. */
export function runDue(here: World): void {
  for (let round = 0; round < 20; round++) {
    const due = [...here.state.records.keys()].flatMap((text) => {
      const key = asRecordKey(text)
      if (key === null || !canFallDue(key)) return []
      const next = dueOf(key, here.state.get(key))
      return next !== null && next.at <= here.at ? [next] : []
    })
    if (due.length === 0) return
    for (const { procedure, key } of due) {
      // What was due may have been done together with something else.
      const now = dueOf(key, here.state.get(key))
      if (now?.procedure !== procedure || now.at > here.at) continue
      const known = DESK[procedure] ?? PROCEDURES[procedure]
      assert.ok(known, procedure)
      assert.equal(here.due(known, key), null, `${procedure} ${key}`)
      here.assertFits()
    }
  }
  assert.fail('something falls due for ever')
}

/** The attestors answer with yes, but for these. */
export function attested(
  here: World,
  handle: string,
  no: { readonly [staff: string]: readonly string[] } = {},
): void {
  examine(here, examinationOfOrder(handle), no)
  runDue(here)
}

export function notified(here: World, handle: string): void {
  assert.equal(notify(here, examinationOfOrder(handle)), null)
  runDue(here)
}

export function publish(here: World, order: string): string | null {
  const body = { step: 'publish', staff: 'OP-1', order, text: hash('text') }
  const code = here.ask(serveOrder, { body, by: ['OP-1/staff'] })
  runDue(here)
  return code
}

export function after(here: World, days: number): void {
  here.later(days * DAY)
  runDue(here)
}

/** Serve and verify an order. */
export function verified(
  here: World,
  order: JsonObject,
  more: JsonObject = {},
  by: readonly string[] = [],
): string {
  const handle = serve(here, order, more, by)
  attested(here, handle)
  return handle
}

/** Serve, verify, notify, and let the window pass. */
export function executed(
  here: World,
  order: JsonObject,
  more: JsonObject = {},
  by: readonly string[] = [],
): string {
  const handle = verified(here, order, more, by)
  notified(here, handle)
  after(here, 15)
  return handle
}

/** Sixteen holdings of H-1. */
export function sixteen(here: World): readonly JsonObject[] {
  return Array.from({ length: 16 }, (_, n) => {
    const range = `203.0.113.${n * 16}/28`
    here.register(`R-${n + 30}`, range)
    return { key: `ip4/${range}`, id: `R-${n + 30}`, range }
  })
}
/** What strangers can write beside: as many claims as there is room for, or so many. */
export function crowd(here: World, scope: readonly JsonObject[], claims = 8): void {
  for (const { id } of scope) {
    const notes = here.object('notes', String(id)) ?? {
      v: 1,
      registration: id ?? null,
      pending: null,
      heldUntil: null,
      delayedUntil: null,
      orders: [],
      since: 1,
    }
    const facts = Array.from({ length: 16 }, (_, n) => hash(`${id} ${n}`))
    const annotations = facts.slice(0, claims).map((one, n) => ({
      id: `N-${n}`,
      kind: 'dispute',
      by: 'F'.repeat(64),
      facts: one,
      evidence: one,
      until: '2032-01-01T00:00:00Z',
      since: 1,
    }))
    here.put(objectKey('notes', String(id)), { ...notes, annotations, pastFacts: facts })
  }
}

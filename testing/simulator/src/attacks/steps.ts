/** What several attacks do on their way: examinations in which everybody lies, notices, orders. */

import { nodeCrypto } from '@cadastre/crypto/node'
import { addSeconds, type Cell, type JsonObject, ORDER_EFFECTS, type OrderRecord } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import type { HostileLog } from './hostile-log.ts'
import { ALICES, type AttackWorld, DAY, SHA } from './world.ts'

/** Everybody who is called answers, with yes but to these questions. */
export async function examine(
  world: AttackWorld,
  application: string,
  no: readonly string[] = [],
): Promise<readonly string[]> {
  const { examination } = world.application(application)
  if (examination === null) throw new Error(`${application} is not examined`)
  const { questions, calls } = examination
  const answers = Object.fromEntries(questions.map((one) => [one, no.includes(one) ? 'no' : 'yes']))
  const called = calls.filter((call) => !call.missed && call.answers === null).map(({ staff }) => staff)
  const said = (staff: string): JsonObject => ({
    application,
    staff,
    answers,
    evidence: SHA('what the attestor says it saw'),
    nonce: SHA(`${staff} ${application}`),
  })
  const step = (staff: string, body: JsonObject): Promise<void> => {
    const signer = world.clerks.find(({ handle }) => handle === staff)?.signer
    if (signer === undefined) throw new Error(`no clerk ${staff}`)
    return world.must('attest/1', body, [signer])
  }
  for (const staff of called) {
    const commitment = memberHashOf(nodeCrypto, said(staff))
    await step(staff, { step: 'commit', application, staff, commitment })
  }
  for (const staff of called) await step(staff, { step: 'reveal', ...said(staff) })
  // What follows from the answers falls due at once.
  await world.tick()
  return called
}

/** The notices service says that it tried to tell everybody whom an application concerns. */
export async function sayNotified(world: AttackWorld, application: string): Promise<void> {
  const { notice } = world.application(application)
  if (notice === null) throw new Error(`nobody waits for a notice of ${application}`)
  const attempts = notice.to.map((holder) => ({
    entry: notice.since,
    application,
    holder,
    channel: 'public',
    to: null,
    message: SHA(`to ${holder} of ${application}`),
    at: world.registry.now,
    reply: 'no-address',
    code: null,
  }))
  await world.must('record-notice/1', { staff: 'NOTIFIER', attempts }, [world.notifier])
}

const COURT_TERMS: JsonObject = {
  kind: 'court',
  name: 'Court of Examples',
  country: 'XX',
  legalBasis: 'Code of Examples, section 1',
  effectsAllowed: [...ORDER_EFFECTS],
  channels: ['tel:+000000'],
  sealCerts: [],
  hierarchy: 'CIVIL',
  rank: 1,
  appealStays: false,
  holdSeconds: null,
}

/** Enters an authority on a gazette that all attestors say they saw. */
export async function enterCourt(world: AttackWorld, more: JsonObject = {}): Promise<string> {
  const body = { step: 'register', staff: 'OPERATOR', attestor: null, authority: 'COURT' }
  const asked = { ...body, gazette: SHA('a gazette'), terms: { ...COURT_TERMS, ...more } }
  const application = await world.made('application', 'register-authority/1', asked, [
    world.registry.operator,
  ])
  await examine(world, application)
  return application
}

/** The body by which an order is served as a certified copy. */
export function orderBody(world: AttackWorld, order: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    step: 'serve',
    staff: 'OPERATOR',
    attestor: null,
    authority: 'COURT',
    reference: 'C 1/26',
    document: SHA(`order ${JSON.stringify(order)} ${JSON.stringify(more)}`),
    date: world.registry.now.slice(0, 10),
    served: world.registry.now,
    authenticity: { means: 'certified-copy', record: SHA('a copy'), callBack: SHA('a call') },
    order,
    scope: [],
    holder: null,
    until: null,
    executeFrom: null,
    seal: null,
    reverses: null,
    ...more,
  }
}

/** Serves an order: its handle, or the refusal where it was not even taken in. */
export async function serve(world: AttackWorld, order: JsonObject, more: JsonObject = {}): Promise<string> {
  return world.made('order', 'serve-order/1', orderBody(world, order, more), [world.registry.operator])
}

export function orderOf(world: AttackWorld, handle: string): OrderRecord {
  const order = world.object<OrderRecord>('order', handle)
  if (order === null) throw new Error(`no order ${handle}`)
  return order
}

/** What stopped an order on its way; null where it was executed. */
export function stoppedOrder(world: AttackWorld, handle: string): string | null {
  const { state, reason } = orderOf(world, handle)
  return state === 'executed' ? null : `order ${state}${reason === null ? '' : `: ${reason}`}`
}

/** The cell as it would be if its innermost registration were somebody else's. */
export function cellOf(
  log: HostileLog,
  key: string,
  holder: string | null,
): { readonly key: string; readonly next: unknown } {
  const cell = log.record(key) as Cell
  const last = cell.registrations.length - 1
  const registrations = cell.registrations.map((one, place) => (place === last ? { ...one, holder } : one))
  return { key, next: { ...cell, registrations } }
}

/** The offer of a holder's whole registration to somebody else. */
export function offerOf(world: AttackWorld, key: string, from: string, to: string): JsonObject {
  const range = key.slice(key.indexOf('/') + 1)
  return { step: 'offer', from, to, registration: world.reference(key), range, services: [] }
}

/** Alice's lease of a part of her block to Bob. */
export function leaseBody(world: AttackWorld, range: string, until: string): JsonObject {
  return {
    step: 'grant',
    parent: world.alice.handle,
    registration: world.reference(ALICES),
    range,
    child: world.bob.handle,
    kind: 'lease',
    status: 'assigned',
    until,
    protected: false,
    country: null,
  }
}
/** Such a lease; a protected one takes effect after the time in which the parties' keys may veto it. */
export async function lease(
  world: AttackWorld,
  range: string,
  days: number,
  isProtected = false,
): Promise<void> {
  const until = addSeconds(world.registry.now, days * DAY)
  const body = { ...leaseBody(world, range, until), protected: isProtected }
  const signers = [world.alice.signer, world.bob.signer]
  await world.must('delegate/1', body, signers, [world.naming(ALICES)])
  if (isProtected) await world.later(8)
}

export const successionBody = (world: AttackWorld, ground: string): JsonObject => ({
  step: 'apply',
  predecessor: world.alice.handle,
  successor: world.mallory.handle,
  registrations: [world.reference(ALICES)],
  ground,
  instrument: SHA('a forged extract'),
  attestor: 'CL-1',
})
/** Mallory says that it succeeds Alice; every attestor says that the papers are right. */
export async function succession(world: AttackWorld, ground: string): Promise<string> {
  const application = await world.made(
    'application',
    'succeed/1',
    successionBody(world, ground),
    [world.mallory.signer],
    [world.naming(ALICES)],
  )
  await examine(world, application)
  return application
}
/** What stopped an application, or null where it has taken effect. */
export const stoppedApplication = (world: AttackWorld, application: string): string | null => {
  const { state } = world.application(application)
  return state === 'effected' ? null : `application ${state}`
}

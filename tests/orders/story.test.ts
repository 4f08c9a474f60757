/**
 * One story, from the first order to the reversal (issue "The order desk"): a hold, an objection, its end; half of a
 * block passes by order, and comes back on appeal. At each step RDAP, WHOIS, the explorer, the report and the proofs
 * are compared with the record. docs/order-story.md tells it; what it quotes is quoted from here.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { objectQuery, verifyAnswer } from '@cadastre/answers'
import { createPortal } from '@cadastre/api'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePolicy } from '@cadastre/notes'
import { ordersOn } from '@cadastre/reader'
import { canonicalJson, type JsonObject, type OrderRecord, objectKey } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import type { TestHolder } from '@cadastre/simulator'
import { ordersLines } from '@cadastre/statistics'
import { hash, OrderDesk } from './desk.ts'

const BLOCK = '198.51.100.0/24'
const HALF = '198.51.100.128/25'
const OTHER = '198.51.100.0/25'

let desk: OrderDesk
let [acme, bolt]: TestHolder[] = []
/** Handles of the three orders. */
const told: string[] = []
/** Everything that was answered, for the page in docs. */
const said: string[] = []

before(async () => {
  desk = await OrderDesk.open('198.51.100.0 - 198.51.100.255')
  acme = await desk.registry.holder('Acme Networks')
  bolt = await desk.registry.holder('Bolt Hosting')
  await desk.allocate(acme, BLOCK)
  await desk.court('COURT', 1)
  await desk.court('APPEAL', 2)
})
after(() => desk.close())

function holder(which: TestHolder | undefined): TestHolder {
  assert.ok(which)
  return which
}

function scopeOf(prefix: string, at: string = prefix): JsonObject {
  return { key: `ip4/${at}`, id: desk.heldAt(at).id, range: prefix }
}

/** What anyone can see of a block says what its record says: holder, what orders do to it, and nothing besides. */
async function compareBlock(prefix: string): Promise<void> {
  const registration = desk.heldAt(prefix)
  const { at } = desk.registry.reader.snapshot().publication
  const orders = ordersOn(desk.notes(registration.id), at)
  const held = orders.some(({ holds }) => holds)
  const rdap = await desk.rdap(`/ip/${prefix}`)
  const status = rdap['status'] as readonly string[]
  assert.equal(status.includes('transfer prohibited'), held, `RDAP status of ${prefix}`)
  const remarks = (rdap['remarks'] ?? []) as readonly JsonObject[]
  const named = remarks.filter(({ title }) => title === 'Order of an authority')
  assert.deepEqual(
    named.map(({ description }) => description),
    orders.map(({ says }) => [says]),
    `RDAP remarks of ${prefix}`,
  )
  const entities = rdap['entities'] as readonly JsonObject[]
  assert.ok(
    entities.some(({ handle }) => handle === registration.holder),
    `RDAP holder of ${prefix}`,
  )
  const whois = await desk.whois(prefix)
  assert.match(whois, new RegExp(`^org: +${registration.holder}$`, 'm'))
  const remarked = [...whois.matchAll(/^remarks: +(Order O-.*)$/gm)].map(([, text]) => text)
  assert.deepEqual(
    remarked,
    orders.map(({ says }) => says),
    `WHOIS remarks of ${prefix}`,
  )
  said.push(`"status": ${JSON.stringify(status)}`, ...orders.map(({ says }) => says))
}

/** The order's record is proved; its page, its JSON and the report say the same. */
async function compareOrder(handle: string): Promise<void> {
  const { reader } = desk.registry
  const order = desk.order(handle)
  const policy = parsePolicy(nodeCrypto, reader.info.policy)
  assert.ok(policy.ok)
  const query = objectQuery(nodeCrypto, 'order', handle)
  assert.ok(query)
  const proof = reader.snapshot().prove(objectKey('order', handle))
  const trust = { trust: policy.value, age: null }
  const verified = verifyAnswer(nodeCrypto, trust, query, proof)
  assert.ok(verified.ok, 'the proof holds')
  const [proved] = verified.value.covering
  assert.equal(canonicalJson(proved?.record ?? null), canonicalJson(order as never))
  const page = await desk.page(`/orders/${handle}`)
  assert.ok(page.includes(`${order.detail.effect}, ${order.state}`), `page of ${handle}: ${order.state}`)
  for (const { range } of order.scope) assert.ok(page.includes(`>${range}</a>`), range)
  assert.ok(page.includes(order.document ?? '?'), 'the hash of the document')
  assert.ok(page.includes(order.authority))
  const list = await desk.page(`/orders?resource=${encodeURIComponent(BLOCK)}`)
  for (const one of told) assert.ok(list.includes(`href="/orders/${one}"`), `${one} in the list`)
}

/** What the report says of all orders so far is what their records say; stats and audit count it alike. */
async function compareReport(): Promise<void> {
  const { orders, adverse } = await desk.report()
  const audited = await desk.audit()
  assert.deepEqual(audited.orders, orders)
  assert.equal(adverse.lacking, 0)
  const records = told.map((one) => desk.order(one))
  const count = (fits: (order: OrderRecord) => boolean): number => records.filter(fits).length
  assert.deepEqual([orders.served, orders.counted], [records.length, records.length])
  for (const [state, times] of Object.entries(orders.outcomes))
    assert.equal(
      times,
      count((one) => one.state === state),
      state,
    )
  assert.equal(
    orders.effects['hold'],
    count(({ detail }) => detail.effect === 'hold'),
  )
  assert.equal(
    orders.reversed,
    count(({ state }) => state === 'reversed'),
  )
  const page = await desk.page('/statistics')
  assert.ok(page.includes(`Served: <strong>${records.length}</strong>`))
  assert.ok(page.includes('Adverse acts without a basis: <strong>0</strong>'))
  assert.ok(
    page.includes(orders.activeHolds.length === 0 ? 'Holds in force: <strong>0' : 'Holds in force: 1'),
  )
  said.push(...ordersLines(orders, adverse.lacking).map((line) => line.trim()))
}

async function compare(...prefixes: readonly string[]): Promise<void> {
  for (const prefix of prefixes) await compareBlock(prefix)
  for (const order of told) await compareOrder(order)
  await compareReport()
}

function state(handle: string): string {
  return desk.order(handle).state
}

/** What a request names of the whole block's registration. */
function replaced(): Parameters<OrderDesk['ask']>[2] {
  const registration = desk.heldAt(BLOCK)
  return [{ member: `ip4/${BLOCK}#${registration.id}`, hash: memberHashOf(nodeCrypto, registration) }]
}

function transferRefusal(range: string): Promise<string | null> {
  const [seller, buyer] = [holder(acme), holder(bolt)]
  const registration = { key: `ip4/${BLOCK}`, id: desk.heldAt(BLOCK).id }
  const body = { step: 'offer', registration, range, from: seller.handle, to: buyer.handle, services: [] }
  return desk.ask('transfer/1', body, replaced(), seller.signer, buyer.signer)
}

test('a court orders a hold: served, verified by two attestors, in force; every service goes on', async () => {
  const until = '2045-01-31T00:00:00Z'
  const order = await desk.serve(
    'COURT',
    'C 12/2045',
    { effect: 'hold' },
    {
      scope: [scopeOf(BLOCK)],
      holder: holder(acme).handle,
      until,
    },
  )
  told.push(order)
  assert.equal(state(order), 'received')
  await compare(BLOCK)

  await desk.later(1)
  const called = await desk.attest(desk.order(order).application)
  assert.equal(called.length, 2)
  await desk.later(0)
  assert.equal(state(order), 'executed')
  assert.ok(Object.values(desk.order(order).checklist ?? {}).every((answer) => answer === 'yes'))
  await compare(BLOCK)
  assert.deepEqual((await desk.rdap(`/ip/${BLOCK}`))['status'], ['active', 'transfer prohibited'])
  assert.equal(await transferRefusal(HALF), 'held')
  said.push('transfer/1: refused, held')
  const { handle, signer } = holder(acme)
  const service = { kind: 'route', origin: 64_500 }
  const route = { holder: handle, at: `ip4/${BLOCK}`, service, action: 'set' }
  assert.equal(await desk.ask('declare-service/1', route, replaced(), signer), null)
  await compare(BLOCK)
})

test('the holder is notified and objects to a fact; a third attestor looks, and confirms it', async () => {
  const [order = ''] = told
  await desk.later(1)
  await desk.notify(order)
  const evidence = hash('a letter that says that it was lifted')
  const { handle, signer } = holder(acme)
  const body = { step: 'object', order, holder: handle, items: ['not-superseded'], evidence }
  assert.equal(await desk.ask('contest-order/1', body, [], signer), null)
  const { objection } = desk.order(order)
  assert.equal(objection?.upheld, null)
  await compare(BLOCK)
  const called = await desk.attest(objection?.application ?? '')
  assert.equal(called.length, 1, 'a third attestor')
  await desk.later(0)
  assert.equal(desk.order(order).objection?.upheld, false)
  assert.equal(state(order), 'executed')
  assert.equal(await desk.ask('contest-order/1', body, [], signer), 'objection-used')
  await compare(BLOCK)
})

test('the hold expires by itself, in nobody’s hand', async () => {
  const [order = ''] = told
  await desk.later(31)
  assert.equal(state(order), 'expired')
  await compare(BLOCK)
  assert.deepEqual((await desk.rdap(`/ip/${BLOCK}`))['status'], ['active'])
})

test('a second order transfers half of the block: notice, window, execution', async () => {
  // The court's full notice of 90 days has run: until then it could only hold and annotate.
  await desk.later(65)
  const [seller, buyer] = [holder(acme).handle, holder(bolt).handle]
  const order = await desk.serve(
    'COURT',
    'C 77/2045',
    { effect: 'transferTo', receiver: buyer },
    {
      scope: [scopeOf(HALF, BLOCK)],
      holder: seller,
    },
  )
  told.push(order)
  await desk.later(1)
  await desk.attest(desk.order(order).application)
  await desk.later(1)
  assert.equal(desk.order(order).executed, null, 'never before the notice')
  await desk.notify(order)
  await desk.later(0)
  assert.equal(state(order), 'window')
  assert.equal(desk.heldAt(HALF).holder, seller)
  await compare(BLOCK)

  await desk.later(13)
  assert.equal(state(order), 'window', 'ten business days are fourteen days')
  await desk.later(2)
  assert.equal(state(order), 'executed')
  assert.equal(desk.heldAt(HALF).holder, buyer)
  assert.equal(desk.heldAt(OTHER).holder, seller, 'exactly the half that the order names')
  await compare(HALF, OTHER)
})

test('the appeal reverses it: a new order, executed as exactly', async () => {
  const [, reversed = ''] = told
  const [seller, buyer] = [holder(acme).handle, holder(bolt).handle]
  const order = await desk.serve(
    'APPEAL',
    'A 3/2045',
    { effect: 'transferTo', receiver: seller },
    {
      scope: [scopeOf(HALF)],
      holder: buyer,
      reverses: reversed,
    },
  )
  told.push(order)
  await desk.later(1)
  await desk.attest(desk.order(order).application)
  await desk.later(1)
  await desk.notify(order)
  await desk.later(15)
  assert.equal(state(order), 'executed')
  assert.equal(state(reversed), 'reversed')
  assert.equal(desk.heldAt(HALF).holder, seller)
  await compare(HALF, OTHER)
  const { orders } = await desk.report()
  assert.deepEqual(orders.noticeBeforeEffect.takes, { executed: 2, noticed: 2, share: 1 })
})

test('the list of orders by authority, effect, state and numbers, in pages to its end', async () => {
  const portal = createPortal(desk.registry.reader)
  const all = { authority: null, effect: null, state: null, resource: null }
  const found = async (filter: Partial<Record<keyof typeof all, string>>): Promise<readonly string[]> => {
    const page = await portal.orders({ ...all, ...filter }, { before: null, limit: 50 })
    assert.ok(page)
    assert.equal(page.found, page.items.length)
    assert.deepEqual([page.served, page.sealed], [3, 0])
    return page.items.map(({ handle }) => handle)
  }
  const [hold = '', transfer = '', appeal = ''] = told
  assert.deepEqual(await found({}), [appeal, transfer, hold])
  assert.deepEqual(await found({ authority: 'APPEAL' }), [appeal])
  assert.deepEqual(await found({ effect: 'hold' }), [hold])
  assert.deepEqual(await found({ state: 'reversed' }), [transfer])
  assert.deepEqual(await found({ resource: '198.51.100.1' }), [hold])
  assert.deepEqual(await found({ resource: 'AS64500' }), [])
  assert.equal(await portal.orders({ ...all, resource: 'nonsense' }, { before: null, limit: 1 }), null)
  const walked: string[] = []
  for (let before: string | null = null, more = true; more; ) {
    const page = await portal.orders(all, { before, limit: 2 })
    assert.ok(page)
    walked.push(...page.items.map(({ handle }) => handle))
    before = page.before
    more = before !== null
  }
  assert.deepEqual(walked, [appeal, transfer, hold])
  const register = await portal.authorities({ before: null, limit: 50 })
  assert.deepEqual(
    register?.items.map(({ handle, orders }) => [handle, orders]),
    [
      ['APPEAL', 1],
      ['COURT', 2],
    ],
  )
  assert.match(await desk.page('/authorities'), /Court of Appeal of Examples/)
  assert.match(await desk.page('/?q=COURT'), /Code of Examples, section 1/)
  // Whoever held the numbers then: their history has every order about them, and what became of it.
  const timeline = await portal.history(`ip4/${HALF}`, { limit: 50, before: null })
  const sentences = JSON.stringify(timeline?.items)
  for (const sentence of [
    `Order ${hold} (hold) of COURT: received.`,
    `Order ${hold}: executed, now expired.`,
    `Order ${transfer}: window, now executed.`,
    `Order ${transfer}: executed, now reversed.`,
    `Order ${appeal}: window, now executed.`,
  ])
    assert.ok(sentences.includes(sentence), sentence)
  const page = await desk.page(`/?q=${encodeURIComponent(HALF)}`)
  assert.ok(page.includes(`Order ${hold}: executed, now expired.`))
})

test('docs/order-story.md quotes what was answered here', () => {
  const page = readFileSync(new URL('../../docs/order-story.md', import.meta.url), 'utf8')
  const quoted = [...page.matchAll(/```\n([^`]*)```/g)].flatMap(([, block = '']) => block.trim().split('\n'))
  assert.ok(quoted.length >= 10)
  const answered = new Set(said)
  for (const line of quoted) assert.ok(answered.has(line.trim()), line)
})

/** Routes of the pages about the register as a whole: its queues, how it is run, its statistics. */

import type { Context, Hono } from 'hono'
import { APPLICATION_ITEMS, applicationsPage, statesNamed } from './applications.ts'
import { faultPage, plainPage } from './home.ts'
import { authoritiesPage, ORDER_ITEMS, orderPage, ordersPage } from './orders.ts'
import type { PageParts } from './page.ts'
import { oneQueuePage, QUEUE_ITEMS, queuePage } from './queue.ts'
import { REGISTER_ITEMS, registerPage } from './register.ts'
import { statisticsPage } from './statistics.ts'
import type { ExplorerOptions, OrderFilter } from './types.ts'

type MakePage = (c: Context, status: 200 | 202 | 400 | 404, parts: PageParts) => Promise<Response>

/** So many of each queue stand on the first page. */
const FIRST_ITEMS = 10

export function mountMore(app: Hono, page: MakePage, options: ExplorerOptions): void {
  app.get('/queue', (c) => queueAnswer(c, page, options))
  app.get('/applications', (c) => applicationsAnswer(c, page, options))
  app.get('/register', (c) => registerAnswer(c, page, options))
  app.get('/orders', (c) => ordersAnswer(c, page, options))
  app.get('/orders/:handle', (c) => orderAnswer(c, page, options))
  app.get('/authorities', (c) => authoritiesAnswer(c, page, options))
  app.get('/statistics', (c) => statisticsAnswer(c, page, options))
}

async function queueAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const name = (c.req.query('queue') ?? '').trim()
  const start = c.req.query('from') ?? '0'
  const from = /^[0-9]{1,15}$/.test(start) ? Number(start) : 0
  if (name !== '') {
    const found = await options.queues(name, { from, limit: QUEUE_ITEMS })
    if (found !== null)
      return page(c, 200, { title: `The queue of ${name}`, query: '', body: oneQueuePage(found, from) })
    const body = plainPage('Nobody waits there', 'There is no such queue, or nobody waits in it any more.')
    return page(c, 404, { title: 'Not found', query: '', body })
  }
  const [queues, level] = await Promise.all([
    options.queues(null, { from: 0, limit: FIRST_ITEMS }),
    options.serviceLevel(),
  ])
  if (queues === null) throw new TypeError('all queues are always there')
  return page(c, 200, { title: 'Who waits', query: '', body: queuePage(queues, level) })
}

async function applicationsAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const asked = (name: string): string => (c.req.query(name) ?? '').trim()
  const states = statesNamed(asked('state'))
  const procedure = asked('procedure')
  const before = asked('before')
  const filter = { states: states ?? [], procedure: procedure === '' ? null : procedure }
  const position = { before: before === '' ? null : before.toUpperCase(), limit: APPLICATION_ITEMS }
  const found = states === null ? null : await options.applications(filter, position)
  if (found === null)
    return notThere(c, page, options, 'an address that this register gave, such as /applications?state=open')
  return page(c, 200, { title: 'Applications', query: '', body: applicationsPage(found, filter) })
}

async function registerAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const at = (list: string): { readonly before: string | null; readonly limit: number } => ({
    before: c.req.query(list)?.toUpperCase() ?? null,
    limit: REGISTER_ITEMS,
  })
  const [register, transits, incidents, complaints] = await Promise.all([
    options.register(),
    options.transits(at('transits')),
    options.incidents(at('incidents')),
    options.complaints(at('complaints')),
  ])
  if (transits === null || incidents === null || complaints === null) {
    const fault = {
      kind: 'not-found',
      value: c.req.path,
      expected: 'an address that this register gave',
    } as const
    return page(c, 404, { title: 'Not found', query: '', body: faultPage(fault, options.examples) })
  }
  const body = registerPage(register, { transits, incidents, complaints })
  return page(c, 200, { title: 'How this register is run', query: '', body })
}

function notThere(c: Context, page: MakePage, options: ExplorerOptions, expected: string): Promise<Response> {
  const fault = { kind: 'not-found', value: c.req.path, expected } as const
  return page(c, 404, { title: 'Not found', query: '', body: faultPage(fault, options.examples) })
}

async function ordersAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const asked = (name: string): string | null => {
    const text = (c.req.query(name) ?? '').trim()
    return text === '' ? null : text
  }
  const filter: OrderFilter = {
    authority: asked('authority')?.toUpperCase() ?? null,
    effect: asked('effect'),
    state: asked('state'),
    resource: asked('resource'),
  }
  const position = { before: asked('before')?.toUpperCase() ?? null, limit: ORDER_ITEMS }
  const found = await options.orders(filter, position)
  if (found === null)
    return notThere(c, page, options, 'an address that this register gave, and numbers as `resource`')
  return page(c, 200, { title: 'Orders', query: '', body: ordersPage(found, filter) })
}

async function orderAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const handle = (c.req.param('handle') ?? '').toUpperCase()
  const key = `obj/order/${handle}`
  const found = await options.lookup(key, { limit: 1, after: null })
  if (!found.ok || found.value.kind !== 'order')
    return notThere(c, page, options, 'the handle of an order, such as O-41')
  const history = await options.history(key, { limit: ORDER_ITEMS, before: null })
  return page(c, 200, { title: handle, query: handle, body: orderPage(found.value, history) })
}

async function authoritiesAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const position = { before: c.req.query('before')?.toUpperCase() ?? null, limit: ORDER_ITEMS }
  const found = await options.authorities(position)
  if (found === null) return notThere(c, page, options, 'an address that this register gave')
  return page(c, 200, { title: 'Authorities', query: '', body: authoritiesPage(found) })
}

async function statisticsAnswer(c: Context, page: MakePage, options: ExplorerOptions): Promise<Response> {
  const found = await options.statistics()
  if (found.kind === 'ready')
    return page(c, 200, { title: 'Statistics', query: '', body: statisticsPage(found.value) })
  if (found.kind === 'making') {
    c.header('Refresh', '2')
    const sentence = `The log is read: ${found.done} of ${found.total} entries. This page comes back by itself.`
    return page(c, 202, { title: 'Statistics', query: '', body: plainPage('A moment', sentence) })
  }
  return page(c, 404, { title: 'Not found', query: '', body: plainPage('Not found', found.detail) })
}

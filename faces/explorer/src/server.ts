/** Routes of the explorer. */

import { type Context, Hono } from 'hono'
import { type Asset, bundleScript, readIcon, readStyle } from './assets.ts'
import { extractPage } from './extract.ts'
import { faultPage, homePage, nothingHere, plainPage } from './home.ts'
import { mountMore } from './more-pages.ts'
import { numbersPage } from './numbers.ts'
import { applicationPage, holderPage, holdersPage, poolPage } from './objects.ts'
import { authorityPage, orderPage } from './orders.ts'
import { type PageParts, renderPage } from './page.ts'
import { procedurePage, proceduresPage } from './procedures.ts'
import { complaintPage, incidentPage, registrationPage, transitPage } from './public-records.ts'
import { mountSubscribe } from './subscribe.ts'
import type { ExplorerOptions, History, Lookup } from './types.ts'
import { whyPage } from './why.ts'
import type { Markup } from './words.ts'

export const EXPLORER_ROUTES = [
  '/',
  '/procedures',
  '/procedures/:kind',
  '/why/:index',
  '/extract',
  '/queue',
  '/applications',
  '/register',
  '/orders',
  '/orders/:handle',
  '/authorities',
  '/statistics',
  '/subscribe',
  '/subscribe/confirm',
  '/explorer/verify.js',
  '/explorer/style.css',
  '/explorer/icon.svg',
] as const

/** Of these, what a site keeps. */
const SITE_ROUTES = [
  '/',
  '/procedures',
  '/procedures/:kind',
  '/explorer/style.css',
  '/explorer/icon.svg',
] as const

/** Nothing inline, nothing from elsewhere: a text that slipped through unescaped still could not run. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
}

const INSIDE_ITEMS = 50
const HISTORY_ITEMS = 20
const QUERY_LENGTH_MAX = 200

type Assets = { readonly style: Asset; readonly icon: Asset; readonly script: Asset | null }

/** The face as a Hono app; mount it at the root. It reads no cookie and sets none. */
export function createExplorer(options: ExplorerOptions): Hono {
  const assets = once(() => loadAssets(options.failed))
  const app = new Hono()

  async function page(c: Context, status: 200 | 202 | 400 | 404 | 500, parts: PageParts): Promise<Response> {
    const { style, script } = await assets()
    const frame = {
      info: options.info,
      pause: options.pause(),
      stylePath: style.path,
      scriptPath: options.site?.verifies === false ? null : (script?.path ?? null),
      site: options.site ?? null,
    }
    return c.html(await renderPage(frame, parts), status, { ...HEADERS, 'Cache-Control': 'no-cache' })
  }

  app.onError(async (error, c) => {
    options.failed(error)
    const body = plainPage(
      'Out of order',
      'This page could not be made. The fault is recorded; the register is not affected.',
    )
    return page(c, 500, { title: 'Out of order', query: '', body })
  })
  for (const { route, make } of options.site?.pages ?? [])
    app.get(route, async (c) => {
      const made = await make({
        param: (name) => c.req.param(name) ?? '',
        query: (name) => c.req.query(name),
      })
      return page(c, made.status, { title: made.title, query: '', body: made.body })
    })
  app.get('/', (c) => answer(c, options, page))
  app.get('/procedures', (c) =>
    page(c, 200, { title: 'Procedures', query: '', body: proceduresPage([...options.procedures.keys()]) }),
  )
  app.get('/procedures/:kind', (c) => {
    const kind = c.req.param('kind')
    const text = options.procedures.get(kind)
    if (text !== undefined) return page(c, 200, { title: kind, query: '', body: procedurePage(kind, text) })
    const body = plainPage('Not found', 'This register has no page of such a procedure.')
    return page(c, 404, { title: 'Not found', query: '', body })
  })
  // Acts, queues and extracts are a register's: a site of other records has none.
  if (options.site === undefined) {
    app.get('/why/:index', (c) => whyAnswer(c, options, page))
    app.get('/extract', (c) => extractAnswer(c, options, page))
    mountMore(app, page, options)
    mountSubscribe(app, page, options.subscribe, undefined, options.channels)
  } else if (options.site.subscribe !== null) {
    mountSubscribe(app, page, options.site.subscribe.ask, options.site.subscribe.words)
  }
  app.get('/explorer/style.css', async (c) => file(c, (await assets()).style))
  app.get('/explorer/icon.svg', async (c) => file(c, (await assets()).icon))
  app.get('/explorer/verify.js', async (c) => file(c, (await assets()).script))
  const routes = options.site === undefined ? EXPLORER_ROUTES : SITE_ROUTES
  for (const route of routes) app.all(route, otherMethod)
  // Mounted last, this answers whatever nobody else does.
  app.all('/*', (c) => page(c, 404, { title: 'Not found', query: '', body: nothingHere(options.examples) }))
  return app
}

/** What is asked with another method: 405 with `Allow` (RFC 9110 section 15.5.6), or to OPTIONS what is allowed. */
function otherMethod(c: Context): Response {
  const headers = { Allow: 'GET, HEAD, OPTIONS', 'Cache-Control': 'no-store' }
  if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers })
  return c.text('Pages are only read: GET and HEAD are answered here.\n', 405, headers)
}

async function loadAssets(failed: (error: unknown) => void): Promise<Assets> {
  const [style, icon] = await Promise.all([readStyle(), readIcon()])
  const script = await bundleScript().catch((error: unknown) => {
    // Pages work without the script; whoever runs the server hears of it.
    failed(error)
    return null
  })
  return { style, icon, script }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

function file(c: Context, asset: Asset | null): Response {
  if (asset === null) return c.text('Not here.\n', 404, { 'Cache-Control': 'no-store' })
  const current = c.req.query('v') === asset.hash
  const etag = `"${asset.hash}"`
  const headers = {
    ...HEADERS,
    'Content-Type': asset.type,
    ETag: etag,
    'Cache-Control': current ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (c.req.header('If-None-Match') === etag) return new Response(null, { status: 304, headers })
  return c.body(asset.text, 200, headers)
}

type MakePage = (c: Context, status: 200 | 202 | 400 | 404, parts: PageParts) => Promise<Response>

async function answer(c: Context, options: ExplorerOptions, page: MakePage): Promise<Response> {
  const { info, examples } = options
  const query = (c.req.query('q') ?? '').trim()
  if (query === '') {
    const body = options.site === undefined ? homePage(info, examples) : await options.site.home()
    return page(c, 200, { title: null, query: '', body })
  }
  const after = c.req.query('after') ?? null
  const found: Awaited<ReturnType<ExplorerOptions['lookup']>> =
    query.length > QUERY_LENGTH_MAX
      ? {
          ok: false,
          error: {
            kind: 'not-understood',
            value: `${query.slice(0, 40)}…`,
            expected: `at most ${QUERY_LENGTH_MAX} characters`,
          },
        }
      : await options.lookup(query, { limit: INSIDE_ITEMS, after })
  if (!found.ok) {
    const { kind } = found.error
    const title = kind === 'not-found' ? 'Not found' : 'Not understood'
    return page(c, kind === 'not-found' ? 404 : 400, { title, query, body: faultPage(found.error, examples) })
  }
  const lookup = found.value
  const key = keyOf(lookup)
  const past = before(c.req.query('before'))
  const history = key === null ? null : await options.history(key, { limit: HISTORY_ITEMS, before: past })
  const nothing = lookup.kind === 'holders' && lookup.items.length === 0
  const own = (await options.site?.body(lookup)) ?? null
  const body = own ?? bodyOf(lookup, history, after !== null)
  return page(c, nothing ? 404 : 200, { title: lookup.query.canonical, query, body })
}

async function whyAnswer(c: Context, options: ExplorerOptions, page: MakePage): Promise<Response> {
  const text = c.req.param('index') ?? ''
  const found: Awaited<ReturnType<ExplorerOptions['why']>> = /^(?:0|[1-9][0-9]{0,14})$/.test(text)
    ? await options.why(Number(text))
    : { kind: 'none', detail: 'Entries are numbered from 0.' }
  const title = `Why entry ${text}`
  if (found.kind === 'ready') return page(c, 200, { title, query: '', body: whyPage(found.value) })
  if (found.kind === 'making') {
    c.header('Refresh', '2')
    const sentence = `The log is read up to this entry: ${found.done} of ${found.total}. This page comes back by itself.`
    return page(c, 202, { title, query: '', body: plainPage('A moment', sentence) })
  }
  return page(c, 404, { title: 'Not found', query: '', body: plainPage('Not found', found.detail) })
}

async function extractAnswer(c: Context, options: ExplorerOptions, page: MakePage): Promise<Response> {
  const query = (c.req.query('q') ?? '').trim()
  if (query === '')
    return page(c, 200, {
      title: 'Certified extract',
      query,
      body: plainPage(
        'Certified extract',
        'Look up a number or a holder; its certified extract is linked beside the proof.',
      ),
    })
  const found = await options.extract(query.slice(0, QUERY_LENGTH_MAX))
  if (found.ok)
    return page(c, 200, { title: `Extract of ${found.value.subject}`, query, body: extractPage(found.value) })
  const missing = found.error.kind === 'not-found'
  const title = missing ? 'Not found' : 'Not understood'
  return page(c, missing ? 404 : 400, { title, query, body: faultPage(found.error, options.examples) })
}

function before(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : null
}

/** Whose history the page shows. */
function keyOf(lookup: Lookup): string | null {
  if (lookup.kind === 'numbers') return lookup.key
  if (lookup.kind === 'holder') return `obj/holder/${lookup.holder.handle}`
  if (lookup.kind === 'holders' || lookup.kind === 'registration') return null
  return `obj/${lookup.kind}/${lookup.handle}`
}

function bodyOf(lookup: Lookup, history: History | null, continued: boolean): Markup {
  switch (lookup.kind) {
    case 'numbers':
      return numbersPage(lookup, history, continued)
    case 'holder':
      return holderPage(lookup, history, continued)
    case 'holders':
      return holdersPage(lookup)
    case 'application':
      return applicationPage(lookup, history)
    case 'pool':
      return poolPage(lookup, history)
    case 'transit':
      return transitPage(lookup, history)
    case 'incident':
      return incidentPage(lookup, history)
    case 'complaint':
      return complaintPage(lookup, history)
    case 'registration':
      return registrationPage(lookup)
    case 'order':
      return orderPage(lookup, history)
    case 'authority':
      return authorityPage(lookup, history)
  }
}

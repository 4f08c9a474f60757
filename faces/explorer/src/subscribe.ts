/** Pages by which anyone asks to be told of numbers, confirms that, and ends it. They work without a script. */

import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import { plainPage } from './home.ts'
import { type PageParts, part } from './page.ts'
import type { Markup } from './words.ts'

/** Hands a wish to the API, whose limits and answers are everybody's. */
export type AskApi = (
  c: Context,
  path: '/api/subscriptions' | '/api/subscriptions/confirm' | '/api/subscriptions/end',
  body: { readonly [name: string]: string },
) => Promise<Response>

type MakePage = (c: Context, status: 200 | 202 | 400 | 404, parts: PageParts) => Promise<Response>

export type SubscribeWords = {
  readonly title: string
  /** What one is told of, as a whole sentence. */
  readonly says: string
  /** What may be named. */
  readonly label: string
}

const WORDS: SubscribeWords = {
  title: 'Be told of acts',
  says: 'Whoever asks is told of every act that touches these numbers: transfers, successions, claims, services.',
  label: 'Prefix or AS number',
}

/** By which something can be sent from here. */
export type SubscribeChannels = readonly ('mail' | 'webhook')[]

const BOTH: SubscribeChannels = ['mail', 'webhook']

function targetLabel(channels: SubscribeChannels): string {
  if (channels.includes('mail'))
    return channels.includes('webhook') ? 'Mail address, or https address of a webhook' : 'Mail address'
  return channels.includes('webhook')
    ? 'https address of a webhook (no mail is sent from here)'
    : 'Address (nothing can be sent from here now)'
}

function subscribePage(
  { title, says, label }: SubscribeWords,
  channels: SubscribeChannels,
  numbers: string,
): Markup {
  return html`<div class="subject">
<h1>${title}</h1>
<p class="statement">${says} It costs nothing, needs no account, and changes nothing.</p>
</div>
${part(
  'ask',
  'Where to',
  'The address is asked once whether it wants this.',
  html`<form class="fields" action="/subscribe" method="post">
<p><label>${label} <input name="numbers" value="${numbers}" required maxlength="90"></label></p>
<p><label>${targetLabel(channels)} <input name="target" required maxlength="500"></label></p>
<p><button>Ask this address</button></p>
</form>`,
)}`
}

function confirmPage(title: string, token: string): Markup {
  return html`<div class="subject"><h1>${title}</h1>
<p class="statement">Nothing is sent before you confirm. The same token ends it, at any time, and deletes the address.</p></div>
${part(
  'token',
  'Your subscription',
  '',
  html`<form class="fields" action="/subscribe/confirm" method="post">
<p><label>Token <input name="token" value="${token}" required maxlength="100"></label></p>
<p><button name="wish" value="confirm">Confirm</button> <button name="wish" value="end">End it</button></p>
</form>`,
)}`
}

/** A member of a form that was sent; empty where it is missing, or a file. */
async function sent(c: Context): Promise<(name: string) => string> {
  const form = await c.req.parseBody()
  return (name) => {
    const value = form[name]
    return typeof value === 'string' ? value.trim() : ''
  }
}

async function told(reply: Response, done: string): Promise<{ status: 200 | 400; sentence: string }> {
  if (reply.ok) return { status: 200, sentence: done }
  const problem: unknown = await reply.json()
  const detail = typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'detail') : null
  return { status: 400, sentence: typeof detail === 'string' ? detail : 'That could not be done.' }
}

export function mountSubscribe(
  app: Hono,
  page: MakePage,
  ask: AskApi | undefined,
  words: SubscribeWords = WORDS,
  channels: SubscribeChannels = BOTH,
): void {
  const { title } = words
  const answer = async (c: Context, reply: Response, done: string): Promise<Response> => {
    const { status, sentence } = await told(reply, done)
    return page(c, status, { title, query: '', body: plainPage(title, sentence) })
  }
  app.get('/subscribe', (c) =>
    page(c, 200, {
      title,
      query: '',
      body: subscribePage(words, channels, (c.req.query('q') ?? '').slice(0, 90)),
    }),
  )
  app.get('/subscribe/confirm', (c) =>
    page(c, 200, { title, query: '', body: confirmPage(title, (c.req.query('token') ?? '').slice(0, 100)) }),
  )
  if (ask !== undefined) {
    app.post('/subscribe', async (c) => {
      const field = await sent(c)
      const target = field('target')
      const channel = target.includes('://') ? 'webhook' : 'mail'
      const reply = await ask(c, '/api/subscriptions', { numbers: field('numbers'), channel, target })
      const done =
        'If this address is not subscribed yet, it is asked now whether it wants to be. It has a day.'
      return answer(c, reply, done)
    })
    app.post('/subscribe/confirm', async (c) => {
      const field = await sent(c)
      const end = field('wish') === 'end'
      const path = end ? '/api/subscriptions/end' : '/api/subscriptions/confirm'
      const reply = await ask(c, path, { token: field('token') })
      return answer(c, reply, end ? 'It has ended, and the address is deleted.' : 'You are told from now on.')
    })
  }
  for (const route of ['/subscribe', '/subscribe/confirm'])
    app.all(route, (c) => {
      const headers = { Allow: 'GET, HEAD, POST, OPTIONS', 'Cache-Control': 'no-store' }
      if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers })
      return c.text('GET, HEAD and POST are answered here.\n', 405, headers)
    })
}

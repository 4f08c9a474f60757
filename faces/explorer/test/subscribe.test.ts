// Anyone asks on a page to be told of numbers, confirms and ends it there; the API's answers are what is shown.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExplorer } from '../src/index.ts'
import { NASTY, numbers, options } from './fixtures.ts'

const asked: (readonly [string, object])[] = []
const app = createExplorer({
  ...options({ '192.0.2.0/25': numbers() }),
  subscribe: async (_, path, body) => {
    asked.push([path, body])
    return body['target'] === 'nobody'
      ? Response.json({ detail: `The address ${NASTY} cannot be used.` }, { status: 400 })
      : Response.json({}, { status: 202 })
  },
})

async function post(
  path: string,
  form: { readonly [name: string]: string },
): Promise<readonly [number, string]> {
  const reply = await app.request(path, { method: 'POST', body: new URLSearchParams(form) })
  return [reply.status, await reply.text()]
}
async function get(path: string): Promise<string> {
  return (await app.request(path)).text()
}

test('a page of numbers links to it, and it is filled in', async () => {
  assert.ok((await get('/?q=192.0.2.0/25')).includes('<a href="/subscribe?q=192.0.2.0%2F25">'))
  const page = await get('/subscribe?q=192.0.2.0%2F25')
  assert.match(page, /<form [^>]*action="\/subscribe" method="post">/)
  assert.ok(page.includes('value="192.0.2.0/25"'))
  assert.ok(!(await get(`/subscribe?q=${encodeURIComponent(NASTY)}`)).includes('<script>alert'))
})

test('mail and webhooks are told apart by the address; a refusal is shown in the API’s words, as text', async () => {
  asked.length = 0
  const [status, page] = await post('/subscribe', { numbers: 'AS64496', target: ' noc@example.net ' })
  assert.deepEqual([status, /it is asked now/.test(page)], [200, true])
  await post('/subscribe', { numbers: 'AS64496', target: 'https://example.net/hook' })
  assert.deepEqual(asked, [
    ['/api/subscriptions', { numbers: 'AS64496', channel: 'mail', target: 'noc@example.net' }],
    ['/api/subscriptions', { numbers: 'AS64496', channel: 'webhook', target: 'https://example.net/hook' }],
  ])
  const [refused, words] = await post('/subscribe', { numbers: 'AS64496', target: 'nobody' })
  assert.equal(refused, 400)
  assert.ok(words.includes('cannot be used') && !words.includes('<script>alert'))
})

test('confirming takes a button: a link that is only looked at confirms nothing', async () => {
  asked.length = 0
  assert.match(await get('/subscribe/confirm?token=abc'), /value="abc"/)
  assert.equal(asked.length, 0)
  await post('/subscribe/confirm', { token: 'abc', wish: 'confirm' })
  await post('/subscribe/confirm', { token: 'abc', wish: 'end' })
  assert.deepEqual(
    asked.map(([path]) => path),
    ['/api/subscriptions/confirm', '/api/subscriptions/end'],
  )
  const reply = await app.request('/subscribe', { method: 'DELETE' })
  assert.deepEqual([reply.status, reply.headers.get('allow')], [405, 'GET, HEAD, POST, OPTIONS'])
})

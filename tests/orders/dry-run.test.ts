/** An order tried against a running registry before it is served, and the certified extract of what became of it. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createApi } from '@cadastre/api'
import { IN_2045, testAuthority } from '@cadastre/authority'
import type { JsonObject } from '@cadastre/records'
import type { TestHolder } from '@cadastre/simulator'
import { createTiles } from '@cadastre/tiles'
import { getRequestListener } from '@hono/node-server'
import { wellKnown } from '../../apps/cadastre/src/server/well-known.ts'
import { OrderDesk } from './desk.ts'

const MAIN = join(import.meta.dirname, '../../apps/cadastre/src/main.ts')
const BLOCK = '198.51.100.0/24'
const files = testAuthority()

let desk: OrderDesk
let holder: TestHolder
let order: string
let url: string
const server = createServer((request, response) => void listener(request, response))
let listener: ReturnType<typeof getRequestListener>

before(async () => {
  desk = await OrderDesk.open('198.51.100.0 - 198.51.100.255')
  holder = await desk.registry.holder('Acme Networks')
  await desk.allocate(holder, BLOCK)
  await desk.court('COURT', 1)
  const scope = [{ key: `ip4/${BLOCK}`, id: desk.heldAt(BLOCK).id, range: BLOCK }]
  order = await desk.serve('COURT', 'C 1/2045', { effect: 'hold' }, { scope, holder: holder.handle })
  await desk.attest(desk.order(order).application)
  await desk.later(0)
  const { reader, registrar, logDirectory } = desk.registry
  const tiles = createTiles(reader, { logDirectory })
  const api = createApi(reader, registrar, {
    clientAddress: () => '192.0.2.1',
    procedureText: () => null,
    render: { rdap: () => null, whois: () => null },
    archive: {
      why: async () => ({ kind: 'none', detail: '' }),
      statistics: async () => ({ kind: 'none', detail: '' }),
    },
    now: () => 0,
    failed: (error) => assert.fail(String(error)),
  })
  listener = getRequestListener((request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/.well-known/cadastre.json') return Response.json(wellKnown(reader))
    return (pathname.startsWith('/api/') ? api : tiles).fetch(request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(async () => {
  server.close()
  await desk.close()
})

async function cadastre(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { NO_COLOR: '1' } })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const [code] = (await once(child, 'exit')) as [number]
  return { code, text }
}

function check(form: JsonObject): ReturnType<typeof cadastre> {
  const text = JSON.stringify({
    v: 1,
    registry: desk.registry.reader.info.origin,
    authority: 'COURT',
    reference: 'C 2/2045',
    date: '2045-01-01',
    order: { effect: 'hold' },
    resources: [BLOCK],
    holder: holder.handle,
    duration: { kind: 'open' },
    executeFrom: null,
    notice: { kind: 'to-holder' },
    appeal: { kind: 'none' },
    reverses: null,
    ...form,
  })
  const document = files.file(text, 'json')
  const signature = files.file(Buffer.from(files.sign(Buffer.from(text), 'rsa')), 'p7s')
  const roots = files.path('.')
  const trust = ['--signature', files.path(signature), '--roots', roots, '--at', IN_2045, '--url', url]
  return cadastre('order', 'check', files.path(document), ...trust)
}

test('what would pass: each item, with what the register and the records of the registry say', async () => {
  const { text } = await check({})
  assert.match(text, /^ {3}1 {2}yes +the authority is registered: as the registry says, with proof$/m)
  assert.match(text, /^ {3}2 {2}yes +the effect is one that it may order/m)
  assert.match(text, /^ {3}3 {2}open +the order is in force/m)
  assert.match(text, /^ {3}5 {2}yes +it binds this registry/m)
  assert.match(text, /^ {3}6 {2}yes +it lists exact prefixes/m)
  assert.match(text, /^ {2}10 {2}open +it is not stayed, .*two attestors ask the authority$/m)
})

test('what would not: each item says why', async () => {
  for (const [form, item, says] of [
    [{ authority: 'NOBODY' }, 1, /NOBODY is not in the register/],
    [{ order: { effect: 'cancelToPool' }, duration: { kind: 'once' } }, 2, /only hold and annotate/],
    [{ registry: 'other.example/log' }, 5, /this registry is registry\.example\/log/],
    [{ resources: ['192.0.2.0/24'] }, 6, /holds nothing over this range/],
    [
      { date: '2043-01-01', duration: { kind: 'until', until: '2044-01-01T00:00:00Z' } },
      8,
      /its end has passed/,
    ],
    [{ reverses: 'O-1' }, 10, /there is no order O-1/],
  ] as const) {
    const { code, text } = await check(form)
    const line = text.split('\n').find((one) => one.startsWith(`  ${String(item).padStart(2)}  `)) ?? text
    assert.match(line, /^ +\d+ +NO /, JSON.stringify(form))
    assert.match(line, says)
    assert.equal(code, 1)
  }
})

test('extract: the certified result of an order, its proof verified before it is believed', async () => {
  const { code, text } = await cadastre('extract', order, '--url', url)
  assert.equal(code, 0, text)
  assert.match(text, new RegExp(`^obj/order/${order} at log size \\d+, .*; the proof holds\\.$`, 'm'))
  assert.match(text, /executed/)
})

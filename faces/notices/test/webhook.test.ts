/** Webhooks against a local HTTP server, checked with the public key alone. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { decodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { parseBlockKey } from '@cadastre/numbers'
import {
  isPublicAddress,
  isWebhookAddress,
  NoticesDatabase,
  type ReplyClass,
  signedContent,
  startNotices,
  webhookSender,
} from '../src/index.ts'
import { world } from './world.ts'

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }

async function receiver(): Promise<{
  readonly url: string
  readonly received: Received[]
  status: number
  readonly close: () => Promise<void>
}> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(made.status, { location: '/elsewhere' }).end('x'.repeat(100_000))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const made = {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    status: 200,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return made
}

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const OUTGOING = { id: 'n7-ab', subject: 's', text: 't', entry: 7, hash: 'cd' }

test('Standard Webhooks: the signature covers id, timestamp and body, and the public key alone checks it', async () => {
  const http = await receiver()
  const here = await world()
  const signer = generateEd25519Signer()
  try {
    const holder = await here.holder('Example Networks', [])
    const attempted: [string, ReplyClass][] = []
    const notices = startNotices(here.registry.reader, {
      database: here.database,
      smtpUrl: 'smtp://127.0.0.1:9',
      from: null,
      webhookSigner: signer,
      log: null,
      now: () => NOW,
      pollMilliseconds: 2 ** 31 - 1,
      perSecond: 1000,
      allowPrivate: true,
      attempted: (message, replyClass) => attempted.push([message, replyClass]),
      failed: assert.ifError,
    })
    const block = parseBlockKey('ip4/10.0.0.0/8')
    assert.ok(block.ok)
    assert.equal(notices.subscriptions.subscribe(block.value, 'webhook', http.url, NOW), null)
    await notices.round()
    const token = /Token: (\S+)/.exec(JSON.parse(http.received[0]?.body ?? '{}').text)?.[1] ?? ''
    assert.ok(notices.subscriptions.confirm(token, NOW))
    const key = await here.allocate(holder)
    await notices.round()
    await notices.close()
    assert.deepEqual(
      attempted.map(([, replyClass]) => replyClass),
      ['delivered', 'delivered'],
    )
    const [, told] = http.received
    assert.ok(told !== undefined)
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = told.headers
    assert.equal(id, attempted[1]?.[0])
    assert.equal(timestamp, String(NOW / 1000))
    const bytes = decodeBase64(String(signature).slice('v1a,'.length))
    assert.ok(String(signature).startsWith('v1a,') && bytes !== null)
    const check = (body: string): boolean =>
      nodeCrypto.verify(
        'ed25519',
        signer.publicKey,
        signedContent(String(id), Number(timestamp), body),
        bytes,
      )
    assert.ok(check(told.body))
    assert.ok(!check(`${told.body} `))
    const body = JSON.parse(told.body)
    assert.equal(body.type, 'entry.recorded')
    assert.equal(body.origin, here.registry.reader.info.origin)
    assert.ok(body.text.includes(key))
  } finally {
    await here.close()
    await http.close()
  }
})

test('2xx delivers; 408, 425, 429, redirects and 5xx are tried again; other 4xx are final; no redirect is followed', async () => {
  const http = await receiver()
  const send = webhookSender({
    signer: generateEd25519Signer(),
    origin: 'registry.example/log',
    now: () => NOW,
    allowPrivate: true,
  })
  try {
    for (const [status, replyClass] of [
      [200, 'delivered'],
      [204, 'delivered'],
      [302, 'temporary'],
      [400, 'permanent'],
      [408, 'temporary'],
      [410, 'permanent'],
      [429, 'temporary'],
      [500, 'temporary'],
      [503, 'temporary'],
    ] as const) {
      http.status = status
      assert.deepEqual(await send({ ...OUTGOING, target: http.url }), { replyClass, reply: String(status) })
    }
    assert.equal(http.received.length, 9)
  } finally {
    await http.close()
  }
  assert.deepEqual(await send({ ...OUTGOING, target: http.url }), {
    replyClass: 'unreachable',
    reply: 'ECONNREFUSED',
  })
})

test('a server that does not answer is left after the time limit', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const send = webhookSender({
    signer: generateEd25519Signer(),
    origin: 'registry.example/log',
    now: () => NOW,
    allowPrivate: true,
    timeoutMilliseconds: 50,
  })
  const { replyClass } = await send({ ...OUTGOING, target: `http://127.0.0.1:${port}/` })
  assert.equal(replyClass, 'unreachable')
  silent.closeAllConnections()
  silent.close()
})

test('nobody makes the registry call an address inside a network', async () => {
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '198.51.100.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'name',
  ])
    assert.equal(isPublicAddress(address), false, address)
  for (const address of ['1.1.1.1', '200.160.0.1', '2001:12f0::1', '2606:4700::1'])
    assert.equal(isPublicAddress(address), true, address)
  for (const url of [
    'http://hook.example/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://user@hook.example/',
    'https://hook.example/#x',
    'ftp://hook.example/',
    `https://hook.example/${'x'.repeat(500)}`,
    'hook.example',
  ])
    assert.equal(isWebhookAddress(url), false, url)
  assert.equal(isWebhookAddress('https://hook.example/a?b=c'), true)
  const send = webhookSender({ signer: generateEd25519Signer(), origin: 'o', now: () => NOW })
  // `localhost` is a name, and resolves to an address of this machine.
  const { replyClass } = await send({ ...OUTGOING, target: 'https://localhost:9/' })
  assert.equal(replyClass, 'unreachable')
})

test('one address has a bounded number of subscriptions', async () => {
  const here = await world()
  const notices = startNotices(here.registry.reader, {
    database: here.database,
    smtpUrl: 'smtp://127.0.0.1:9',
    from: null,
    webhookSigner: null,
    log: null,
    now: () => NOW,
    failed: assert.ifError,
  })
  try {
    const block = (n: number) => {
      const parsed = parseBlockKey(`ip4/10.${n}.0.0/16`)
      assert.ok(parsed.ok)
      return parsed.value
    }
    const subscribe = (n: number, now: number) =>
      notices.subscriptions.subscribe(block(n), 'mail', 'a@example.net', now)
    for (let n = 0; n < 20; n += 1) assert.equal(subscribe(n, NOW), null)
    assert.equal(subscribe(20, NOW), 'too-many')
    assert.equal(subscribe(20, NOW + 25 * 3600 * 1000), null, 'what nobody confirmed within a day is gone')
    assert.equal(
      notices.subscriptions.subscribe(block(21), 'webhook', 'http://10.0.0.1/', NOW),
      'address-malformed',
    )
  } finally {
    await notices.close()
    await here.close()
  }
  assert.throws(() => new NoticesDatabase(here.database), 'its directory is gone')
})

// Who asked is told what a new file changes, by signed webhook or mail: once, and of nothing else.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { signedContent } from '@cadastre/notices'
import { skip, smtpServer } from '../../../faces/notices/test/smtp-server.ts'
import { serveWatch } from '../src/serve.ts'
import { delegatedFile, openLog, takeIn, watched } from './fixtures.ts'

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string }
type Told = {
  readonly type: string
  readonly subject: string
  readonly text: string
  readonly entry: number | null
}

async function receiver(): Promise<{ url: string; received: Received[]; close: () => void }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook`, received, close: () => server.close() }
}

const row = (net: string, holder: string): string => `example|QM|ipv4|${net}|256|20200101|assigned|${holder}`

async function form(url: string, fields: { readonly [name: string]: string }): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
}

test('a prefix and a holder: asked, confirmed, told of the next file, and not of what others have', async () => {
  const world = await watched([
    { registry: 'example', day: '2026-01-01', rows: [row('192.0.2.0', 'H1'), row('198.51.100.0', 'H2')] },
  ])
  const hook = await receiver()
  const signer = generateEd25519Signer()
  const faults: unknown[] = []
  const server = await serveWatch({
    directory: world.path,
    host: '127.0.0.1',
    port: 0,
    whoisPort: 0,
    publicUrl: null,
    version: 'test',
    notices: {
      database: join(world.path, 'notices.sqlite'),
      smtpUrl: null,
      from: null,
      webhookSigner: signer,
      allowPrivate: true,
    },
    lookMilliseconds: 3_600_000,
    failed: (error) => faults.push(error),
  })
  try {
    await server.look()
    const bad = await form(`${server.url}/subscribe`, { numbers: 'nobody-at-all', target: hook.url })
    assert.equal(bad.status, 400)
    assert.match(await bad.text(), /is no prefix, no AS number, and no holder that the files name/)
    const mail = await form(`${server.url}/subscribe`, { numbers: '192.0.2.0/24', target: 'a@example.net' })
    assert.match(await mail.text(), /From here nothing can be sent by mail/)
    for (const numbers of ['192.0.2.0/25', 'imp-example-h2'])
      assert.equal((await form(`${server.url}/subscribe`, { numbers, target: hook.url })).status, 200)
    await server.look()
    const tokens = hook.received.map(
      ({ body }) => /Token: (\S+)/.exec((JSON.parse(body) as Told).text)?.[1] ?? '',
    )
    assert.equal(tokens.length, 2)
    for (const token of tokens) await form(`${server.url}/subscribe/confirm`, { token, wish: 'confirm' })
    hook.received.length = 0

    const log = await openLog(world.path)
    const rows = [row('192.0.2.0', 'H3'), row('198.51.100.0', 'H4'), row('203.0.113.0', 'H5')]
    await takeIn(log, [['delegated-example-extended', delegatedFile('example', '2026-01-02', rows)]])
    await log.close()
    await server.look()
    await server.look()
    const told = hook.received.map(({ body }) => JSON.parse(body) as Told)
    assert.deepEqual(told.map(({ subject }) => subject).sort(), [
      '192.0.2.0/25: 1 change in delegated-extended/example of 2026-01-02',
      'IMP-EXAMPLE-H2: 1 change in delegated-extended/example of 2026-01-02',
    ])
    assert.match(
      told.map(({ text }) => text).join(),
      /192\.0\.2\.0\/24: Everything published under H1 is now under H3/,
    )

    const known = await (await fetch(`${server.url}/.well-known/cadastre.json`)).text()
    const key = decodeBase64(/"key":"([^"]+)"/.exec(known)?.[1] ?? '')
    for (const { headers, body } of hook.received) {
      const signature = decodeBase64(String(headers['webhook-signature']).replace(/^v1a,/, ''))
      const signed = signedContent(String(headers['webhook-id']), Number(headers['webhook-timestamp']), body)
      assert.ok(key !== null && signature !== null && nodeCrypto.verify('ed25519', key, signed, signature))
    }

    for (const token of tokens) await form(`${server.url}/subscribe/confirm`, { token, wish: 'end' })
    const gone = await form(`${server.url}/subscribe/confirm`, { token: tokens[0] ?? '', wish: 'end' })
    assert.equal(gone.status, 400)
    assert.deepEqual(faults, [])
  } finally {
    hook.close()
    await server.close()
    await world.close()
  }
})

test('by mail: an AS number is asked for, confirmed by the token in the mail, told of, and ended', {
  skip,
}, async () => {
  const as = (holder: string): string => `example|QM|asn|64496|1|20200101|allocated|${holder}`
  const world = await watched([{ registry: 'example', day: '2026-01-01', rows: [as('H1'), as2('H9')] }])
  const smtp = await smtpServer()
  await smtp.start()
  const faults: unknown[] = []
  const server = await serveWatch({
    directory: world.path,
    host: '127.0.0.1',
    port: 0,
    whoisPort: 0,
    publicUrl: null,
    version: 'test',
    notices: {
      database: join(world.path, 'notices.sqlite'),
      smtpUrl: smtp.url,
      from: 'watch@watch.example',
      webhookSigner: generateEd25519Signer(),
    },
    lookMilliseconds: 3_600_000,
    failed: (error) => faults.push(error),
  })
  try {
    await server.look()
    const target = 'reader@example.net'
    assert.equal((await form(`${server.url}/subscribe`, { numbers: 'AS64496', target })).status, 200)
    await server.look()
    const [asked] = (await smtp.mail()).map(decoded)
    assert.match(asked ?? '', /^To: reader@example\.net$/m)
    const token = /Token: (\S+)/.exec(asked ?? '')?.[1] ?? ''
    // Nothing is told before the address has confirmed.
    await form(`${server.url}/subscribe/confirm`, { token, wish: 'confirm' })

    const log = await openLog(world.path)
    await takeIn(log, [
      ['delegated-example-extended', delegatedFile('example', '2026-01-02', [as('H2'), as2('H9')])],
      ['delegated-example-extended', delegatedFile('example', '2026-01-03', [as('H2'), as2('H8')])],
    ])
    await log.close()
    await server.look()
    await server.look()
    const told = (await smtp.mail()).map(decoded).slice(1)
    assert.equal(told.length, 1, 'once, and not of the number beside it')
    assert.match(told[0] ?? '', /^Subject: AS64496: 1 change in delegated-extended\/example of 2026-01-02$/m)
    assert.match(told[0] ?? '', /is now under H2/)
    assert.match(told[0] ?? '', /The files give no reasons/)

    await form(`${server.url}/subscribe/confirm`, { token, wish: 'end' })
    const gone = await form(`${server.url}/subscribe/confirm`, { token, wish: 'end' })
    assert.equal(gone.status, 400)
    assert.deepEqual(faults, [])
  } finally {
    await server.close()
    await world.close()
    await smtp.close()
  }
})

const as2 = (holder: string): string => `example|QM|asn|64497|1|20200101|allocated|${holder}`

/** A mail with folded headers and quoted-printable lines joined (RFC 5322 section 2.2.3, RFC 2045 section 6.7). */
function decoded(mail: string): string {
  return mail
    .replaceAll('\r\n', '\n')
    .replaceAll(/\n[ \t]+/g, ' ')
    .replaceAll('=\n', '')
    .replaceAll('=3D', '=')
}

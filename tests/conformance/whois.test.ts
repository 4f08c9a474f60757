// WHOIS with the client that people use: Debian's whois (protocols.md section 3; checks W1 and W2). The registry is a
// whole one; only its clock is the test's.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parsePrefix } from '@cadastre/numbers'
import { innermost } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { startWhois, type WhoisServer, whoisText } from '@cadastre/whois'

const absent = spawnSync('whois', ['--version']).error !== undefined
const skip =
  absent && process.env['CI'] === undefined
    ? 'the WHOIS client is not installed (Debian package whois)'
    : false

let registry: TestRegistry
let server: WhoisServer
let holder: TestHolder

/** Run Debian's client under a limit of time; its output, and whether it ended by itself. */
async function whois(...args: readonly string[]): Promise<{ text: string; code: number | null }> {
  const client = spawn('timeout', ['10', 'whois', '-h', '127.0.0.1', '-p', String(server.port), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  client.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const [code] = await once(client, 'close')
  return { text, code: Number(code) }
}

/** Keys of the objects in an answer. */
const keys = (text: string): string[] =>
  [...text.matchAll(/^(inetnum|aut-num|as-block|organisation|route|domain): +(.*)$/gm)].map(
    ([, type, key]) => `${type} ${key}`,
  )

before(async () => {
  registry = await startTestRegistry({ demonstration: true })
  server = await startWhois(registry.reader, { port: 0, host: '127.0.0.1' })
  holder = await registry.holder('Example Networks')
  const act = (procedure: string, body: Parameters<TestRegistry['request']>[1]) =>
    registry.accepted(registry.request(procedure, body), [holder.signer])
  await act('allocate/1', { holder: holder.handle, pool: 'IP4', length: 24, block: null })
  await act('allocate/1', { holder: holder.handle, pool: 'ASN', length: 32, block: null })
  await declare({ kind: 'route', origin: 64512 })
  await declare({ kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [] })
})

async function declare(service: Parameters<TestRegistry['request']>[1]): Promise<void> {
  const key = 'ip4/10.0.0.0/24'
  const block = parsePrefix('10.0.0.0/24')
  assert.ok(block.ok)
  const held = innermost(registry.reader.snapshot().chain(block.value))?.registration
  assert.ok(held !== undefined)
  const registration = { member: `${key}#${held.id}`, hash: memberHashOf(nodeCrypto, held) }
  const replaces =
    service['kind'] === 'rdns' ? [registration, { member: `${key}#rdns`, hash: null }] : [registration]
  const body = { holder: holder.handle, at: key, service, action: 'set' }
  await registry.accepted(registry.request('declare-service/1', body, replaces), [holder.signer])
}

after(async () => {
  await server.close()
  await registry.close()
})

test('W1: each kind of key, lower-cased as the client sends it, read to the end of the connection', {
  skip,
}, async () => {
  const inetnum = 'inetnum 10.0.0.0 - 10.0.0.255'
  const organisation = `organisation ${holder.handle}`
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ['10.0.0.1', [inetnum, organisation, 'route 10.0.0.0/24']],
    ['10.0.0.0/24', [inetnum, organisation, 'route 10.0.0.0/24']],
    ['10.0.0.0 - 10.0.0.255', [inetnum, organisation, 'route 10.0.0.0/24']],
    ['AS64512', ['as-block AS64512 - AS65534', 'aut-num AS64512', organisation]],
    [holder.handle, [organisation]],
    ['0.0.10.in-addr.arpa', ['domain 0.0.10.in-addr.arpa', organisation]],
  ]
  for (const [key, expected] of asked) {
    const { text, code } = await whois(key)
    assert.equal(code, 0, key)
    assert.deepEqual(keys(text), expected, key)
    assert.match(text, /^% A demonstration on made-up records\.$/m)
    assert.match(text, /^% Log position: size \d+, as of 2026-01-02T03:04:05Z, proof: http:\S+$/m)
  }
})

test("W1: the client's flags, in front and glued", { skip }, async () => {
  const only = async (...args: readonly string[]): Promise<string[]> => keys((await whois(...args)).text)
  assert.deepEqual(await only('-r', '10.0.0.1'), ['inetnum 10.0.0.0 - 10.0.0.255', 'route 10.0.0.0/24'])
  assert.deepEqual(await only('-r', '-T', 'route', '10.0.0.1'), ['route 10.0.0.0/24'])
  assert.deepEqual(await only('-r', '-L', '-T', 'inetnum', '10.0.0.1'), [
    'inetnum 10.0.0.0 - 10.255.255.255',
    'inetnum 10.0.0.0 - 10.0.0.255',
  ])
  assert.deepEqual(await only('-r', '-l', '-T', 'inetnum', '10.0.0.0/24'), [
    'inetnum 10.0.0.0 - 10.255.255.255',
  ])
  assert.deepEqual(await only('-r', '-M', '10.0.0.0/8'), [
    'inetnum 10.0.0.0 - 10.0.0.255',
    'route 10.0.0.0/24',
  ])
  assert.deepEqual(await only('-r', '-m', '-T', 'inetnum', '10.0.0.0/8'), ['inetnum 10.0.0.0 - 10.0.0.255'])
  assert.deepEqual(await only('-r', '-x', '10.0.0.0/25'), [])
  assert.deepEqual(await only('-K', '-T', 'route', '10.0.0.1'), ['route 10.0.0.0/24'])
  assert.deepEqual(await only('-r', '-B', '-G', '10.0.0.1'), await only('-r', '10.0.0.1'))
  assert.deepEqual(await only('-r', '-i', 'origin', 'AS64512'), ['route 10.0.0.0/24'])
  assert.match((await whois('-t', 'inetnum')).text, /^inetnum: +\[mandatory\]/m)
  assert.match((await whois('-q', 'types')).text, /^aut-num$/m)
  assert.match((await whois('-q', 'sources')).text, /^EXAMPLE-REGISTRY:3:X:0-\d+$/m)
  assert.deepEqual(keys((await whois('--', '-V Md5.5.17 -r 10.0.0.1')).text), await only('-r', '10.0.0.1'))
})

test('W1: errors come as comments with their numbers', { skip }, async () => {
  assert.match((await whois('233.252.0.1')).text, /^%ERROR:101: no entries found$/m)
  assert.match((await whois('-s', 'NOWHERE', '10.0.0.1')).text, /^%ERROR:102: unknown source$/m)
  assert.match(
    (await whois('-T', 'nonsense', '10.0.0.1')).text,
    /^%ERROR:103: unknown object type 'nonsense'$/m,
  )
  assert.match((await whois('-M', '0.0.0.0/0')).text, /^%ERROR:112: unsupported query$/m)
})

test('W2: no answer refers to a server: the client, which follows any number of times, ends by itself', {
  skip,
}, async () => {
  await registry.holder(`ReferralServer: whois://127.0.0.1:${server.port}`)
  for (const key of ['10.0.0.1', '10.1.0.1', '233.252.0.1', holder.handle, 'ReferralServer', 'help']) {
    const { text, code } = await whois(key)
    assert.equal(code, 0, `${key}: ended by itself`)
    assert.equal(text.match(/query service\./g)?.length, 1, `${key}: asked once`)
    assert.doesNotMatch(text, /^\s*ReferralServer:|^refer:/im)
  }
})

test('the same text over HTTP as on the port, for the same log position', async () => {
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  socket.end('as64512\r\n')
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += chunk
  const withoutLimits = (one: string): string => one.replace(/^% Limits .*\n/m, '')
  assert.equal(withoutLimits(await whoisText(registry.reader, 'as64512')), withoutLimits(text))
})

test('an answer follows the log: what was published is found, and says at which position', async () => {
  const size = (text: string): number => Number(/^% Log position: size (\d+)/m.exec(text)?.[1])
  const earlier = await whoisText(registry.reader, '10.0.1.1')
  assert.deepEqual(keys(earlier), ['inetnum 10.0.0.0 - 10.255.255.255'])
  const wish = { holder: holder.handle, pool: 'IP4', length: 24, block: null }
  await registry.accepted(registry.request('allocate/1', wish), [holder.signer])
  const later = await whoisText(registry.reader, '10.0.1.1')
  assert.equal(keys(later)[0], 'inetnum 10.0.1.0 - 10.0.1.255')
  assert.ok(size(later) > size(earlier))
  const id = /^netname: +(\S+)$/m.exec(later)?.[1] ?? ''
  assert.deepEqual(keys(await whoisText(registry.reader, `-r ${id}`)), ['inetnum 10.0.1.0 - 10.0.1.255'])
})

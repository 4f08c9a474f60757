/** The lists of surface.ts are what is really mounted and registered. (tests/walls compares them with written ones.) */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type Notices, startNotices } from '@cadastre/notices'
import { RDAP_ROUTES } from '@cadastre/rdap'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import type { Command } from 'commander'
import { pino } from 'pino'
import { LogArchive } from '../src/archive/log-archive.ts'
import { createProgram } from '../src/program.ts'
import { createFaces, createHttpServer, type Health, type HttpParts } from '../src/server/http.ts'
import { createMetrics } from '../src/server/metrics.ts'
import { COMMANDS, ROUTES } from '../src/surface.ts'

const HEALTHY: Health = { ready: true, phase: 'ready', writer: null }

let registry: TestRegistry
let parts: HttpParts
let notices: Notices
before(async () => {
  registry = await startTestRegistry()
  const { reader, registrar, logDirectory } = registry
  const logger = pino({ level: 'silent' })
  const metrics = createMetrics(() => reader)
  const pages = new Map<string, string>()
  const archive = new LogArchive(reader, { ask: () => undefined }, pages)
  notices = startNotices(reader, {
    database: ':memory:',
    smtpUrl: null,
    from: null,
    webhookSigner: null,
    log: null,
    now: () => 0,
    pollMilliseconds: 2 ** 31 - 1,
    failed: assert.ifError,
  })
  parts = {
    notices,
    reader,
    writer: registrar,
    logDirectory,
    archive,
    pages,
    metrics,
    logger,
    health: () => HEALTHY,
  }
})
after(async () => {
  await notices.close()
  await registry.close()
})

function paths(command: Command, above: readonly string[] = []): string[] {
  return command.commands.flatMap((each) => {
    const path = [...above, each.name()]
    return each.commands.length === 0 ? [path.join(' ')] : paths(each, path)
  })
}

test('the command line registers COMMANDS and nothing else', () => {
  assert.deepEqual(paths(createProgram()), COMMANDS)
})

test('the server mounts ROUTES and nothing else', () => {
  // '/*' and '/api/*' carry what every answer gets (limits, CORS) and the answer to addresses that do not exist.
  const common = new Set(['/*', '/api/*'])
  const mounted = createFaces(parts)
    .routes.map(({ path }) => path)
    .filter((path) => !common.has(path))
  assert.deepEqual([...new Set([...mounted, ...RDAP_ROUTES, '/healthz'])].sort(), [...ROUTES].sort())
})

/** An address for each route: its parameters filled with something. */
const sample = (route: string): string => route.replace(/:\w+/g, '1').replace('*', '10.0.0.0')

test('every route answers over HTTP, and an address beside them does not exist', async () => {
  const server = createHttpServer(
    () => parts,
    () => HEALTHY,
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const answers = await Promise.all(
      ROUTES.map(async (route) => [route, await fetch(url + sample(route))] as const),
    )
    for (const [route, response] of answers) {
      const text = await response.text()
      assert.ok(
        response.status < 500 || route === '/rdap/*',
        `${route}: ${response.status} ${text.slice(0, 200)}`,
      )
    }
    for (const route of [
      '/',
      '/log/',
      '/proof/',
      '/whois',
      '/metrics',
      '/.well-known/cadastre.json',
      '/rdap/help',
    ]) {
      const response = await fetch(url + route, { method: 'POST' })
      assert.equal(response.status, 405, route)
      assert.match(response.headers.get('allow') ?? '', /GET, HEAD/)
    }
    const beside = ['/admin', '/api', '/api/holder', '/log', '/proof', '/metrics/x', '/healthz/x', '/rdapx']
    for (const path of beside) assert.equal((await fetch(url + path)).status, 404, path)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('until the registry is ready only /healthz answers', async () => {
  const starting: Health = { ready: false, phase: 'importing', writer: null }
  const server = createHttpServer(
    () => null,
    () => starting,
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const health = await fetch(`${url}/healthz`)
    assert.equal(health.status, 503)
    assert.deepEqual(await health.json(), starting)
    for (const path of ['/', '/rdap/ip/10.0.0.1', '/log/checkpoint', '/metrics']) {
      const response = await fetch(url + path)
      assert.equal(response.status, 503, path)
      assert.equal(response.headers.get('retry-after'), '2')
      assert.match(await response.text(), /is starting \(importing\)/)
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

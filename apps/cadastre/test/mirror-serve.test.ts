/** What a mirror serves: the registry's own answers at the same position, a door, subscriptions, and that it is a mirror. */

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { blockQuery, verifyAnswer } from '@cadastre/answers'
import { runAudit } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  doorVkey,
  formatAddCheckpoint,
  noteVerifier,
  openDoorNote,
  parsePolicy,
  parseVkey,
} from '@cadastre/notes'
import { parsePrefix } from '@cadastre/numbers'
import { createRdapHandler } from '@cadastre/rdap'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { startTestRegistry, type TestHolder, type TestRegistry } from '@cadastre/simulator'
import { whoisText } from '@cadastre/whois'
import { DoorKeeper } from '../src/door/door-keeper.ts'
import type { Follower } from '../src/mirror/follower.ts'
import type { MirrorDirectory } from '../src/mirror/mirror-directory.ts'
import type { MirrorServer } from '../src/mirror/serve-mirror.ts'
import { MIRROR_ROUTES } from '../src/surface.ts'
import { type ServedMirror, serveTestMirror } from './served-mirror.ts'

suite('a mirror that serves', () => {
  let registry: TestRegistry
  let alice: TestHolder
  let served: ServedMirror
  let server: MirrorServer
  let directory: MirrorDirectory
  let policy = ''
  let follower: Follower

  before(async () => {
    registry = await startTestRegistry()
    alice = await registry.holder('Alice Networks')
    const bob = await registry.holder('Bob & Sons')
    await allocate(alice, '10.1.0.0/24')
    await allocate(bob, '10.1.1.0/24')
    await registry.registrar.publishedAll()
    policy = `log ${registry.logVkey}\nquorum none\n`
    served = await serveTestMirror(registry)
    ;({ server, directory, follower } = served)
  })
  after(async () => {
    await served.close()
    await registry.close()
  })

  async function allocate({ handle, signer }: TestHolder, block: string): Promise<void> {
    const body = { holder: handle, pool: 'IP4', length: 24, block: `ip4/${block}` }
    await registry.accepted(registry.request('allocate/1', body), [signer])
  }
  const get = (path: string): Promise<Response> => fetch(`${server.url}${path}`)
  const size = (): number => registry.reader.snapshot().publication.size

  /** Addresses of either, taken off: nothing else may differ. */
  function neutral(text: string): string {
    return text.replaceAll(server.url, 'BASE').replaceAll(registry.reader.info.baseUrl, 'BASE')
  }

  test('RDAP answers are the registry’s, but for the notice that it is a mirror', async () => {
    const rdap = createRdapHandler(registry.reader)
    for (const path of [
      '/ip/10.1.0.7',
      '/ip/10.1.0.0/24',
      '/ip/10.9.0.0',
      '/ip/192.0.2.1',
      '/autnum/64512',
      `/entity/${alice.handle}`,
      '/entity/H-99999',
      '/domain/0.1.10.in-addr.arpa',
    ]) {
      const response = await get(`/rdap${path}`)
      const right = await rdap.handle('GET', path)
      assert.equal(response.status, right.status, path)
      const mine = JSON.parse(neutral(await response.text())) as {
        notices: { title: string; description: string[] }[]
      }
      const theirs: unknown = JSON.parse(neutral(new TextDecoder().decode(right.body)))
      const [notice] = mine.notices.filter(({ title }) => title === 'Mirror')
      assert.match(
        notice?.description.join() ?? '',
        new RegExp(
          `mirror of Example Registry \\(registry\\.example/log\\), not the registry itself: it shows the registry's log at size ${size()}, the state of \\d{4}`,
        ),
      )
      assert.deepEqual({ ...mine, notices: mine.notices.filter((one) => one !== notice) }, theirs, path)
    }
  })

  test('WHOIS answers are the registry’s, but for the banner', async () => {
    const body = (text: string): string => neutral(text.slice(text.indexOf('% Log position')))
    for (const query of ['10.1.0.7', '-x 10.1.0.0/24', '10.0.0.0/8', alice.handle, 'AS64512', '192.0.2.1']) {
      const mine = await (await get(`/whois?q=${encodeURIComponent(query)}`)).text()
      assert.match(mine, /% This is a mirror of Example Registry/)
      assert.equal(body(mine), body(await whoisText(registry.reader, query)), query)
    }
    const socket = connect(server.whoisPort ?? 0, '127.0.0.1').end('10.1.0.7\r\n')
    let text = ''
    for await (const part of socket) text += String(part)
    assert.match(text, /mirror of Example Registry/)
    assert.match(text, new RegExp(alice.handle))
  })

  test('tiles, checkpoint and proofs: an audit over HTTP finds no fault, and a proof holds offline', async () => {
    const { exitCode, report } = await runAudit({ source: `${server.url}/log/`, workers: 0 })
    assert.equal(exitCode, 0)
    assert.equal(report?.size, size())
    const checkpoint = await get('/log/checkpoint')
    assert.equal(checkpoint.headers.get('cache-control'), 'no-store')
    const tile = await get(`/log/tile/0/000.p/${size()}`)
    assert.match(tile.headers.get('cache-control') ?? '', /immutable/)
    const trust = parsePolicy(nodeCrypto, policy)
    const block = parsePrefix('10.1.0.0/24')
    assert.ok(trust.ok && block.ok)
    const proof = await (await get('/proof/ip/10.1.0.0/24')).text()
    const verdict = verifyAnswer(
      nodeCrypto,
      { trust: trust.value, age: null },
      blockQuery(block.value),
      proof,
    )
    assert.ok(verdict.ok)
  })

  test('the well-known file names the registry’s keys and the mirror’s own addresses', async () => {
    const document = (await (await get('/.well-known/cadastre.json')).json()) as {
      [name: string]: { [name: string]: unknown }
    }
    assert.equal(document['log']?.['vkey'], registry.logVkey)
    assert.equal(document['receipts']?.['vkey'], registry.receiptVkey)
    assert.equal(document['services']?.['log'], `${server.url}/log/`)
    assert.equal(document['demonstration'], false)
    const { of, size: at, door, cosigns } = document['mirror'] ?? {}
    assert.deepEqual([of, at, door, cosigns], ['registry.example/log', size(), `${server.url}/request`, true])
  })

  test('pages say that this is a mirror, of what, and of when', async () => {
    for (const path of ['/', '/?q=10.1.0.7', '/queue', '/register', '/procedures', '/subscribe']) {
      const page = await (await get(path)).text()
      assert.match(page, /<strong>Mirror\.<\/strong> This is a mirror of Example Registry/, path)
    }
  })

  test('nothing is decided here: the desk names the registry and the door', async () => {
    const response = await fetch(`${server.url}/api/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: '{}', evidence: '[]', openings: [] }),
    })
    assert.equal(response.status, 503)
    assert.match(await response.text(), /only Example Registry itself decides.*\/request/)
  })

  test('the second door signs the time under the mirror’s key, and lists what was handed in', async () => {
    const request = requestText(registry.request('confirm/1', { holder: alice.handle }))
    const evidence = evidenceText([signRequest(request, alice.signer)])
    const response = await fetch(`${server.url}/request`, {
      method: 'POST',
      body: JSON.stringify({ request, evidence }),
    })
    assert.equal(response.status, 200)
    const witness = parseVkey(nodeCrypto, server.vkey)
    assert.ok(witness.ok)
    const key = noteVerifier(nodeCrypto, doorVkey(nodeCrypto, witness.value))
    const note = openDoorNote(await response.text(), [key])
    assert.ok(note.ok)
    assert.deepEqual(note.value.door.request, nodeCrypto.sha256(new TextEncoder().encode(request)))
    const listed = (await (await get('/requests?after=0')).json()) as { items: { request: string }[] }
    assert.deepEqual(
      listed.items.map((item) => item.request),
      [request],
    )
    // The registry's operator fetches it and submits it at its own desk: what had come there already stays one request.
    const keeper = new DoorKeeper({ doors: [server.url], desk: registry.registrar, report: assert.ifError })
    assert.equal(await keeper.fetchAll(), 1)
    const [status] = await registry.reader.store.receiptsByRequest(note.value.door.request)
    assert.ok(status !== undefined)
    await registry.registrar.settled(status.seq, 20_000)
    await registry.registrar.publishedAll()
    assert.equal(await follower.round(), 'grown')
  })

  test('anyone subscribes to a prefix; without a mail server mail is refused in words', async () => {
    const ask = (channel: string, target: string): Promise<Response> =>
      fetch(`${server.url}/api/subscriptions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ numbers: '10.1.0.0/24', channel, target }),
      })
    assert.match(await (await get('/subscribe')).text(), /no mail is sent from here/)
    const mail = await ask('mail', 'someone@example.net')
    assert.equal(mail.status, 503)
    assert.match(await mail.text(), /webhook/)
    assert.equal((await ask('webhook', 'https://hooks.example.net/x')).status, 202)
  })

  test('its cosignature stands under what is on disk, and only there', async () => {
    const note = await (await get('/log/checkpoint')).text()
    const { exitCode } = await runAudit({
      source: directory.log,
      policy: `log ${registry.logVkey}\nwitness m ${server.vkey}\nquorum m\n`,
      workers: 0,
    })
    assert.equal(exitCode, 0)
    const { publication } = registry.reader.snapshot()
    const post = (old: number, checkpoint: string): Promise<Response> =>
      fetch(`${server.url}/add-checkpoint`, {
        method: 'POST',
        body: formatAddCheckpoint(old, [], checkpoint),
      })
    assert.equal((await post(publication.size, publication.note)).status, 200)
    const behind = await post(0, publication.note)
    assert.equal(behind.status, 409)
    assert.equal(await behind.text(), `${publication.size}\n`)
    const origin = encodeHexOf('registry.example/log')
    assert.equal(await (await get(`/${origin}/checkpoint`)).text(), note)
    assert.equal((await get(`/${encodeHexOf('other')}/checkpoint`)).status, 404)
  })

  test('every route of a mirror answers, and other methods are refused', async () => {
    for (const route of MIRROR_ROUTES) {
      const path = route.replace(':file', 'none.json').replace(/:log\{.*\}/, '0'.repeat(64))
      assert.ok((await get(path)).status < 500, route)
    }
    assert.equal((await fetch(`${server.url}/requests`, { method: 'DELETE' })).status, 405)
    assert.deepEqual(await (await get('/evidence')).json(), { files: [] })
  })

  test('it moves on with the registry, and answers of before are not kept', async () => {
    await allocate(alice, '10.2.0.0/24')
    await registry.registrar.publishedAll()
    assert.equal(await follower.round(), 'grown')
    const answer = await (await get('/rdap/ip/10.2.0.0')).text()
    assert.match(answer, new RegExp(`size ${size()}`))
    assert.match(answer, new RegExp(alice.handle))
    const health = (await (await get('/healthz')).json()) as { mirror: { size: number; at: string } }
    assert.equal(health.mirror.size, size())
    const metrics = await (await get('/metrics')).text()
    assert.match(metrics, new RegExp(`cadastre_log_size ${size()}`))
    assert.match(metrics, /cadastre_mirror_fault 0/)
  })
})

function encodeHexOf(origin: string): string {
  return Buffer.from(nodeCrypto.sha256(new TextEncoder().encode(origin))).toString('hex')
}

// While the registry is paused every face says so, in the same words to everyone, whatever is asked for; and it ends by
// itself (procedures.md, P18: a pause has no holder and no resource as argument).

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createPortal } from '@cadastre/api'
import { createExplorer } from '@cadastre/explorer'
import { createRdapHandler } from '@cadastre/rdap'
import { pauseOf, type RegistryReader, type Snapshot } from '@cadastre/reader'
import { addSeconds, type Instant, type Registry } from '@cadastre/records'
import { startTestRegistry } from '@cadastre/simulator'
import { whoisText } from '@cadastre/whois'

const registry = await startTestRegistry({})
after(() => registry.close())
const alpha = await registry.holder('Alpha Networks')
const block = 'ip4/10.0.0.0/24'
await registry.accepted(
  registry.request('allocate/1', { holder: alpha.handle, pool: 'IP4', length: 24, block }),
  [alpha.signer],
)
await registry.registrar.publishedAll()
const { reader } = registry

/** The published state with a pause until then. */
function pausedUntil(until: (at: Instant) => Instant): RegistryReader {
  const snapshot = reader.snapshot()
  const { at } = snapshot.publication
  const paused = {
    since: addSeconds(at, -60),
    until: until(at),
    trigger: 'active-attack',
    report: 'A'.repeat(43),
  }
  const state: Registry = { ...snapshot.registry, paused }
  const shown: Snapshot = {
    publication: snapshot.publication,
    registry: state,
    chain: (of) => snapshot.chain(of),
    inside: (of, limit, from) => snapshot.inside(of, limit, from),
    object: (type, handle) => (type === 'registry' ? state : snapshot.object(type, handle)),
    holdings: (holder, limit) => snapshot.holdings(holder, limit),
    underWay: (about) => snapshot.underWay(about),
    prove: (key) => snapshot.prove(key),
  }
  return {
    info: reader.info,
    store: reader.store,
    snapshot: () => shown,
    snapshotAt: () => null,
    history: (_snapshot, ...more) => reader.history(snapshot, ...more),
  }
}

const ASKED = ['10.0.0.1', '10.64.0.0/16', '198.51.100.1', alpha.handle, 'H-999']

/** What each face says to each question. */
async function answers(of: RegistryReader): Promise<readonly string[]> {
  const rdap = createRdapHandler(of)
  const portal = createPortal(of)
  const explorer = createExplorer({
    info: of.info,
    ...portal,
    statistics: async () => ({ kind: 'none', detail: 'There is none here.' }),
    why: async () => ({ kind: 'none', detail: '' }),
    procedures: new Map(),
    examples: [],
    failed: (error) => assert.fail(String(error)),
  })
  const all: string[] = []
  for (const asked of ASKED) {
    const path = asked.startsWith('H') ? `/entity/${asked}` : `/ip/${asked}`
    all.push((await rdap.handle('GET', path)).text)
    all.push(await whoisText(of, asked))
    const found = await portal.lookup(asked, { limit: 10, after: null })
    all.push(JSON.stringify(found))
    all.push(await (await explorer.request(`/?q=${encodeURIComponent(asked)}`)).text())
  }
  return all
}

test('while it lasts every answer of every face says the same of it, found or not', async () => {
  const paused = pausedUntil((at) => addSeconds(at, 3600))
  const pause = pauseOf(paused.snapshot())
  assert.ok(pause)
  assert.match(pause.says, /for everyone alike, because an attack is under way/)
  for (const text of await answers(paused)) {
    // RDAP and JSON and HTML escape nothing of the sentence.
    assert.ok(text.includes(pause.says), text)
    assert.ok(!pause.says.includes(alpha.handle))
  }
})

test('RDAP says it in a notice, WHOIS in a line of remarks', async () => {
  const paused = pausedUntil((at) => addSeconds(at, 3600))
  const { text } = await createRdapHandler(paused).handle('GET', '/help')
  const { notices }: { readonly notices: readonly { readonly title: string }[] } = JSON.parse(text)
  assert.ok(notices.some(({ title }) => title === 'Paused'))
  assert.match(await whoisText(paused, '10.0.0.1'), /^% Remark: The registry is paused from /m)
})

test('it is gone by itself when its time has passed, and every answer is as it was', async () => {
  const over = await answers(pausedUntil((at) => at))
  assert.deepEqual(over, await answers(reader))
  for (const text of over) assert.ok(!/is paused/.test(text))
})

// Why an entry decided as it did, from memory where its state is recent, and else by the archive's own thread.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestRegistry, type TestRegistry } from '@cadastre/simulator'
import { ArchiveClient } from '../src/archive/archive-client.ts'
import { LogArchive } from '../src/archive/log-archive.ts'

let registry: TestRegistry
let client: ArchiveClient
let archive: LogArchive
const faults: string[] = []

before(async () => {
  registry = await startTestRegistry()
  const pages = new Map<string, string>()
  client = new ArchiveClient({ directory: registry.directory, databaseUrl: null, pages }, (fault) =>
    faults.push(fault),
  )
  archive = new LogArchive(registry.reader, client, pages)
})
after(async () => {
  await client.close()
  await registry.close()
})

test('recent entries from memory, old ones by following the log; both verified before they are told', async () => {
  const one = await registry.holder('One Networks')
  const wish = { holder: one.handle, pool: 'IP4', length: 24, block: null }
  const { index: early } = await registry.act(registry.request('allocate/1', wish), [one.signer])
  const recent = await archive.why(early)
  assert.ok(recent.kind === 'ready')
  // More checkpoints than are kept in memory.
  for (let count = 0; count < 70; count++)
    await registry.act(registry.request('allocate/1', { ...wish, length: 30 }), [one.signer])
  const fresh = new LogArchive(registry.reader, client, new Map())
  for (const index of [early, 0, 3]) {
    let old = await fresh.why(index)
    while (old.kind === 'making') old = await fresh.why(index)
    assert.ok(old.kind === 'ready', JSON.stringify(old))
    assert.equal(old.value.explanation.index, index)
    assert.equal(old.value.explanation.verified, true)
  }
  const again = await fresh.why(early)
  assert.ok(again.kind === 'ready')
  assert.equal(again.value.explanation.summary, recent.value.explanation.summary)
  assert.deepEqual(faults, [])
})

test('the thread rests when nothing is asked of it, and answers the same afterwards', async () => {
  const report = async (): Promise<unknown> => {
    const fresh = new LogArchive(registry.reader, client, new Map())
    let reply = await fresh.statistics()
    while (reply.kind === 'making') reply = await fresh.statistics()
    assert.ok(reply.kind === 'ready')
    return reply.value
  }
  const first = await report()
  await client.rest()
  assert.deepEqual(await report(), first)
  assert.deepEqual(faults, [])
})

test('what decides nothing is said to be so', async () => {
  const { size } = registry.reader.snapshot().publication
  for (const index of [size - 1, size, 2 ** 50]) assert.equal((await archive.why(index)).kind, 'none')
})

test('a crowd of questions about old entries waits; nobody makes the server do more at a time', async () => {
  const asked: number[] = []
  const crowded = new LogArchive(
    registry.reader,
    { ask: (question) => void asked.push(question.kind === 'why' ? question.index : -1) },
    new Map(),
  )
  const old = Array.from({ length: 40 }, (_, at) => at * 2 + 1)
  const replies = await Promise.all(old.map((index) => crowded.why(index)))
  assert.ok(asked.length <= 16, `${asked.length} jobs`)
  assert.ok(replies.some(({ kind }) => kind === 'making'))
})

test('statistics: the log is read once, and then only what was added', async () => {
  const read = async (): Promise<number> => {
    let reply = await archive.statistics()
    while (reply.kind === 'making') reply = await archive.statistics()
    assert.ok(reply.kind === 'ready', JSON.stringify(reply))
    assert.deepEqual([reply.value.inversions, reply.value.adverse.lacking, reply.value.flags], [0, 0, []])
    assert.equal(reply.value.size, registry.reader.snapshot().publication.size)
    return reply.value.all.n
  }
  const early = await read()
  await registry.holder('Two Networks')
  assert.equal(await read(), early + 1)
  assert.deepEqual(faults, [])
})

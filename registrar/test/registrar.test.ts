/** What the registrar owes to each request: a receipt that lasts, its place in the order, one decision. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { mock, test } from 'node:test'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import { procedureById } from '@cadastre/procedures'
import type { JsonObject } from '@cadastre/records'
import { DamagedStoreError } from '@cadastre/registrar'
import { openSqliteWriter } from '@cadastre/store-sqlite'
import { Story } from './story.ts'

test('the same request gets the same receipt: at the same time, later, and after a restart', async () => {
  const story = await Story.begin()
  try {
    let registry = await story.open()
    const signer = generateEd25519Signer()
    const request = registry.identification('Once', signer)
    const [one, two] = await Promise.all([
      registry.submit(request, [signer]),
      registry.submit(request, [signer]),
    ])
    assert.ok(one.ok)
    assert.deepEqual(two, one)
    await registry.registrar.settled(one.seq, 20_000)
    assert.deepEqual(await registry.submit(request, [signer]), one)
    await registry.stop()
    registry = await story.open()
    assert.deepEqual(await registry.submit(request, [signer]), one)
    // Settled before this process began: nobody waits for it in vain.
    await registry.registrar.settled(one.seq, 2 ** 31 - 1)
    await registry.stop()
    story.receipts.push(one.receipt)
    assert.equal((await story.check()).receipts, 1)
  } finally {
    await story.end()
  }
})

test('a stop decides and publishes whatever has a receipt, and takes nothing more', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open()
    const submitted = story.submit(registry, 50)
    const stopped = registry.stop()
    assert.ok(!(await registry.submit(registry.identification('Late', registry.operator), [])).ok)
    await Promise.all([submitted, stopped])
    const writer = await openSqliteWriter(join(story.directory, 'cadastre.sqlite'))
    assert.deepEqual(await writer.undecided(), [])
    await writer.close()
    await story.check()
  } finally {
    await story.end()
  }
})

test('a bug in a procedure refuses the one request that meets it; the others are decided', async () => {
  const story = await Story.begin()
  const procedure = procedureById('identify-holder/1')
  assert.ok(procedure !== null)
  const decide = procedure.decide.bind(procedure)
  // A log replays with the code that wrote it, bug included: so the bug stays until the end of the check.
  const bug = mock.method(procedure, 'decide', (...args: Parameters<typeof decide>) => {
    const [act] = args
    if (act.kind === 'request' && act.request.body['name'] === 'Poison') throw new TypeError('a bug')
    return decide(...args)
  })
  try {
    const reported: string[] = []
    const registry = await story.open({ report: (message, error) => reported.push(`${message}: ${error}`) })
    const names = ['First', 'Poison', 'Last']
    const outcomes = await Promise.all(
      names.map((name) => {
        const signer = generateEd25519Signer()
        return registry.act(registry.identification(name, signer), [signer])
      }),
    )
    const said = outcomes.map((entry) => entry['outcome'] as JsonObject)
    assert.deepEqual(
      said.map((outcome) => outcome['refusals'] ?? null),
      [null, ['procedure-fault'], null],
    )
    assert.deepEqual(reported, ['a request met a bug and was refused: TypeError: a bug'])
    await registry.stop()
    await story.check()
  } finally {
    bug.mock.restore()
    await story.end()
  }
})

test('a lost compare-and-swap ends this writer; the next decides what has a receipt', async () => {
  const story = await Story.begin()
  try {
    const reported: string[] = []
    const registry = await story.open({ report: (_message, error) => reported.push(error?.message ?? '') })
    await registry.registrar.publishedAll()
    // Another hand, which the fence would have stopped, moves the head.
    const database = new DatabaseSync(join(story.directory, 'cadastre.sqlite'))
    const size = registry.registrar.size
    database.exec(`UPDATE head SET size = ${size + 1}`)
    await story.submit(registry, 3)
    await story.rest(registry)
    assert.match(registry.registrar.failure?.message ?? '', /grown by another hand/)
    assert.equal(reported.length, 1)
    assert.ok(!(await story.submit(registry, 1)), 'it takes nothing more')
    await registry.stop()
    database.exec(`UPDATE head SET size = ${size}`)
    database.close()
    assert.equal((await story.check()).receipts, 3)
  } finally {
    await story.end()
  }
})

test('checking of signatures that breaks down ends this writer; the next decides what has a receipt', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open({
      verify: () => Promise.reject(new Error('a thread has died')),
      report: () => undefined,
    })
    await story.submit(registry, 3)
    await story.rest(registry)
    assert.match(registry.registrar.failure?.message ?? '', /a thread has died/)
    await registry.stop()
    await story.check()
  } finally {
    await story.end()
  }
})

test('a bad signature is refused by a logged decision', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open({ verify: (checks) => Promise.resolve(checks.map(() => false)) })
    const signer = generateEd25519Signer()
    const entry = await registry.act(registry.identification('Forged', signer), [signer])
    assert.deepEqual(entry['outcome'], { accepted: false, refusals: ['signature-invalid'] })
    await registry.stop()
  } finally {
    await story.end()
  }
})

test('a clock that is set back: no time in the log decreases, no decision precedes its receipt', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open()
    registry.advance(1000)
    await story.submit(registry, 2)
    registry.advance(-5000)
    await story.rest(registry)
    await story.submit(registry, 2)
    await story.rest(registry)
    await registry.stop()
    await story.act()
    registry.advance(5000)
    await story.check()
  } finally {
    await story.end()
  }
})

test('records that are not those of the log refuse to start, and say what helps', async () => {
  const story = await Story.begin()
  try {
    await story.act()
    const path = join(story.directory, 'cadastre.sqlite')
    const database = new DatabaseSync(path)
    database.exec("UPDATE records SET text = replace(text, 'Holder', 'Folder')")
    database.close()
    await assert.rejects(story.open(), (error: unknown) => {
      assert.ok(error instanceof DamagedStoreError)
      assert.match(error.message, /cadastre rebuild/)
      return true
    })
    const writer = await openSqliteWriter(path)
    assert.ok((await writer.rebuild(() => undefined)).differences.length > 0)
    await writer.close()
    await story.check()
  } finally {
    await story.end()
  }
})

test('versions of the state are held for as long as somebody may ask for them, and no longer', async () => {
  const story = await Story.begin()
  try {
    const registry = await story.open()
    for (let round = 0; round < 90; round++) {
      await story.submit(registry, 1)
      await registry.registrar.settled(round + 1, 20_000)
    }
    const held = registry.registrar.heldVersions
    assert.ok(held >= 64 && held <= 74, `${held} versions`)
    const sizes = (await registry.reader.store.checkpoints()).map(({ size }) => size)
    for (const size of sizes) {
      const snapshot = registry.reader.snapshotAt(size)
      assert.ok(snapshot !== null)
      assert.equal(snapshot.registry.name, 'Example Registry')
    }
    await registry.stop()
    await story.check()
  } finally {
    await story.end()
  }
})

test('public files that were lost are made again from the store', async () => {
  const story = await Story.begin()
  try {
    await story.grow(300)
    await story.loseFiles()
    await story.check()
  } finally {
    await story.end()
  }
})

test('a request that waited for its decision when the registry stopped has one receipt, whoever asks again', async () => {
  const story = await Story.begin()
  try {
    const signer = generateEd25519Signer()
    const broken = await story.open({
      verify: () => Promise.reject(new Error('a thread has died')),
      report: () => undefined,
    })
    const request = broken.identification('Patient', signer)
    const first = await broken.submit(request, [signer])
    assert.ok(first.ok)
    await broken.stop()
    let answer: (() => void) | null = null
    const registry = await story.open({
      // Not decided before the request has come again.
      verify: (checks) =>
        new Promise((resolve) => {
          answer = () => resolve(checks.map(() => true))
        }),
    })
    assert.deepEqual(await registry.submit(request, [signer]), first)
    assert.ok(answer !== null)
    ;(answer as () => void)()
    await registry.stop()
    assert.equal((await story.check()).receipts, 1)
  } finally {
    await story.end()
  }
})

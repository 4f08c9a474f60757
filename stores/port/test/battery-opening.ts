import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FencedError, SchemaVersionError, StoreLockedError } from '../src/index.ts'
import type { WithStore } from './battery.ts'
import { allRecords, assertHolds, SampleLog } from './sample-log.ts'
import { at, holding, intakeItem, key } from './samples.ts'

const CELL = 'ip4/192.0.2.0/24'

/** Opening, the fence, and readers beside a writer. */
export function openingTests(withStore: WithStore): void {
  test(
    'a store that does not exist cannot be read, and says so',
    withStore(async (store) => {
      await assert.rejects(store.openReader())
      const writer = await store.openWriter()
      await writer.close()
      const reader = await store.openReader()
      assert.equal(await reader.head(), null)
      await reader.close()
      await reader.close()
      await writer.close()
    }),
  )

  test(
    'an empty store answers every question with nothing',
    withStore(async (store) => {
      const writer = await store.openWriter()
      assert.equal(await writer.head(), null)
      assert.deepEqual(await writer.entries(0, 10), [])
      assert.deepEqual(await writer.tileHashes(0, 0, 10), [])
      assert.equal((await allRecords(writer)).size, 0)
      assert.equal(await writer.record(key(CELL)), null)
      assert.deepEqual(await writer.touched([CELL], 10, 10), [])
      assert.equal(await writer.receiptBySeq(0), null)
      assert.deepEqual(await writer.receiptsByRequest(new Uint8Array(32)), [])
      assert.equal(await writer.lastReceipt(), null)
      assert.deepEqual(await writer.openings(['x']), [])
      assert.deepEqual(await writer.holdersMatching('', 10), [])
      assert.deepEqual(await writer.checkpoints(), [])
      assert.deepEqual(await writer.undecided(), [])
      assert.deepEqual(await writer.due(at(0), 10), [])
      assert.equal(await writer.nextDue(), null)
      assert.deepEqual(await writer.rebuild(() => undefined), { entries: 0, records: 0, differences: [] })
      await writer.close()
    }),
  )

  test(
    'there is one writer: a second is refused by name until the first has closed',
    withStore(async (store) => {
      const writer = await store.openWriter()
      await assert.rejects(store.openWriter(), (error: unknown) => {
        assert.ok(error instanceof StoreLockedError)
        assert.ok(error.message.includes(store.place), error.message)
        return true
      })
      const log = new SampleLog()
      assert.equal(await writer.commit(log.append([{ effects: [] }])), 'committed')
      await writer.close()
      const next = await store.openWriter()
      assert.equal(await next.commit(log.append([{ effects: [] }])), 'committed')
      await assertHolds(next, log)
      await next.close()
    }),
  )

  test(
    'a writer that was taken over can write nothing more',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      await writer.commit(log.append([{ effects: [] }]))
      // What opening another writer does, were the fence of this one lost.
      await store.sql('UPDATE head SET epoch = epoch + 1')
      const before = await writer.head()
      await assert.rejects(writer.commit(log.append([{ effects: [] }])), FencedError)
      await assert.rejects(writer.intake([intakeItem(1)]), FencedError)
      await assert.rejects(writer.savePublished({ size: 2, note: 'n', at: at(0) }), FencedError)
      await assert.rejects(
        writer.rebuild(() => undefined),
        FencedError,
      )
      assert.deepEqual(await writer.head(), before)
      assert.equal(await writer.lastReceipt(), null)
      assert.deepEqual(await writer.checkpoints(), [])
      await writer.close()
    }),
  )

  test(
    'readers see each committed batch at once, a snapshot sees one moment',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const reader = await store.openReader()
      const log = new SampleLog()
      await writer.commit(log.append([{ effects: [[CELL, holding('192.0.2.0', '192.0.2.255')]] }]))
      const first = log.head
      assert.deepEqual(await reader.head(), first)
      const snapshot = await reader.snapshot()
      await writer.commit(log.append([{ effects: [[CELL, null]] }]))
      assert.deepEqual(await reader.head(), log.head)
      assert.equal(await reader.record(key(CELL)), null)
      assert.deepEqual(snapshot.head, first)
      const seen: string[] = []
      for await (const page of snapshot.records()) seen.push(...page.map((record) => record.key))
      assert.deepEqual(seen, [CELL])
      await snapshot.close()
      assert.equal((await allRecords(reader)).size, 0)
      await reader.close()
      await writer.close()
    }),
  )

  test(
    'a schema of a newer version is refused, plainly, by readers and writers',
    withStore(async (store) => {
      await (await store.openWriter()).close()
      await store.sql('UPDATE schema_version SET version = 999')
      for (const open of [() => store.openReader(), () => store.openWriter()])
        await assert.rejects(open(), (error: unknown) => {
          assert.ok(error instanceof SchemaVersionError)
          assert.match(error.message, /999.*newer version/)
          return true
        })
      await store.sql('UPDATE schema_version SET version = 1')
      await (await store.openWriter()).close()
    }),
  )
}

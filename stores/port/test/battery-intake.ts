import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WithStore } from './battery.ts'
import { assertHolds, SampleLog } from './sample-log.ts'
import { at, intakeItem, opening } from './samples.ts'

/** Requests between receipt and decision, and the openings that come with them. */
export function intakeTests(withStore: WithStore): void {
  test(
    'what was received survives reopening, in order, with its openings, until it is decided',
    withStore(async (store) => {
      const items = [intakeItem(7, [opening(1), opening(2)]), intakeItem(8), intakeItem(9, [opening(3)])]
      const writer = await store.openWriter()
      await writer.intake(items.slice(0, 2))
      await writer.intake(items.slice(2))
      assert.deepEqual(await writer.undecided(), items)
      await writer.close()
      const again = await store.openWriter()
      assert.deepEqual(await again.undecided(), items)
      assert.deepEqual(await again.lastReceipt(), { seq: 9, receipt: 'receipt 9\n' })
      assert.deepEqual(await again.receiptBySeq(8), { seq: 8, receipt: 'receipt 8\n', index: null })
      const log = new SampleLog()
      await again.commit(log.append([{ effects: [], seq: 7 }, { effects: [] }, { effects: [], seq: 9 }]))
      assert.deepEqual(await again.undecided(), items.slice(1, 2))
      assert.deepEqual(await again.receiptBySeq(9), { seq: 9, receipt: 'receipt 9\n', index: 2 })
      assert.equal(await again.receiptBySeq(10), null)
      const hash = items[0]?.requestHash ?? new Uint8Array(32)
      assert.deepEqual(await again.receiptsByRequest(hash), [{ seq: 7, receipt: 'receipt 7\n', index: 0 }])
      assert.deepEqual(await again.lastReceipt(), { seq: 9, receipt: 'receipt 9\n' })
      await assertHolds(again, log)
      await again.close()
    }),
  )

  test(
    'sequence numbers have no gap and no repeat, and an intake is kept as a whole or not at all',
    withStore(async (store) => {
      const writer = await store.openWriter()
      await writer.intake([intakeItem(1)])
      for (const items of [
        [intakeItem(3)],
        [intakeItem(1)],
        [intakeItem(2), intakeItem(4)],
        [intakeItem(2), intakeItem(2)],
        [{ ...intakeItem(2), requestHash: new Uint8Array(31) }],
      ])
        await assert.rejects(writer.intake(items), RangeError)
      assert.deepEqual(await writer.lastReceipt(), { seq: 1, receipt: 'receipt 1\n' })
      await writer.intake([])
      await writer.intake([intakeItem(2)])
      assert.equal((await writer.undecided()).length, 2)
      await writer.close()
    }),
  )

  test(
    'the same request received twice answers with its first receipt',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const first = intakeItem(1, [opening(1)])
      await writer.intake([first, { ...intakeItem(2, [opening(1)]), requestHash: first.requestHash }])
      assert.equal((await writer.receiptsByRequest(first.requestHash))[0]?.seq, 1)
      const hashes = [intakeItem(9).requestHash, first.requestHash, new Uint8Array(32), first.requestHash]
      assert.deepEqual(await writer.areReceived(hashes), [false, true, false, true])
      assert.deepEqual(await writer.areReceived([]), [])
      assert.deepEqual(await writer.openings([opening(1).commitment]), [opening(1)])
      await writer.close()
    }),
  )

  test(
    'a decision is given once',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      await writer.intake([intakeItem(1)])
      await writer.commit(log.append([{ effects: [], seq: 1 }]))
      const twice = new SampleLog()
      twice.append([{ effects: [], seq: 1 }])
      await assert.rejects(writer.commit(twice.append([{ effects: [], seq: 1 }])), RangeError)
      assert.equal((await writer.receiptBySeq(1))?.index, 0)
      await assertHolds(writer, log)
      await writer.close()
    }),
  )

  test(
    'openings are read by commitment and erased for good, for every receipt that brought them',
    withStore(async (store) => {
      const writer = await store.openWriter()
      await writer.intake([intakeItem(1, [opening(1), opening(2)]), intakeItem(2, [opening(1)])])
      const both = [opening(1).commitment, opening(2).commitment]
      assert.deepEqual(await writer.openings([...both, 'unknown']), [opening(1), opening(2)])
      const log = new SampleLog()
      await writer.commit(log.append([{ effects: [], seq: 1 }], at(1), [opening(1).commitment, 'unknown']))
      assert.deepEqual(await writer.openings(both), [opening(2)])
      assert.deepEqual((await writer.undecided())[0]?.openings, [])
      await writer.close()
      const again = await store.openWriter()
      assert.deepEqual(await again.openings(both), [opening(2)])
      await again.close()
    }),
  )
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '@cadastre/records'
import fc from 'fast-check'
import type { Batch } from '../src/index.ts'
import type { WithStore } from './battery.ts'
import { assertHolds, SampleLog, type SampleOp } from './sample-log.ts'
import { application, at, cell, holder, holding, key, pool } from './samples.ts'

const CELL = 'ip4/192.0.2.0/24'

/** Batches: all or nothing, only on the size they were made for. */
export function writingTests(withStore: WithStore): void {
  test(
    'batches are committed and read again after reopening, tile hashes of both levels included',
    withStore(async (store) => {
      const log = new SampleLog()
      const writer = await store.openWriter()
      const refused: SampleOp = { effects: [] }
      assert.equal(
        await writer.commit(log.append([{ effects: [['obj/holder/H-1', holder('H-1', null)]] }])),
        'committed',
      )
      assert.equal(await writer.commit(log.append(Array.from({ length: 700 }, () => refused))), 'committed')
      await assertHolds(writer, log)
      assert.equal(log.tiles[1]?.length, 2)
      assert.deepEqual(await writer.entries(255, 2), log.entries.slice(255, 257))
      assert.equal((await writer.entries(log.entries.length - 1, 5)).length, 1)
      assert.equal((await writer.tileHashes(0, 256, 256)).length, 256)
      await writer.close()
      const again = await store.openWriter()
      await assertHolds(again, log)
      await again.close()
    }),
  )

  test(
    'a batch made for another size is stale and writes nothing',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      await writer.commit(log.append([{ effects: [[CELL, holding('192.0.2.0', '192.0.2.255')]] }]))
      const other = new SampleLog()
      const first = other.append([{ effects: [['obj/holder/H-9', holder('H-9', 'Nine')]] }])
      assert.equal(await writer.commit(first), 'stale')
      assert.equal(await writer.commit(other.append([{ effects: [] }, { effects: [] }])), 'committed')
      await writer.close()
    }),
  )

  test(
    'a stale batch leaves no trace in any table',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      await writer.commit(log.append([{ effects: [[CELL, holding('192.0.2.0', '192.0.2.255')]] }]))
      const batch = new SampleLog().append([
        {
          effects: [
            ['obj/holder/H-9', holder('H-9', 'Nine')],
            ['obj/application/A-9', application('A-9', 'cooling', at(9))],
          ],
        },
      ])
      assert.equal(await writer.commit(batch), 'stale')
      assert.equal(
        await writer.commit({ ...batch, expectedSize: 7, touched: [], head: { ...batch.head, size: 9 } }),
        'stale',
      )
      assert.deepEqual(await writer.holdersMatching('nine', 10), [])
      assert.equal(await writer.nextDue(), null)
      await assertHolds(writer, log)
      await writer.close()
    }),
  )

  test(
    'a batch that does not fit together is refused before anything is written',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const batch = new SampleLog().append([{ effects: [[CELL, holding('192.0.2.0', '192.0.2.255')]] }])
      const broken: Batch[] = [
        { ...batch, entries: [] },
        { ...batch, head: { ...batch.head, size: 3 } },
        { ...batch, head: { ...batch.head, root: new Uint8Array(31) } },
        { ...batch, entries: batch.entries.map(({ bytes }) => ({ bytes, leafHash: new Uint8Array(0) })) },
        { ...batch, touched: [{ key: CELL, index: 2 }] },
        { ...batch, decided: [{ seq: 1, index: 5 }] },
        { ...batch, records: [...batch.records, ...batch.records] },
        { ...batch, tileHashes: [{ level: 0, index: 0, hash: new Uint8Array(32) }] },
      ]
      for (const each of broken) await assert.rejects(writer.commit(each), RangeError)
      await assert.rejects(
        writer.commit({ ...batch, records: [{ key: key('ip4/192.0.2.1/24'), text: '{}' }] }),
        TypeError,
      )
      assert.equal(await writer.head(), null)
      await assertHolds(writer, new SampleLog())
      await writer.close()
    }),
  )

  test(
    'a batch that decides what nobody received is refused, and nothing of it stays',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const batch = new SampleLog().append([
        { seq: 5, effects: [[CELL, holding('192.0.2.0', '192.0.2.255')]] },
      ])
      await assert.rejects(writer.commit(batch), RangeError)
      await assertHolds(writer, new SampleLog())
      await writer.close()
    }),
  )

  test(
    'what falls due comes in order of time and then key, and goes when its record changes',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      const effects: [string, Json][] = [
        ['obj/application/A-3', application('A-3', 'cooling', at(30))],
        ['obj/application/A-1', application('A-1', 'cooling', at(50))],
        ['obj/application/A-2', application('A-2', 'cooling', at(30))],
        ['obj/application/A-4', application('A-4', 'waiting', null)],
        ['obj/pool/P-1', pool('P-1', at(60))],
        ['obj/pool/P-2', pool('P-2', null)],
        [CELL, cell({ kind: 'quarantined', first: '192.0.2.0', last: '192.0.2.255', until: at(20) })],
      ]
      await writer.commit(log.append([{ effects }]))
      assert.equal(await writer.nextDue(), at(20))
      const due = async (n: number, limit = 10): Promise<string[]> =>
        (await writer.due(at(n), limit)).map((each) => `${each.key} ${each.procedure}`)
      assert.deepEqual(await due(19), [])
      assert.deepEqual(await due(30), [
        `${CELL} return/1`,
        'obj/application/A-2 transfer/1',
        'obj/application/A-3 transfer/1',
      ])
      assert.equal((await due(100, 2)).length, 2)
      assert.deepEqual(
        (await writer.due(at(100), 10)).map((each) => each.at),
        [at(20), at(30), at(30), at(50), at(60)],
      )
      await writer.commit(
        log.append([
          {
            effects: [
              [CELL, null],
              ['obj/application/A-2', application('A-2', 'effected', null)],
            ],
          },
        ]),
      )
      assert.equal(await writer.nextDue(), at(30))
      assert.deepEqual(await due(30), ['obj/application/A-3 transfer/1'])
      await assertHolds(writer, log)
      await writer.close()
    }),
  )

  test(
    'the last 64 published checkpoints are kept, oldest first; a size signed again replaces its note',
    withStore(async (store) => {
      const writer = await store.openWriter()
      for (let n = 1; n <= 70; n++)
        await writer.savePublished({ size: n * 2, note: `note ${n}\n`, at: at(n) })
      await writer.savePublished({ size: 140, note: 'with a cosignature more\n', at: at(71) })
      const kept = await writer.checkpoints()
      assert.equal(kept.length, 64)
      assert.deepEqual(kept[0], { size: 14, note: 'note 7\n', at: at(7) })
      assert.deepEqual(kept[63], { size: 140, note: 'with a cosignature more\n', at: at(71) })
      await writer.close()
    }),
  )

  test(
    'after any history of batches the store equals a naive model, and its own log replayed',
    withStore(async (store) => {
      const keys = [
        'ip4/192.0.2.0/25',
        'ip4/192.0.2.128/25',
        'ip6/2001:db8::/32',
        'asn/64496/32',
        'obj/holder/H-1',
        'obj/application/A-1',
      ]
      const op = fc.record({
        effects: fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.option(fc.nat(9))), {
          maxLength: 4,
          selector: ([name]) => name,
        }),
      })
      const writer = await store.openWriter()
      const log = new SampleLog()
      await fc.assert(
        fc.asyncProperty(fc.array(op, { maxLength: 5 }), async (ops) => {
          const batch = ops.map((each) => ({
            effects: each.effects.map(([name, n]): [string, Json] => [
              name,
              n === null ? null : sampleRecord(name, n),
            ]),
          }))
          assert.equal(await writer.commit(log.append(batch)), 'committed')
          await assertHolds(writer, log)
        }),
        { numRuns: 40, seed: 7, endOnFailure: true },
      )
      await writer.close()
    }),
  )
}

/** Some record that can stand at the key, of variant `n`. */
function sampleRecord(name: string, n: number): Json {
  const [, type = '', handle = ''] = name.split('/')
  if (type === 'holder') return holder(handle, `Name ${n}`)
  if (type === 'application') return application(handle, n % 2 === 0 ? 'cooling' : 'failed', at(n))
  const kind = n % 3 === 0 ? 'pool' : n % 3 === 1 ? 'quarantined' : 'holding'
  return cell({
    kind,
    first: '192.0.2.0',
    last: '192.0.2.255',
    ...(kind === 'quarantined' ? { until: at(n) } : {}),
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '@cadastre/records'
import { DamagedLogError, PROJECTED_TABLES } from '../src/index.ts'
import type { WithStore } from './battery.ts'
import { assertHolds, SampleLog } from './sample-log.ts'
import { application, at, cell, holder, holding } from './samples.ts'

const HELD = 'ip4/192.0.2.0/24'
const EFFECTS: (readonly [string, Json])[] = [
  [HELD, holding('192.0.2.0', '192.0.2.255')],
  [
    'ip6/2001:db8::/32',
    cell({
      kind: 'quarantined',
      first: '2001:db8::',
      last: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      until: at(9),
    }),
  ],
  ['obj/holder/H-1', holder('H-1', 'One')],
  ['obj/holder/H-2', holder('H-2', null)],
  ['obj/application/A-1', application('A-1', 'cooling', at(5))],
]

/** What somebody who goes around the store may do to a table, and what `rebuild` then reports. */
const TAMPERINGS: readonly (readonly [string, readonly string[]])[] = [
  [`UPDATE records SET text = replace(text, 'H-1', 'H-2') WHERE key = '${HELD}'`, [`records ${HELD}`]],
  [`DELETE FROM records WHERE key = 'obj/holder/H-1'`, ['records obj/holder/H-1']],
  [`UPDATE touched SET idx = 1 WHERE key = '${HELD}'`, [`touched ${HELD}@0`, `touched ${HELD}@1`]],
  [
    `UPDATE due SET at = '2099-01-01T00:00:00Z' WHERE key = 'obj/application/A-1'`,
    ['due obj/application/A-1'],
  ],
  [
    `INSERT INTO due (key, at, procedure) VALUES ('obj/pool/P-1', '2026-01-01T00:00:00Z', 'allocate/1')`,
    ['due obj/pool/P-1'],
  ],
  [`DELETE FROM occupancy WHERE key = '${HELD}'`, [`occupancy ${HELD}`]],
  [`UPDATE holders SET name = 'Other' WHERE handle = 'H-1'`, ['holders H-1']],
  [`UPDATE holders SET folded = 'X' WHERE handle = 'H-2'`, ['holders H-2']],
  ['DELETE FROM tile_hashes WHERE level = 0 AND idx = 1', ['tile_hashes 0/1']],
  [`UPDATE head SET at = '2099-01-01T00:00:00Z'`, ['head head']],
  ['DELETE FROM records', EFFECTS.map(([name]) => `records ${name}`)],
]

export function rebuildTests(withStore: WithStore): void {
  test(
    'rebuild finds what was tampered with, in each table, and puts it right',
    withStore(async (store) => {
      const log = new SampleLog()
      const first = await store.openWriter()
      await first.commit(log.append([{ effects: EFFECTS }]))
      await assertHolds(first, log)
      await first.close()
      const tables = new Set<string>()
      for (const [statement, expected] of TAMPERINGS) {
        await store.sql(statement)
        const writer = await store.openWriter()
        const seen: number[] = []
        const report = await writer.rebuild((entries) => seen.push(entries))
        const found = report.differences.map(({ table, key }) => `${table} ${key}`)
        assert.deepEqual(found.sort(), [...expected].sort(), statement)
        assert.equal(report.entries, log.entries.length)
        assert.equal(report.records, EFFECTS.length)
        assert.equal(seen.at(-1), log.entries.length)
        await assertHolds(writer, log)
        assert.equal(await writer.nextDue(), at(5))
        for (const { table } of report.differences) tables.add(table)
        await writer.close()
      }
      assert.deepEqual([...tables].sort(), [...PROJECTED_TABLES].sort())
    }),
  )

  test(
    'rebuild reports at most 1000 differences of a table, and puts all right',
    withStore(async (store) => {
      const log = new SampleLog()
      const writer = await store.openWriter()
      const effects = Array.from({ length: 1500 }, (_, n): [string, Json] => [
        `obj/order/R-${n}`,
        { v: 1, n },
      ])
      await writer.commit(log.append([{ effects }]))
      await store.sql('DELETE FROM records')
      const report = await writer.rebuild(() => undefined)
      assert.equal(report.differences.length, 1000)
      await assertHolds(writer, log)
      await writer.close()
    }),
  )

  test(
    'rebuild reads a log of many stretches, and reports its way',
    withStore(async (store) => {
      const log = new SampleLog()
      const writer = await store.openWriter()
      for (let n = 0; n < 3; n++) {
        const ops = Array.from({ length: 400 }, (_, m) => ({
          effects: [[`obj/holder/H-${m % 50}`, m % 7 === n ? null : holder(`H-${m % 50}`, `${n} ${m}`)]] as [
            string,
            Json,
          ][],
        }))
        await writer.commit(log.append(ops))
      }
      const seen: number[] = []
      assert.deepEqual((await writer.rebuild((entries) => seen.push(entries))).differences, [])
      assert.ok(seen.length > 1 && seen.every((entries, n) => n === 0 || entries > (seen[n - 1] ?? 0)))
      await assertHolds(writer, log)
      await writer.close()
    }),
  )

  test(
    'a log that is itself damaged stops rebuild, and nothing is written',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      await writer.commit(log.append([{ effects: EFFECTS }]))
      const good = new SampleLog()
      good.append([{ effects: EFFECTS }])
      const batch = good.append([{ effects: [] }])
      const entries = batch.entries.map(({ leafHash }) => ({ bytes: Uint8Array.of(0xff), leafHash }))
      await writer.commit({ ...batch, entries })
      await store.sql('DELETE FROM touched')
      await assert.rejects(
        writer.rebuild(() => undefined),
        DamagedLogError,
      )
      assert.deepEqual(await writer.touched([HELD], 10, 10), [])
      assert.deepEqual(await writer.head(), batch.head)
      await writer.close()
    }),
  )

  test(
    'plain SQL can neither change nor delete an entry of the log',
    withStore(async (store) => {
      const log = new SampleLog()
      const writer = await store.openWriter()
      await writer.commit(log.append([{ effects: EFFECTS }]))
      for (const statement of ['UPDATE log SET idx = 9 WHERE idx = 0', 'DELETE FROM log'])
        await assert.rejects(store.sql(statement), /never/)
      await assertHolds(writer, log)
      await writer.close()
    }),
  )
}

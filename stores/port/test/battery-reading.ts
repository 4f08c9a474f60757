import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '@cadastre/records'
import fc from 'fast-check'
import type { WithStore } from './battery.ts'
import { SampleLog } from './sample-log.ts'
import { cell, holder, key } from './samples.ts'

/** Questions: records in order, which entries touched a key, holders by name. */
export function readingTests(withStore: WithStore): void {
  test(
    'records come by space, cells by first number and then shorter prefix, objects by key',
    withStore(async (store) => {
      const ordered = [
        'asn/0/1',
        'asn/64496/28',
        'asn/64496/32',
        'asn/4294967295/32',
        'ip4/0.0.0.0/0',
        'ip4/9.0.0.0/8',
        'ip4/192.0.2.0/24',
        'ip4/192.0.2.0/25',
        'ip4/192.0.2.128/25',
        'ip4/203.0.113.0/24',
        'ip6/::/0',
        'ip6/2001:db8::/32',
        'ip6/2001:db8::/128',
        'ip6/2001:db8:0:0:1::/80',
        'ip6/fd00::/8',
        'obj/application/A-1',
        'obj/holder/H-10',
        'obj/holder/H-9',
        'obj/holder/H.1',
        'obj/holder/H_1',
        'obj/registry/REGISTRY',
      ]
      const pool = cell({ kind: 'pool', first: '0.0.0.0', last: '0.0.0.0' })
      const effects = ordered.map((name): [string, Json] => [
        name,
        name.startsWith('obj') ? { v: 1, name: null, state: 'open', due: null } : pool,
      ])
      const writer = await store.openWriter()
      await writer.commit(new SampleLog().append([{ effects: effects.toReversed() }]))
      const found: string[] = []
      for await (const page of writer.records()) found.push(...page.map((record) => record.key))
      assert.deepEqual(found, ordered)
      for (const [name, value] of effects) {
        const text = await writer.record(key(name))
        assert.deepEqual(text === null ? null : JSON.parse(text), value)
      }
      await writer.close()
    }),
  )

  test(
    'objects of one type come in order of handle, in pages, and no others',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const names = ['A-1', 'A-10', 'A-2', 'A.9']
      const object: Json = { v: 1, state: 'open', due: null }
      const effects = ['obj/complaint/C-1', ...names.map((name) => `obj/incident/${name}`), 'obj/order/O-1']
      await writer.commit(new SampleLog().append([{ effects: effects.map((name) => [name, object]) }]))
      const handles = async (after: string | null, limit: number): Promise<readonly string[]> =>
        (await writer.objects('incident', after, limit)).map((one) => one.key.slice('obj/incident/'.length))
      assert.deepEqual(await handles(null, 9), names)
      assert.deepEqual(await handles(null, 2), names.slice(0, 2))
      assert.deepEqual(await handles('A-10', 9), names.slice(2))
      assert.deepEqual(await handles('A.9', 9), [])
      assert.deepEqual(await writer.objects('transit', null, 9), [])
      await writer.close()
    }),
  )

  test(
    'many records come in pages, each once and in order; a reader that stops early holds nothing back',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const count = 9000
      const effects = Array.from({ length: count }, (_, n): [string, Json] => [
        `obj/order/R-${String(n).padStart(6, '0')}`,
        { v: 1, n },
      ])
      await writer.commit(new SampleLog().append([{ effects }]))
      let next = 0
      let pages = 0
      for await (const page of writer.records()) {
        pages++
        for (const record of page) assert.equal(record.key, effects[next++]?.[0])
      }
      assert.equal(next, count)
      assert.ok(pages > 1)
      for await (const page of writer.records()) {
        assert.ok(page.length > 0)
        break
      }
      await writer.close()
    }),
  )

  test(
    'entries that touched keys come newest first, below a bound, at most as many as asked for',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      const write = (name: string): [string, Json] => [name, holder('H-1', null)]
      await writer.commit(log.append([{ effects: [write('obj/holder/H-1'), write('obj/holder/H-2')] }]))
      await writer.commit(
        log.append([{ effects: [write('obj/holder/H-2')] }, { effects: [['obj/holder/H-1', null]] }]),
      )
      const both = ['obj/holder/H-2', 'obj/holder/H-1', 'obj/holder/H-2', 'obj/holder/H-3', 'no key at all']
      assert.deepEqual(await writer.touched(both, 100, 10), [
        { key: 'obj/holder/H-1', index: 3 },
        { key: 'obj/holder/H-2', index: 2 },
        { key: 'obj/holder/H-1', index: 0 },
        { key: 'obj/holder/H-2', index: 0 },
      ])
      assert.deepEqual(await writer.touched(both, 3, 2), [
        { key: 'obj/holder/H-2', index: 2 },
        { key: 'obj/holder/H-1', index: 0 },
      ])
      assert.deepEqual(await writer.touched(['obj/holder/H-2'], 2, 10), [{ key: 'obj/holder/H-2', index: 0 }])
      assert.deepEqual(await writer.touched([], 100, 10), [])
      await writer.close()
    }),
  )

  test(
    'holders are found by part of handle or legal name, in any case and script',
    withStore(async (store) => {
      const names: readonly (readonly [string, string | null])[] = [
        ['H-1', 'Rede Comunitária São João'],
        ['H-10', 'Straße & Söhne'],
        ['H-2', 'ΟΔΟΣ Δίκτυα'],
        ['H-3', '株式会社ネットワーク'],
        ['H-4', null],
        ['H-5', '100% _Net_ \\ "quoted" \'single\' 🦒'],
        ['IMP-A.B_C', 'ﬁber Ｎｅｔ'],
      ]
      const writer = await store.openWriter()
      const log = new SampleLog()
      const effects = names.map(([handle, name]): [string, Json] => [
        `obj/holder/${handle}`,
        holder(handle, name),
      ])
      await writer.commit(log.append([{ effects }]))
      const find = (text: string, limit = 10): Promise<readonly string[]> =>
        writer.holdersMatching(text, limit)
      assert.deepEqual(await find('são'), ['H-1'])
      assert.deepEqual(await find('COMUNITÁRIA'), ['H-1'])
      assert.deepEqual(await find('STRASSE'), ['H-10'])
      assert.deepEqual(await find('straße'), ['H-10'])
      assert.deepEqual(await find('οδος'), ['H-2'])
      assert.deepEqual(await find('δίκτυα'), ['H-2'])
      assert.deepEqual(await find('会社'), ['H-3'])
      assert.deepEqual(await find('🦒'), ['H-5'])
      assert.deepEqual(await find('fiber net'), ['IMP-A.B_C'])
      assert.deepEqual(await find('imp-a'), ['IMP-A.B_C'])
      assert.deepEqual(await find('h-1'), ['H-1', 'H-10'])
      assert.deepEqual(await find('%'), ['H-5'])
      assert.deepEqual(await find('_net_'), ['H-5'])
      assert.deepEqual(await find('\\ "quoted" \''), ['H-5'])
      assert.deepEqual(await find('nobody'), [])
      assert.deepEqual(await find('1\nRede'), [])
      assert.deepEqual(await find('\u0000'), [])
      assert.deepEqual(await find('\ud800'), [])
      assert.deepEqual(await find('', 3), ['H-1', 'H-10', 'H-2'])
      await writer.commit(
        log.append([
          {
            effects: [
              ['obj/holder/H-1', holder('H-1', 'Rede Nova')],
              ['obj/holder/H-2', null],
            ],
          },
        ]),
      )
      assert.deepEqual(await find('são'), [])
      assert.deepEqual(await find('nova'), ['H-1'])
      assert.deepEqual(await find('οδος'), [])
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
          await find(text)
        }),
        { numRuns: 100, seed: 3 },
      )
      await writer.close()
    }),
  )
}

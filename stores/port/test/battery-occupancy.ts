import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '@cadastre/records'
import type { WithStore } from './battery.ts'
import { assertHolds, SampleLog } from './sample-log.ts'
import { cell, holding } from './samples.ts'

type Effects = (readonly [string, Json])[]

/** Two of these in one store overlap. */
const OVERLAPS: readonly (readonly [string, Effects])[] = [
  [
    'a holding inside a holding',
    [
      ['ip4/192.0.2.0/24', holding('192.0.2.0', '192.0.2.255')],
      ['ip4/192.0.2.64/26', holding('192.0.2.64', '192.0.2.127', 'H-2')],
    ],
  ],
  [
    'a holding around a holding, in IPv6',
    [
      ['ip6/2001:db8:1::/48', holding('2001:db8:1::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff')],
      ['ip6/2001:db8::/32', holding('2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'H-2')],
    ],
  ],
  [
    'two holdings in one cell',
    [
      [
        'ip4/192.0.2.0/24',
        cell(
          { kind: 'holding', first: '192.0.2.0', last: '192.0.2.255', holder: 'H-1' },
          { kind: 'reserved', first: '192.0.2.0', last: '192.0.2.255' },
        ),
      ],
    ],
  ],
  [
    'a quarantined AS number inside a block held',
    [
      ['asn/64496/28', holding('64496', '64511')],
      ['asn/64500/32', cell({ kind: 'quarantined', first: '64500', last: '64500' })],
    ],
  ],
  [
    'a moved-out prefix inside a reserved one',
    [
      ['ip4/203.0.113.0/24', cell({ kind: 'reserved', first: '203.0.113.0', last: '203.0.113.255' })],
      ['ip4/203.0.113.255/32', cell({ kind: 'moved-out', first: '203.0.113.255', last: '203.0.113.255' })],
    ],
  ],
]

/** Non-overlap of holdings (invariant I2 of procedures.md) is held by the database itself. */
export function occupancyTests(withStore: WithStore): void {
  for (const [what, effects] of OVERLAPS) {
    test(
      `the database refuses ${what}, in one batch and in two`,
      withStore(async (store) => {
        const writer = await store.openWriter()
        await assert.rejects(writer.commit(new SampleLog().append([{ effects }])))
        assert.equal(await writer.head(), null)
        if (effects.length === 2) {
          const log = new SampleLog()
          await writer.commit(log.append([{ effects: effects.slice(0, 1) }]))
          const other = new SampleLog()
          other.append([{ effects: effects.slice(0, 1) }])
          await assert.rejects(writer.commit(other.append([{ effects: effects.slice(1) }])))
          await assertHolds(writer, log)
        }
        await writer.close()
      }),
    )
  }

  test(
    'plain SQL cannot make two holdings overlap either',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const effects: Effects = [
        ['ip4/192.0.2.64/26', holding('192.0.2.64', '192.0.2.127')],
        ['ip6/2001:db8::/32', holding('2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff')],
        ['asn/64496/28', holding('64496', '64511')],
      ]
      await writer.commit(new SampleLog().append([{ effects }]))
      await writer.close()
      for (const [space, first, last] of [
        ['ip4', '192.0.2.64', '192.0.2.127'],
        ['ip4', '192.0.2.0', '192.0.2.255'],
        ['ip4', '192.0.2.127', '192.0.2.127'],
        ['ip4', '192.0.2.64', '192.0.2.64'],
        ['ip6', '2001:db8::1', '2001:db8::1'],
        ['ip6', '2001::', '2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
        ['asn', '64496', '64496'],
        ['asn', '64511', '64511'],
        ['asn', '64000', '65000'],
      ] as const)
        await assert.rejects(store.occupy(space, first, last), Error, `${space} ${first} - ${last}`)
      await store.occupy('ip4', '192.0.2.0', '192.0.2.63')
      await store.occupy('ip4', '192.0.2.128', '192.0.2.255')
      await store.occupy('ip6', '2001:db9::', '2001:db9::')
      await store.occupy('asn', '64512', '64512')
      await assert.rejects(store.occupy('ip4', '192.0.2.200', '192.0.2.200'))
    }),
  )

  test(
    'what may nest nests: pools around, children inside, services below, neighbours beside',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      const effects: Effects = [
        ['ip4/192.0.2.0/24', cell({ kind: 'pool', first: '192.0.2.0', last: '192.0.2.255' })],
        ['ip4/192.0.2.0/25', holding('192.0.2.0', '192.0.2.127')],
        ['ip4/192.0.2.0/26', cell({ kind: 'sub', first: '192.0.2.0', last: '192.0.2.63' })],
        ['ip4/192.0.2.0/27', cell({ kind: 'lease', first: '192.0.2.0', last: '192.0.2.31' })],
        ['ip4/192.0.2.0/32', cell()],
        ['ip4/192.0.2.128/25', holding('192.0.2.128', '192.0.2.255', 'H-2')],
        // One holding of 198.51.100.0 - 198.51.100.191: each cell states all of it and occupies its own block.
        ['ip4/198.51.100.0/25', holding('198.51.100.0', '198.51.100.191')],
        ['ip4/198.51.100.128/26', holding('198.51.100.0', '198.51.100.191')],
        ['asn/64496/32', holding('64496', '64498')],
        ['asn/64497/32', holding('64496', '64498')],
        ['asn/64498/32', holding('64496', '64498')],
      ]
      assert.equal(await writer.commit(log.append([{ effects }])), 'committed')
      await assertHolds(writer, log)
      await writer.close()
    }),
  )

  test(
    'numbers change hands within one batch: the whole for its halves, and back',
    withStore(async (store) => {
      const writer = await store.openWriter()
      const log = new SampleLog()
      const whole = 'ip4/192.0.2.0/24'
      const halves = ['ip4/192.0.2.0/25', 'ip4/192.0.2.128/25'] as const
      const held = holding('192.0.2.0', '192.0.2.255')
      const split: Effects = [
        [halves[0], held],
        [halves[1], held],
        [whole, null],
      ]
      const joined: Effects = [
        [whole, held],
        [halves[0], null],
        [halves[1], null],
      ]
      for (const effects of [[[whole, held]] as Effects, split, joined, split])
        assert.equal(await writer.commit(log.append([{ effects }])), 'committed')
      await assertHolds(writer, log)
      await writer.close()
    }),
  )
}

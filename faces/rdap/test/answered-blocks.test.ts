// What the handler keeps never changes an answer: each address answers as a handler that keeps nothing would.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRdapHandler } from '../src/index.ts'
import { registration, testReader } from './fixtures.ts'

const kind = fc.constantFrom('holding' as const, 'sub' as const, 'pool' as const, 'reserved' as const)
const prefix = fc.tuple(fc.integer({ min: 0, max: 1023 }), fc.integer({ min: 10, max: 32 }), kind)

test('answers kept by block equal answers made anew', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(prefix, { maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 1023 }), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      async (prefixes, addresses, withService) => {
        const text = (value: number): string => `198.51.${100 + (value >> 8)}.${value & 255}`
        const registrations = prefixes
          .map(([at, length, of], index) => ({ at, length, of, index }))
          .sort((a, b) => a.length - b.length)
          .map(({ at, length, of, index }) => {
            const host = length < 22 ? 1023 : 2 ** (32 - length) - 1
            const octets = length < 22 ? maskedText(length) : text(at & ~host)
            return registration(`R-${index}`, of, `${octets}/${length}`)
          })
        const service = { under: 'R-0', since: 1, origin: 64496 }
        const cells = withService ? [{ at: '198.51.101.64/27', cell: { routes: [service] } }] : []
        const reader = testReader({ registrations, cells })
        const keeping = createRdapHandler(reader)
        for (const address of [...addresses, ...addresses, ...addresses]) {
          const target = `/ip/${text(address)}`
          const kept = await keeping.handle('GET', target)
          const anew = await createRdapHandler(reader).handle('GET', target)
          assert.equal(kept.text, anew.text, target)
        }
      },
    ),
    { numRuns: 100 },
  )
})

/** 198.51.100.0 with all bits after the length cleared. */
function maskedText(length: number): string {
  const value = (0xc633_6400 & (-1 << (32 - length))) >>> 0
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
}

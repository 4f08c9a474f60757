/** One test for each attack of a group: what came of every route must be what is claimed. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { difference, GROUPS, playAttack } from '@cadastre/simulator/attacks'

export function testGroup(group: string): void {
  const found = GROUPS[group]
  assert.ok(found, group)
  for (const attack of found.attacks)
    test(attack.name, async () => {
      const { routes } = await playAttack(attack)
      assert.deepEqual(
        routes.map(difference).filter((one) => one !== null),
        [],
      )
    })
}

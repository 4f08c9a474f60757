/** Past the software, in the database itself: what its constraints and the start of the registrar refuse. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DamagedStoreError } from '@cadastre/registrar'
import { openTestRegistry } from '../../test-registry.ts'
import { type Attack, type Outcome, prevented, type Route, stoppedBy } from '../attack.ts'
import { visible } from '../routes.ts'
import type { AttackWorld } from '../world.ts'

/** SQL by somebody with the database file in hand; the constraint that refuses it, or null. */
function constraint(by: string, sql: string): Route {
  return {
    by: 'database',
    claim: prevented(by),
    play: async (world) => {
      const database = await databaseOf(world)
      try {
        database.exec(sql)
        return stoppedBy(null)
      } catch (error) {
        if (!(error instanceof Error)) throw error
        return stoppedBy(`constraint: ${error.message}`)
      } finally {
        database.close()
      }
    },
  }
}

/** The same where the database takes it: what happens at the next start. */
function atStart(by: string, sql: string): Route {
  return { by: 'database', claim: prevented(by), play: (world) => restarted(world, sql) }
}

async function restarted(world: AttackWorld, sql: string): Promise<Outcome> {
  const database = await databaseOf(world)
  database.exec(sql)
  database.close()
  const { registry } = world
  try {
    await (await openTestRegistry(registry.directory, registry.identity, world.options)).stop()
    return stoppedBy(null)
  } catch (error) {
    if (!(error instanceof DamagedStoreError)) throw error
    return stoppedBy('DamagedStoreError: the registrar does not start')
  }
}

async function databaseOf({ registry }: AttackWorld): Promise<DatabaseSync> {
  await registry.stop()
  return new DatabaseSync(join(registry.directory, 'cadastre.sqlite'))
}

const DAMAGED = 'DamagedStoreError: the registrar does not start'

export const STORE: readonly Attack[] = [
  {
    name: 'an entry changed in the database',
    wants: 'Change or delete a row of the log by hand.',
    routes: [
      constraint(
        'constraint: entries of the log are never changed',
        `UPDATE log SET bytes = x'00' WHERE idx = 12`,
      ),
      constraint('constraint: entries of the log are never deleted', 'DELETE FROM log WHERE idx = 12'),
      atStart(
        DAMAGED,
        `DROP TRIGGER log_is_append_only_1; UPDATE log SET bytes = x'7b7d' WHERE idx = (SELECT max(idx) FROM log)`,
      ),
    ],
    advice: null,
  },
  {
    name: 'two holders of one number in the database',
    wants: 'Enter a second holding over a holder’s numbers.',
    routes: [
      constraint(
        'constraint: two holdings would overlap',
        `INSERT INTO occupancy VALUES ('ip4', x'cb007180', x'cb0071ff', 'ip4/203.0.113.128/25')`,
      ),
      constraint(
        'constraint: occupied numbers are deleted and inserted, never moved',
        `UPDATE occupancy SET key = 'ip4/198.51.100.0/25' WHERE key = 'ip4/203.0.113.0/24'`,
      ),
    ],
    advice: null,
  },
  {
    name: 'a record changed in the database',
    wants: 'Change, by hand, what is served of one holder.',
    routes: [
      atStart(
        DAMAGED,
        `UPDATE records SET text = replace(text, '"country":null', '"country":"XX"') WHERE key = 'ip4/203.0.113.0/24'`,
      ),
      atStart(DAMAGED, `DELETE FROM records WHERE key = 'ip4/203.0.113.0/24'`),
    ],
    advice: null,
  },
  {
    name: 'contacts deleted without an entry',
    wants: 'Make a holder unreachable by deleting what opens its contacts.',
    routes: [
      {
        ...visible(
          'the holder’s record: a commitment that nothing opens, and no erase in the log',
          async (world) => {
            const commitment = await world.withContact()
            const database = await databaseOf(world)
            database.exec('DELETE FROM openings')
            database.close()
            const { registry } = world
            const again = await openTestRegistry(registry.directory, registry.identity, world.options)
            const record = again.reader.snapshot().object('holder', world.alice.handle)
            const opens = await again.reader.store.openings([commitment])
            await again.stop()
            return JSON.stringify(record).includes(commitment) && opens.length === 0
          },
        ),
        by: 'database',
      },
    ],
    advice:
      'Escrow openings yourself; ask for your own contacts: what no erase explains is an incident (cadastre rebuild).',
  },
  {
    name: 'a receipt deleted in the database',
    wants: 'Forget what was received before it is decided.',
    routes: [
      {
        ...visible(
          'the receipt in its holder’s hands, which prove-silence turns into evidence (see: forgetting a receipt)',
          async (world) => {
            const request = world.registry.request('confirm/1', { holder: world.alice.handle })
            const result = await world.registry.submit(request, [world.alice.signer])
            const database = await databaseOf(world)
            database.exec('DELETE FROM intake')
            database.close()
            return result.ok && result.receipt.includes('cadastre-receipt/v1')
          },
        ),
        by: 'database',
      },
    ],
    advice: 'Keep your receipts: they are what the registry cannot delete.',
  },
]

import { test } from 'node:test'
import { runStoreBattery } from '../../port/test/battery.ts'
import { openPostgresReader, openPostgresWriter } from '../src/index.ts'
import { aside, freshSchema, LEFT_OUT, URL_OF_CLUSTER } from './cluster.ts'
import { KILL_CHILD } from './kill-child.ts'

if (LEFT_OUT !== false) test('the battery on PostgreSQL', { skip: LEFT_OUT }, () => undefined)
else
  runStoreBattery('PostgreSQL', async () => {
    const url = URL_OF_CLUSTER ?? ''
    const schema = freshSchema()
    return {
      place: schema,
      child: [KILL_CHILD, schema],
      openWriter: (onStatement) =>
        openPostgresWriter(url, onStatement === undefined ? { schema } : { schema, onStatement }),
      openReader: () => openPostgresReader(url, { schema }),
      sql: async (statement) => {
        await aside(schema, statement)
      },
      occupy: async (space, first, last) => {
        const columns = space === 'asn' ? 'numbers' : 'prefix'
        const value =
          space === 'asn' ? `int8range(${first}, ${last}, '[]')` : `inet_merge('${first}', '${last}')`
        await aside(schema, `INSERT INTO occupancy (key, ${columns}) VALUES ('by hand', ${value})`)
      },
      destroy: async () => {
        await aside(schema, `DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
      },
    }
  })

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FencedError, StoreLockedError, type StoreWriter } from '@cadastre/store-port'
import { assertHolds, SampleLog } from '../../port/test/sample-log.ts'
import { at, holder, intakeItem } from '../../port/test/samples.ts'
import { byteaArray, int8Array, textArray } from '../src/binary-array.ts'
import { openPostgresReader, openPostgresWriter } from '../src/index.ts'
import { openPool, Session } from '../src/session.ts'
import { aside, freshSchema, LEFT_OUT, URL_OF_CLUSTER } from './cluster.ts'

const url = URL_OF_CLUSTER ?? ''

const opened: StoreWriter[] = []

async function openWriter(options: { readonly schema: string }): Promise<StoreWriter> {
  const writer = await openPostgresWriter(url, options)
  opened.push(writer)
  return writer
}

/** Runs the work with a schema of its own. */
async function withSchema(work: (schema: string) => Promise<void>): Promise<void> {
  const schema = freshSchema()
  try {
    await work(schema)
  } finally {
    // A test that failed has left some open, and an open connection keeps the process alive.
    for (const writer of opened.splice(0)) await writer.close()
    await aside(schema, `DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
  }
}

/** Ends the connection that holds the schema's fence, as a network fault or an administrator would. */
async function cutFence(schema: string): Promise<void> {
  const rows = await aside(
    schema,
    `SELECT pg_terminate_backend(pid, 5000) AS ended FROM pg_locks
     WHERE locktype = 'advisory' AND classid = (hashtextextended('cadastre ${schema}', 0) >> 32 & 4294967295)::oid`,
  )
  assert.deepEqual(rows, [{ ended: true }])
}

describe('PostgreSQL', { skip: LEFT_OUT }, () => {
  test('a writer whose lock was lost stops, and the next one goes on', async () => {
    await withSchema(async (schema) => {
      const log = new SampleLog()
      const writer = await openWriter({ schema })
      await writer.commit(log.append([{ effects: [] }]))
      await cutFence(schema)
      const next = await openWriter({ schema })
      await assert.rejects(writer.intake([intakeItem(1)]), FencedError)
      await assert.rejects(writer.commit(new SampleLog().append([{ effects: [] }])), FencedError)
      assert.equal(await next.commit(log.append([{ effects: [] }])), 'committed')
      await assertHolds(next, log)
      await writer.close()
      await next.close()
    })
  })

  test('the head row alone stops a writer that does not know yet that it was taken over', async () => {
    await withSchema(async (schema) => {
      const log = new SampleLog()
      const writer = await openWriter({ schema })
      const batch = log.append([{ effects: [['obj/holder/H-1', holder('H-1', 'One')]] }])
      await aside(schema, 'UPDATE head SET epoch = epoch + 1')
      await assert.rejects(writer.commit(batch), FencedError)
      assert.equal(await writer.record('obj/holder/H-1' as Parameters<StoreWriter['record']>[0]), null)
      await writer.close()
    })
  })

  test('what is asked of a writer at once is done in order', async () => {
    await withSchema(async (schema) => {
      const log = new SampleLog()
      const writer = await openWriter({ schema })
      const work: Promise<unknown>[] = []
      for (let n = 1; n <= 20; n++) {
        work.push(writer.intake([intakeItem(n)]))
        work.push(
          writer.commit(log.append([{ effects: [['obj/holder/H-1', holder('H-1', `${n}`)]], seq: n }])),
        )
        work.push(writer.savePublished({ size: 2 * n, note: `${n}\n`, at: at(n) }))
        work.push(writer.undecided().then((items) => assert.equal(items.length, 0)))
      }
      await Promise.all(work)
      await assertHolds(writer, log)
      assert.equal((await writer.checkpoints()).length, 20)
      await writer.close()
    })
  })

  test('a write that fails does not stop those asked for after it', async () => {
    await withSchema(async (schema) => {
      const log = new SampleLog()
      const writer = await openWriter({ schema })
      const gap = writer.intake([intakeItem(1), intakeItem(3)])
      const good = writer.commit(log.append([{ effects: [] }]))
      await assert.rejects(gap, RangeError)
      assert.equal(await good, 'committed')
      await writer.close()
    })
  })

  test('stores in two schemas of one database are two stores', async () => {
    await withSchema(async (one) => {
      await withSchema(async (two) => {
        const first = await openWriter({ schema: one })
        const second = await openWriter({ schema: two })
        await first.commit(new SampleLog().append([{ effects: [] }]))
        assert.equal(await second.head(), null)
        await assert.rejects(openWriter({ schema: two }), StoreLockedError)
        await assert.rejects(openPostgresReader(url, { schema: freshSchema() }), /holds no store/)
        await first.close()
        await second.close()
      })
    })
  })

  test('commits wait for the disk, whatever the server is set to', async () => {
    await withSchema(async (schema) => {
      const careless = `${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`
      const session = await Session.open({ url: careless, schema })
      assert.equal((await session.get('SHOW synchronous_commit'))?.['synchronous_commit'], 'on')
      await session.close()
    })
  })

  test('arrays in binary format arrive as they were sent: nulls, empty ones, any bytes, any text', async () => {
    const session = await Session.open({ url, schema: 'public' })
    const numbers = [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 4294967296]
    const texts = ['', null, '"\\{},NULL', 'Ω 🦒\n', 'x'.repeat(100_000)]
    const bytes = [Uint8Array.of(), Uint8Array.of(0, 255, 92), new Uint8Array(70_000).fill(7)]
    const column = async (type: string, value: Buffer): Promise<unknown[]> =>
      (await session.all(`SELECT v FROM unnest($1::${type}[]) AS v`, value)).map((row) => row['v'])
    assert.deepEqual(await column('int8', int8Array(numbers)), numbers)
    assert.deepEqual(await column('text', textArray(texts)), texts)
    assert.deepEqual(await column('bytea', byteaArray(bytes)), bytes)
    assert.deepEqual(await column('text', textArray([])), [])
    await assert.rejects(session.all('SELECT $1::int8 AS v', '9007199254740992'), RangeError)
    await session.close()
  })

  test('a reader outlives connections that were cut', async () => {
    await withSchema(async (schema) => {
      const log = new SampleLog()
      const writer = await openWriter({ schema })
      await writer.commit(log.append([{ effects: [] }]))
      await writer.close()
      const pool = openPool({ url, schema }, 1)
      const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
      await aside(schema, `SELECT pg_terminate_backend(${Number(rows[0]?.['pid'])}, 5000)`)
      assert.equal((await pool.query('SELECT size FROM head')).rows[0]?.['size'], 2)
      await pool.end()
    })
  })
})

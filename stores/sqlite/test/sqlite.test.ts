import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { StoreLockedError } from '@cadastre/store-port'
import { SampleLog } from '../../port/test/sample-log.ts'
import { at, holder, intakeItem, opening } from '../../port/test/samples.ts'
import { Connection } from '../src/connection.ts'
import { openSqliteReader, openSqliteWriter } from '../src/index.ts'

/** Runs the work with the path of a store that does not exist yet. */
async function withPath(work: (path: string, directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-sqlite-'))
  try {
    await work(join(directory, 'registry.db'), directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Whether any file of the directory contains the text. */
function isAnywhere(directory: string, text: string): boolean {
  return readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(text))
}

test('the files of a store are their owner’s alone: openings of personal data are inside', async () => {
  const before = process.umask(0)
  try {
    await withPath(async (path, directory) => {
      const writer = await openSqliteWriter(path)
      await writer.intake([intakeItem(1, [opening(1)])])
      const names = readdirSync(directory)
      assert.ok(names.includes('registry.db') && names.includes('registry.db-wal'))
      for (const name of names) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name)
      await writer.close()
    })
  } finally {
    process.umask(before)
  }
})

test('an erased opening stands in no file of the store, write-ahead log included (ledger.md section 5)', async () => {
  await withPath(async (path, directory) => {
    const writer = await openSqliteWriter(path)
    await writer.intake([intakeItem(1, [opening(1), opening(2)])])
    assert.ok(isAnywhere(directory, opening(1).value))
    const reader = await openSqliteReader(path)
    const snapshot = await reader.snapshot()
    const log = new SampleLog()
    await writer.commit(log.append([{ effects: [], seq: 1 }], at(1), [opening(1).commitment]))
    // A reader of the moment before may keep the bytes alive; with its end and the next commit they are gone.
    await snapshot.close()
    await writer.commit(log.append([{ effects: [] }]))
    assert.ok(!isAnywhere(directory, opening(1).value))
    assert.ok(!isAnywhere(directory, opening(1).opening))
    assert.ok(isAnywhere(directory, opening(2).value))
    await reader.close()
    await writer.close()
  })
})

test('an opening that was erased just before a crash is gone once the store is opened again', async () => {
  await withPath(async (path, directory) => {
    const writer = await openSqliteWriter(path)
    await writer.intake([intakeItem(1, [opening(1)])])
    const aside = new DatabaseSync(path)
    aside.exec('PRAGMA secure_delete = ON; DELETE FROM openings')
    assert.ok(isAnywhere(directory, opening(1).value))
    await writer.close()
    const again = await openSqliteWriter(path)
    assert.ok(!isAnywhere(directory, opening(1).value))
    aside.close()
    await again.close()
  })
})

test('readers in other threads read while the writer writes', async () => {
  await withPath(async (path) => {
    const log = new SampleLog()
    const writer = await openSqliteWriter(path)
    await writer.commit(log.append([{ effects: [] }]))
    const source = `
      import { parentPort, workerData } from 'node:worker_threads'
      import { openSqliteReader, openSqliteWriter } from '${new URL('../src/index.ts', import.meta.url).href}'
      const reader = await openSqliteReader(workerData)
      const refused = await openSqliteWriter(workerData).then(() => 'opened', (error) => error.name)
      let size = 0
      let reads = 0
      while (size < 400) {
        const head = await reader.head()
        const entries = await reader.entries(size, 1000)
        if (head.size < size || entries.length < head.size - size) throw new Error('went back in time')
        size = head.size
        reads++
      }
      await reader.close()
      parentPort.postMessage({ refused, reads })`
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
      workerData: path,
    })
    const answer = new Promise<{ refused: string; reads: number }>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    for (let n = 0; n < 200; n++)
      await writer.commit(log.append([{ effects: [['obj/holder/H-1', holder('H-1', `${n}`)]] }]))
    const { refused, reads } = await answer
    assert.equal(refused, StoreLockedError.name)
    assert.ok(reads > 0)
    await worker.terminate()
    await writer.close()
  })
})

test('commits are on disk when they return: write-ahead log, synchronous FULL', async () => {
  await withPath(async (path) => {
    const connection = Connection.writer(path)
    assert.equal(connection.get('PRAGMA journal_mode')?.['journal_mode'], 'wal')
    assert.equal(connection.get('PRAGMA synchronous')?.['synchronous'], 2) // sqlite.org/pragma.html: 2 = FULL
    assert.equal(connection.get('PRAGMA secure_delete')?.['secure_delete'], 1)
    connection.close()
  })
})

test('a file that is no database, and a directory that is not there, are said plainly and leave no lock', async () => {
  await withPath(async (path, directory) => {
    await assert.rejects(openSqliteWriter(join(directory, 'absent', 'registry.db')))
    await assert.rejects(openSqliteReader(path))
    const writer = await openSqliteWriter(path)
    await writer.close()
    const wrong = `${path}-lock`
    assert.equal(statSync(wrong).size, 0)
  })
})

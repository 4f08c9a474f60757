import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseNumber, valueBytes } from '@cadastre/numbers'
import { runStoreBattery } from '../../port/test/battery.ts'
import { openSqliteReader, openSqliteWriter } from '../src/index.ts'
import { KILL_CHILD } from './kill-child.ts'

runStoreBattery('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-sqlite-'))
  const path = join(directory, 'registry.db')
  const aside = (work: (database: DatabaseSync) => void): void => {
    const database = new DatabaseSync(path)
    try {
      work(database)
    } finally {
      database.close()
    }
  }
  return {
    place: path,
    child: [KILL_CHILD, path],
    openWriter: (onStatement) => openSqliteWriter(path, onStatement === undefined ? {} : { onStatement }),
    openReader: () => openSqliteReader(path),
    sql: async (statement) => aside((database) => database.exec(statement)),
    occupy: async (space, first, last) => {
      const bytes = [first, last].map((text) => {
        const value = parseNumber(space, text)
        if (!value.ok) throw new TypeError(text)
        return valueBytes(space, value.value)
      })
      aside((database) =>
        database
          .prepare(`INSERT INTO occupancy (space, first, last, key) VALUES (?, ?, ?, 'by hand')`)
          .run(space, ...bytes),
      )
    },
    destroy: async () => rmSync(directory, { recursive: true, force: true }),
  }
})

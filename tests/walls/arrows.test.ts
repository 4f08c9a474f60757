// The arrows of the house hold, and the wall that says so is proved able to fail.

import assert from 'node:assert/strict'
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ROOMS } from './arrows.ts'
import { survey } from './cruise.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Rooms for tests may import anything; what binds them is who may import them. */
const TESTING = ['testing/vectors', 'testing/simulator', 'testing/authority']

/** The cruiser has passed before by reading nothing at all; raise this as the house grows. */
const MINIMUM_MODULES = 650

test('every import follows the arrows of the design', async (t) => {
  const { modules, violations } = await survey(ROOT)
  assert.deepEqual(violations, [])
  assert.ok(modules.size >= MINIMUM_MODULES, `the cruiser read ${modules.size} modules`)
  const sources = globSync('{core,ledger,stores,registrar,faces,apps,testing}/**/src/**/*.ts', {
    cwd: ROOT,
    exclude: (path) => path.includes('node_modules'),
  })
  const unread = sources.filter((path) => !path.endsWith('.d.ts') && !modules.has(path))
  assert.deepEqual(unread, [], 'source files that the cruiser did not read')
  for (const room of [...ROOMS.map((each) => each.room), ...TESTING]) {
    if (!existsSync(join(ROOT, room, 'src/index.ts'))) t.diagnostic(`${room} is still empty`)
  }
})

test('every room on disk has a rule', () => {
  const known = new Set([...ROOMS.map(({ room }) => room), 'apps/cadastre', 'apps/watch', ...TESTING])
  const onDisk = globSync(
    ['{core,ledger,stores,faces,apps,testing}/*/package.json', 'registrar/package.json'],
    {
      cwd: ROOT,
    },
  )
  const ruleless = onDisk.map(dirname).filter((room) => !known.has(room))
  assert.deepEqual(ruleless, [])
})

/** Forbidden imports: the file, what it says, and the rule that must stop it. */
const PLANTED = [
  ['core/numbers/src/a.ts', "import { x } from '@cadastre/records'", 'core/numbers: rooms and packages'],
  ['core/numbers/src/b.ts', "import type { x } from '@cadastre/records'", 'core/numbers: rooms and packages'],
  [
    'core/numbers/src/c.ts',
    "import { x } from '../../records/src/index.ts'",
    'core/numbers: rooms and packages',
  ],
  ['core/numbers/src/d.ts', "import { readFileSync } from 'node:fs'", 'core/numbers: Node'],
  ['core/numbers/src/e.ts', "import { readFileSync } from 'fs'", 'core/numbers: Node'],
  ['core/numbers/src/f.ts', "import type { Stats } from 'node:fs'", 'core/numbers: Node'],
  ['core/procedures/src/a.ts', "import { z } from 'zod'", 'core/procedures: rooms and packages'],
  ['core/procedures/src/b.ts', "export * from '@cadastre/merkle'", 'core/procedures: rooms and packages'],
  ['ledger/merkle/src/a.ts', "import { x } from '@cadastre/answers'", 'ledger/merkle: rooms and packages'],
  ['ledger/merkle/src/b.ts', "import { createHash } from 'node:crypto'", 'ledger/merkle: Node'],
  [
    'ledger/merkle/src/c.ts',
    "import { x } from '@cadastre/crypto/node'",
    'ledger/merkle: rooms and packages',
  ],
  [
    'ledger/replay/src/a.ts',
    "import type { x } from '@cadastre/store-port'",
    'ledger/replay: rooms and packages',
  ],
  ['ledger/trie/src/a.ts', "import { x } from 'pkijs'", 'ledger/trie: rooms and packages'],
  ['ledger/replay/src/b.ts', "import { x } from '@cadastre/documents'", 'ledger/replay: rooms and packages'],
  [
    'ledger/documents/src/a.ts',
    "import { x } from '@cadastre/replay'",
    'ledger/documents: rooms and packages',
  ],
  ['ledger/documents/src/b.ts', "import { x } from 'pg'", 'ledger/documents: rooms and packages'],
  ['ledger/documents/src/c.ts', "import { readFileSync } from 'node:fs'", 'ledger/documents: Node'],
  [
    'ledger/documents/src/d.ts',
    "import { createHash } from 'node:crypto'",
    'ledger/documents: Node in its port alone',
  ],
  ['stores/sqlite/src/a.ts', "import { x } from '@cadastre/registrar'", 'stores/sqlite: rooms and packages'],
  [
    'stores/sqlite/src/b.ts',
    "import { x } from '@cadastre/store-postgres'",
    'stores/sqlite: rooms and packages',
  ],
  ['stores/sqlite/src/c.ts', "import pg from 'pg'", 'stores/sqlite: rooms and packages'],
  ['stores/postgres/src/a.ts', "import { DatabaseSync } from 'node:sqlite'", 'stores/postgres: Node'],
  ['registrar/src/a.ts', "import { x } from '@cadastre/store-sqlite'", 'registrar: rooms and packages'],
  ['registrar/src/b.ts', "import { x } from '@cadastre/rdap'", 'registrar: rooms and packages'],
  ['registrar/src/c.ts', "import { createServer } from 'node:http'", 'registrar: HTTP'],
  ['faces/rdap/src/a.ts', "import { x } from '@cadastre/store-sqlite'", 'faces/rdap: rooms and packages'],
  ['faces/rdap/src/b.ts', "import type { x } from '@cadastre/registrar'", 'faces/rdap: rooms and packages'],
  ['faces/rdap/src/c.ts', "import { x } from '../../whois/src/index.ts'", 'faces/rdap: rooms and packages'],
  ['faces/rdap/src/d.ts', "import { DatabaseSync } from 'node:sqlite'", 'faces/rdap: Node'],
  ['faces/rdap/src/e.ts', "import type { x } from '@cadastre/store-port'", 'faces/rdap: rooms and packages'],
  ['faces/api/src/a.ts', "import type { x } from '@cadastre/store-port'", 'faces/api: rooms and packages'],
  [
    'stores/reader/src/a.ts',
    "import { x } from '@cadastre/store-sqlite'",
    'stores/reader: rooms and packages',
  ],
  ['stores/sqlite/src/d.ts', "import { x } from '@cadastre/reader'", 'stores/sqlite: rooms and packages'],
  ['registrar/src/d.ts', "import { x } from '@cadastre/reader'", 'registrar: rooms and packages'],
  ['apps/audit/src/b.ts', "import { x } from '@cadastre/reader'", 'apps/audit: rooms and packages'],
  ['faces/explorer/src/a.ts', "import { x } from '@cadastre/records'", 'faces/explorer: rooms and packages'],
  ['faces/explorer/browser/a.ts', "import { x } from '@cadastre/trie'", 'faces/explorer: rooms and packages'],
  ['apps/audit/src/a.ts', "import { x } from '@cadastre/store-port'", 'apps/audit: rooms and packages'],
  ['apps/cadastre/src/a.ts', "import { x } from '@cadastre/vectors'", 'testing is for tests'],
  [
    'apps/cadastre/src/b.ts',
    "import { x } from '../../../community/forum/src/index.ts'",
    'nothing imports community',
  ],
  ['community/forum/src/a.ts', "import { x } from '@cadastre/numbers'", 'community imports no room'],
  ['apps/cadastre/src/c.ts', "import { x } from '@cadastre/no-such-room'", 'imports resolve'],
] as const

/** Imports that must pass, so that the rules above cannot hold by refusing everything. */
const HONEST = [
  ['core/procedures/src/ok.ts', "import type { x } from '@cadastre/numbers'"],
  ['ledger/replay/src/ok.ts', "import { x } from '@cadastre/merkle'\nimport { y } from '@cadastre/crypto'"],
  ['ledger/documents/src/ok.ts', "import { x } from 'pkijs'\nimport { y } from '@cadastre/crypto'"],
  ['ledger/documents/src/node.ts', "import { createHash } from 'node:crypto'\nimport 'node:zlib'"],
  ['registrar/src/ok2.ts', "import { x } from '@cadastre/documents'"],
  ['stores/postgres/src/ok.ts', "import pg from 'pg'\nimport { x } from '@cadastre/store-port'"],
  ['stores/sqlite/src/ok.ts', "import { DatabaseSync } from 'node:sqlite'"],
  ['registrar/src/ok.ts', "import { x } from '@cadastre/store-port'"],
  ['faces/whois/src/ok.ts', "import type { x } from '@cadastre/reader'"],
  ['stores/reader/src/ok.ts', "import type { x } from '@cadastre/store-port'"],
  ['faces/api/src/ok.ts', "import { x } from '@cadastre/registrar'"],
  [
    'faces/explorer/browser/ok.ts',
    "import { x } from '@cadastre/answers'\nimport '@cadastre/crypto/browser'",
  ],
  ['apps/audit/src/ok.ts', "import { x } from '@cadastre/replay'\nimport '@cadastre/crypto/node'"],
  ['core/numbers/test/ok.test.ts', "import { test } from 'node:test'\nimport { x } from '@cadastre/vectors'"],
] as const

/** Rooms whose package is not named after their folder. */
const PACKAGES: Readonly<Record<string, string>> = {
  'stores/port': 'store-port',
  'stores/sqlite': 'store-sqlite',
  'stores/postgres': 'store-postgres',
}

/** A small house with an empty module in every room, linked by npm's symlinks as the real one is. */
function buildHouse(root: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  mkdirSync(join(root, 'node_modules/@cadastre'), { recursive: true })
  for (const room of [...ROOMS.map((each) => each.room), 'apps/cadastre', 'community/forum', ...TESTING]) {
    const name = PACKAGES[room] ?? room.split('/').at(-1)
    const exports = { '.': './src/index.ts', './node': './src/node.ts', './browser': './src/browser.ts' }
    write(`${room}/package.json`, JSON.stringify({ name: `@cadastre/${name}`, type: 'module', exports }))
    for (const file of ['index', 'node', 'browser']) write(`${room}/src/${file}.ts`, 'export const x = 1\n')
    symlinkSync(join(root, room), join(root, 'node_modules/@cadastre', `${name}`))
  }
  for (const name of ['pg', 'zod', 'pkijs']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }))
    write(`node_modules/${name}/index.js`, '')
  }
  for (const [path, text] of [...PLANTED, ...HONEST]) write(path, `${text}\n`)
}

test('planted imports are reported, each by its rule, and honest ones are not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cadastre-walls-'))
  try {
    buildHouse(root)
    const { violations } = await survey(root)
    for (const [path, text, rule] of PLANTED) {
      const reported = violations.some(
        (line) => line.startsWith(`${path} -> `) && line.includes(`: ${rule} (`),
      )
      assert.ok(reported, `not reported: ${path}: ${text}\n${violations.join('\n')}`)
    }
    for (const [path] of HONEST) {
      assert.deepEqual(
        violations.filter((line) => line.startsWith(path)),
        [],
      )
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

// What `cadastre import` says of rows that were not simply taken in, and with which exit code it ends.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const directory = await mkdtemp(join(tmpdir(), 'cadastre-import-'))
after(() => rm(directory, { recursive: true, force: true }))
const MAIN = join(import.meta.dirname, '../src/main.ts')
const env = {
  ...process.env,
  CADASTRE_DATA: join(directory, 'data'),
  CADASTRE_KEYS: join(directory, 'keys'),
  CADASTRE_PASSPHRASE: '',
}

type Ran = { readonly code: number; readonly out: string; readonly error: string }

function cadastre(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (failed, out, error) =>
      resolve({
        code: typeof failed?.code === 'number' ? failed.code : failed === null ? 0 : -1,
        out,
        error,
      }),
    )
  })
}

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

const delegated = (rows: readonly string[]): readonly string[] => [
  `2|example|20260101|${rows.length}|19830101|20260101|+0000`,
  `example|*|ipv4|*|${rows.length}|summary`,
  ...rows,
]

const founded = await cadastre(
  'init',
  ...['--profile', 'community', '--origin', 'registry.example/log', '--name', 'Example', '--seat', 'XX'],
  ...['--pool', 'IP4=10.0.0.0/8,open'],
)
assert.equal(founded.code, 0, founded.error)
const first = await file('first', delegated(['example|BR|ipv4|192.0.2.0|256|20130101|allocated|one']))

test('a file whose rows are all left out is not a success, unless that is what was wished for', async () => {
  const taken = await cadastre('import', first, '--source', 'FIRST')
  assert.equal(taken.code, 0, taken.error)
  assert.match(taken.out, /1 of 1 rows taken in/)
  const again = await cadastre('import', first, '--source', 'AGAIN')
  assert.equal(again.code, 1)
  assert.match(again.out, /Nothing was taken in: the numbers of every row are registered already/)
  assert.equal((await cadastre('import', first, '--source', 'THIRD', '--allow-none')).code, 0)
})

test('a nested row inside the holding of another source is told apart from those taken in', async () => {
  const inside = await file('inside', [
    '192.0.2.0/25,BR,64496',
    '198.51.100.0/24,BR,64497',
    '198.51.100.0/25,,',
  ])
  const { code, out } = await cadastre('import', inside, '--source', 'INSIDE', '--nested', '--json')
  assert.equal(code, 0, out)
  const report: { readonly taken: number; readonly underOthers: readonly { readonly line: number }[] } =
    JSON.parse(out)
  assert.equal(report.taken, 3)
  assert.deepEqual(
    report.underOthers.map(({ line }) => line),
    [1],
  )
})

test('a file that is refused names every line that is wrong', async () => {
  const wrong = await file(
    'wrong',
    delegated([
      'example|BR|ipv4|192.0.2.999|256|20130101|allocated|one',
      'example|BR|ipv4|203.0.113.0|x|20130101|allocated|two',
    ]),
  )
  const { code, error } = await cadastre('import', wrong, '--source', 'WRONG')
  assert.equal(code, 1)
  assert.match(error, /refused whole, nothing was imported; 2 lines are wrong:/)
  assert.match(error, /line 3: .*192\.0\.2\.999/)
  assert.match(error, /line 4: /)
})

// What `cadastre init` refuses or warns of before it writes anything: a registry that could never work.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { calendarKey, WEEKDAYS_HASH } from '@cadastre/procedures'
import { memberHashOf } from '@cadastre/signatures'
import { init } from '../src/commands/founding-commands.ts'
import { CommandError, type Output, UsageError } from '../src/commands/output.ts'
import { DataDirectory } from '../src/data/data-directory.ts'
import { readSettings } from '../src/data/settings.ts'
import { openWriter } from '../src/writer/open-registrar.ts'

const directory = await mkdtemp(join(tmpdir(), 'cadastre-init-'))
after(() => rm(directory, { recursive: true, force: true }))

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
const LEAST = [
  `OP-2:operator:${key(1)}`,
  `ADOPTER:adopter:${key(2)}`,
  `CL-1:clerk:${key(3)}`,
  `CL-2:outside-clerk:${key(4)}`,
]
type Given = {
  readonly profile?: string
  readonly seat?: string
  readonly staff?: readonly string[]
  readonly calendar?: string
}

/** Runs `init`; gives the remarks in order, and whether the directory was there when each was made. */
async function founded(name: string, { profile = 'national', seat = 'BR', staff = LEAST, calendar }: Given) {
  const data = join(directory, name)
  const notes: { readonly text: string; readonly written: boolean }[] = []
  const output: Output = {
    json: true,
    result: () => undefined,
    note: (text) => notes.push({ text, written: existsSync(data) }),
  }
  const settings = { ...readSettings({}), data, keys: join(directory, 'keys') }
  const options = {
    profile,
    seat,
    staff,
    origin: 'registry.example/log',
    name: 'Example',
    pool: [],
    root: [],
    ...(calendar === undefined ? {} : { calendar }),
  }
  await init(settings, options, output)
  return notes
}

test('national without the least staff is refused, says what is missing, and writes nothing', async () => {
  const lacks = async (staff: readonly string[], missing: RegExp): Promise<void> => {
    await assert.rejects(
      founded('lacking', { staff }),
      (error: unknown) => error instanceof UsageError && missing.test(error.message),
    )
    assert.equal(existsSync(join(directory, 'lacking')), false)
  }
  await lacks([], /second operator.*adopter.*two clerks.*outside-clerk.*--staff/s)
  for (const [index, missing] of [/second operator/, /an adopter/, /two clerks/, /outside-clerk/].entries())
    await lacks(
      LEAST.filter((_, at) => at !== index),
      missing,
    )
  await lacks([...LEAST.slice(0, 3), `CL-2:clerk:${key(4)}`], /a clerk outside the operator/)
})

test('national without a seat is refused', async () => {
  await assert.rejects(
    founded('seatless', { seat: 'XX' }),
    (error: unknown) => error instanceof UsageError && /--seat XX: .* no country/.test(error.message),
  )
  assert.equal(existsSync(join(directory, 'seatless')), false)
})

test('national with the least staff and a seat is founded without a warning', async () => {
  assert.deepEqual(await founded('whole', {}), [])
  await assert.rejects(founded('whole', {}), CommandError)
})

test('community without staff or seat is founded, and warned of both before anything is written', async () => {
  const notes = await founded('small', { profile: 'community', seat: 'XX', staff: [] })
  assert.deepEqual(
    notes.map(({ written }) => written),
    [false, false],
  )
  assert.match(notes[0]?.text ?? '', /Warning: .*two clerks.*takes a second operator/s)
  assert.match(notes[1]?.text ?? '', /Warning: .*XX.*extracts/)
})

test('a calendar is read before anything is written; its hash stands in the procedures that count business days', async () => {
  const file = join(directory, 'calendar.json')
  const days = {
    seat: 'BR',
    first: 2026,
    last: 2030,
    weekend: [6, 7],
    holidays: ['2026-12-25', '2027-01-01'],
  }
  for (const [text, wrong] of [
    ['{', /--calendar/],
    [JSON.stringify({ ...days, weekend: [8] }), /\/weekend\/0 is 8/],
    [JSON.stringify({ ...days, last: 2025 }), /ascend/],
  ] as const) {
    await writeFile(file, text)
    await assert.rejects(
      founded('uncalendared', { calendar: file }),
      (error: unknown) => error instanceof UsageError && wrong.test(error.message),
    )
    assert.equal(existsSync(join(directory, 'uncalendared')), false)
  }
  await writeFile(file, JSON.stringify(days))
  await founded('calendared', { calendar: file })
  const hash = memberHashOf(nodeCrypto, days)
  const store = await openWriter(new DataDirectory(join(directory, 'calendared')), null)
  try {
    const entries = await store.entries(0, 8)
    const texts = entries.map((bytes) => new TextDecoder().decode(bytes)).join('\n')
    assert.equal(texts.includes(calendarKey(hash)), true)
    assert.equal(texts.includes(`"calendar":"${hash}"`), true)
    assert.equal(texts.includes(WEEKDAYS_HASH), false)
  } finally {
    await store.close()
  }
})

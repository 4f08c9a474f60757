// Proofs of what was published on a day: they verify offline, and nothing that was altered does.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blockQuery, verifyAnswer } from '@cadastre/answers'
import { decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatProof, type Policy, parseProof } from '@cadastre/notes'
import { asnBlock, parseAsn } from '@cadastre/numbers'
import type { JsonObject } from '@cadastre/records'
import type { WatchReader } from '../src/model.ts'
import { openWatchReader } from '../src/reader.ts'
import { isDayProof, verifyDayProof, verifyEntryProof } from '../src/verify-proof.ts'
import {
  day,
  delegatedFile,
  openLog,
  prefix,
  type Scratch,
  scratch,
  takeIn,
  trust,
  watched,
} from './fixtures.ts'

const SOURCE = 'delegated-extended/example'
const A = 'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1'
const A_FREE = 'example|ZZ|ipv4|192.0.2.0|256||reserved|'
const ODD = 'example|QM|ipv4|198.51.100.0|96|20200101|assigned|H2'
const ASN = 'example|QM|asn|64496|4|20200101|allocated|H2'

let world: Awaited<ReturnType<typeof watched>>
let policy: Policy
before(async () => {
  world = await watched([
    { registry: 'example', day: '2026-01-01', rows: [A, ODD, ASN] },
    { registry: 'other', day: '2026-01-01', rows: ['other|QM|ipv4|203.0.113.0|128|20200101|assigned|X'] },
    { registry: 'example', day: '2026-01-03', rows: [A_FREE, ODD, ASN] },
    { registry: 'example', day: '2026-01-04', rows: [A_FREE, ODD, ASN] },
    { registry: 'other', day: '2026-01-05', rows: ['other|QM|ipv4|203.0.113.0|128|20200101|assigned|Y'] },
  ])
  policy = await trust(world.path)
})
after(() => world.close())

async function prove(reader: WatchReader, text: string, of: string): Promise<string> {
  const document = await reader.proveAt(prefix(text), SOURCE, day(of))
  assert.ok(document !== null)
  return document
}

test('presence, absence and what is more specific are proved for any day', async () => {
  const says = async (text: string, of: string): Promise<unknown> => {
    const proved = verifyDayProof(
      nodeCrypto,
      policy,
      { query: blockQuery(prefix(text)), source: SOURCE, day: day(of) },
      await prove(world.reader, text, of),
    )
    assert.ok(proved.ok, proved.ok ? '' : `${proved.error.code}: ${proved.error.detail}`)
    const { rows, fileDay, nextDay, moreSpecific } = proved.value
    return [rows.map(({ row }) => row), fileDay, nextDay, moreSpecific]
  }
  assert.deepEqual(await says('192.0.2.0/24', '2026-01-01'), [[A], '2026-01-01', '2026-01-03', 'none'])
  // A day without a file is answered by the file before, and it is proved that the next one had not come.
  assert.deepEqual(await says('192.0.2.0/24', '2026-01-02'), [[A], '2026-01-01', '2026-01-03', 'none'])
  assert.deepEqual(await says('192.0.2.7/32', '2026-01-03'), [[A_FREE], '2026-01-03', '2026-01-04', 'none'])
  // The last day logged, though another registry's file came later.
  assert.deepEqual(await says('192.0.2.0/24', '2026-02-01'), [[A_FREE], '2026-01-04', null, 'none'])
  // Numbers that are no block stand whole at each of their blocks.
  assert.deepEqual(await says('198.51.100.64/27', '2026-01-01'), [[ODD], '2026-01-01', '2026-01-03', 'none'])
  assert.deepEqual(await says('198.51.100.96/27', '2026-01-01'), [[], '2026-01-01', '2026-01-03', 'none'])
  assert.deepEqual(await says('198.51.100.0/24', '2026-01-01'), [[], '2026-01-01', '2026-01-03', 'exists'])
  // Rows of another source are not this one's.
  assert.deepEqual(await says('203.0.113.0/25', '2026-01-04'), [[], '2026-01-04', null, 'none'])
})

test('before the first day of a source nothing is proved', async () => {
  assert.equal(await world.reader.proveAt(prefix('192.0.2.0/24'), SOURCE, day('2025-12-31')), null)
  assert.equal(await world.reader.proveAt(prefix('192.0.2.0/24'), 'delegated/none', day('2026-01-01')), null)
})

test('what stands now is a standard answer (ledger.md, Answer)', async () => {
  const query = blockQuery(prefix('192.0.2.0/24'))
  const document = await world.reader.prove(prefix('192.0.2.0/24'))
  assert.equal(isDayProof(document), false)
  const answer = verifyAnswer(nodeCrypto, { trust: policy, age: null }, query, document)
  assert.ok(answer.ok)
  assert.match(answer.value.covering[0]?.text ?? '', /192\.0\.2\.0\|256\|\|reserved/)
  const number = parseAsn('AS64499')
  assert.ok(number.ok)
  const asn = await world.reader.proveAt(asnBlock(number.value), SOURCE, day('2026-01-01'))
  const proved = verifyDayProof(nodeCrypto, policy, { query: blockQuery(asnBlock(number.value)) }, asn ?? '')
  assert.ok(proved.ok && proved.value.rows[0]?.row === ASN)
})

test('the entry that added a row is proved, and names it', async () => {
  const [row] = world.reader.covering(prefix('192.0.2.0/24'), day('2026-01-01'))
  assert.ok(row?.removedBy != null)
  for (const [index, list] of [
    [row.addedBy, 'added'],
    [row.removedBy, 'removed'],
  ] as const) {
    const proved = verifyEntryProof(nodeCrypto, policy, (await world.reader.proveEntry(index)) ?? '')
    assert.ok(proved.ok)
    assert.equal(proved.value.index, index)
    assert.ok(JSON.parse(proved.value.entry)[list].includes(A))
  }
  assert.equal(await world.reader.proveEntry(10_000), null)
})

/** A document with its `extra` changed. */
function altered(document: string, change: (extra: Record<string, unknown>) => void, index?: number): string {
  const parsed = parseProof(document)
  assert.ok(parsed.ok && parsed.value.extra !== null)
  const extra: Record<string, unknown> = JSON.parse(decodeUtf8(parsed.value.extra) ?? '')
  change(extra)
  return formatProof({
    ...parsed.value,
    index: index ?? parsed.value.index,
    extra: encodeUtf8(JSON.stringify(extra)),
  })
}

const extraOf = (document: string): JsonObject => {
  const parsed = parseProof(document)
  assert.ok(parsed.ok && parsed.value.extra !== null)
  return JSON.parse(decodeUtf8(parsed.value.extra) ?? '')
}

test('every forgery is refused', async () => {
  const query = blockQuery(prefix('192.0.2.0/24'))
  const document = await prove(world.reader, '192.0.2.0/24', '2026-01-02')
  const later = await prove(world.reader, '192.0.2.0/24', '2026-01-03')
  const code = (text: string): string => {
    const proved = verifyDayProof(nodeCrypto, policy, { query }, text)
    return proved.ok ? 'proved' : proved.error.code
  }
  assert.equal(code(document), 'proved')
  // Another day: the file of the 3rd had come by then, or this one had not.
  assert.equal(code(altered(document, (extra) => Object.assign(extra, { day: '2026-01-03' }))), 'not-last')
  assert.equal(code(altered(later, (extra) => Object.assign(extra, { day: '2026-01-02' }))), 'wrong-day')
  // The next file left out, or another state in its place.
  assert.equal(code(altered(document, (extra) => Object.assign(extra, { later: null }))), 'not-last')
  assert.equal(
    code(altered(document, (extra) => Object.assign(extra, { later: extraOf(later)['later'] }))),
    'not-last',
  )
  // Another source's word for it.
  assert.equal(
    code(altered(document, (extra) => Object.assign(extra, { source: 'delegated-extended/other' }))),
    'wrong-root',
  )
  // A row dropped, changed, or a path of another state.
  const number = extraOf(document)['number'] as JsonObject
  assert.equal(
    code(altered(document, (extra) => Object.assign(extra, { number: { ...number, records: [] } }))),
    'wrong-record',
  )
  const changed = JSON.parse(JSON.stringify(number).replaceAll('H1', 'H9'))
  assert.equal(code(altered(document, (extra) => Object.assign(extra, { number: changed }))), 'wrong-record')
  assert.equal(
    code(altered(document, (extra) => Object.assign(extra, { number: extraOf(later)['number'] }))),
    'wrong-root',
  )
  // Another state, another place, another form.
  assert.equal(
    code(altered(document, (extra) => Object.assign(extra, { state: extraOf(later)['state'] }))),
    'not-included',
  )
  assert.equal(code(altered(document, () => undefined, 0)), 'not-included')
  assert.equal(code(altered(document, (extra) => Object.assign(extra, { form: 'x' }))), 'malformed')
  assert.equal(code(document.slice(0, 200)), 'malformed')
  // Another question.
  const other = verifyDayProof(nodeCrypto, policy, { query: blockQuery(prefix('192.0.2.0/25')) }, document)
  assert.equal(other.ok ? '' : other.error.code, 'other-question')
})

test('each character of the document counts: one changed and it is refused, or says the same', async () => {
  const query = blockQuery(prefix('192.0.2.0/24'))
  const document = await prove(world.reader, '192.0.2.0/24', '2026-01-02')
  const whole = verifyDayProof(nodeCrypto, policy, { query }, document)
  assert.ok(whole.ok)
  for (let at = 0; at < document.length; at += 7) {
    const flipped = document[at] === 'A' ? 'B' : 'A'
    const proved = verifyDayProof(
      nodeCrypto,
      policy,
      { query },
      document.slice(0, at) + flipped + document.slice(at + 1),
    )
    if (proved.ok) assert.deepEqual(proved.value.rows, whole.value.rows)
  }
})

test('another log’s signature is none', async () => {
  const place: Scratch = await scratch()
  const log = await openLog(place.path, { signer: ed25519SignerFromSeed(new Uint8Array(32).fill(8)) })
  await takeIn(log, [['delegated-example-extended', delegatedFile('example', '2026-01-01', [A])]])
  await log.close()
  const reader = await openWatchReader(place.path)
  const document = await prove(reader, '192.0.2.0/24', '2026-01-01')
  const proved = verifyDayProof(nodeCrypto, policy, { query: blockQuery(prefix('192.0.2.0/24')) }, document)
  assert.equal(proved.ok, false)
  await reader.close()
  await place.remove()
})

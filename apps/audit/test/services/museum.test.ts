// One of everything that a record can say: the services show it, and the judges know it; and whatever is changed in an
// answer, added to it or taken from it is found.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isArray, isObject, type Json } from '@cadastre/records'
import { type Answered, answersOf, judged, recordOf } from './judging.ts'
import { museum } from './museum.ts'

for (const paused of [false, true])
  test(`orders, moves, terms, contacts, lists and zones: no difference${paused ? ', while paused' : ''}`, async () => {
    const state = museum(paused)
    const record = recordOf(state)
    const answers = await answersOf(state)
    assert.deepEqual(
      answers.flatMap((answer) => judged(record, answer)),
      [],
    )
    const text = answers.map((answer) => answer.text).join('\n')
    for (const said of SAID) assert.ok(text.includes(said), said)
    assert.ok(answers.some(({ status }) => status === 302))
    assert.equal(text.includes('The registry is paused'), paused)
  })

/** What must have been said somewhere, so that the comparison was of something. */
const SAID = [
  'Order O-41 holds 10.1.0.0/24: it cannot be moved away, until 2027-01-01T00:00:00Z; every service goes on.',
  'Order O-43 is noted on 10.1.0.0/23.',
  'Order O-44 (transferTo) on 10.1.2.0/24 is to be executed.',
  'Order O-45 is noted on the whole registration.',
  'Order O-46 (hold) on 10.2.3.0/24 is stayed by order O-47, until 2027-01-01T00:00:00Z: it has no effect meanwhile.',
  'Order O-49 (transferTo) on 10.3.0.0/26 is stayed by an appeal: it has no effect meanwhile.',
  'Order O-48 appoints a representative of H-2, whose keys act for it, until 2027-01-01T00:00:00Z; its own keys come back when that ends.',
  'Order O-55 (appointRepresentative) on H-3 is stayed by order O-47: it has no effect meanwhile.',
  '"roles":["proxy"]',
  'H-1 claims the record of IMP-EXAMPLE-A1 (A-62): its window ends 2027-01-01T00:00:00Z, and until then it can be vetoed.',
  'H-3 claims this registration (A-63): its window ends 2027-01-01T00:00:00Z, and until then it can be vetoed. See https://registry.example/?q=A-63',
  'H-4 is to take the place of H-1 by law (A-64): its window ends 2027-01-01T00:00:00Z, and until then it can be vetoed.',
  'H-1 is to take the place of H-4, as both have asked (A-65): it takes effect 2027-01-01T00:00:00Z, unless one of them withdraws.',
  'Until it is final this registry answers for these numbers. See https://registry.example/?q=T-52',
  'https://registry.example/?q=A-62',
  '"pending transfer"',
  '"pending delete"',
  '"transfer prohibited"',
  'On its way to other.example/log: 10.4.0.0/24',
  'Imported from published statistics: delegated-example (CC0)',
  'A protected part of a larger holding',
  'Returned by the last holder; free again at 2027-01-01T00:00:00Z.',
  'These numbers are on their way here.',
  'https://rdap.other.example/ip/10.6.0.0/24',
  'These numbers have moved to another registry.',
  'result set truncated due to excessive load',
  'Register of Examples',
  '"delegationSigned":true',
  'ds-rdata:       12345 13 2 abab',
  'a natural person, whose name is not published',
  'keys recovered: transfers from 2027-01-01T00:00:00Z on',
  'officially noted as ended 2026-05-01T00:00:00Z; registrations and services stay',
  'one of AS64500 - AS64505',
  'part of 2001:db8:2:: - 2001:db8:2:bfff:ffff:ffff:ffff:ffff',
  'org-name:       Line breaks',
]

/** What a stranger may put in any place. */
const ODD: readonly Json[] = [
  null,
  1.5,
  '\ud800',
  { toString: 1, valueOf: 2 },
  [[[]]],
  JSON.parse('{"__proto__":{"handle":"X"}}'),
]

/** The odd value that is a text like any other. */
const ANY_TEXT = /=2$/

/** Every way to change one part of a value: each member and item taken away, each leaf changed, something added. */
function* changes(json: Json, path: string): Generator<readonly [where: string, changed: Json]> {
  for (const [at, odd] of ODD.entries()) if (path !== '') yield [`${path}=${at}`, odd]
  if (isArray(json)) {
    yield [`${path}/+`, [...json, 'added']]
    for (const [at, item] of json.entries()) {
      yield [`${path}/${at}-`, json.filter((_, index) => index !== at)]
      for (const [where, changed] of changes(item, `${path}/${at}`)) yield [where, json.with(at, changed)]
    }
  } else if (isObject(json)) {
    yield [`${path}/+`, { ...json, added: true }]
    for (const [name, value] of Object.entries(json)) {
      const { [name]: _, ...rest } = json
      yield [`${path}/${name}-`, rest]
      for (const [where, changed] of changes(value, `${path}/${name}`))
        yield [where, { ...json, [name]: changed }]
    }
  } else if (typeof json === 'string') yield [path, `${json}x`]
  else if (typeof json === 'number') yield [path, json + 1]
  else if (typeof json === 'boolean') yield [path, !json]
}

/** Where nothing can be found wrong: words of the operator's own notices, names that the record only commits to. */
function isFree(answer: string, where: string): boolean {
  const notice = /^\/notices\/(\d+)\/(?:title|description\/(?:\d+|\+)|links\/0\/(?:href|type|title))$/.exec(
    where,
  )
  const { title } = JSON.parse(answer).notices?.[Number(notice?.[1])] ?? {}
  const own = title === 'Terms of Service' || title === 'Inaccuracy Report'
  return own || (where.endsWith('/vcardArray/1/1/3') && answer.includes('Contact of'))
}

test('whatever is changed in an RDAP answer is found', async () => {
  const state = museum(false)
  const record = recordOf(state)
  const answers = (await answersOf(state)).filter(({ question }) => question.service === 'rdap')
  const chosen = [
    '/ip/10.1.2.0/24',
    '/ip/10.4.0.0/24',
    '/ip/10.0.0.0/8',
    '/autnum/64502',
    '/entity/H-1',
    '/entity/H-2',
    '/entity/H-1.C2',
    '/entity/O-48',
    '/ip/10.2.0.0/16',
    '/ip/2001:db8:1::/48',
    '/entity/H-3',
    '/ip/10.7.0.0/24',
    '/ip/10.6.0.0/24',
    '/autnum/0',
    '/domain/0-26.0.3.10.in-addr.arpa',
    '/ip/0.0.0.0/0',
  ]
  let count = 0
  for (const path of chosen) {
    const answer = answers.find(({ question }) => question.text === path)
    assert.ok(answer, path)
    const json: Json = JSON.parse(answer.text)
    for (const [where, changed] of changes(json, '')) {
      const wrong = judged(record, { ...answer, text: JSON.stringify(changed) })
      count += 1
      if (wrong.length === 0) assert.ok(isFree(answer.text, where.replace(ANY_TEXT, '')), `${path} ${where}`)
    }
  }
  assert.ok(count > 1_500, String(count))
})

/** Where a listing that no record proves, a count over all records or a value that is only committed to may be another. */
const FREE_IN_API =
  /^\/query\/(?:canonical|demonstration)|^\/inside\/(?:after|items\/[\d+]+-?$)|^\/orders$|^\/place\/|^\/contacts\/\d+\/fields\/\d+\/value|^\/holdings\/(?:after|items\/[\d+]+-?$)/

test('whatever is changed in an answer of /api is found', async () => {
  const state = museum(false)
  const record = recordOf(state)
  const answers = (await answersOf(state)).filter(({ question }) => question.service === 'api')
  const kinds = new Set<string>()
  let count = 0
  for (const answer of answers) {
    const json: Json = JSON.parse(answer.text)
    const kind = isObject(json) ? String(json['kind']) : ''
    // One of each kind of object, and numbers in their different standings.
    if (kinds.has(kind) && (kind !== 'numbers' || count > 4_000)) continue
    kinds.add(kind)
    for (const [where, changed] of changes(json, '')) {
      const text = JSON.stringify(changed)
      if (text === answer.text) continue
      count += 1
      if (judged(record, { ...answer, text }).length === 0)
        assert.match(where.replace(ANY_TEXT, ''), FREE_IN_API, `${answer.question.text} ${where}`)
    }
  }
  assert.deepEqual([...kinds].sort(), [
    'application',
    'authority',
    'complaint',
    'holder',
    'incident',
    'numbers',
    'order',
    'pool',
    'transit',
  ])
  assert.ok(count > 3_000, String(count))
})

/** Every way to change one line of a reply. */
function* lineChanges(text: string): Generator<readonly [where: string, changed: string]> {
  const lines = text.trimEnd().split('\n')
  const reply = (changed: readonly string[]): string => `${changed.join('\n')}\n\n\n`
  for (const [at, line] of lines.entries()) {
    if (line === '' || line === '%') continue
    yield [`- ${line}`, reply(lines.toSpliced(at, 1))]
    yield [`~ ${line}`, reply(lines.with(at, `${line}x`))]
    yield [`+ ${line}`, reply(lines.toSpliced(at, 0, line))]
  }
}

test('whatever is changed in a WHOIS reply is found', async () => {
  const state = museum(false)
  const record = recordOf(state)
  const answers = (await answersOf(state)).filter(({ question }) => question.service === 'whois')
  const chosen = [
    '10.1.2.0/24',
    '-L -d 10.2.0.0/16',
    'AS64502',
    'H-1',
    'H-2',
    '-i origin AS64500',
    '-i org H-4',
    '0-26.0.3.10.in-addr.arpa',
    '2001:db8:2::/49',
    '2001:db8:1::/48',
    '10.4.0.0/24',
    'H-3',
    '0.0.0.0',
  ]
  let count = 0
  for (const line of chosen) {
    const answer: Answered | undefined = answers.find(({ question }) => question.text === line)
    assert.ok(answer, line)
    for (const [where, text] of lineChanges(answer.text)) {
      count += 1
      assert.notDeepEqual(judged(record, { ...answer, text }), [], `${line}: ${where}`)
    }
  }
  assert.ok(count > 250, String(count))
})

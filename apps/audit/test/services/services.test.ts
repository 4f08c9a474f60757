// A running registry and a hand between it and the auditor: what nobody touched gives no finding, also while the registry
// works; each thing that the hand changes is found, and named by what it is.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { verifyMisbehaviour } from '@cadastre/misbehaviour'
import { noteSigner, type Policy, parsePolicy, signNote } from '@cadastre/notes'
import { TEST_ORIGIN } from '@cadastre/simulator'
import { type HttpAnswer, ServedRegistry, type Tamper } from '@cadastre/simulator/served'
import { type RunServicesOptions, runServices, type ServicesRun } from '../../src/services/run-services.ts'
import { serviceJudges } from '../../src/services/service-judges.ts'
import { type Story, tellStory } from './story.ts'

let served: ServedRegistry
let story: Story

before(async () => {
  served = await ServedRegistry.start()
  story = await tellStory(served)
})
after(() => served.close())

async function audit(options: Partial<RunServicesOptions> = {}, tamper: Tamper = {}): Promise<ServicesRun> {
  served.tamper = tamper
  try {
    return await runServices({ url: served.url, connections: 4, ...options })
  } finally {
    served.tamper = {}
  }
}

const TWO = ['127.0.0.1', '127.0.0.2']

/** The same answer with its text changed. */
function edited({ body, ...rest }: HttpAnswer, edit: (text: string) => string): HttpAnswer {
  return { ...rest, body: Buffer.from(edit(body.toString('utf8'))) }
}

/** What was found, as `service question: code`, and everything said of it. */
function found({ report }: ServicesRun): { readonly names: readonly string[]; readonly said: string } {
  assert.ok(report !== null)
  return {
    names: report.findings.map(({ service, question, code }) => `${service} ${question}: ${code}`),
    said: report.findings.flatMap(({ details }) => details).join('\n'),
  }
}

test('an honest registry: no finding, everything asked for, from two addresses', async () => {
  const run = await audit({ from: TWO })
  assert.equal(run.exitCode, 0, run.text)
  const { report } = run
  assert.ok(report !== null)
  assert.ok(report.questions.rdap > 40, run.text)
  assert.ok(report.questions.whois > 40, run.text)
  assert.ok(report.questions.proof >= 5, run.text)
  assert.ok(report.questions.api >= 20, run.text)
  assert.ok(report.files > 0, run.text)
  assert.equal(report.askers.length, 2)
  assert.equal(report.askers[0]?.answers, report.askers[1]?.answers)
  assert.ok(report.unopened > 0, 'contact fields are commitments')
})

/** Answers of RDAP to one path, changed as a text; from one address alone where it is given. */
const rdapEdit = (path: string, edit: (text: string) => string, only: string | null = null): Tamper => ({
  http: (asked, from, answer) =>
    asked === `/rdap${path}` && (only === null || only === from) ? edited(answer, edit) : null,
})
const whoisEdit = (line: string, edit: (reply: string) => string, only: string | null = null): Tamper => ({
  whois: (asked, from, reply) => (asked === line && (only === null || only === from) ? edit(reply) : null),
})

/** Without a member at the top. */
const without =
  (name: string) =>
  (text: string): string => {
    const { [name]: _, ...rest } = JSON.parse(text)
    return JSON.stringify(rest)
  }

const BLOCK = '10.1.0.0/24'

test('one thing changed in an RDAP answer is found at its place, with a file that shows it offline', async () => {
  const { alpha, beta } = story
  const changes: readonly (readonly [path: string, edit: (text: string) => string, where: RegExp])[] = [
    [
      `/ip/${BLOCK}`,
      (text) => text.replaceAll(alpha.handle, beta.handle),
      /\/entities\/H-\d+: the answer says/,
    ],
    [
      `/ip/${BLOCK}`,
      (text) => text.replace(',"transfer prohibited"', ''),
      /\/status\/transfer prohibited: the record/,
    ],
    [
      '/ip/10.2.0.0/22',
      (text) => text.replace('"active"', '"active","locked"'),
      /\/status\/locked: the answer says/,
    ],
    ['/ip/10.2.0.0/22', (text) => text.replace('10.2.3.255', '10.2.3.254'), /\/endAddress: the record says/],
    [
      `/ip/${BLOCK}`,
      (text) => text.replace('"objectClassName"', '"score":1,"objectClassName"'),
      /\/score: the answer/,
    ],
    [`/entity/${alpha.handle}`, without('autnums'), /\/autnums: the record says R-\d+@\d+/],
    [
      '/autnum/64523',
      (text) => text.replace(/2026-01-02T03:04:05Z/, '2026-01-01T03:04:05Z'),
      /\/events\/last changed/,
    ],
    [`/entity/${beta.handle}`, without('remarks'), /\/remarks: the record says/],
    [
      '/domain/1.2.10.in-addr.arpa',
      (text) => text.replace('ns2.example.net.', 'ns3.example.net.'),
      /nameservers/,
    ],
    [
      '/autnum/64520',
      (text) => text.replace('"endAutnum":64520', '"endAutnum":64521'),
      /\/endAutnum: the record/,
    ],
  ]
  for (const [path, edit, where] of changes) {
    const run = await audit({}, rdapEdit(path, edit))
    const { names, said } = found(run)
    assert.deepEqual(names, [`rdap ${path}: answer-differs`], said)
    assert.match(said, where)
    assert.equal(run.exitCode, 1)
    assert.ok(run.report?.findings[0]?.evidence, `${path}: ${run.report?.findings[0]?.noEvidence}`)
  }
})

test('an attribute added, changed or taken from a WHOIS reply is found, with a file that shows it offline', async () => {
  const { alpha, beta } = story
  const changes: readonly (readonly [line: string, edit: (text: string) => string, where: RegExp])[] = [
    [
      BLOCK,
      (text) => text.replace(/^org: .*$/m, `org:            ${beta.handle}`),
      /inetnum \S+ - \S+ org: the record/,
    ],
    [
      BLOCK,
      (text) => text.replace(/^(status: .*)$/m, '$1\nremarks:        under review'),
      /remarks: the answer says/,
    ],
    [
      BLOCK,
      (text) => text.replace(/^route: .*\n(?:.+\n)*/m, ''),
      /route 10\.1\.0\.0\/24AS\d+: the record says/,
    ],
    ['AS64520', (text) => text.replace(/^as-name: .*\n/m, ''), /aut-num AS64520 as-name: the record says/],
    [
      `-i org ${alpha.handle}`,
      (text) => text.replace(/^aut-num: .*\n(?:.+\n)*/m, ''),
      /aut-num AS\d+: the record/,
    ],
    [
      alpha.handle,
      (text) => text.replace(/^org-name: .*$/m, 'org-name:       Other'),
      /org-name: the record/,
    ],
    ['1.2.10.in-addr.arpa', (text) => text.replace('ns1.', 'ns9.'), /nserver: the record says/],
  ]
  for (const [line, edit, where] of changes) {
    const run = await audit({}, whoisEdit(line, edit))
    const { names, said } = found(run)
    assert.deepEqual(names, [`whois ${line}: answer-differs`], said)
    assert.match(said, where)
    assert.ok(run.report?.findings[0]?.evidence, `${line}: ${run.report?.findings[0]?.noEvidence}`)
  }
})

test('one thing changed in an answer of /api is found, with a file that shows it offline', async () => {
  const { alpha, beta } = story
  const path = (key: string): string => `/api/lookup?q=${encodeURIComponent(key)}&limit=50`
  const changes: readonly (readonly [key: string, edit: (text: string) => string, where: RegExp])[] = [
    [
      `ip4/${BLOCK}`,
      (text) => text.replaceAll(alpha.handle, beta.handle),
      /\/chain\/1\/holder: the record says/,
    ],
    [
      `obj/holder/${beta.handle}`,
      (text) => text.replace('"lockedUntil":null', '"lockedUntil":"2027-01-01T00:00:00Z"'),
      /\/lockedUntil: the record says null/,
    ],
    ['obj/pool/IP4', (text) => text.replace('"open":true', '"open":false'), /\/open: the record says true/],
  ]
  for (const [key, edit, where] of changes) {
    const tamper: Tamper = {
      http: (asked, _, answer) => (asked === path(key) ? edited(answer, edit) : null),
    }
    const run = await audit({}, tamper)
    const { names, said } = found(run)
    assert.deepEqual(names, [`api ${path(key).slice('/api'.length)}: answer-differs`], said)
    assert.match(said, where)
    const evidence = run.report?.findings[0]?.evidence ?? ''
    const judges = serviceJudges(nodeCrypto)
    const convicted = verifyMisbehaviour(nodeCrypto, policy(), evidence, { judges })
    assert.ok(convicted.ok, `${key}: ${run.report?.findings[0]?.noEvidence}`)
  }
})

test('nobody there, for one holder alone, and from one address alone: the other was served what is right', async () => {
  const path = `/entity/${story.beta.handle}`
  const gone: Tamper = {
    http: (asked, from, answer) =>
      asked === `/rdap${path}` && from === '127.0.0.2'
        ? {
            ...edited(answer, (text) => {
              const { rdapConformance, notices } = JSON.parse(text)
              const error = {
                errorCode: 404,
                title: 'Not Found',
                description: ['There is no entity of this handle.'],
              }
              return JSON.stringify({ rdapConformance, ...error, notices })
            }),
            status: 404,
          }
        : null,
  }
  const run = await audit({ from: TWO }, gone)
  const { names, said } = found(run)
  assert.deepEqual(names, [`rdap ${path}: answer-differs`])
  assert.match(said, /HTTP status: the record says 200; the answer says 404\./)
  assert.deepEqual(run.report?.findings[0]?.from, ['127.0.0.2'])
  assert.deepEqual(run.report?.findings[0]?.others, ['127.0.0.1'])
})

test('what the record only commits to must be the same for every asker', async () => {
  const path = `/entity/${story.alpha.handle}`
  const run = await audit(
    { from: TWO },
    rdapEdit(path, (text) => text.replace('desk@example.net', 'nobody@example.net'), '127.0.0.2'),
  )
  assert.deepEqual(found(run).names, [`rdap ${path}: askers-differ`])
  assert.match(found(run).said, /desk@example\.net.*nobody@example\.net/)
})

test('what the operator says in every answer may not change for one', async () => {
  const run = await audit(
    {},
    rdapEdit(`/ip/${BLOCK}`, (text) => text.replace('for everyone alike', 'for nearly everyone')),
  )
  assert.deepEqual(found(run).names, [`rdap /ip/${BLOCK}: answer-differs`])
  assert.match(found(run).said, /\/notices: the record says as in other answers/)
})

test('a mirror says in each answer how far it has come, and is compared like the registry', async () => {
  let moment = 0
  const mirrored: Tamper = {
    http: (path, _, answer) => {
      moment += 1
      const says = `This is a mirror of Example Registry, compared with its sources ${moment} s ago.`
      if (path.startsWith('/.well-known/'))
        return edited(answer, (text) => JSON.stringify({ ...JSON.parse(text), notice: says }))
      if (!path.startsWith('/rdap/')) return null
      return edited(answer, (text) =>
        text.replace(
          /"title":"Demonstration","description":\["[^"]*"\]/,
          `"title":"Mirror","description":["${says}"]`,
        ),
      )
    },
  }
  const run = await audit({ from: TWO }, mirrored)
  assert.equal(run.exitCode, 0, run.text)
})

test('an answer that names no position, or is no JSON, or names a member twice', async () => {
  for (const edit of [
    (text: string): string => text.replace('Log position', 'Position'),
    (text: string): string => text.slice(0, 100),
    (text: string): string => text.replace('"objectClassName"', '"handle":"X","objectClassName"'),
  ]) {
    const run = await audit({}, rdapEdit(`/ip/${BLOCK}`, edit))
    assert.deepEqual(found(run).names, [`rdap /ip/${BLOCK}: answer-unreadable`])
  }
})

test('an old answer, though every word of it was once true', async () => {
  const line = story.alpha.handle
  let old: string | null = null
  const keep: Tamper['whois'] = (asked, _, reply) => {
    if (asked === line) old = reply
    return null
  }
  await audit({}, { whois: keep })
  served.registry.advance(60)
  await served.act('confirm/1', { holder: story.beta.handle }, story.beta)
  const run = await audit({}, { whois: (asked) => (asked === line ? old : null) })
  assert.deepEqual(found(run).names, [`whois ${line}: answer-stale`])
  assert.match(found(run).said, /Asked 6 times, it is of log size \d+, while other answers are of \d+\./)
})

test('a log size that was never published', async () => {
  const run = await audit(
    {},
    rdapEdit(`/ip/${BLOCK}`, (text) => text.replace(/As of log size \d+/, 'As of log size 999999')),
  )
  assert.deepEqual(found(run).names, [`rdap /ip/${BLOCK}: position-unpublished`])
})

test('429 for one path from one address: a refusal that nobody else meets', async () => {
  const path = `/rdap/entity/${story.alpha.handle}`
  const body = Buffer.from('later')
  const limited: Tamper = {
    http: (asked, from) =>
      asked === path && from === '127.0.0.2' ? { status: 429, headers: { 'retry-after': '0' }, body } : null,
  }
  const run = await audit({ from: TWO }, limited)
  const { names, said } = found(run)
  assert.deepEqual(names.toSorted(), [
    `rdap /entity/${story.alpha.handle}: refused`,
    'rdap all of them: limits-differ',
  ])
  assert.match(said, /Asked 6 times: HTTP status 429\./)
  assert.deepEqual(run.report?.findings.find(({ code }) => code === 'refused')?.others, ['127.0.0.1'])
})

test('a service that answers nothing is told once, and not asked for ever', async () => {
  const body = Buffer.from('later')
  let count = 0
  const run = await audit(
    { from: TWO },
    {
      http: (asked, from) => {
        if (!asked.startsWith('/rdap/') || from !== '127.0.0.2') return null
        count += 1
        return { status: 503, headers: { 'retry-after': '0' }, body }
      },
    },
  )
  assert.deepEqual(found(run).names, ['rdap all of them: refused'])
  assert.match(found(run).said, /none was answered: HTTP status 503\. Nothing more was asked\./)
  assert.deepEqual(run.report?.findings[0]?.others, ['127.0.0.1'])
  assert.ok(count <= 6 * (run.report?.questions.rdap ?? 0))
})

test('a proof that does not hold', async () => {
  const run = await audit(
    {},
    {
      http: (path, _, answer) =>
        path.startsWith('/proof/') && answer.status === 200 && !path.includes('size=')
          ? edited(answer, (text) => text.replace(/^extra ../m, 'extra AA'))
          : null,
    },
  )
  const { names } = found(run)
  assert.ok(names.length >= 4)
  for (const name of names) assert.match(name, /^proof \/\S+: proof-wrong$/)
})

/** A checkpoint of the log's own key that signs another root. */
function otherCheckpoint(note: string): string {
  const signer = noteSigner(nodeCrypto, TEST_ORIGIN, served.registry.identity.logKey)
  const [origin = '', size = ''] = note.split('\n')
  const root = encodeBase64(nodeCrypto.sha256(new TextEncoder().encode('another log')))
  return signNote(`${origin}\n${size}\n${root}\n`, [signer])
}

test('another checkpoint for one asker: two signed checkpoints, which convict', async () => {
  const run = await audit(
    { from: TWO },
    {
      http: (path, from, answer) =>
        path === '/log/checkpoint' && from === '127.0.0.2' ? edited(answer, otherCheckpoint) : null,
    },
  )
  const { names, said } = found(run)
  assert.deepEqual(names, ['log /checkpoint: fork'])
  assert.match(said, /At size \d+ it signs \S+; the log that other askers are given has \S+\./)
  const evidence = run.report?.findings[0]?.evidence ?? ''
  const convicted = verifyMisbehaviour(nodeCrypto, policy(), evidence)
  assert.ok(convicted.ok && convicted.value.kind === 'fork' && convicted.value.basis === 'signed')
})

test('one byte of a tile, for one asker; a tile that one asker does not get', async () => {
  const tile = /^\/log\/tile\/0\//
  const flipped = await audit(
    { from: TWO },
    {
      http: (path, from, answer) => {
        if (!tile.test(path) || from !== '127.0.0.2') return null
        const body = Buffer.from(answer.body)
        body[0] = (body[0] ?? 0) ^ 1
        return { ...answer, body }
      },
    },
  )
  assert.match(found(flipped).names.join(), /^log \/tile\/0\/\S+: file-differs$/)
  assert.deepEqual(flipped.report?.findings[0]?.from, ['127.0.0.2'])
  const gone = await audit(
    { from: TWO },
    {
      http: (path, from, answer) =>
        tile.test(path) && from === '127.0.0.2' ? { ...answer, status: 404, body: Buffer.from('') } : null,
    },
  )
  assert.match(found(gone).names.join(), /^log \/tile\/0\/\S+: file-missing$/)
})

test('while the registry works: answers of many log positions, and no false alarm', async () => {
  const before = served.registry.reader.snapshot().publication.size
  let going = true
  const work = async (): Promise<void> => {
    while (going) {
      served.registry.advance(1)
      await served.act('confirm/1', { holder: story.beta.handle }, story.beta)
    }
  }
  const working = work()
  const grown = (): number => served.registry.reader.snapshot().publication.size - before
  const runs: ServicesRun[] = []
  while (runs.length < 3 || grown() < 30) runs.push(await audit({ from: TWO }))
  going = false
  await working
  for (const run of runs) assert.equal(run.exitCode, 0, run.text)
  const moved = runs.filter(({ report }) => report !== null && report.sizes[1] > report.sizes[0])
  assert.ok(moved.length > 0, 'the record moved on during a run')
})

test('a sample: as many questions as asked for, the same ones for the same seed', async () => {
  const asked = async (seed: number): Promise<readonly string[]> => {
    const paths: string[] = []
    const note: Tamper['http'] = (path) => {
      if (path.startsWith('/rdap/')) paths.push(path)
      return null
    }
    const run = await audit({ sample: 20, seed }, { http: note })
    assert.equal(run.exitCode, 0, run.text)
    assert.match(run.text, new RegExp(`a sample of 20 questions; --seed ${seed} asks the same again`))
    const { questions } = run.report ?? { questions: { rdap: 0, whois: 0, proof: 0, api: 0 } }
    assert.equal(questions.rdap + questions.whois + questions.proof + questions.api, 20)
    return paths.toSorted()
  }
  assert.deepEqual(await asked(7), await asked(7))
  assert.notDeepEqual(await asked(7), await asked(8))
})

test('exit codes: 2 where nothing could be compared; JSON of what was found', async () => {
  const none = await runServices({ url: 'http://127.0.0.1:9' })
  assert.equal(none.exitCode, 2)
  assert.match(none.text, /^Not compared: /)
  const stranger = await audit({
    vkey: 'other.example+8ccf3b0b+AVe5rQUEcYIlYT+QZGTBQZzYSc9XLaRH/LmYRkBPHIDJ',
  })
  assert.equal(stranger.exitCode, 2, stranger.text)
  const line = story.alpha.handle
  const found = await audit(
    { json: true },
    whoisEdit(line, (text) => text.replace('Alpha', 'Gamma')),
  )
  const report = JSON.parse(found.text)
  assert.equal(found.exitCode, 1)
  assert.equal(report.clean, false)
  assert.equal(report.findings[0].code, 'answer-differs')
  assert.match(report.findings[0].rule, /^Services follow the record/)
})

test('evidence of an answer convicts offline, with the log’s key alone; an honest answer shows nothing', async () => {
  const judges = serviceJudges(nodeCrypto)
  for (const tamper of [
    rdapEdit(`/ip/${BLOCK}`, (text) => text.replaceAll('Alpha Networks', 'Gamma Networks')),
    whoisEdit(story.alpha.handle, (text) => text.replace('Alpha Networks', 'Gamma Networks')),
  ]) {
    const { report } = await audit({}, tamper)
    const evidence = report?.findings[0]?.evidence ?? ''
    const convicted = verifyMisbehaviour(nodeCrypto, policy(), evidence, { judges })
    assert.ok(convicted.ok, evidence.slice(0, 200))
    assert.equal(convicted.value.basis, 'observed')
    assert.match(
      convicted.value.says.join('\n'),
      /the record says .*Alpha Networks.*; the answer says .*Gamma Networks/,
    )
    const mended = JSON.parse(evidence)
    const body = Buffer.from(mended.observed.bytes, 'base64').toString().replaceAll('Gamma', 'Alpha')
    mended.observed.bytes = Buffer.from(body).toString('base64')
    const honest = verifyMisbehaviour(nodeCrypto, policy(), JSON.stringify(mended), { judges })
    assert.ok(!honest.ok && honest.error.code === 'nothing-shown')
  }
})

function policy(): Policy {
  const parsed = parsePolicy(nodeCrypto, served.registry.reader.info.policy)
  assert.ok(parsed.ok)
  return parsed.value
}

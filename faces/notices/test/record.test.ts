/** Attempts go into the log, each once, and let windows begin: by mail, without a mail server, and across crashes. */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { type NoticeAttempt, RECORD_NOTICE_ID, recordNotice } from '@cadastre/procedures'
import { type Application, canonicalJson, type JsonObject, type OpEntry } from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import { evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import type { TestHolder } from '@cadastre/simulator'
import {
  type NoticeLog,
  type Notices,
  NoticesDatabase,
  type NoticesOptions,
  startNotices,
} from '../src/index.ts'
import { skip, smtpServer } from './smtp-server.ts'
import { type World, world } from './world.ts'

const DAY = 86_400
const notifier = generateEd25519Signer()
const clerks = ['CL-1', 'CL-2'].map((handle, n) => ({
  handle,
  signer: generateEd25519Signer(),
  outside: n === 0,
}))
const hash = encodeBase64(new Uint8Array(32))

type Clock = { now: number }
const clockOf = (here: World): Clock => ({ now: Date.parse(here.registry.now) })

/** The way into the log, as the server gives it. */
function logOf(here: World, more: Partial<NoticeLog> = {}, key = notifier): NoticeLog {
  const { registry } = here
  return {
    staff: 'NOTIFIER',
    sign: (body) => {
      const text = requestText(registry.request(RECORD_NOTICE_ID, body))
      return { request: text, evidence: evidenceText([signRequest(text, key)]) }
    },
    submit: async (request, evidence) => {
      const result = await registry.registrar.submit({ request, evidence, openings: [] })
      if (!result.ok) return result.problem.code === 'closed' ? 'later' : 'unfit'
      await registry.registrar.settled(result.seq, 20_000)
      return 'taken'
    },
    ...more,
  }
}

function start(here: World, clock: Clock, more: Partial<NoticesOptions> = {}): Notices {
  return startNotices(here.registry.reader, {
    database: here.database,
    smtpUrl: null,
    from: null,
    webhookSigner: null,
    log: logOf(here),
    now: () => clock.now,
    pollMilliseconds: 2 ** 31 - 1,
    perSecond: 1000,
    failed: assert.ifError,
    ...more,
  })
}

async function rounds(notices: Notices, count = 4): Promise<void> {
  for (let round = 0; round < count; round++) await notices.round()
}

/** A notice of the holder's dissolution that attestors found true; the application's handle. */
async function examined(here: World, holder: TestHolder): Promise<string> {
  const { registry } = here
  const filer = generateEd25519Signer()
  const key = encodeBase64(filer.publicKey)
  const body = { step: 'notice', holder: holder.handle, notice: hash, key, attestor: 'CL-1' }
  const effects = await registry.accepted(registry.request('dissolve/1', body), [filer])
  const handle = [...effects.keys()].find((one) => one.startsWith('obj/application/'))?.split('/')[2] ?? ''
  const { examination } = applicationIn(here, handle)
  const answers = Object.fromEntries((examination?.questions ?? []).map((question) => [question, 'yes']))
  const attest = async (staff: string, more: JsonObject): Promise<void> => {
    const signer = clerks.find((clerk) => clerk.handle === staff)?.signer
    assert.ok(signer)
    await registry.accepted(registry.request('attest/1', { application: handle, staff, ...more }), [signer])
  }
  for (const { handle: staff } of clerks) {
    const said = { application: handle, staff, answers, evidence: hash, nonce: hash }
    await attest(staff, { step: 'commit', commitment: memberHashOf(nodeCrypto, said) })
  }
  for (const { handle: staff } of clerks)
    await attest(staff, { step: 'reveal', answers, evidence: hash, nonce: hash })
  return handle
}

function applicationIn(here: World, handle: string): Application {
  const found = here.registry.reader.snapshot().object('application', handle) as Application | null
  assert.ok(found)
  return found
}

/** Entries of the notices service, from the log. */
async function recorded(here: World): Promise<readonly (OpEntry & { readonly index: number })[]> {
  const { size } = here.registry.reader.snapshot().publication
  const entries = await here.registry.reader.store.entries(0, size)
  return entries.flatMap((bytes, index) => {
    const parsed = parseEntry(bytes)
    const ours = parsed?.kind === 'op' && parsed.entry.procedure === RECORD_NOTICE_ID
    return ours ? [{ ...parsed.entry, index }] : []
  })
}
async function loggedAttempts(here: World): Promise<readonly NoticeAttempt[]> {
  const accepted = (await recorded(here)).filter(({ outcome }) => outcome.accepted)
  return accepted.flatMap(({ request }) => {
    const body = recordNotice.body.read(request?.body ?? {}, '')
    return body.ok ? body.value.attempts : []
  })
}
async function assertEachOnce(here: World): Promise<void> {
  const texts = (await loggedAttempts(here)).map((attempt) => canonicalJson({ ...attempt }))
  assert.equal(new Set(texts).size, texts.length, 'an attempt is logged once')
}

test('by mail: the window begins with the entry that logs the attempt, and the log holds no address', {
  skip,
}, async () => {
  const smtp = await smtpServer()
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  await smtp.start()
  try {
    const holder = await here.holder('Example Networks', ['noc@example.net'])
    const notices = start(here, clock, { smtpUrl: smtp.url })
    await notices.round()
    const application = await examined(here, holder)
    assert.equal(applicationIn(here, application).state, 'to-notify')
    here.registry.advance(3600)
    clock.now += 3_600_000
    await rounds(notices, 8)
    const { state, due, opened, notice } = applicationIn(here, application)
    assert.equal(state, 'noticed')
    assert.equal(opened, here.registry.now)
    assert.equal(Date.parse(due ?? '') - Date.parse(opened), 7 * DAY * 1000)
    const attempts = await loggedAttempts(here)
    const counted = attempts.find(({ entry }) => entry === notice?.since)
    assert.deepEqual(
      [counted?.holder, counted?.application, counted?.channel, counted?.reply, counted?.code],
      [holder.handle, application, 'mail', 'delivered', 250],
    )
    const mail = await smtp.mail()
    const hashes = mail.map((one) => {
      const subject = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(one)?.[1]?.replace(/\r?\n[ \t]/g, ' ') ?? ''
      const text = one
        .slice(one.search(/\r?\n\r?\n/))
        .replace(/^\r?\n\r?\n/, '')
        .replaceAll('\r\n', '\n')
      return createHash('sha256')
        .update(`${subject}\n${decoded(one, text)}`)
        .digest('base64')
    })
    // What was filed, called and answered; that the window is to begin; that it has begun.
    assert.ok(mail.some((one) => one.includes('this notice is one')))
    assert.ok(mail.some((one) => /is in its window/.test(one)))
    assert.ok(
      counted !== undefined && hashes.includes(counted.message),
      'the log has the hash of what was mailed',
    )
    assert.equal(attempts.length, mail.length, 'each attempt is logged')
    await assertEachOnce(here)
    const entries = (await recorded(here)).map((entry) => JSON.stringify(entry))
    assert.ok(entries.every((entry) => !entry.includes('example.net')))
    // It comes to rest: nobody is told of a record that let no window begin.
    const { size } = here.registry.reader.snapshot().publication
    await rounds(notices, 3)
    assert.equal(here.registry.reader.snapshot().publication.size, size)
    await notices.close()
    const database = new NoticesDatabase(here.database)
    assert.equal(database.outbox.count(), 0)
    assert.ok(database.attempts().every(({ logged }) => logged !== null))
    database.close()
  } finally {
    await here.close()
    await smtp.close()
  }
})

/** The text of a message that may be quoted-printable (RFC 2045 section 6.7). */
function decoded(mail: string, text: string): string {
  if (!/^Content-Transfer-Encoding: quoted-printable/im.test(mail)) return text
  const bytes = text
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

test('without a mail server windows begin in public: no-channel where there is an address, no-address where none is', async () => {
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  try {
    const withAddress = await here.holder('Example Networks', ['noc@example.net'])
    const without = await here.holder('Other Networks', [])
    const notices = start(here, clock)
    await notices.round()
    for (const [holder, reply] of [
      [withAddress, 'no-channel'],
      [without, 'no-address'],
    ] as const) {
      const application = await examined(here, holder)
      await rounds(notices)
      assert.equal(applicationIn(here, application).state, 'noticed')
      const attempt = (await loggedAttempts(here)).find((one) => one.application === application)
      assert.deepEqual(
        [attempt?.channel, attempt?.to, attempt?.reply, attempt?.code],
        ['public', null, reply, null],
      )
    }
    await assertEachOnce(here)
    await notices.close()
  } finally {
    await here.close()
  }
})

test('for subscribers only, as at a mirror, nobody is told in public: that is for the registry itself', async () => {
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  try {
    const holder = await here.holder('Example Networks', [])
    const notices = start(here, clock, { log: null, subscribersOnly: true })
    await notices.round()
    await examined(here, holder)
    await rounds(notices)
    assert.deepEqual(new Set(Object.values(notices.counts())), new Set([0]))
    await notices.close()
  } finally {
    await here.close()
  }
})

test('what was erased: an attempt by mail that says so begins the window', async () => {
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  try {
    const holder = await here.holder('Example Networks', ['noc@example.net'])
    const contacts = here.registry.reader.snapshot().object('holder', holder.handle) as {
      contacts: readonly { fields: { email: string } }[]
    }
    const commitments = contacts.contacts.map(({ fields }) => fields.email)
    const body = { holder: holder.handle, commitments }
    await here.registry.accepted(here.registry.request('erase/1', body), [holder.signer])
    const notices = start(here, clock, { smtpUrl: 'smtp://127.0.0.1:9' })
    await notices.round()
    const application = await examined(here, holder)
    await rounds(notices)
    assert.equal(applicationIn(here, application).state, 'noticed')
    const [attempt] = await loggedAttempts(here)
    assert.equal(attempt?.reply, 'no-address')
    await notices.close()
  } finally {
    await here.close()
  }
})

test('a crash at each step: what was attempted is logged, and logged once', async () => {
  for (const step of ['before it is handed in', 'after it is handed in'] as const) {
    const here = await world({ clerks, notifier })
    const clock = clockOf(here)
    try {
      const holder = await here.holder('Example Networks', [])
      const notices = start(here, clock, {
        log: logOf(here, {
          submit: async (request, evidence) => {
            if (step === 'after it is handed in') await logOf(here).submit(request, evidence)
            throw new Error('the program ends here')
          },
        }),
        failed: () => undefined,
      })
      await notices.round()
      const application = await examined(here, holder)
      await assert.rejects(rounds(notices), /ends here/)
      await notices.close()
      const again = start(here, clock)
      await rounds(again)
      assert.equal(applicationIn(here, application).state, 'noticed', step)
      assert.equal((await recorded(here)).length, 1, step)
      await assertEachOnce(here)
      await again.close()
      const database = new NoticesDatabase(here.database)
      assert.equal(database.outbox.open(), null)
      assert.equal(database.outbox.count(), 0)
      database.close()
    } finally {
      await here.close()
    }
  }
})

test('a database that was lost: windows that still wait are told of at the first start', async () => {
  const here = await world({ clerks, notifier })
  try {
    const holder = await here.holder('Example Networks', [])
    const application = await examined(here, holder)
    const notices = start(here, clockOf(here))
    await rounds(notices)
    assert.equal(applicationIn(here, application).state, 'noticed')
    await notices.close()
  } finally {
    await here.close()
  }
})

test('a registry that does not take it, or refuses it: nothing is lost, and it is not asked all the time', async () => {
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  try {
    const holder = await here.holder('Example Networks', [])
    let answer: 'later' | 'unknown key' | 'wrong key' | null = 'later'
    let asked = 0
    const wrong = logOf(here, {}, generateEd25519Signer())
    const right = logOf(here)
    const log: NoticeLog = {
      staff: 'NOTIFIER',
      sign: (body) => (answer === 'unknown key' ? null : (answer === 'wrong key' ? wrong : right).sign(body)),
      submit: (request, evidence) => {
        asked += 1
        return answer === 'later' ? Promise.resolve('later') : right.submit(request, evidence)
      },
    }
    const notices = start(here, clock, { log })
    await notices.round()
    const application = await examined(here, holder)
    await rounds(notices)
    assert.equal(applicationIn(here, application).state, 'to-notify')
    answer = null
    await rounds(notices)
    assert.equal(applicationIn(here, application).state, 'noticed')
    const other = await here.holder('Other Networks', [])
    answer = 'unknown key'
    const second = await examined(here, other)
    await rounds(notices)
    answer = 'wrong key'
    asked = 0
    await rounds(notices, 8)
    assert.equal(asked, 1, 'after a refusal it waits')
    const refused = (await recorded(here)).filter(({ outcome }) => !outcome.accepted)
    assert.deepEqual(
      refused.map(({ outcome }) => (outcome.accepted ? [] : outcome.refusals)),
      [['staff-signature-missing']],
    )
    assert.equal(applicationIn(here, second).state, 'to-notify')
    answer = null
    clock.now += 61_000
    here.registry.advance(61)
    await rounds(notices)
    assert.equal(applicationIn(here, second).state, 'noticed')
    await assertEachOnce(here)
    await notices.close()
  } finally {
    await here.close()
  }
})

test('the deadline passes while the service stands still: the application says so, and the window begins late', async () => {
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  try {
    const holder = await here.holder('Example Networks', [])
    const application = await examined(here, holder)
    const { due } = applicationIn(here, application)
    here.registry.advance(2 * DAY)
    await here.holder('Other Networks', [])
    const late = applicationIn(here, application)
    assert.deepEqual([late.state, late.due, late.notice?.overdue], ['to-notify', null, due])
    clock.now += 2 * DAY * 1000
    const notices = start(here, clock)
    await rounds(notices)
    const begun = applicationIn(here, application)
    assert.deepEqual([begun.state, begun.opened, begun.notice?.overdue], ['noticed', here.registry.now, due])
    await notices.close()
  } finally {
    await here.close()
  }
})

test('an act for all is told to every holder’s contacts, each address once', { skip }, async () => {
  const smtp = await smtpServer()
  const here = await world({ clerks, notifier })
  const clock = clockOf(here)
  await smtp.start()
  try {
    await here.holder('One', ['noc@example.net', 'one@example.net'])
    await here.holder('Two', ['NOC@example.net'])
    await here.holder('Three', [])
    const notices = start(here, clock, { smtpUrl: smtp.url })
    await notices.round()
    const named = await here.registry.act(here.registry.request('report-incident/1', incident(here)), [
      here.registry.operator,
    ])
    assert.deepEqual((named['outcome'] as JsonObject)['accepted'], true)
    await rounds(notices)
    const to = (await smtp.mail()).map((mail) => /^To: (.*)$/im.exec(mail)?.[1]?.toLowerCase())
    assert.deepEqual(to.toSorted(), ['noc@example.net', 'one@example.net'])
    assert.equal((await loggedAttempts(here)).length, 2)
    await notices.close()
  } finally {
    await here.close()
    await smtp.close()
  }
})

function incident(here: World): JsonObject {
  return {
    staff: 'OPERATOR',
    kind: 'corruption',
    report: hash,
    affected: 0,
    discovered: here.registry.now,
  }
}

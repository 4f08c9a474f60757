/** Notices by mail, against a real registry and a real SMTP server. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import { parseBlockKey } from '@cadastre/numbers'
import {
  Follower,
  type Notices,
  NoticesDatabase,
  type NoticesOptions,
  RETRY_SECONDS,
  Sender,
  startNotices,
} from '../src/index.ts'
import { skip, smtpServer } from './smtp-server.ts'
import { type World, world } from './world.ts'

const POLL_NEVER = 2 ** 31 - 1

type Clock = { now: number }
const clockAt = (): Clock => ({ now: Date.UTC(2026, 0, 2) })

function start(of: World, smtpUrl: string, clock: Clock, more: Partial<NoticesOptions> = {}): Notices {
  return startNotices(of.registry.reader, {
    database: of.database,
    smtpUrl,
    from: null,
    webhookSigner: null,
    log: null,
    now: () => clock.now,
    pollMilliseconds: POLL_NEVER,
    perSecond: 1000,
    failed: (error) => {
      throw error
    },
    ...more,
  })
}

const header = (mail: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(mail)?.[1]?.trim() ?? ''

/** Attempts as kept, after the room has been closed. */
function attemptsOf(of: World): ReturnType<NoticesDatabase['attempts']> {
  const database = new NoticesDatabase(of.database)
  const attempts = database.attempts()
  database.close()
  return attempts
}

test('each contact of a touched holder is told once, by address, and nobody of the past', {
  skip,
}, async () => {
  const smtp = await smtpServer()
  const here = await world()
  const clock = clockAt()
  await smtp.start()
  try {
    const addresses = ['noc@example.net', 'NOC@example.net', 'admin@example.net']
    const holder = await here.holder('Example Networks', addresses)
    const stranger = await here.holder('Other Networks', ['other@example.org'])
    const notices = start(here, smtp.url, clock)
    await notices.round()
    assert.deepEqual(await smtp.mail(), [], 'what was recorded before the first start is not told')
    const key = await here.allocate(holder)
    await notices.round()
    await notices.round()
    const mail = await smtp.mail()
    assert.deepEqual(mail.map((one) => header(one, 'To').toLowerCase()).toSorted(), [
      'admin@example.net',
      'noc@example.net',
    ])
    for (const one of mail) {
      assert.match(header(one, 'Subject'), /allocate\/1, entry \d+/)
      assert.match(header(one, 'Message-ID'), /^<n\d+-[0-9a-f]{24}@registry\.example>$/)
      assert.equal(header(one, 'Auto-Submitted'), 'auto-generated')
      assert.ok(one.includes(key) && one.includes(holder.handle))
      assert.ok(!one.includes(stranger.handle))
    }
    assert.deepEqual(notices.counts(), { pending: 0, sent: 2, failed: 0 })
    await notices.close()
    for (const { hash, replyClass, reply, finished } of attemptsOf(here)) {
      assert.match(hash, /^[0-9a-f]{64}$/)
      assert.deepEqual([replyClass, finished], ['delivered', clock.now])
      assert.match(reply ?? '', /^250/)
    }
    const again = start(here, smtp.url, clock)
    await again.round()
    assert.equal((await smtp.mail()).length, 2, 'a restart sends nothing again')
    await again.close()
  } finally {
    await here.close()
    await smtp.close()
  }
})

test('a server that is down, or says 4xx, is tried again; 5xx is final; retries stop', { skip }, async () => {
  const smtp = await smtpServer()
  const here = await world()
  const clock = clockAt()
  try {
    const holder = await here.holder('Example Networks', ['noc@example.net'])
    const notices = start(here, smtp.url, clock, { retrySeconds: [60, 600] })
    await notices.round()
    await here.allocate(holder)
    await notices.round()
    assert.equal(notices.counts().pending, 1, 'down: unreachable, kept')
    await smtp.start()
    await notices.round()
    assert.equal((await smtp.mail()).length, 0, 'not before its time')
    clock.now += 60_000
    await smtp.answer('451 4.3.0 <noc@example.net>: try later')
    await notices.round()
    assert.equal(notices.counts().pending, 1)
    clock.now += 600_000
    await notices.round()
    assert.deepEqual(notices.counts(), { pending: 0, sent: 0, failed: 1 })
    clock.now += 1e9
    await smtp.answer(null)
    await notices.round()
    assert.equal((await smtp.mail()).length, 0, 'after the last attempt there is no other')
    await smtp.answer('550 5.1.1 no such user')
    await here.allocate(holder)
    await notices.round()
    assert.deepEqual(notices.counts(), { pending: 0, sent: 0, failed: 2 })
    await notices.close()
    const attempts = attemptsOf(here)
    assert.deepEqual(
      attempts.map(({ replyClass }) => replyClass),
      ['unreachable', 'temporary', 'temporary', 'permanent'],
    )
    assert.ok(
      attempts.every(({ reply }) => !reply?.includes('noc@')),
      'no address in what is kept of replies',
    )
    assert.match(attempts[1]?.reply ?? '', /^451 4\.3\.0 <<recipient>>: try later/)
  } finally {
    await here.close()
    await smtp.close()
  }
})

test('a crash while sending: followed entries are not followed twice, and the message goes under the same id', async () => {
  const here = await world()
  const { reader } = here.registry
  try {
    const holder = await here.holder('Example Networks', ['noc@example.net'])
    let database = new NoticesDatabase(here.database)
    const sent: string[] = []
    const now = (): number => 1000
    assert.equal(await new Follower(reader, database).follow(now()), 0)
    await here.allocate(holder)
    assert.equal(await new Follower(reader, database).follow(now()), 1)
    const [message] = database.due(now(), 10)
    assert.ok(message !== undefined)
    database.begin(message, now())
    database.close() // The server has the message; its answer was never heard.
    database = new NoticesDatabase(here.database)
    assert.equal(await new Follower(reader, database).follow(now()), 0)
    const mail = async ({ id, target }: { readonly id: string; readonly target: string }) => {
      sent.push(`${id} ${target}`)
      return { replyClass: 'delivered', reply: '250 OK' } as const
    }
    const options = { channels: { mail, webhook: null }, now, sleep: async () => undefined }
    assert.equal(await new Sender(database, reader, options).sendDue(), 1)
    assert.equal(await new Sender(database, reader, options).sendDue(), 0)
    assert.deepEqual(sent, [`${message.id} noc@example.net`])
    assert.deepEqual(
      database.attempts(message.id).map(({ number, replyClass }) => [number, replyClass]),
      [
        [1, 'unknown'],
        [2, 'delivered'],
      ],
    )
    database.close()
  } finally {
    await here.close()
  }
})

test('of strangers’ claims one mail a day goes to an address, however many are made and withdrawn', async () => {
  const here = await world()
  const { reader } = here.registry
  const database = new NoticesDatabase(here.database)
  const day = Date.parse(here.registry.now)
  const follow = (): Promise<number> => new Follower(reader, database).follow(day)
  const pending = (): readonly { readonly text: string }[] => database.due(day, 100)
  try {
    const holder = await here.holder('Example Networks', ['noc@example.net', 'admin@example.net'])
    const key = await here.allocate(holder)
    const block = parseBlockKey(key)
    assert.ok(block.ok)
    const id = reader.snapshot().chain(block.value).at(-1)?.cell.registrations.at(-1)?.id ?? ''
    await follow()
    const claim = async (n: number): Promise<void> => {
      const signer = generateEd25519Signer()
      const body = {
        step: 'claim',
        registration: { key, id },
        key: encodeBase64(signer.publicKey),
        facts: encodeBase64(new Uint8Array(32).fill(n)),
        evidence: null,
      }
      await here.registry.accepted(here.registry.request('annotate-dispute/1', body), [signer])
    }
    for (const n of [1, 2, 3]) await claim(n)
    await follow()
    assert.equal(pending().length, 2)
    assert.match(pending()[0]?.text ?? '', /at most one mail a day/)
    here.registry.advance(86_400)
    await claim(4)
    await follow()
    assert.equal(pending().length, 4)
    const { signer, handle } = holder
    await here.registry.accepted(here.registry.request('confirm/1', { holder: handle }), [signer])
    await follow()
    assert.equal(pending().length, 6, 'other acts are told at once')
  } finally {
    database.close()
    await here.close()
  }
})

test('what was erased in the registry is not mailed from here, and the database holds no address of a contact', async () => {
  const here = await world()
  try {
    const holder = await here.holder('Example Networks', ['noc@example.net'])
    const { reader } = here.registry
    const database = new NoticesDatabase(here.database)
    await new Follower(reader, database).follow(0)
    await here.allocate(holder)
    await new Follower(reader, database).follow(0)
    const kept = JSON.stringify(database.due(0, 10))
    assert.ok(!kept.includes('noc@example.net'))
    const [commitment] = database.due(0, 10).map(({ address }) => address.of)
    const body = { holder: holder.handle, commitments: [commitment ?? ''] }
    await here.registry.accepted(here.registry.request('erase/1', body), [holder.signer])
    const mail = async () => assert.fail('nothing is to be sent')
    const options = { channels: { mail, webhook: null }, now: () => 0, sleep: async () => undefined }
    await new Sender(database, reader, options).sendDue()
    assert.deepEqual(
      database.attempts().map(({ replyClass }) => replyClass),
      ['no-address'],
    )
    database.close()
  } finally {
    await here.close()
  }
})

test('the rate is bounded, and retries end within four days', async () => {
  const here = await world()
  try {
    const holder = await here.holder('Example Networks', ['a@example.net', 'b@example.net', 'c@example.net'])
    const database = new NoticesDatabase(here.database)
    const follower = new Follower(here.registry.reader, database)
    await follower.follow(0)
    await here.allocate(holder)
    await here.allocate(holder)
    await follower.follow(0)
    const waits: number[] = []
    const sleep = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds)
    }
    const mail = async () => ({ replyClass: 'delivered', reply: '' }) as const
    const options = { channels: { mail, webhook: null }, now: () => 0, sleep, perSecond: 2 }
    const made = await new Sender(database, here.registry.reader, options).sendDue()
    assert.equal(made, 6)
    assert.equal(
      waits.reduce((sum, wait) => sum + wait, 0),
      3000,
    )
    assert.ok(RETRY_SECONDS.reduce((sum, wait) => sum + wait, 0) < 4 * 86_400)
    database.close()
  } finally {
    await here.close()
  }
})

test('a subscription is asked for first, tells of its block and no other, and ends with the same token', {
  skip,
}, async () => {
  const smtp = await smtpServer()
  const here = await world()
  const clock = clockAt()
  await smtp.start()
  try {
    const holder = await here.holder('Example Networks', [])
    const notices = start(here, smtp.url, clock)
    const block = parseBlockKey('ip4/10.0.0.0/23')
    const elsewhere = parseBlockKey('ip4/10.200.0.0/16')
    assert.ok(block.ok && elsewhere.ok)
    const { subscriptions } = notices
    const subscribe = (target: string): unknown =>
      subscriptions.subscribe(block.value, 'mail', target, clock.now)
    assert.equal(subscribe('a@example.net, b@example.net'), 'address-malformed')
    assert.equal(subscribe('a@example.net\r\nbcc: b@example.net'), 'address-malformed')
    assert.equal(subscribe('a@example.net'), null)
    assert.equal(subscribe('a@example.net'), 'already-there', 'nobody is asked twice')
    assert.equal(subscriptions.subscribe(elsewhere.value, 'mail', 'b@example.net', clock.now), null)
    await notices.round()
    await here.allocate(holder)
    await notices.round()
    const asked = await smtp.mail()
    assert.equal(asked.length, 2, 'unconfirmed: only the question')
    const tokens = asked.map((one) => /Token: (\S+)/.exec(one)?.[1] ?? '')
    assert.ok(tokens.every((token) => subscriptions.confirm(token, clock.now)))
    assert.ok(!subscriptions.confirm('guess', clock.now))
    await here.allocate(holder)
    await notices.round()
    // A mail directory has no order.
    const told = (await smtp.mail()).filter((one) => !one.includes('Token: '))
    assert.deepEqual(
      told.map((one) => header(one, 'To')),
      ['a@example.net'],
    )
    // RFC 2045 section 6.7: `=` at the end of a line is a soft break.
    assert.match((told[0] ?? '').replaceAll('=\n', ''), /you subscribed to 10\.0\.0\.0\/23/)
    assert.ok(tokens.every((token) => subscriptions.unsubscribe(token)))
    await here.allocate(holder)
    await notices.round()
    assert.equal((await smtp.mail()).length, 3)
    await notices.close()
  } finally {
    await here.close()
    await smtp.close()
  }
})

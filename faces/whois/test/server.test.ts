import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { startWhois, type WhoisServer } from '../src/index.ts'
import { dial, exchange, readAll, replies } from './client.ts'
import { cell, EXAMPLE, HandMadeReader, registration } from './fixture.ts'

const faults: unknown[] = []
const report = (error: unknown): number => faults.push(error)
const reader = new HandMadeReader(EXAMPLE)
const host = '127.0.0.1'
const server = await startWhois(reader, { port: 0, host, report, limits: { queriesBurst: 1e6 } })
const send = (text: string): Promise<string> => exchange(server.port, Buffer.from(text))
after(async () => {
  await server.close()
  assert.deepEqual(faults, [])
})

/** A registry whose `-M 10.0.0.0/8` is megabytes. */
function wide(): HandMadeReader {
  const cells = Object.fromEntries(
    Array.from({ length: 9000 }, (_, index) => {
      const [first, last] = [`10.${index >> 8}.${index & 255}.0`, `10.${index >> 8}.${index & 255}.255`]
      return [`ip4/${first}/24`, cell({ registrations: [registration({ id: `R-${index}`, first, last })] })]
    }),
  )
  return new HandMadeReader({ cells })
}

test('a line ends in CRLF or LF, or with the input (RFC 3912)', async () => {
  const answers = await Promise.all(['203.0.113.1\r\n', '203.0.113.1\n', '203.0.113.1'].map(send))
  assert.equal(new Set(answers).size, 1)
  assert.match(answers[0] ?? '', /^inetnum:/m)
})

test('the connection closes after one reply, but -k keeps it and -k alone closes it', async () => {
  assert.equal(replies(await send('as64500\nas64505\n')).length, 1)
  const kept = replies(await send('-k -r as64500\n-r as64505\n-k h-7\n-k\nh-8\n'))
  assert.deepEqual(
    kept.map((reply) => /^(aut-num|organisation): +(\S+)/m.exec(reply)?.[2]),
    ['AS64500', 'AS64505', 'H-7'],
  )
  assert.equal(replies(await send('-k\nas64500\nas64505\n')).length, 3)
  assert.match(await send('-k --nonsense\nas64500\n'), /ERROR:111[\s\S]*aut-num:/)
})

test('a thousand queries in one write, some of them long answers, are answered strictly in order', async () => {
  const asked = Array.from({ length: 1000 }, (_, index) =>
    index % 10 === 3
      ? `-rM 203.0.113.${index % 256}/24`
      : index % 10 === 6
        ? 'r-41'
        : `203.0.113.${index % 256}`,
  )
  const got = replies(await send(`-k\r\n${asked.join('\r\n')}\r\n`)).slice(1)
  assert.equal(got.length, asked.length)
  for (const [index, reply] of got.entries()) {
    const query = asked[index] ?? ''
    const about =
      query === 'r-41'
        ? 'as of 2026-11-24T06:13:43Z'
        : `/proof/ip/${query.replace(/^-rM (.*)\.\d+\/24$/, '$1.0/24')}`
    assert.ok(reply.startsWith('% Log position') && reply.includes(`${about}\n`), `${index}: ${query}`)
  }
})

test('a query that comes byte by byte', async () => {
  const socket = await dial(server.port)
  socket.setNoDelay(true)
  const all = readAll(socket)
  for (const byte of '-r 203.0.113.1\r\n') {
    socket.write(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.match(await all, /^inetnum: +203\.0\.113\.0 - 203\.0\.113\.255$/m)
})

test('a client that ends its side still gets its answers, long ones too', async () => {
  const large = await startWhois(wide(), { port: 0, host, report })
  const text = await exchange(large.port, Buffer.from('-k -rGM 10.0.0.0/8\n10.0.0.1\n'))
  assert.equal(text.match(/^inetnum:/gm)?.length, 9001)
  await large.close()
})

test('clients that vanish in the middle of an answer, or dawdle, hold nothing and stop nobody', async () => {
  const large = await startWhois(wide(), { port: 0, host, report })
  for (let round = 0; round < 20; round++) {
    const socket = await dial(large.port)
    socket.write('-k\n'.concat('-rGM 10.0.0.0/8\n'.repeat(5)))
    await once(socket, 'data')
    if (round % 2 === 0) socket.resetAndDestroy()
    else socket.destroy()
  }
  const dawdlers = await Promise.all(Array.from({ length: 8 }, () => dial(large.port)))
  for (const socket of dawdlers) {
    socket.pause()
    socket.write('-k\n'.concat('-rGM 10.0.0.0/8\n'.repeat(200)))
  }
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external
  assert.match(await exchange(large.port, Buffer.from('10.1.1.1\n')), /^inetnum: +10\.1\.1\.0 - /m)
  const held = process.memoryUsage().arrayBuffers + process.memoryUsage().external - before
  // Eight clients asked for 200 answers of 2 MB each.
  assert.ok(held < 50e6, `${held} bytes held`)
  for (const socket of dawdlers) socket.destroy()
  await large.close()
})

test('an endless line is refused and not kept (%ERROR:107)', async () => {
  const text = await send(`-k\nas64500\n${'x'.repeat(100_000)}`)
  assert.match(
    text,
    /aut-num:[\s\S]*%ERROR:107: input line too long\n%\n% Input exceeds the maximum line length\.\n\n\n$/,
  )
})

test('idle connections are closed with %ERROR:305', async () => {
  const impatient = await startWhois(reader, { port: 0, host, report, limits: { idleMilliseconds: 50 } })
  const socket = await dial(impatient.port)
  assert.match(await readAll(socket), /%ERROR:305: connection has been closed/)
  await impatient.close()
})

test('limits are published in their error, and end by themselves', async () => {
  const limits = { queriesBurst: 5, queriesPerSecond: 1, connectionsPerNetwork: 2 }
  const limited = await startWhois(reader, { port: 0, host, report, limits })
  const text = await exchange(limited.port, Buffer.from(`-k\n${'as64500\n'.repeat(5000)}`))
  const got = replies(text)
  assert.ok(got.length < 5000)
  assert.match(
    got.at(-1) ?? '',
    /%ERROR:201: access denied for 127\.0\.0\.1\/32\n%\n% .*the same for everyone:\n% .*1 queries a second, 5 at once.*\n% It recovers by itself/,
  )
  const open = [await dial(limited.port), await dial(limited.port)]
  assert.match(await exchange(limited.port, Buffer.from('')), /%ERROR:306: connections exceeded/)
  for (const socket of open) {
    socket.destroy()
    await once(socket, 'close')
  }
  await limited.close()
})

test('close() finishes the answer that is being given, refuses new clients, and cuts who will not leave', async () => {
  const large = await startWhois(wide(), { port: 0, host, report })
  const socket = await dial(large.port)
  const all = readAll(socket)
  // More than the kernel holds for a client that does not read.
  socket.write(`-k\n${'-rGM 10.0.0.0/8\n'.repeat(50)}`)
  await once(socket, 'data')
  socket.pause()
  const idle = await dial(large.port)
  const gone = once(idle.resume(), 'end')
  const closing = large.close(60_000)
  await gone
  idle.end()
  socket.resume()
  const text = await all
  const objects = text.match(/^inetnum:/gm)?.length ?? 0
  assert.equal(objects % 9000, 0, 'each answer whole')
  assert.ok(objects > 0 && objects < 50 * 9000 && text.endsWith('\n\n\n'))
  await closing
  await assert.rejects(dial(large.port), { code: 'ECONNREFUSED' })

  const second: WhoisServer = await startWhois(wide(), { port: 0, host, report })
  const stuck = await dial(second.port)
  stuck.pause()
  stuck.write('-rGM 10.0.0.0/8\n')
  await new Promise((resolve) => setTimeout(resolve, 20))
  await second.close(20)
  stuck.destroy()
})

test('a port that is taken is said plainly', async () => {
  const taken = createServer()
  taken.listen(0, host)
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(address !== null && typeof address === 'object')
  await assert.rejects(startWhois(reader, { port: address.port, host }), { code: 'EADDRINUSE' })
  taken.close()
})

test('a bug costs one client its answer and is reported', async () => {
  const said: unknown[] = []
  const broken = new HandMadeReader(EXAMPLE)
  const faulty = await startWhois(broken, { port: 0, host, report: (error) => said.push(error) })
  broken.snapshot = () => {
    throw new Error('planted')
  }
  assert.match(
    await exchange(faulty.port, Buffer.from('as64500\n')),
    /%ERROR:100: internal software error\n\n\n$/,
  )
  assert.equal(said.length, 1)
  await faulty.close()
})

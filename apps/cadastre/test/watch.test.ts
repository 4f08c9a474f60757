// `cadastre watch`: what people type, from files to a proof that anybody checks; fetching from a server on this machine.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

let place: string
before(async () => {
  place = await mkdtemp(join(tmpdir(), 'cadastre-watch-'))
})
after(() => rm(place, { recursive: true, force: true }))

type Ran = { readonly code: number; readonly out: string; readonly err: string }

function cadastre(...args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, CADASTRE_DATA: place, NO_COLOR: '1' }
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (failed, out, err) => {
      resolve({ code: typeof failed?.code === 'number' ? failed.code : 0, out, err })
    })
  })
}

const A = 'example|QM|ipv4|192.0.2.0|256|20200101|assigned|H1'
const A_FREE = 'example|ZZ|ipv4|192.0.2.0|256||reserved|'
const B = 'example|QM|ipv4|198.51.100.0|256|20200101|assigned|H2'

function file(day: string, rows: readonly string[]): string {
  const compact = day.replaceAll('-', '')
  return [
    `2|example|${compact}|${rows.length}|00000000|${compact}|00000`,
    `example|*|ipv4|*|${rows.length}|summary`,
    ...rows,
    '',
  ].join('\n')
}

test('ingest, report, prove, verify, audit', async () => {
  const days = [
    ['2026-01-01', [A, B]],
    ['2026-01-02', [A_FREE, B]],
    ['2026-01-05', [A, B]],
  ] as const
  const paths = await Promise.all(
    days.map(async ([day, rows]) => {
      const path = join(place, `delegated-example-extended-${day.replaceAll('-', '')}`)
      await writeFile(path, file(day, rows))
      return path
    }),
  )
  const unnamed = await cadastre('watch', 'ingest', ...paths)
  assert.equal(unnamed.code, 2)
  assert.match(unnamed.err, /--origin watch\.example\/log/)

  const taken = await cadastre('watch', 'ingest', '--origin', 'watch.example/log', ...paths)
  assert.equal(taken.code, 0, taken.err)
  assert.match(taken.out, /3 days logged; 0 files not taken in/)
  assert.match(taken.out, /gap \(2\)/)
  const cut = join(place, 'cut')
  await writeFile(cut, file('2026-01-06', [A, B]).slice(0, -9))
  const refused = await cadastre('watch', 'ingest', cut)
  assert.equal(refused.code, 1)
  assert.match(refused.out, /NOT taken in: truncated/)

  const report = await cadastre('--json', 'watch', 'report', '--registry', 'EXAMPLE', '--changes')
  assert.deepEqual(JSON.parse(report.out).resources, { ended: 1, backToSameHolder: 1 })
  assert.equal(JSON.parse(report.out).everyChange.length, 2)
  assert.match(
    (await cadastre('watch', 'report', '--registry', 'example')).out,
    /The files give no procedure/,
  )
  assert.match(
    (await cadastre('watch', 'report', '--registry', 'example', '--csv', '-')).out,
    /^day,previous_day,kind/,
  )
  assert.equal((await cadastre('watch', 'report', '--registry', 'example', '--from', 'May')).code, 2)

  const proof = join(place, 'proof')
  const proved = await cadastre('watch', 'prove', '192.0.2.0/24', '--at', '2026-01-03', '--save', proof)
  assert.equal(proved.code, 0, proved.err)
  assert.match(
    proved.out,
    /On 2026-01-03 delegated-extended\/example said of 192\.0\.2\.0\/24: example\|ZZ\|/,
  )
  const policy = join(place, 'watch/policy')
  const verified = await cadastre('verify', proof, '--for', '192.0.2.0/24', '--policy', policy)
  assert.match(verified.out, /^The proof holds\./)
  assert.match(
    (await cadastre('watch', 'verify', proof, '--for', '192.0.2.0/24')).out,
    /the next one logged is of 2026-01-05/,
  )
  await writeFile(proof, (await readFile(proof, 'utf8')).replace(/^extra ..../m, 'extra AAAA'))
  assert.equal((await cadastre('watch', 'verify', proof, '--for', '192.0.2.0/24')).code, 1)
  const now = join(place, 'now')
  await cadastre('watch', 'prove', '192.0.2.7', '--save', now)
  assert.match(
    (await cadastre('verify', now, '--for', '192.0.2.7', '--policy', policy)).out,
    /^The proof holds\./,
  )
  assert.match((await cadastre('watch', 'audit')).out, /is clean: \d+ entries, 3 files/)
})

test('fetch --once takes in what is new at the listed addresses, politely', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url !== '/delegated-other-latest') response.writeHead(404).end()
    else
      response.writeHead(200, { etag: '"1"' }).end(file('2026-01-06', [B]).replaceAll('example|', 'other|'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const directory = join(place, 'fetching')
  const fetch = (): Promise<Ran> =>
    cadastre('--json', 'watch', 'fetch', '--once', '--origin', 'watch.example/two', '--directory', directory)
  assert.equal((await fetch()).code, 2)
  await writeFile(join(directory, 'addresses'), `http://127.0.0.1:${port}/delegated-other-latest 1d\n`)
  const first = JSON.parse((await fetch()).out)
  assert.deepEqual([first.looked, first.failed, first.addresses[0].outcome], [1, 0, 'new'])
  assert.equal(JSON.parse((await fetch()).out).looked, 0)
  assert.deepEqual(asked, ['/delegated-other-latest', '/delegated-other-latest.md5'])
  await new Promise((resolve) => server.close(resolve))
})

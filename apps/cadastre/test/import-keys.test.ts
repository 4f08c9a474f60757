// What `cadastre import-keys` makes of a file of maintainers' keys, and of files that say no clear thing.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const directory = await mkdtemp(join(tmpdir(), 'cadastre-keys-'))
after(() => rm(directory, { recursive: true, force: true }))
const MAIN = join(import.meta.dirname, '../src/main.ts')
const env = {
  ...process.env,
  CADASTRE_DATA: join(directory, 'data'),
  CADASTRE_KEYS: join(directory, 'keys'),
  CADASTRE_PASSPHRASE: '',
}

type Ran = { readonly failed: boolean; readonly out: string; readonly error: string }

function cadastre(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (failed, out, error) =>
      resolve({ failed: failed !== null, out, error }),
    )
  })
}

const HOLDERS = Array.from({ length: 40 }, (_, n) => `holder-${n}`)
await cadastre(
  'init',
  ...['--profile', 'community', '--origin', 'registry.example/log', '--name', 'Example', '--seat', 'XX'],
  ...['--pool', 'IP4=10.0.0.0/8,open'],
)
const rows = HOLDERS.map((id, n) => `example|BR|ipv4|192.0.2.${4 * n}|4|20130101|allocated|${id}`)
await writeFile(
  join(directory, 'delegated'),
  [
    `2|example|20260101|${rows.length}|19830101|20260101|+0000`,
    `example|*|ipv4|*|${rows.length}|summary`,
    ...rows,
    '',
  ].join('\n'),
)
await cadastre('import', join(directory, 'delegated'), '--source', 'EXAMPLE')

/** An armoured public key of this body of a packet (RFC 9580 section 6.2). */
function armoured(body: Buffer): readonly string[] {
  const packet = Buffer.concat([Buffer.of(0x99, body.length >> 8, body.length & 0xff), body])
  const data = packet.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN PGP PUBLIC KEY BLOCK-----', '', ...data, '-----END PGP PUBLIC KEY BLOCK-----']
}
/** RSA, 4096 bits; no two alike. */
function rsa(n: number): Buffer {
  const modulus = Buffer.alloc(512, 0xc5)
  modulus.writeUInt32BE(0xc500_0000 + n)
  return Buffer.concat([Buffer.of(4, 0, 0, 0, 1, 1, 0x10, 0), modulus, Buffer.of(0, 17, 1, 0, 1)])
}

async function importKeys(lines: readonly string[]): Promise<Ran> {
  const file = join(directory, 'keys-file')
  await writeFile(file, `${lines.join('\n')}\n`)
  return cadastre('--json', 'import-keys', file, '--source', 'EXAMPLE')
}

test('a file that says no clear thing is refused whole, with the line', async () => {
  const key = armoured(rsa(0))
  for (const [lines, expected] of [
    [key, /line 1: a key begins, but not below a line OPAQUE-ID openpgp/],
    [['holder-0 ssh-ed25519 AAAA', ...key], /line 2: a key begins/],
    [['holder-0 openpgp', ...key, ...key], /line \d+: a key begins/],
    [['holder-0 openpgp', ...key.slice(0, -1)], /line 1: the key below it does not end/],
    [['holder-0 openpgp', ...key.slice(0, -1), ...key], /a key begins/],
  ] as const) {
    const { failed, error } = await importKeys(lines)
    assert.ok(failed)
    assert.match(error, expected)
  }
})

test('eight of the longest keys for each of forty holders fit, in as many entries as they need', async () => {
  const dsa = Buffer.from(rsa(0))
  dsa.writeUInt8(17, 5)
  const lines = HOLDERS.flatMap((id, holder) =>
    Array.from({ length: 8 }, (_, n) => [
      `${id} openpgp`,
      ...armoured(rsa(8 * holder + n)).map((line) => `certif: ${line}`),
    ]).flat(),
  )
  const left = ['# kinds that cannot be checked', 'holder-0 openpgp', ...armoured(dsa), 'holder-1 openpgp']
  const { failed, out, error } = await importKeys([...left, ...lines])
  assert.equal(failed, false, error)
  const report: { readonly holders: number; readonly keys: number; readonly leftOut: readonly number[] } =
    JSON.parse(out)
  assert.deepEqual([report.holders, report.keys], [40, 320])
  assert.deepEqual(report.leftOut, [2, left.length])
})

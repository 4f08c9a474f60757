import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { browserCrypto } from '@cadastre/crypto/browser'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { EvidenceItem, Json } from '@cadastre/records'
import fc from 'fast-check'
import { readEvidence, readSshKey, requestMessage, sshArmourBody, verifyEvidence } from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'sshsig-'))
after(() => rmSync(directory, { recursive: true }))

const TEXT = '{"body":{},"procedure":"claim/1"}'
const FILE = join(directory, 'request')
writeFileSync(FILE, requestMessage(TEXT))

/** A key of this type, made by ssh-keygen: the file, and the raw public key as an evidence item states it. */
function makeKey(
  type: string,
  more: readonly string[] = [],
): { readonly file: string; readonly key: string } {
  const file = join(directory, `key-${type}-${more.join('')}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, ...more, '-N', '', '-C', '', '-f', file])
  const blob = readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? ''
  const read = readSshKey(Buffer.from(blob, 'base64'))
  return { file, key: Buffer.from(read?.key ?? []).toString('base64') }
}

function sign(key: string, namespace = 'cadastre-claim', hash = 'sha512', file = FILE): string {
  rmSync(`${file}.sig`, { force: true })
  const options = ['-Y', 'sign', '-q', '-n', namespace, '-O', `hashalg=${hash}`, '-f', key, file]
  execFileSync('ssh-keygen', options, { stdio: 'ignore' })
  const body = sshArmourBody(readFileSync(`${file}.sig`, 'utf8'))
  assert.ok(body)
  return body
}

const ED = makeKey('ed25519')
const EC = makeKey('ecdsa', ['-b', '256'])
const OTHER = makeKey('ed25519', ['-a', '1'])

function verified(item: EvidenceItem, text = TEXT): boolean {
  const read = readEvidence([item] as Json)
  if (!read.ok) return false
  const results = [nodeCrypto, browserCrypto].map((crypto) => verifyEvidence(text, read.value, null, crypto))
  assert.deepEqual(results[0], results[1])
  if (results[0] !== null && results[0] !== undefined)
    assert.deepEqual(results[0].keys, [{ alg: 'sshsig', key: item.key }])
  return results[0] !== null
}
const item = (key: string, sig: string): EvidenceItem => ({ alg: 'sshsig', key, sig })

test('what ssh-keygen -Y sign makes verifies: Ed25519 and P-256, SHA-512 and SHA-256 (PROTOCOL.sshsig)', () => {
  for (const key of [ED, EC])
    for (const hash of ['sha512', 'sha256'])
      for (let again = 0; again < 4; again++)
        assert.ok(verified(item(key.key, sign(key.file, 'cadastre-claim', hash))), `${key.file} ${hash}`)
})

test('a signature for another purpose, another text or by another key claims nothing', () => {
  const sig = sign(ED.file)
  assert.ok(verified(item(ED.key, sig)))
  assert.equal(verified(item(ED.key, sign(ED.file, 'git'))), false)
  assert.equal(verified(item(ED.key, sign(ED.file, 'file'))), false)
  assert.equal(verified(item(ED.key, sig), '{"body":{},"procedure":"claim/2"}'), false)
  assert.equal(verified(item(OTHER.key, sig)), false)
  assert.equal(verified(item(EC.key, sig)), false)
  assert.equal(verified({ ...item(ED.key, sig), alg: 'ed25519' }), false)
})

test('keys of other kinds are not read', () => {
  for (const [type, ...more] of [
    ['rsa', '-b', '2048'],
    ['ecdsa', '-b', '384'],
  ] as const)
    assert.equal(makeKey(type, more).key, '')
  assert.equal(readSshKey(new Uint8Array()), null)
})

test('armour is read, and other text is not', () => {
  assert.equal(
    sshArmourBody('-----BEGIN SSH SIGNATURE-----\r\nAAAA\r\nBBBB\r\n-----END SSH SIGNATURE-----\r\n'),
    'AAAABBBB',
  )
  for (const text of ['', 'AAAA', '-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----\n'])
    assert.equal(sshArmourBody(text), null)
})

test('no changed byte, cut or lengthened signature verifies, and none throws', () => {
  for (const key of [ED, EC]) {
    const good = Buffer.from(sign(key.file), 'base64')
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bad = Buffer.from(good)
        bad.writeUInt8(bad.readUInt8(at) ^ change, at)
        assert.equal(verified(item(key.key, bad.toString('base64'))), false)
        assert.equal(verified(item(key.key, good.subarray(0, at).toString('base64'))), false)
        assert.equal(
          verified(item(key.key, Buffer.concat([good, Buffer.of(change)]).toString('base64'))),
          false,
        )
      }),
      { numRuns: 150 },
    )
  }
})

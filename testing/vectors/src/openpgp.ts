/** Vectors of evidence by OpenPGP keys: packets as GnuPG writes them, and what must be refused. */

import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { concatBytes, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import type { EvidenceItem } from '@cadastre/records'
import { requestMessage } from '@cadastre/signatures'
import { fromHex, testEs256Signer, testSigner } from './shared.ts'

/** Everybody knows this key: RSA, 2048 bits. */
const RSA_SECRET =
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCLqzZLymoHEQNi7E4GlwTVpS/JqU649l2KHXYTd3uge4UH' +
  'Af5rG2KG7vTSQwE1YbPvRreTHAk7BzKn3iJV1IhD8NYXt9y8SDAR8CdD8FE37lmfJTylWMWYexKedVTYFpxlGrEWELPQrn5r' +
  'SDsWFSkdAlLfoeenX9IUuIh3R10ry3Is/dSM59AE93w2u8XluawYc90+jziCxDv+N/zBaeD6jq6YMh/vIJ1tj2GZeKyecgnB' +
  'pWqDfG7eTVhaQ48C54pTVrNZLb44RbEjjewdm4NJIzxvirO5hw54uVkRG15Y8QrvBrruSFWBoRcGAXpJnw1Z9ho1Y9n2Ivk+' +
  'Y9zSyb/jAgMBAAECggEACaFxqgI4E2qp6B1ROAUb0TuFswsYoYpjYs2rQaZggO1je9s4VtxZi+JYQVNbdvnYtWwT5nHtdQOH' +
  'C6o2heKUztKBgLst3lG/9syveHDOuOOXjHC94MzhOyVpYEHI6umMOTCA+3uFWqNdljox0ND+t8BcRI1ect0ZmFItHsRt+UIA' +
  '8TneDh226OymsxLl4dE4i/gaPNHZXj7FmXXBF5zCrORUVvXdeYa/YT9FBWs/b1K1mgd0sxC5DzbrJArdVaJZ0Um8tKEFZ9Lf' +
  'D5JylEtUagl/9KRQNyBLG74L2teza0+hkhlyCw4F+Pww9hgAFiJQQ2kAEayQ4pt4tgbG/gtmWQKBgQDE5NTZbKN4YkqzPtQw' +
  'YXnogs324iz91PXT1UMa6gfiQ6lllTtsKybQavRpN9ZAzIMc3ibrD1D9lAhN8flb7AnUed2Q+yFHcsEyvSB1zLbNVhOnGVae' +
  'H+QostnapMSpq+AHO9T90uRMii4C2iYDKHeCc7qR2jnecPF83B5BkCfVbQKBgQC1mKuK52dZsf7HSNK9TQKBSyxuYZcvoHxU' +
  'i8pOlob4jy8WLi0BLvl3WysvZ+hHTiht1pMiPEoGvE6JpRMdXT4owWwa7O9JkunnO8xXg1+Zt5Vj7h9qUr0c8p4WFKuNXEf4' +
  'qyYskLVh5/mRdt0ZFVlCLUGfqFdwxn194pzKECKojwKBgQCdusd8ylgGd49qGpn3jA8SIb+H2Na8HZ81LPIOHI9mRlfs5ejt' +
  'lYAJlLTpmW6NCIi8VocM5X83NSCV+JOPfP6+9UV3AIc/aoG0+OeJFw8WXa9uvJC0Kc4ogGafjkFxvxvAD8Fn+Uskucl0RXgQ' +
  'LZnXqog6kXysYwRBx0CBu0793QKBgGgaR2zvz12qHoacBsOinCcGs0fsBkG1XNES+j0nKeTgIHw0qHQfO7/isdURWiVWdvLQ' +
  'qbRcn4tQ9C0QRu70fyfaCmE9JsgkwpZev3wDwhBbH/cTkUrgd61aoKnD27zEBDZX1yCBLJod5AIyA/nXNT4st4wRc18hStuZ' +
  'x4xGx7edAoGAaBbnCPp8git2/oxEkJv3agqpHUoYyeu8fcYV1TL23vEqhTaRgqjpN018To7MPhssikTiDTVVUM/rOVQcGjq1' +
  'b0NPX4xxaEktgzWhgUy029RRL2dGCVkWgfxJzzKAYaaiH/XWkmesIlZZTyrF8NRBA0TAy4nYwyK4kkX242jsCnc='
const rsaKey = createPrivateKey({ key: Buffer.from(RSA_SECRET, 'base64'), format: 'der', type: 'pkcs8' })
const { n: RSA_N = '', e: RSA_E = '' } = createPublicKey(rsaKey).export({ format: 'jwk' })
const fromUrl = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'))

const ED = testSigner(21)
const EC = testEs256Signer(31)
/** Algorithms of RFC 9580 section 9.1 by name. */
const ID = { rsa: 1, p256: 19, legacy: 22, ed25519: 27 } as const
type Name = keyof typeof ID
const HASHES = {
  SHA1: [2, 'sha1'],
  SHA256: [8, 'sha256'],
  SHA384: [9, 'sha384'],
  SHA512: [10, 'sha512'],
} as const

/** A multiprecision integer (RFC 9580 section 3.2). */
function mpi(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  const digits = bytes.subarray(start)
  const bits = digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24
  return concatBytes(Uint8Array.of(bits >> 8, bits & 0xff), digits)
}

const head = (id: number): Uint8Array => Uint8Array.of(4, 0x5e, 0x0b, 0xe1, 0, id)
const KEYS: { readonly [name in Name]: Uint8Array } = {
  rsa: concatBytes(head(ID.rsa), mpi(fromUrl(RSA_N)), mpi(fromUrl(RSA_E))),
  p256: concatBytes(head(ID.p256), fromHex('082a8648ce3d030107'), mpi(EC.publicKey)),
  legacy: concatBytes(
    head(ID.legacy),
    fromHex('092b06010401da470f01'),
    mpi(concatBytes(Uint8Array.of(0x40), ED.publicKey)),
  ),
  ed25519: concatBytes(head(ID.ed25519), ED.publicKey),
}

const TIME = fromHex('05025e0be100')
type Wrong = {
  readonly hash?: keyof typeof HASHES
  readonly version?: number
  readonly type?: number
  /** Signed subpackets. */
  readonly hashed?: Uint8Array
  readonly unhashed?: Uint8Array
  readonly left?: Uint8Array
  /** Changes the algorithm's own numbers. */
  readonly numbers?: (usual: Uint8Array) => Uint8Array
  readonly key?: (usual: Uint8Array) => Uint8Array
  readonly message?: Uint8Array
}

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)

function numbersOf(name: Name, hash: string, digest: Uint8Array, whole: Uint8Array): Uint8Array {
  if (name === 'rsa') return mpi(new Uint8Array(sign(hash, whole, rsaKey)))
  if (name === 'ed25519') return ED.sign(digest)
  const pair = name === 'legacy' ? ED.sign(digest) : EC.sign(whole)
  return concatBytes(mpi(pair.subarray(0, 32)), mpi(pair.subarray(32)))
}

/** The evidence item that this key makes of a request, with whatever is to be wrong. */
function openPgpItem(name: Name, request: string, wrong: Wrong = {}): EvidenceItem {
  const [hashId, hash] = HASHES[wrong.hash ?? 'SHA256']
  const area = wrong.hashed ?? TIME
  const start = Uint8Array.of(wrong.version ?? 4, wrong.type ?? 0, ID[name], hashId)
  const covered = concatBytes(start, uint16(area.length), area)
  const trailer = concatBytes(Uint8Array.of(4, 0xff, 0, 0), uint16(covered.length))
  const whole = concatBytes(wrong.message ?? requestMessage(request), covered, trailer)
  const digest = new Uint8Array(createHash(hash).update(whole).digest())
  const unhashed = wrong.unhashed ?? new Uint8Array()
  const numbers = numbersOf(name, hash, digest, whole)
  const sig = concatBytes(
    covered,
    uint16(unhashed.length),
    unhashed,
    wrong.left ?? digest.subarray(0, 2),
    wrong.numbers === undefined ? numbers : wrong.numbers(numbers),
  )
  const key = wrong.key === undefined ? KEYS[name] : wrong.key(KEYS[name])
  return { alg: 'openpgp', key: encodeBase64(key), sig: encodeBase64(sig) }
}

type Made<T> = (name: string, valid: boolean, evidence: readonly object[], text?: string) => T

const put =
  (at: number, value: number) =>
  (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, index) => (index === (at < 0 ? bytes.length + at : at) ? value : byte))
const appended = (bytes: Uint8Array): Uint8Array => concatBytes(bytes, new Uint8Array(1))
/** A leading zero byte, or one bit more than there is, in the first number. */
const zeroBefore = (bytes: Uint8Array): Uint8Array =>
  concatBytes(uint16((((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) + 8), Uint8Array.of(0), bytes.subarray(2))
const withTime = (...more: readonly number[]): Uint8Array => concatBytes(TIME, Uint8Array.from(more))

const SUBPACKETS: readonly (readonly [name: string, valid: boolean, area: Uint8Array])[] = [
  ['none that says when', false, new Uint8Array()],
  ['when, twice', false, concatBytes(TIME, TIME)],
  ['when, critical', true, put(1, 0x82)(TIME)],
  ['when, in three bytes', false, fromHex('0402000000')],
  ['a length in two bytes', true, concatBytes(TIME, fromHex('c0001c'), new Uint8Array(191))],
  ['a length in five bytes', true, withTime(255, 0, 0, 0, 2, 0x1c, 0)],
  ['a length beyond the area', false, withTime(3, 0x1c)],
  ['a length of nothing', false, withTime(0)],
  ['a length cut short', false, withTime(255, 0, 0)],
  ['an issuer, critical', true, withTime(9, 0x90, 1, 2, 3, 4, 5, 6, 7, 8)],
  ['an unknown one', true, withTime(2, 0x7f, 0)],
  ['an unknown one, critical', false, withTime(2, 0xff, 0)],
  ['a notation, critical', false, withTime(9, 0x94, 0, 0, 0, 0, 0, 0, 0, 0)],
  ['an end of the signature', false, withTime(5, 3, 0, 0, 1, 0)],
]

function goodCases<T>(made: Made<T>, request: string): T[] {
  const names = Object.keys(KEYS) as Name[]
  const leading = Array.from({ length: 2000 }, (_, n) => fromHex((0x5e0b_0000 + n).toString(16))).map(
    (time) => openPgpItem('legacy', request, { hashed: concatBytes(fromHex('0502'), time) }),
  )
  // A number with a zero byte before it is shorter by one: both lengths must be read.
  const short = leading.find(({ sig }) => Buffer.from(sig, 'base64').length < 84)
  if (short === undefined) throw new Error('not found by chance')
  return [
    ...names.map((name) => made(`openpgp: ${name}`, true, [openPgpItem(name, request)])),
    ...names.map((name) =>
      made(`openpgp: ${name} with SHA-512`, name !== 'p256', [
        openPgpItem(name, request, { hash: 'SHA512' }),
      ]),
    ),
    made('openpgp: a number that begins with zero', true, [short]),
    made('openpgp: another time in the key, which only the list of keys looks at', true, [
      openPgpItem('legacy', request, { key: put(4, 1) }),
    ]),
  ]
}

function badCases<T>(made: Made<T>, request: string): T[] {
  const wrong = (what: string, name: Name, how: Wrong): T =>
    made(`openpgp: ${name}, ${what}`, false, [openPgpItem(name, request, how)])
  const all = (Object.keys(KEYS) as Name[]).flatMap((name) => [
    wrong('another message', name, { message: encodeUtf8(request) }),
    wrong('of text', name, { type: 1 }),
    wrong('of a certificate', name, { type: 0x10 }),
    wrong('version 3', name, { version: 3 }),
    wrong('version 6', name, { version: 6 }),
    wrong('the two bytes of the hash', name, { left: new Uint8Array(2) }),
    wrong('an unhashed subpacket', name, { unhashed: Uint8Array.of(2, 0x1c, 0) }),
    wrong('a byte after the signature', name, { numbers: appended }),
    wrong('a byte after the key', name, { key: appended }),
    wrong('a bit of the signature', name, { numbers: (bytes) => put(-1, (bytes.at(-1) ?? 0) ^ 1)(bytes) }),
    wrong('a key of version 3', name, { key: put(0, 3) }),
    wrong('a key of version 6', name, { key: put(0, 6) }),
    wrong('a key of DSA', name, { key: put(5, 17) }),
    wrong('SHA-384', name, { hash: 'SHA384' }),
    wrong('SHA-1', name, { hash: 'SHA1' }),
  ])
  return [
    ...all,
    ...(['rsa', 'p256', 'legacy'] as const).map((name) =>
      wrong('a number with a zero before it', name, { numbers: zeroBefore }),
    ),
    wrong('another curve', 'legacy', { key: put(15, 2) }),
    wrong('without the 40', 'legacy', { key: put(18, 0x41) }),
    wrong('another curve', 'p256', { key: put(14, 6) }),
    wrong('an even exponent', 'rsa', { key: put(-1, 2) }),
    made('openpgp: the key of another', false, [
      { ...openPgpItem('legacy', request), key: openPgpItem('rsa', request).key },
    ]),
    made('openpgp: the same key as another algorithm', false, [
      { ...openPgpItem('legacy', request), key: openPgpItem('ed25519', request).key },
    ]),
    made('openpgp: called by another algorithm', false, [
      { ...openPgpItem('legacy', request), alg: 'ed25519' },
    ]),
  ]
}

export function openPgpCases<T>(made: Made<T>, request: string): readonly T[] {
  return [
    ...goodCases(made, request),
    ...SUBPACKETS.map(([name, valid, hashed]) =>
      made(`openpgp: subpackets, ${name}`, valid, [openPgpItem('legacy', request, { hashed })]),
    ),
    ...badCases(made, request),
  ]
}

/** Vectors of signatures: Ed25519 with its edges, ECDSA, and evidence of requests. */

import { concatBytes, encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { canonicalJson, type EvidenceItem, type Json, type JsonObject } from '@cadastre/records'
import { requestMessage, signRequest } from '@cadastre/signatures'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { type Case, fromHex, hex, ORIGIN, testEs256Signer, testSigner } from './shared.ts'

/** All in hexadecimal. */
export type SignatureCase = Case & {
  readonly key: string
  readonly message: string
  readonly signature: string
}

const { Point } = ed25519
const ORDER = Point.Fn.ORDER
const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes.toReversed())}`)
const scalarBytes = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0')).reverse()

/** The eight points of small order as RFC 8032 encodes them, then the other encodings that libraries decode to one. */
const SMALL_ORDER: Readonly<Record<string, string>> = {
  'order 1': `01${'00'.repeat(31)}`,
  'order 2': `ec${'ff'.repeat(30)}7f`,
  'order 4': '00'.repeat(32),
  'order 4, sign set': `${'00'.repeat(31)}80`,
  'order 8': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'order 8, sign set': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'order 8, the other': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'order 8, the other, sign set': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'order 1, sign set': `01${'00'.repeat(30)}80`,
  'order 2, sign set': `ec${'ff'.repeat(31)}`,
  'order 4 as p': `ed${'ff'.repeat(30)}7f`,
  'order 4 as p, sign set': `ed${'ff'.repeat(31)}`,
  'order 1 as p + 1': `ee${'ff'.repeat(30)}7f`,
  'order 1 as p + 1, sign set': `ee${'ff'.repeat(31)}`,
}
const TORSION = fromHex(SMALL_ORDER['order 8'] ?? '')
const SECRET = 123_456_789n

/** aB + torsion. */
function tweakedKey(torsion: Uint8Array): Uint8Array {
  return Point.BASE.multiplyUnsafe(SECRET).add(Point.fromBytes(torsion, true)).toBytes()
}

/** R = rB + torsion, and s for the part of the key that is of prime order, plus so many times the group's order. */
function tweaked(
  key: Uint8Array,
  torsion: Uint8Array,
  message: Uint8Array,
  r: bigint,
  addOrder = 0n,
): Uint8Array {
  const rBytes = Point.BASE.multiplyUnsafe(r).add(Point.fromBytes(torsion, true)).toBytes()
  const k = littleEndian(sha512(concatBytes(rBytes, key, message))) % ORDER
  return concatBytes(rBytes, scalarBytes(((r + k * SECRET) % ORDER) + addOrder * ORDER))
}

const IDENTITY = fromHex(SMALL_ORDER['order 1'] ?? '')

/** RFC 8032 section 7.1, tests 1 to 3: key, message, signature. */
const RFC8032 = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const

/** A message for which k of the signature is divisible by 8 (or is not), so that torsion of the key vanishes (or not). */
function messageWhere(
  divisible: boolean,
  key: Uint8Array,
): { readonly message: Uint8Array; readonly signature: Uint8Array } {
  for (let n = 0; ; n++) {
    const message = encodeUtf8(`message ${n}`)
    const signature = tweaked(key, IDENTITY, message, 987_654_321n)
    const k = littleEndian(sha512(concatBytes(signature.subarray(0, 32), key, message))) % ORDER
    if ((k % 8n === 0n) === divisible) return { message, signature }
  }
}

export function ed25519Cases(): readonly SignatureCase[] {
  const message = encodeUtf8('a message')
  const signer = testSigner(21)
  const good = signer.sign(message)
  const made = (
    name: string,
    valid: boolean,
    key: Uint8Array,
    text: Uint8Array,
    signature: Uint8Array,
  ): SignatureCase => ({
    name,
    valid,
    key: hex(key),
    message: hex(text),
    signature: hex(signature),
  })
  const plainKey = Point.BASE.multiplyUnsafe(SECRET).toBytes()
  const torsioned = tweakedKey(TORSION)
  const vanishing = messageWhere(true, torsioned)
  const staying = messageWhere(false, torsioned)
  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
  const zeroS = new Uint8Array(32)
  return [
    ...RFC8032.map(([key, text, signature], n) => ({
      name: `RFC 8032 test ${n + 1}`,
      valid: true,
      key,
      message: text,
      signature,
    })),
    made('usual', true, signer.publicKey, message, good),
    made('s of the prime-order key', true, plainKey, message, tweaked(plainKey, IDENTITY, message, 5n)),
    made('a key with torsion that vanishes in kA', true, torsioned, vanishing.message, vanishing.signature),
    made(
      'a key with torsion that stays: only the cofactored equation holds',
      false,
      torsioned,
      staying.message,
      staying.signature,
    ),
    made(
      'R with torsion: only the cofactored equation holds',
      false,
      plainKey,
      message,
      tweaked(plainKey, TORSION, message, 5n),
    ),
    made('s + L', false, plainKey, message, tweaked(plainKey, IDENTITY, message, 5n, 1n)),
    made('another message', false, signer.publicKey, encodeUtf8('b message'), good),
    made('a bit of R', false, signer.publicKey, message, flip(good, 3)),
    made('a bit of s', false, signer.publicKey, message, flip(good, 40)),
    made('another key', false, testSigner(22).publicKey, message, good),
    made('a signature too short', false, signer.publicKey, message, good.subarray(1)),
    made('a signature too long', false, signer.publicKey, message, concatBytes(good, zeroS.subarray(31))),
    made('a key too short', false, signer.publicKey.subarray(1), message, good),
    made('a key off the curve', false, fromHex(`02${'00'.repeat(31)}`), message, good),
    ...Object.entries(SMALL_ORDER).map(([name, key]) =>
      made(
        `key of ${name}, R the identity, s = 0`,
        false,
        fromHex(key),
        message,
        concatBytes(IDENTITY, zeroS),
      ),
    ),
    ...Object.entries(SMALL_ORDER).map(([name, r]) =>
      made(`R of ${name}`, false, plainKey, message, signatureWithR(plainKey, fromHex(r), message)),
    ),
  ]
}

/** s = k·a, which satisfies the equation up to R's torsion; exactly for the identity. */
function signatureWithR(key: Uint8Array, r: Uint8Array, message: Uint8Array): Uint8Array {
  const k = littleEndian(sha512(concatBytes(r, key, message))) % ORDER
  return concatBytes(r, scalarBytes((k * SECRET) % ORDER))
}

const P256_ORDER = p256.Point.Fn.ORDER
const bigEndian = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`)
const wide = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'))

/** The same signature with n - s: as good as the other. */
function otherS(signature: Uint8Array): Uint8Array {
  return concatBytes(signature.subarray(0, 32), wide(P256_ORDER - bigEndian(signature.subarray(32))))
}

export function es256Cases(): readonly SignatureCase[] {
  const message = encodeUtf8('a message')
  const signer = testEs256Signer(31)
  const good = signer.sign(message)
  const compressed = p256.getPublicKey(new Uint8Array(32).fill(31), true)
  const made = (
    name: string,
    valid: boolean,
    change: Partial<Record<'key' | 'message' | 'signature', Uint8Array>>,
  ): SignatureCase => {
    const whole = { key: signer.publicKey, message, signature: good, ...change }
    return { name, valid, key: hex(whole.key), message: hex(whole.message), signature: hex(whole.signature) }
  }
  const first = (byte: number): Uint8Array => Uint8Array.from([byte, ...signer.publicKey.subarray(1)])
  return [
    made('usual', true, {}),
    made('the key compressed', true, { key: compressed }),
    made('s replaced by n - s', true, { signature: otherS(good) }),
    made('another message', false, { message: encodeUtf8('b message') }),
    made('a bit of r', false, { signature: good.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) }),
    made('s = 0', false, { signature: concatBytes(good.subarray(0, 32), new Uint8Array(32)) }),
    made('r = 0', false, { signature: concatBytes(new Uint8Array(32), good.subarray(32)) }),
    made('s = n', false, { signature: concatBytes(good.subarray(0, 32), wide(P256_ORDER)) }),
    made('too short', false, { signature: good.subarray(1) }),
    made('DER', false, { signature: der(good) }),
    made('another key', false, { key: testEs256Signer(32).publicKey }),
    made('hybrid form of the key', false, { key: first(((signer.publicKey[64] ?? 0) & 1) === 0 ? 6 : 7) }),
    made('the key without its first byte', false, { key: signer.publicKey.subarray(1) }),
    made('a key off the curve', false, {
      key: signer.publicKey.map((byte, i) => (i === 64 ? byte ^ 1 : byte)),
    }),
    made('the point at infinity', false, { key: new Uint8Array(1) }),
  ]
}

/** ECDSA-Sig-Value in DER. */
function der(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): number[] => {
    let start = 0
    while (start < 31 && bytes[start] === 0) start++
    const digits = [...bytes.subarray(start)]
    return (digits[0] ?? 0) >= 0x80
      ? [0x02, digits.length + 1, 0, ...digits]
      : [0x02, digits.length, ...digits]
  }
  const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))]
  return Uint8Array.from([0x30, body.length, ...body])
}

export type RelyingParty = { readonly id: string; readonly origins: readonly string[] }
const PARTY: RelyingParty = {
  id: 'sign.registry.example',
  origins: ['https://sign.registry.example', 'https://registry.example'],
}

export type EvidenceCase = Case & {
  /** Canonical text of the request. */
  readonly request: string
  readonly evidence: Json
  readonly relyingParty: RelyingParty | null
}

function requestText(body: JsonObject): string {
  return canonicalJson({
    v: 1,
    origin: ORIGIN,
    procedure: 'update-holder/1',
    body,
    replaces: [],
    expires: '2030-01-01T00:00:00Z',
    nonce: encodeBase64(new Uint8Array(16).fill(3)),
  })
}

type Wrong = {
  readonly rpId?: string
  readonly flags?: number
  readonly clientData?: (usual: Record<string, unknown>) => string
  readonly der?: (der: Uint8Array) => Uint8Array
  readonly cut?: boolean
}

const PASSKEY: Signer = testEs256Signer(33)

/** What an authenticator answers when asked to sign, with whatever is to be wrong. */
export function assertion(request: string, party: RelyingParty, wrong: Wrong = {}): EvidenceItem {
  const rpIdHash = nodeCrypto.sha256(encodeUtf8(wrong.rpId ?? party.id))
  const whole = Uint8Array.from([...rpIdHash, wrong.flags ?? 0x05, 0, 0, 0, 9])
  const authenticatorData = wrong.cut === true ? whole.subarray(0, 36) : whole
  const challenge = Buffer.from(nodeCrypto.sha256(requestMessage(request))).toString('base64url')
  const usual = { type: 'webauthn.get', challenge, origin: party.origins[0], crossOrigin: false }
  const clientData = encodeUtf8(
    wrong.clientData === undefined ? JSON.stringify(usual) : wrong.clientData(usual),
  )
  const signature = der(PASSKEY.sign(concatBytes(authenticatorData, nodeCrypto.sha256(clientData))))
  return {
    alg: 'webauthn',
    key: encodeBase64(PASSKEY.publicKey),
    sig: encodeBase64(wrong.der === undefined ? signature : wrong.der(signature)),
    authenticatorData: encodeBase64(authenticatorData),
    clientDataJSON: encodeBase64(clientData),
  }
}

export const PASSKEY_PUBLIC: Uint8Array = PASSKEY.publicKey

/** r with one more zero byte before it than DER would write. */
function padded(signature: Uint8Array): Uint8Array {
  const rLength = signature[3] ?? 0
  const r = signature.subarray(4, 4 + rLength)
  const rest = signature.subarray(4 + rLength)
  return Uint8Array.from([0x30, (signature[1] ?? 0) + 1, 0x02, rLength + 1, 0, ...r, ...rest])
}

/** r without the zero byte that makes it positive in DER; as it is where it has none. */
function unpadded(signature: Uint8Array): Uint8Array {
  if (signature[4] !== 0) return signature
  const rLength = signature[3] ?? 0
  return Uint8Array.from([0x30, (signature[1] ?? 0) - 1, 0x02, rLength - 1, ...signature.subarray(5)])
}

function webauthnCases(): EvidenceCase[] {
  const body = (n: number): JsonObject => ({ change: 'confirm', holder: `H-${n}` })
  const request = requestText(body(7))
  // Requests whose r needs the zero byte, and does not.
  const high = Array.from({ length: 64 }, (_, n) => requestText(body(n))).find(
    (text) => Buffer.from(assertion(text, PARTY).sig, 'base64')[4] === 0,
  )
  const low = Array.from({ length: 64 }, (_, n) => requestText(body(n))).find(
    (text) => Buffer.from(assertion(text, PARTY).sig, 'base64')[4] !== 0,
  )
  if (high === undefined || low === undefined) throw new Error('not found by chance')
  const made = (
    name: string,
    valid: boolean,
    wrong: Wrong,
    more: Partial<EvidenceCase> = {},
  ): EvidenceCase => {
    const text = more.request ?? request
    return {
      name: `webauthn: ${name}`,
      valid,
      request: text,
      evidence: [assertion(text, PARTY, wrong)],
      relyingParty: PARTY,
      ...more,
    }
  }
  const json = (change: Record<string, unknown>) => (usual: Record<string, unknown>) =>
    JSON.stringify({ ...usual, ...change })
  return [
    made('usual', true, {}),
    made('the other origin', true, { clientData: json({ origin: PARTY.origins[1] }) }),
    made('user present, not verified', true, { flags: 0x01 }),
    made('spaces, and members of another kind', true, {
      clientData: (usual) => `  ${JSON.stringify({ ...usual, more: [1.5, { a: null }] }, null, 2)}\n`,
    }),
    made('of a member named twice the last counts', true, {
      clientData: (usual) => JSON.stringify(usual).replace('{', '{"origin":"https://else.example",'),
    }),
    made('r as DER has it, with a zero byte', true, {}, { request: high }),
    made('r without its zero byte is read as unsigned', true, { der: unpadded }, { request: high }),
    made('r with a needless zero byte', true, { der: padded }, { request: low }),
    made('r with a second zero byte', false, { der: padded }, { request: high }),
    made('another relying party', false, { rpId: 'else.example' }),
    made('another origin', false, { clientData: json({ origin: 'https://else.example' }) }),
    made('an origin that begins with an allowed one', false, {
      clientData: json({ origin: 'https://registry.example.else.example' }),
    }),
    made('of a member named twice the last counts: another origin', false, {
      clientData: (usual) => JSON.stringify(usual).replace(/}$/, ',"origin":"https://else.example"}'),
    }),
    made('another type', false, { clientData: json({ type: 'webauthn.create' }) }),
    made('another challenge', false, { clientData: json({ challenge: 'AAAA' }) }),
    made('the challenge padded', false, {
      clientData: (usual) => JSON.stringify({ ...usual, challenge: `${usual['challenge']}=` }),
    }),
    made('no challenge', false, { clientData: json({ challenge: undefined }) }),
    made('client data that is no object', false, { clientData: () => '"webauthn.get"' }),
    made('client data that is no JSON', false, { clientData: (usual) => `${JSON.stringify(usual)}x` }),
    made('client data with a byte order mark', false, {
      clientData: (usual) => `\ufeff${JSON.stringify(usual)}`,
    }),
    made('user not present', false, { flags: 0x04 }),
    made('authenticator data cut off', false, { cut: true }),
    made('bytes after the DER', false, { der: (sig) => concatBytes(sig, new Uint8Array(1)) }),
    made('DER of another length', false, { der: (sig) => sig.map((byte, i) => (i === 1 ? byte + 1 : byte)) }),
    made('r ‖ s instead of DER', false, { der: () => PASSKEY.sign(encodeUtf8('anything')) }),
    made('no relying party', false, {}, { relyingParty: null }),
    made(
      'over another request',
      false,
      {},
      { evidence: [assertion(requestText(body(8)), PARTY)] as readonly Json[] },
    ),
  ]
}

export function evidenceCases(): readonly EvidenceCase[] {
  const request = requestText({ change: 'confirm', holder: 'größe 😀' })
  const one = testSigner(21)
  const ec = testEs256Signer(31)
  const [a, b] = [signRequest(request, one), signRequest(request, ec)]
  const other = signRequest(requestText({}), testSigner(22))
  const made = (
    name: string,
    valid: boolean,
    evidence: readonly object[] | Json,
    text = request,
  ): EvidenceCase => ({
    name,
    valid,
    request: text,
    evidence: evidence as Json,
    relyingParty: PARTY,
  })
  const raw = { ...a, sig: encodeBase64(one.sign(encodeUtf8(request))) }
  const pae = (text: string): Json => ({ ...a, sig: encodeBase64(one.sign(encodeUtf8(text))) })
  const type = 'application/vnd.cadastre.request+json'
  const bytes = encodeUtf8(request).length
  return [
    made('Ed25519', true, [a]),
    made('ES256', true, [b]),
    made('both', true, [a, b]),
    made('ES256 with n - s', true, [
      { ...b, sig: encodeBase64(otherS(new Uint8Array(Buffer.from(b.sig, 'base64')))) },
    ]),
    made(
      '32 keys',
      true,
      Array.from({ length: 32 }, (_, n) => signRequest(request, testSigner(40 + n))),
    ),
    made(
      '33 keys',
      false,
      Array.from({ length: 33 }, (_, n) => signRequest(request, testSigner(40 + n))),
    ),
    made('none', false, []),
    made('no list', false, { ...a }),
    made('a key twice', false, [a, a]),
    made('one of two over another request', false, [a, other]),
    made('another request', false, [a], requestText({})),
    made('the text itself signed', false, [raw]),
    made('length in characters instead of bytes', false, [
      pae(`DSSEv1 ${type.length} ${type} ${request.length} ${request}`),
    ]),
    made('another payload type', false, [pae(`DSSEv1 16 application/json ${bytes} ${request}`)]),
    made('the key of another', false, [{ ...a, key: other.key }]),
    made('called by another algorithm', false, [{ ...a, alg: 'es256' }]),
    made('an unknown algorithm', false, [{ ...a, alg: 'rsa' }]),
    made('a member too many', false, [{ ...a, note: '' }]),
    made('members of WebAuthn on another key', false, [{ ...a, authenticatorData: '', clientDataJSON: '' }]),
    made('no signature', false, [{ alg: a.alg, key: a.key }]),
    made('unused bits of base64 set', false, [
      { ...a, sig: a.sig.replace(/.==$/, (end) => `${end === 'A==' ? 'B' : 'C'}==`) },
    ]),
    made('a key of small order', false, [
      {
        alg: 'ed25519',
        key: encodeBase64(IDENTITY),
        sig: encodeBase64(concatBytes(IDENTITY, new Uint8Array(32))),
      },
    ]),
    ...webauthnCases(),
  ]
}

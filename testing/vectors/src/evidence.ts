/** Vectors of evidence: what makes the signatures on a request valid, WebAuthn's assertions among them. */

import { concatBytes, encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  type KeyType,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import {
  canonicalJson,
  type EvidenceItem,
  formatFeeNote,
  type Instant,
  type Json,
  type JsonObject,
  parseInstant,
} from '@cadastre/records'
import { feeNoteItem, requestMessage, signRequest } from '@cadastre/signatures'
import { openPgpCases } from './openpgp.ts'
import { type Case, ORIGIN, testEs256Signer, testSigner } from './shared.ts'
import { der, IDENTITY, otherS } from './signatures.ts'

export type RelyingParty = { readonly id: string; readonly origins: readonly string[] }
const PARTY: RelyingParty = {
  id: 'sign.registry.example',
  origins: ['https://sign.registry.example', 'https://registry.example'],
}

const AT: Instant = instantOf('2030-01-01T00:00:00Z')
function instantOf(text: string): Instant {
  const instant = parseInstant(text)
  if (instant === null) throw new TypeError(text)
  return instant
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

const body = (n: number): JsonObject => ({ change: 'confirm', holder: `H-${n}` })
const USUAL = requestText(body(7))

/** The first of some requests whose r needs a zero byte before it in DER, or does not. */
function requestWhose(needsZero: boolean): string {
  const found = Array.from({ length: 64 }, (_, n) => requestText(body(n))).find(
    (text) => (Buffer.from(assertion(text, PARTY).sig, 'base64')[4] === 0) === needsZero,
  )
  if (found === undefined) throw new Error('not found by chance')
  return found
}

function assertionCase(
  name: string,
  valid: boolean,
  wrong: Wrong,
  more: Partial<EvidenceCase> = {},
): EvidenceCase {
  const text = more.request ?? USUAL
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

function goodAssertions(): EvidenceCase[] {
  const [high, low] = [requestWhose(true), requestWhose(false)]
  return [
    assertionCase('usual', true, {}),
    assertionCase('the other origin', true, { clientData: json({ origin: PARTY.origins[1] }) }),
    assertionCase('user present, not verified', true, { flags: 0x01 }),
    assertionCase('spaces, and members of another kind', true, {
      clientData: (usual) => `  ${JSON.stringify({ ...usual, more: [1.5, { a: null }] }, null, 2)}\n`,
    }),
    assertionCase('of a member named twice the last counts', true, {
      clientData: (usual) => JSON.stringify(usual).replace('{', '{"origin":"https://else.example",'),
    }),
    assertionCase('r as DER has it, with a zero byte', true, {}, { request: high }),
    assertionCase('r without its zero byte is read as unsigned', true, { der: unpadded }, { request: high }),
    assertionCase('r with a needless zero byte', true, { der: padded }, { request: low }),
  ]
}

function badAssertions(): EvidenceCase[] {
  const high = requestWhose(true)
  return [
    assertionCase('r with a second zero byte', false, { der: padded }, { request: high }),
    assertionCase('another relying party', false, { rpId: 'else.example' }),
    assertionCase('another origin', false, { clientData: json({ origin: 'https://else.example' }) }),
    assertionCase('an origin that begins with an allowed one', false, {
      clientData: json({ origin: 'https://registry.example.else.example' }),
    }),
    assertionCase('of a member named twice the last counts: another origin', false, {
      clientData: (usual) => JSON.stringify(usual).replace(/}$/, ',"origin":"https://else.example"}'),
    }),
    assertionCase('another type', false, { clientData: json({ type: 'webauthn.create' }) }),
    assertionCase('another challenge', false, { clientData: json({ challenge: 'AAAA' }) }),
    assertionCase('the challenge padded', false, {
      clientData: (usual) => JSON.stringify({ ...usual, challenge: `${usual['challenge']}=` }),
    }),
    assertionCase('no challenge', false, { clientData: json({ challenge: undefined }) }),
    assertionCase('client data that is no object', false, { clientData: () => '"webauthn.get"' }),
    assertionCase('client data that is no JSON', false, {
      clientData: (usual) => `${JSON.stringify(usual)}x`,
    }),
    assertionCase('client data with a byte order mark', false, {
      clientData: (usual) => `\ufeff${JSON.stringify(usual)}`,
    }),
    assertionCase('user not present', false, { flags: 0x04 }),
    assertionCase('authenticator data cut off', false, { cut: true }),
    assertionCase('bytes after the DER', false, { der: (sig) => concatBytes(sig, new Uint8Array(1)) }),
    assertionCase('DER of another length', false, {
      der: (sig) => sig.map((byte, i) => (i === 1 ? byte + 1 : byte)),
    }),
    assertionCase('r ‖ s instead of DER', false, { der: () => PASSKEY.sign(encodeUtf8('anything')) }),
    assertionCase('no relying party', false, {}, { relyingParty: null }),
    assertionCase(
      'over another request',
      false,
      {},
      { evidence: [assertion(requestText(body(8)), PARTY)] as readonly Json[] },
    ),
  ]
}

/** Notes of the fees' key: good ones, and what makes the evidence invalid. */
function feeCases(
  made: (name: string, valid: boolean, evidence: readonly object[]) => EvidenceCase,
): EvidenceCase[] {
  const name = `${ORIGIN}/fees`
  const [key, other] = [testSigner(41), testSigner(42)]
  const vkey = (of: Signer, type: KeyType = KEY_TYPE_ED25519, as = name): string =>
    formatVkey(makeVkey(nodeCrypto, as, type, of.publicKey))
  const paid = formatFeeNote({
    origin: ORIGIN,
    holder: 'H-7',
    act: 'allocate',
    request: encodeBase64(new Uint8Array(32).fill(1)),
    refusal: null,
    at: AT,
  })
  const refused = paid.replace('fee/v1', 'fee-refusal/v1').replace(AT, `taken-back\n${AT}`)
  const signed = (text: string): string => signNote(text, [noteSigner(nodeCrypto, name, key)])
  const staff = 'obj/staff/CASHIER'
  const good = feeNoteItem(vkey(key), staff, signed(paid))
  const text = (changed: string): object[] => [feeNoteItem(vkey(key), staff, signed(changed))]
  return [
    made('a fee was paid', true, [good]),
    made('a fee was refused', true, text(refused)),
    made('a fee note of an unknown header', false, text(paid.replace('/v1', '/v2'))),
    made('a fee note of another act', false, text(paid.replace('allocate', 'transfer'))),
    made('a fee note with a line more', false, text(`${paid}more\n`)),
    made('a fee note with a line less', false, text(refused.replace('taken-back\n', ''))),
    made('a fee note with a reason of its own', false, text(refused.replace('taken-back', 'disliked'))),
    made('a fee note of a handle in lower case', false, text(paid.replace('H-7', 'h-7'))),
    made('a fee note that was altered', false, [{ ...good, sig: good.sig.replace('H-7', 'H-8') }]),
    made('a fee note by another key', false, [{ ...good, key: vkey(other) }]),
    made('a fee note by a key of another name', false, [
      { ...good, key: vkey(key, KEY_TYPE_ED25519, ORIGIN) },
    ]),
    made('a fee note by a cosigner', false, [{ ...good, key: vkey(key, KEY_TYPE_COSIGNATURE) }]),
    made('a fee note of no member of staff', false, [{ ...good, subject: 'obj/holder/H-7' }]),
    made('two fee notes of one key', false, [good, ...text(refused)]),
  ]
}

function assertionCases(): readonly EvidenceCase[] {
  return [...goodAssertions(), ...badAssertions()]
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
    ...feeCases(made),
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
    ...openPgpCases(made, request),
    ...assertionCases(),
  ]
}

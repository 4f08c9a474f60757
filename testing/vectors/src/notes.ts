/** Vectors of signed texts: verifier keys, notes, checkpoints, cosignatures, receipts. */

import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  cosign,
  FIRST_PREVIOUS,
  formatReceipt,
  formatSignatureLine,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  receiptHash,
  signNote,
} from '@cadastre/notes'
import { instantFromSeconds } from '@cadastre/records'
import {
  type Case,
  type Input,
  input,
  LOG_SIGNER,
  LOG_VKEY,
  NOW,
  ORIGIN,
  RECEIPT_NAME,
  RECEIPT_SIGNER,
  RECEIPT_VKEY,
  STRANGER,
  sha256Base64,
  testSigner,
  texts,
  vkeyText,
  WITNESSES,
} from './shared.ts'

/** The example of C2SP signed-note, whose text has an empty line of its own; its key is not published there. */
const SPEC_EXAMPLE = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`
/** The example of Go's x/mod/sumdb/note, with its key. */
const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

const raw = (name: string, id: string, bytes: readonly number[], key: Uint8Array): string =>
  `${name}+${id}+${encodeBase64(Uint8Array.from([...bytes, ...key]))}`

export function vkeyCases(): readonly (Case & Input)[] {
  const key = LOG_SIGNER.publicKey
  const [name, id = '', base64] = LOG_VKEY.split('+')
  return [
    ...texts(true, {
      'a log': LOG_VKEY,
      'a witness': vkeyText('witness.example', KEY_TYPE_COSIGNATURE, LOG_SIGNER),
      'capital hexadecimal digits': `${name}+${id.toUpperCase()}+${base64}`,
      'a name of other letters': vkeyText('größe.example', KEY_TYPE_ED25519, LOG_SIGNER),
      "Go's example": GO_KEY,
    }),
    ...texts(false, {
      nothing: '',
      'no name': LOG_VKEY.slice(ORIGIN.length),
      'a space in the name': raw('a b', '00000000', [1], key),
      'a no-break space in the name': raw('a\u00a0b', '00000000', [1], key),
      'an id of another name': LOG_VKEY.replace('registry', 'another'),
      'an id of another type': raw(ORIGIN, id, [4], key),
      'seven digits': `${name}+${id.slice(1)}+${base64}`,
      'a key too short': raw(ORIGIN, id, [1], key.subarray(1)),
      'a key too long': raw(ORIGIN, id, [1, 0], key),
      'no padding needed, unused bits set': `${name}+${id}+${base64?.slice(0, -1)}B`,
      'type 0x02': raw(ORIGIN, id, [2], key),
      'type 0x06': raw(ORIGIN, id, [6], key),
      'newline at the end': `${LOG_VKEY}\n`,
      'a plus too many': LOG_VKEY.replace('registry', 'regi+stry'),
    }),
  ]
}

export type NoteCase = Case & Input & { readonly keys: readonly string[]; readonly signedText?: string }

const sign = noteSigner(nodeCrypto, ORIGIN, LOG_SIGNER)
const spoiled = { ...sign, sign: (): Uint8Array => new Uint8Array(64).fill(1) }
const lineOf = (name: string, signer: Signer, text: string): string => {
  const by = noteSigner(nodeCrypto, name, signer)
  return formatSignatureLine(name, by.id, by.sign(encodeUtf8(text)))
}

/** Notes opened with keys of type 0x01. */
export function noteCases(): readonly NoteCase[] {
  const text = 'one line\n'
  const line = lineOf(ORIGIN, LOG_SIGNER, text)
  const good = `${text}\n${line}`
  const strangers = Array.from({ length: 99 }, (_, n) => lineOf(`k${n}.example`, STRANGER, text))
  const namesake = lineOf(ORIGIN, STRANGER, text)
  const sameId = formatSignatureLine('other.example', sign.id, new Uint8Array(64))
  const made = (valid: boolean, given: Record<string, string | Uint8Array>): NoteCase[] =>
    Object.entries(given).map(([name, note]) => ({ name, valid, ...input(note), keys: [LOG_VKEY] }))
  const empties = 'a\n\n\nb\n\n'
  return [
    { name: "Go's example", valid: true, text: GO_NOTE, keys: [GO_KEY] },
    { name: "signed-note's example, its key unknown", valid: false, text: SPEC_EXAMPLE, keys: [LOG_VKEY] },
    { name: 'no keys known', valid: false, text: good, keys: [] },
    ...made(true, {
      'one signature': good,
      'empty lines in the text': signNote(empties, [sign]),
      'a text that looks like a signature': signNote(`— ${ORIGIN} AAAA\n`, [sign]),
      'an empty text': signNote('\n', [sign]),
      'U+007F and U+0085 in the text': signNote('a\u007fb\u0085\n', [sign]),
      'unknown keys beside it': `${text}\n${namesake}${sameId}${line}`,
      'signed twice by the same key': `${good}${line}`,
      '100 signatures': `${text}\n${strangers.join('')}${line}`,
      'a signature of one byte of an unknown key': `${good}— x.example AAAAAAA=\n`,
    }),
    ...made(false, {
      nothing: '',
      'no signatures': text,
      'no signatures after the empty line': `${text}\n`,
      'no empty line': `${text}${line}`,
      'unknown keys only': `${text}\n${namesake}${sameId}`,
      'another text': good.replace('one', 'two'),
      'a bad signature of the known key': signNote(text, [spoiled]),
      'a bad one after a good one': signNote(text, [sign, spoiled]),
      'a bad one before a good one': signNote(text, [spoiled, sign]),
      'too short a signature of the known key': `${text}\n${formatSignatureLine(ORIGIN, sign.id, new Uint8Array(63))}`,
      '101 signatures': `${text}\n${strangers.join('')}${line}${line}`,
      'no newline at the end': good.slice(0, -1),
      'text after the signatures': `${good}x`,
      'an empty line after the signatures': `${good}\n`,
      'hyphen instead of the dash': good.replace('—', '-'),
      'shorter dash': good.replace('—', '–'),
      'two spaces after the dash': good.replace('— ', '—  '),
      'plus in a name': `${good}— a+b AAAAAAA=\n`,
      'no-break space in a name': `${good}— a\u00a0b AAAAAAA=\n`,
      'next line (U+0085) in a name': `${good}— a\u0085b AAAAAAA=\n`,
      'no name': `${good}—  AAAAAAA=\n`,
      'four bytes of signature': `${good}— x.example AAAAAA==\n`,
      'unused bits of base64 set': `${good}— x.example AAAAAAB=\n`,
      'tab in the text': `te\txt\n\n${line}`,
      'carriage return': good.replace('\n', '\r\n'),
      'zero byte': `te\0xt\n\n${line}`,
      'no UTF-8': Uint8Array.from([0xff, ...encodeUtf8(good)]),
    }),
  ]
}

export type CheckpointCase = Case & Input & { readonly size?: number; readonly root?: string }

/** Texts of checkpoints, signatures taken off. */
export function checkpointCases(): readonly CheckpointCase[] {
  const root = sha256Base64(encodeUtf8('root'))
  const of = (size: string | number, hash: string = root): string => `${ORIGIN}\n${size}\n${hash}\n`
  const good: CheckpointCase[] = [
    { name: 'usual', valid: true, text: of(7), size: 7, root },
    {
      name: 'the empty tree',
      valid: true,
      text: of(0, sha256Base64(new Uint8Array(0))),
      size: 0,
      root: sha256Base64(new Uint8Array(0)),
    },
    {
      name: 'the largest',
      valid: true,
      text: of(Number.MAX_SAFE_INTEGER),
      size: Number.MAX_SAFE_INTEGER,
      root,
    },
    { name: 'lines of others', valid: true, text: `${of(7)}anything\n`, size: 7, root },
    { name: 'an origin with spaces', valid: true, text: `go.sum database tree\n7\n${root}\n`, size: 7, root },
  ]
  return [
    ...good,
    ...texts(false, {
      nothing: '',
      'two lines': `${ORIGIN}\n7\n`,
      'no newline at the end': of(7).slice(0, -1),
      'leading zero': of('07'),
      plus: of('+7'),
      'too large': of('9007199254740992'),
      'a hash too short': of(7, 'AAAA'),
      'a hash without padding': of(7, root.slice(0, -1)),
      'no origin': `\n7\n${root}\n`,
      'an empty line further down': `${of(7)}\n`,
      'a space after the size': of('7 '),
    }),
  ]
}

export type CosignatureCase = Case & {
  readonly note: string
  readonly vkey: string
  readonly time: number | null
}

/** A checkpoint opened with one witness's key. */
export function cosignatureCases(): readonly CosignatureCase[] {
  const text = `${ORIGIN}\n7\n${sha256Base64(encodeUtf8('root'))}\n`
  const [witness] = WITNESSES
  if (witness === undefined) throw new Error('no witness')
  const { vkeyName, signer } = witness
  const vkey = vkeyText(vkeyName, KEY_TYPE_COSIGNATURE, signer)
  const { id } = makeVkey(nodeCrypto, vkeyName, KEY_TYPE_COSIGNATURE, signer.publicKey)
  const at = (time: number): string => `${text}\n${cosign(nodeCrypto, vkeyName, signer, text, time)}`
  const bytes = (timeBytes: readonly number[], message: string): string => {
    const signature = signer.sign(encodeUtf8(message))
    return `${text}\n${formatSignatureLine(vkeyName, id, Uint8Array.from([...timeBytes, ...signature]))}`
  }
  const zeros = [0, 0, 0, 0, 0, 0]
  const made = (name: string, time: number | null, note: string): CosignatureCase => ({
    name,
    valid: time !== null,
    note,
    vkey,
    time,
  })
  const body = (time: string): string => `cosignature/v1\ntime ${time}\n${text}`
  return [
    made('usual', NOW, at(NOW)),
    made('time 0', 0, at(0)),
    made('the largest time', Number.MAX_SAFE_INTEGER, at(Number.MAX_SAFE_INTEGER)),
    made('a time above 2^53 - 1', null, bytes([0, 0x20, 0, 0, 0, 0, 0, 0], body('9007199254740992'))),
    made('another time than signed', null, bytes([...zeros, 0, 8], body('7'))),
    made('the text alone signed', null, bytes([...zeros, 0, 7], text)),
    made('another header', null, bytes([...zeros, 0, 7], body('7').replace('v1', 'v2'))),
    made('no time in it', null, bytes([], body('7'))),
    made('another text', null, at(NOW).replace('\n7\n', '\n8\n')),
    made(
      'of another witness by name',
      null,
      `${text}\n${cosign(nodeCrypto, 'other.example', signer, text, NOW)}`,
    ),
    made('type 0x01 of the same key', null, signNote(text, [noteSigner(nodeCrypto, vkeyName, signer)])),
  ]
}

type ReceiptFields = Parameters<typeof formatReceipt>[0]
export type ReceiptChain = Case & { readonly vkey: string; readonly receipts: readonly string[] }

const signReceipt = (text: string, signer: Signer = RECEIPT_SIGNER): string =>
  signNote(text, [noteSigner(nodeCrypto, RECEIPT_NAME, signer)])

function fields(seq: number, previous: Uint8Array): ReceiptFields {
  return {
    origin: ORIGIN,
    seq,
    previous,
    request: nodeCrypto.sha256(encodeUtf8(`request ${seq}`)),
    received: instantFromSeconds(NOW + seq),
    deadline: instantFromSeconds(NOW + seq + 60),
  }
}

/** Texts of receipts, each naming the one before. */
function chainTexts(count: number, change: (of: ReceiptFields) => ReceiptFields = (of) => of): string[] {
  const made: string[] = []
  for (let seq = 1; seq <= count; seq++) {
    const before = made.at(-1)
    const previous = before === undefined ? FIRST_PREVIOUS : receiptHash(nodeCrypto, before)
    made.push(formatReceipt(change(fields(seq, previous))))
  }
  return made
}

/** Chains of receipts from the first on. */
export function receiptChains(): readonly ReceiptChain[] {
  const whole = chainTexts(4)
  const [one = '', two = '', three = ''] = whole
  const chain = (name: string, valid: boolean, given: readonly string[]): ReceiptChain => ({
    name,
    valid,
    vkey: RECEIPT_VKEY,
    receipts: given,
  })
  const signed = whole.map((text) => signReceipt(text))
  const [first = '', second = '', third = '', fourth = ''] = signed
  const alone = (name: string, text: string): ReceiptChain => chain(name, false, [signReceipt(text)])
  const other = chainTexts(2, (of) => (of.seq === 2 ? { ...of, origin: 'another.example/log' } : of))
  return [
    chain('none', true, []),
    chain('one', true, [first]),
    chain('four', true, signed),
    chain('one signed again by the same key', true, [
      first,
      `${second}${second.slice(second.lastIndexOf('—'))}`,
      third,
    ]),
    chain('deadline at once', true, [
      signReceipt(one.replace(instantFromSeconds(NOW + 61), instantFromSeconds(NOW + 1))),
    ]),
    chain('one left out', false, [first, third, fourth]),
    chain('two swapped', false, [first, third, second]),
    chain('one twice', false, [first, second, second]),
    chain('the first left out', false, [second, third]),
    chain('another first', false, [signReceipt(one.replace('2030', '2031').replace('2030', '2031')), second]),
    chain(
      'another origin',
      false,
      other.map((text) => signReceipt(text)),
    ),
    chain('signed by another key', false, [first, signReceipt(two, STRANGER)]),
    chain('spoiled', false, [first.replace('\n1\n', '\n2\n')]),
    alone('another header', one.replace('v1', 'v2')),
    alone('seq 0', one.replace('\n1\n', '\n0\n')),
    alone(
      'the second without a previous one',
      two.replace(/\n2\n.*\n/, `\n2\n${encodeBase64(FIRST_PREVIOUS)}\n`),
    ),
    alone('the first with a previous one', one.replace(encodeBase64(FIRST_PREVIOUS), sha256Base64())),
    alone(
      'deadline before it was received',
      one.replace(instantFromSeconds(NOW + 61), instantFromSeconds(NOW)),
    ),
    alone('no such day', one.replace(/\d{4}-\d\d-\d\dT/, '2026-02-30T')),
    alone('a line too many', `${one}more\n`),
    alone('a line too few', one.split('\n').slice(1).join('\n')),
    alone('no origin', one.replace(ORIGIN, '')),
    chain('a checkpoint in its place', false, [
      signReceipt(`${ORIGIN}\n7\n${sha256Base64(encodeUtf8(three))}\n`),
    ]),
  ]
}

/** Seeds and public keys, so that others can sign too. They are for tests only. */
export function testKeys(): object {
  return [
    ['the log', 1],
    ['receipts', 2],
    ['a stranger', 9],
    ['witness 0', 11],
    ['witness 1', 12],
    ['witness 2', 13],
  ].map(([name, byte]) => ({
    name,
    seed: Buffer.alloc(32, Number(byte)).toString('base64'),
    publicKey: encodeBase64(testSigner(Number(byte)).publicKey),
  }))
}

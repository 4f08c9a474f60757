/**
 * The hashes of the simulator, real or fake with the same interface. The fake is no cryptography: 64 bits of state
 * mixed into 32 bytes, the same on every machine, ten times as fast as SHA-256 called from JavaScript.
 */

import { type Crypto, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { HashWords } from './hash-words.ts'

export interface Digest {
  /** The port that rooms of the ledger take. */
  readonly crypto: Crypto
  /** Hash of one tag byte and the UTF-8 of a text. */
  tagged(tag: number, text: string): Uint8Array
  /** The same, written among others. */
  taggedInto(tag: number, text: string, hashes: HashWords, into: number): void
  /** Hash of a trie's node, written among others. */
  nodeInto(node: HashedNode, hashes: HashWords, into: number): void
}

/** The node's first word of four bytes, its label's words among others, and the numbers of three hashes. */
export type HashedNode = {
  first: number
  labels: Uint32Array
  label: number
  readonly words: number
  value: number
  left: number
  right: number
}

const FIRST = 0x9e3779b1
const SECOND = 0x85ebca77

/** First state of both halves. */
const A = 0x243f6a88
const B = 0x13198a2e

/** Where the mixing stands between parts of a message, which is taken in words of four bytes. */
let [a, b, word, count] = [A, B, 0, 0]

function mix(next: number): void {
  const mixed = Math.imul(a ^ next, FIRST)
  a = (((mixed << 15) | (mixed >>> 17)) + b) | 0
  const other = Math.imul(b ^ a, SECOND)
  b = (other << 13) | (other >>> 19)
}

function begin(): void {
  a = A
  b = B
  word = 0
  count = 0
}

function takeByte(value: number): void {
  word = (word << 8) | value
  count += 1
  if ((count & 3) === 0) mix(word)
}

function take(part: Uint8Array): void {
  const { length } = part
  let at = 0
  while (at < length && (count & 3) !== 0) takeByte(part[at++] as number)
  for (; at + 4 <= length; at += 4) {
    word =
      ((part[at] as number) << 24) |
      ((part[at + 1] as number) << 16) |
      ((part[at + 2] as number) << 8) |
      (part[at + 3] as number)
    count += 4
    mix(word)
  }
  while (at < length) takeByte(part[at++] as number)
}

/** Eight whole words, after whole words. */
function takeHash({ words }: HashWords, number: number): void {
  const from = 8 * number
  for (let at = from; at < from + 8; at++) mix(words[at] as number)
  word = words[from + 7] as number
  count += 32
}

/** The text's characters as bytes; false at the first that is none of ASCII. */
function takeAscii(text: string): boolean {
  const { length } = text
  let at = 0
  while (at < length && (count & 3) !== 0) {
    const code = text.charCodeAt(at++)
    if (code > 127) return false
    takeByte(code)
  }
  for (; at + 4 <= length; at += 4) {
    const one = text.charCodeAt(at)
    const two = text.charCodeAt(at + 1)
    const three = text.charCodeAt(at + 2)
    const four = text.charCodeAt(at + 3)
    if ((one | two | three | four) > 127) return false
    word = (one << 24) | (two << 16) | (three << 8) | four
    count += 4
    mix(word)
  }
  while (at < length) {
    const code = text.charCodeAt(at++)
    if (code > 127) return false
    takeByte(code)
  }
  return true
}

function end(): Uint8Array {
  mix(word)
  mix(count)
  const hash = new Uint8Array(32)
  for (let at = 0; at < 32; at += 4) {
    mix(at)
    const out = a ^ (a >>> 16)
    hash[at] = out >>> 24
    hash[at + 1] = out >>> 16
    hash[at + 2] = out >>> 8
    hash[at + 3] = out
  }
  return hash
}

function endInto({ words }: HashWords, into: number): void {
  mix(word)
  mix(count)
  for (let at = 0; at < 8; at++) {
    mix(4 * at)
    words[8 * into + at] = a ^ (a >>> 16)
  }
}

function fakeHash(...parts: readonly Uint8Array[]): Uint8Array {
  begin()
  for (const part of parts) take(part)
  return end()
}

/**
 * What the fake port takes for a signature: the hash of key and message, twice. Anybody can make one for any key, so an
 * attacker of the simulator is held by what the simulator gives it, never by this.
 */
export function fakeSignature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const half = fakeHash(publicKey, message)
  const signature = new Uint8Array(64)
  signature.set(half)
  signature.set(half, 32)
  return signature
}

function fakeVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return Buffer.compare(fakeSignature(publicKey, message), signature) === 0
}

export const realDigest: Digest = {
  crypto: nodeCrypto,
  tagged: (tag, text) => nodeCrypto.sha256(Uint8Array.of(tag), encodeUtf8(text)),
  taggedInto: (tag, text, hashes, into) => hashes.set(into, realDigest.tagged(tag, text)),
  nodeInto({ first, labels, label, words, value, left, right }, hashes, into) {
    const bytes = Buffer.alloc(4 + 4 * words + 3 * 32)
    let at = bytes.writeUInt32BE(first)
    for (let word = label; word < label + words; word++) at = bytes.writeUInt32BE(labels[word] ?? 0, at)
    for (const [place, hash] of [value, left, right].entries()) hashes.copyTo(hash, bytes, at + 32 * place)
    hashes.set(into, nodeCrypto.sha256(bytes))
  },
}

export const fakeDigest: Digest = {
  crypto: {
    ...nodeCrypto,
    sha256: fakeHash,
    verify: (_algorithm, publicKey, message, signature) => fakeVerify(publicKey, message, signature),
    enrolmentProblem: () => null,
  },
  tagged(tag, text) {
    begin()
    takeByte(tag)
    return takeAscii(text) ? end() : fakeHash(Uint8Array.of(tag), encodeUtf8(text))
  },
  taggedInto(tag, text, hashes, into) {
    begin()
    takeByte(tag)
    if (takeAscii(text)) endInto(hashes, into)
    else hashes.set(into, fakeHash(Uint8Array.of(tag), encodeUtf8(text)))
  },
  // As if all were one text of bytes, of which each part ends with a whole word.
  nodeInto({ first, labels, label, words, value, left, right }, hashes, into) {
    begin()
    mix(first)
    for (let at = label; at < label + words; at++) mix(labels[at] as number)
    count = 4 + 4 * words
    takeHash(hashes, value)
    takeHash(hashes, left)
    takeHash(hashes, right)
    endInto(hashes, into)
  },
}

/**
 * Real hashes, and signatures that cost nothing: for long logs that an auditor replays with the same port. Real
 * signatures, as on checkpoints and on documents of others, hold as well.
 */
export const unsignedDigest: Digest = {
  crypto: {
    ...nodeCrypto,
    verify: (algorithm, publicKey, message, signature) =>
      fakeVerify(publicKey, message, signature) ||
      nodeCrypto.verify(algorithm, publicKey, message, signature),
  },
  tagged: realDigest.tagged,
  taggedInto: realDigest.taggedInto,
  nodeInto: realDigest.nodeInto,
}

const printing = Buffer.alloc(32)

/** Base64 of a hash. Copied first: to look at an array's own buffer would move it out of the young generation. */
export function base64Of(hash: Uint8Array): string {
  if (hash.length !== 32) return Buffer.from(hash).toString('base64')
  printing.set(hash)
  return printing.toString('base64')
}

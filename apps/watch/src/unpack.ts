/** Bytes of a published file as its text: unpacked by what the bytes are, whatever the name says, and bounded. */

import { isAscii } from 'node:buffer'
import { spawnSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { decodeUtf8 } from '@cadastre/crypto'
import type { Result } from '@cadastre/numbers'
import { type Refusal, refusal } from './notes.ts'

/** Most bytes of a file once unpacked: twenty times the largest published today. */
const UNPACKED_BYTES_MAX = 512 * 1024 * 1024

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte)

/** Unpacks gzip here, bzip2 and xz by the system's own program; anything else is taken as it is. */
export function unpack(bytes: Uint8Array): Result<Uint8Array, Refusal> {
  if (bytes.length === 0) return refusal('empty', 'The file has no bytes.')
  if (startsWith(bytes, 0x1f, 0x8b)) return gunzip(bytes)
  if (startsWith(bytes, 0x42, 0x5a, 0x68)) return unpackBy('bzip2', bytes)
  if (startsWith(bytes, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return unpackBy('xz', bytes)
  return { ok: true, value: bytes }
}

function gunzip(bytes: Uint8Array): Result<Uint8Array, Refusal> {
  try {
    const value = gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX })
    return value.length === 0 ? refusal('empty', 'The gzip file holds no bytes.') : { ok: true, value }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return error.code === 'ERR_BUFFER_TOO_LARGE'
      ? refusal('too-large', `Unpacked, the file has more than ${UNPACKED_BYTES_MAX} bytes.`)
      : refusal('truncated', `The gzip file is cut off or damaged (${error.message}).`)
  }
}

function unpackBy(program: 'bzip2' | 'xz', bytes: Uint8Array): Result<Uint8Array, Refusal> {
  const run = spawnSync(program, ['-dc'], { input: bytes, maxBuffer: UNPACKED_BYTES_MAX })
  if (run.error !== undefined)
    return 'code' in run.error && run.error.code === 'ENOENT'
      ? refusal('no-unpacker', `The file is packed with ${program}, which is not installed here.`)
      : refusal('too-large', `${program} gave up: ${run.error.message}.`)
  if (run.status !== 0)
    return refusal('truncated', `${program} says: ${run.stderr.toString('utf8').trim().slice(0, 200)}`)
  return { ok: true, value: run.stdout }
}

/** The text of unpacked bytes. Old files are Latin-1 here and there: rows are ASCII, so that only comments differ. */
export function textOfFile(bytes: Uint8Array): { readonly text: string; readonly utf8: boolean } {
  const latin1 = (): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  // A tenth of the time of decoding, for what nearly all files are.
  if (isAscii(bytes)) return { text: latin1(), utf8: true }
  const text = decodeUtf8(bytes)
  return text === null ? { text: latin1(), utf8: false } : { text, utf8: true }
}

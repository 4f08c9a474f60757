/** GnuPG in a home of its own, and the bodies of the packets that it writes. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Kept short: the agent's socket in it may have 108 characters. */
const HOME = mkdtempSync(join(tmpdir(), 'gpg-'))
const OPTIONS = ['--homedir', HOME, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '']

export function gpg(options: readonly string[], input: Uint8Array = new Uint8Array()): Buffer {
  return execFileSync('gpg', [...OPTIONS, ...options], { input, stdio: ['pipe', 'pipe', 'ignore'] })
}

export function endGnupg(): void {
  execFileSync('gpgconf', ['--homedir', HOME, '--kill', 'all'])
  rmSync(HOME, { recursive: true })
}

/** The body of the first packet, in the old form of header (RFC 9580 section 4.2.2) that GnuPG writes. */
function firstBody(bytes: Uint8Array): Buffer {
  const whole = Buffer.from(bytes)
  const size = 1 << (whole.readUInt8(0) & 3)
  return whole.subarray(1 + size, 1 + size + whole.readUIntBE(1, size))
}

/** The body of a signature packet with its unhashed area emptied. */
export function withoutUnhashed(body: Buffer): Buffer {
  const at = 6 + body.readUInt16BE(4)
  return Buffer.concat([body.subarray(0, at), Buffer.of(0, 0), body.subarray(at + 2 + body.readUInt16BE(at))])
}

/** A new key that signs, of this algorithm in GnuPG's words; the body of its packet. */
export function makeKey(name: string, algorithm: string): Buffer {
  gpg(['--quick-gen-key', name, algorithm, 'sign', 'never'])
  return firstBody(gpg(['--export', name]))
}

export function detached(name: string, message: Uint8Array, options: readonly string[] = []): Buffer {
  return firstBody(gpg([...options, '--local-user', name, '--output', '-', '--detach-sign'], message))
}

/**
 * What `gpg` writes, brought into the form that stands in the log: out of its armour (RFC 9580 section 6), the one packet
 * that counts, without its header. The ledger reads the rest.
 */

import { decodeBase64 } from '@cadastre/crypto'

const PUBLIC_KEY = 6
const SIGNATURE = 2
const ARMOUR = /^-----BEGIN PGP (PUBLIC KEY BLOCK|SIGNATURE)-----$([\s\S]*?)^-----END PGP \1-----$/m

/** The bytes in an armoured text; of its checksum nothing is made, as RFC 9580 section 6.1 has it. */
function unarmoured(text: string): Uint8Array | null {
  const inside = ARMOUR.exec(text.replaceAll(/[ \t\r]+$/gm, ''))?.[2]
  if (inside === undefined) return null
  const lines = inside.split('\n').slice(1)
  // Headers (`Version: …`), if any, end with an empty line.
  const start = lines.findIndex((line) => !/^[A-Za-z-]+: /.test(line))
  const data = lines.slice(start).filter((line) => line !== '' && !/^=[A-Za-z0-9+/]{4}$/.test(line))
  return decodeBase64(data.join(''))
}

type Packet = { readonly tag: number; readonly body: Uint8Array; readonly next: number }

/** Length of the body, and where it begins (RFC 9580 sections 4.2.1 and 4.2.2); null where it is of no known length. */
function bodyAt(bytes: Uint8Array, at: number): readonly [length: number, start: number] | null {
  const header = bytes[at] ?? 0
  const big = (from: number, count: number): number =>
    bytes.subarray(from, from + count).reduce((sum, byte) => sum * 256 + byte, 0)
  if ((header & 0x40) === 0) {
    const size = 1 << (header & 3)
    return size === 8 ? null : [big(at + 1, size), at + 1 + size]
  }
  const first = bytes[at + 1] ?? 0
  if (first < 192) return [first, at + 2]
  if (first < 224) return [(first - 192) * 256 + (bytes[at + 2] ?? 0) + 192, at + 3]
  return first === 255 ? [big(at + 2, 4), at + 6] : null
}

function packetAt(bytes: Uint8Array, at: number): Packet | null {
  const header = bytes[at] ?? 0
  const found = bodyAt(bytes, at)
  if ((header & 0x80) === 0 || found === null) return null
  const [length, start] = found
  const body = bytes.subarray(start, start + length)
  const tag = (header & 0x40) === 0 ? (header >> 2) & 15 : header & 63
  return body.length === length ? { tag, body, next: start + length } : null
}

/** The body of the one packet with this tag; null where there is none, several, or something that is no packet. */
function onlyPacket(bytes: Uint8Array, tag: number): Uint8Array | null {
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const packet = packetAt(bytes, at)
    if (packet === null) return null
    if (packet.tag === tag) found.push(packet.body)
    at = packet.next
  }
  return found.length === 1 ? (found[0] ?? null) : null
}

/** The body of the primary key's packet in an armoured public key. */
export function armouredKey(text: string): Uint8Array | null {
  const bytes = unarmoured(text)
  return bytes === null ? null : onlyPacket(bytes, PUBLIC_KEY)
}

/**
 * The body of the one signature packet in an armoured detached signature, its unhashed area emptied: nobody signed that,
 * and it only hints at the key.
 */
export function armouredSignature(text: string): Uint8Array | null {
  const bytes = unarmoured(text)
  const body = bytes === null ? null : onlyPacket(bytes, SIGNATURE)
  if (body === null || body[0] !== 4) return null
  const unhashed = 6 + (((body[4] ?? 0) << 8) | (body[5] ?? 0))
  const rest = unhashed + 2 + (((body[unhashed] ?? 0) << 8) | (body[unhashed + 1] ?? 0))
  if (rest > body.length) return null
  return Uint8Array.from([...body.subarray(0, unhashed), 0, 0, ...body.subarray(rest)])
}

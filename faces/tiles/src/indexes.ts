/** What is there, in words: the addresses under `/log/` and `/proof/`. */

import type { RegistryReader } from '@cadastre/reader'
import { FRESH, plain } from './replies.ts'

export function answerLogIndex(reader: RegistryReader): Response {
  const { size } = reader.snapshot().publication
  const text = `The log of this registry as static files (C2SP tlog-tiles); ${size} entries are published.

/log/checkpoint                        the last published checkpoint, a signed note
/log/tile/<L>/<N>[.p/<W>]              a tile of hashes
/log/tile/entries/<N>[.p/<W>]          a bundle of entries

<N> in groups of three digits, such as 000 or x001/234. What the checkpoint does not cover is 404.
`
  return plain(200, text, { 'Cache-Control': FRESH })
}

const PROOFS = `Proof documents (C2SP tlog-proof), which anyone can check offline.

/proof/ip/<address or prefix>          such as /proof/ip/192.0.2.7 or /proof/ip/2001:db8::/32
/proof/autnum/<number or block>        such as /proof/autnum/64496 or /proof/autnum/64496-64511
/proof/object/<type>/<handle>          such as /proof/object/holder/H-7

With ?size=<N>: at an earlier checkpoint, one of the last 64.
`

export function answerProofIndex(): Response {
  return plain(200, PROOFS, { 'Cache-Control': FRESH })
}

/** Makes logs of single-signature acts with the registrar's own batches, for the benchmarks of the audit. */

import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange } from '@cadastre/merkle'
import { genesisBodies, genesisParts, proceduresOfProfile } from '@cadastre/procedures'
import {
  addSeconds,
  type Instant,
  type JsonObject,
  parseInstant,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { BatchBuilder, type LogPosition, type Pending } from '@cadastre/registrar'
import { TrieState } from '@cadastre/replay'
import { memberHashOf, requestText, signRequest, verifyEvidence } from '@cadastre/signatures'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'

export const ORIGIN = 'registry.example/log'
export const HOLDERS = 500
export const BATCH = 500

export const signerOf = (seed: number): Signer =>
  ed25519SignerFromSeed(nodeCrypto.sha256(encodeUtf8(String(seed))))
export const operator: Signer = signerOf(0)
export const logKey: Signer = signerOf(-1)

const start = parseInstant('2030-01-01T00:00:00Z')
if (start === null) throw new Error('no instant')

export class Log {
  readonly trie: TrieWriter = new TrieWriter(createTrieMemory(), nodeCrypto)
  readonly state: TrieState = new TrieState(this.trie, nodeCrypto)
  readonly entries: Uint8Array[] = []
  readonly leaves: Uint8Array[][] = []
  position: LogPosition = { range: new CompactRange(nodeCrypto), previousState: null }
  at: Instant
  #seq = 0
  #nonce = 0

  /** Time between batches. */
  readonly #step: number

  constructor(at: Instant, stepSeconds: number) {
    this.at = at
    this.#step = stepSeconds
  }

  pending(
    procedure: string,
    body: JsonObject,
    signer: Signer,
    replaces: readonly Replaced[] = [],
    founding = false,
  ): Pending {
    this.#nonce += 1
    const nonce = encodeBase64(nodeCrypto.sha256(encodeUtf8(String(this.#nonce))).subarray(0, 16))
    const request: Request = {
      v: 1,
      origin: ORIGIN,
      procedure,
      body,
      replaces,
      expires: addSeconds(this.at, 3600),
      nonce,
    }
    const text = requestText(request)
    const evidence = [signRequest(text, signer)]
    if (!founding) this.#seq += 1
    const received = founding ? null : { seq: this.#seq, at: this.at }
    const checked = verifyEvidence(text, evidence, null, nodeCrypto)
    return { received, request, requestText: text, evidence, checked, name: null, repeated: false }
  }

  batch(acts: readonly Pending[]): readonly JsonObject[] {
    const builder = new BatchBuilder(nodeCrypto, this.trie, this.state, this.at, this.position)
    for (const act of acts) {
      const outcome = builder.request(act)
      if (!outcome.accepted)
        throw new Error(`${act.request.procedure}: ${outcome.refusals.join()}`, { cause: builder.faults[0] })
    }
    const decided = builder.finish()
    if (decided === null) throw new Error('an empty batch')
    for (const { bytes } of decided.batch.entries) this.entries.push(bytes)
    this.position = { range: decided.range, previousState: decided.range.size - 1 }
    this.at = addSeconds(this.at, this.#step)
    return decided.outcomes.map((outcome) => outcome as never)
  }
}

/** The genesis and the parts of its procedures. */
function foundingBodies(): readonly JsonObject[] {
  const text = encodeBase64(nodeCrypto.sha256(encodeUtf8('the published text')))
  const parts = genesisParts(proceduresOfProfile('community', () => text))
  return genesisBodies(genesis(), parts, 'OPERATOR', (member) => memberHashOf(nodeCrypto, member))
}

function genesis(): JsonObject {
  return {
    name: 'Example Registry',
    origin: ORIGIN,
    seat: 'XX',
    profile: 'community',
    demonstration: false,
    relyingParty: { id: 'sign.registry.example', origins: [] },
    staff: [
      {
        handle: 'OPERATOR',
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(operator.publicKey),
        outside: false,
      },
    ],
    pools: [{ handle: 'IP4', space: 'ip4', range: '10.0.0.0/8', open: true }],
    reserved: [],
    witnessPolicy: '',
    roots: [],
    statement: '',
  }
}

export type Founded = {
  readonly log: Log
  readonly signers: readonly Signer[]
  readonly handles: readonly string[]
}

/** Genesis, open, and holders with a key each. */
export function founded(stepSeconds = 1): Founded {
  if (start === null) throw new Error('no instant')
  const log = new Log(start, stepSeconds)
  const found = (procedure: string, body: JsonObject): Pending =>
    log.pending(procedure, body, operator, [], true)
  log.batch(foundingBodies().map((body) => found('genesis/1', body)))
  log.batch([found('open/1', { staff: 'OPERATOR' })])
  const signers = Array.from({ length: HOLDERS }, (_, index) => signerOf(index + 1))
  const first = log.entries.length
  log.batch(
    signers.map((signer) =>
      log.pending(
        'identify-holder/1',
        {
          kind: 'organisation',
          name: 'Example Networks',
          register: null,
          person: null,
          country: null,
          policy: {
            m: 1,
            keys: [
              {
                alg: 'ed25519',
                key: encodeBase64(signer.publicKey),
                roles: ['full', 'routing', 'technical'],
              },
            ],
            guardians: [],
          },
          contacts: [],
          attestors: [],
        },
        signer,
      ),
    ),
  )
  const handles = signers.map((_, index) => `H-${first + index}`)
  return { log, signers, handles }
}

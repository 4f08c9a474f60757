/** A long history of a large registry, written as a public log in batches of a thousand acts. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey } from '@cadastre/notes'
import type { Profile } from '@cadastre/records'
import { Play } from '../agents/cast.ts'
import { Chance } from '../workload-chance.ts'
import { WORKLOAD_ORIGIN } from '../workload-registry.ts'
import { realDigest, unsignedDigest } from './digest.ts'
import { Engine } from './engine.ts'
import type { Setting } from './history.ts'
import { LogWriter } from './log-writer.ts'
import { fakeSignatures, RealSignatures } from './signature-port.ts'

export type LongLogOptions = {
  readonly seed: number
  readonly profile: Profile
  readonly acts: number
  readonly directory: string
  /** Ed25519 signatures in place of the fake port's. */
  readonly real: boolean
  readonly progress?: (acts: number, size: number, bytes: number) => void
}

export type LongLog = {
  readonly size: number
  readonly acts: number
  readonly bytes: number
  readonly vkey: string
}

const BATCH = 1000
const PUBLISH_EVERY = 250
/** What passes between two batches, seconds. */
const LEAST_PAUSE = 1
const MOST_PAUSE = 60

const logKey = ed25519SignerFromSeed(nodeCrypto.sha256(new TextEncoder().encode('log key of the simulator')))

/** Verifier key of the logs that are written here. */
export const LONG_LOG_VKEY: string = formatVkey(
  makeVkey(nodeCrypto, WORKLOAD_ORIGIN, KEY_TYPE_ED25519, logKey.publicKey),
)

/** A short history of all agents as the entries of its log, in which everything due is done in time. */
export function logOf(seed: number, setting: Setting, acts: number): readonly Uint8Array[] {
  const entries: Uint8Array[] = []
  const signatures = setting.real ? new RealSignatures() : fakeSignatures
  const digest = setting.real ? realDigest : unsignedDigest
  const onEntry = (entry: Uint8Array): void => void entries.push(entry)
  const writer = new LogWriter({
    directory: null,
    onEntry,
    origin: WORKLOAD_ORIGIN,
    digest,
    signatures,
    logKey,
  })
  const { profile, size, fees } = setting
  const onAct = writer.act
  const engine = new Engine({ profile, size, fees, digest, signatures, onAct, onLater: writer.endBatch })
  const play = new Play(engine, new Chance(seed), { punctual: true })
  while (engine.acts < acts && engine.registry?.state !== 'handed-over') play.step()
  writer.endBatch(engine)
  return entries
}

export function writeLongLog({ seed, profile, acts, directory, real, progress }: LongLogOptions): LongLog {
  const digest = real ? realDigest : unsignedDigest
  const signatures = real ? new RealSignatures() : fakeSignatures
  const writer = new LogWriter({ directory, origin: WORKLOAD_ORIGIN, digest, signatures, logKey })
  const engine = new Engine({
    profile,
    size: 'large',
    digest,
    signatures,
    onAct: writer.act,
    onLater: writer.endBatch,
  })
  const chance = new Chance(seed)
  const play = new Play(engine, chance, { timely: false })
  for (let batch = 1; engine.acts < acts; batch++) {
    engine.later(chance.between(LEAST_PAUSE, MOST_PAUSE))
    engine.settle(Number.MAX_SAFE_INTEGER)
    while (writer.open < BATCH && engine.acts < acts) play.step()
    if (batch % PUBLISH_EVERY !== 0) continue
    writer.endBatch(engine)
    writer.publish()
    progress?.(engine.acts, writer.size, writer.bytes)
  }
  writer.endBatch(engine)
  writer.publish()
  writeFileSync(join(directory, 'finished'), `${LONG_LOG_VKEY}\n`)
  return { size: writer.size, acts: engine.acts, bytes: writer.bytes, vkey: LONG_LOG_VKEY }
}

/** Histories: played from a seed, kept as events, written as JSON lines, and played again with events left out. */

import { type Act, execute } from '@cadastre/procedures'
import type { Profile } from '@cadastre/records'
import { Play } from '../agents/cast.ts'
import { Chance } from '../workload-chance.ts'
import { type Observer, Violation } from '../workload-registry.ts'
import { fakeDigest, realDigest } from './digest.ts'
import { Engine, type EngineOptions, type HistoryEvent, ProcedureFault } from './engine.ts'
import { fakeSignatures, RealSignatures, type SignaturePort } from './signature-port.ts'
import type { WorldSize } from './world.ts'

/** What a registry is founded with, and by which ports it is played. */
export type Setting = {
  readonly profile: Profile
  readonly size: WorldSize
  readonly fees: boolean
  /** SHA-256 and Ed25519 in place of the fakes. */
  readonly real: boolean
  /** Mistakes are made while it is founded. */
  readonly clumsy?: boolean
}

/** Of a hundred histories one has the real ports, half have each profile, half ask for fees, one in eight is clumsy. */
export function settingOf(seed: number, profile?: Profile, real?: boolean): Setting {
  return {
    profile: profile ?? (seed % 2 === 1 ? 'community' : 'national'),
    size: 'small',
    fees: seed % 4 > 1,
    real: real ?? seed % 100 === 0,
    clumsy: seed % 8 === 0,
  }
}

export type Failure = {
  /** What found it: an observer, `roots`, or a procedure whose code fails. */
  readonly found: string
  readonly message: string
}

export type Played = {
  readonly engine: Engine
  readonly failure: Failure | null
}

type Watching = Pick<EngineOptions, 'observers' | 'broken' | 'tamper' | 'onEvent' | 'rootsEvery'>

function engineFor(setting: Setting, watching: Watching, signatures: SignaturePort): Engine {
  return new Engine({
    profile: setting.profile,
    size: setting.size,
    fees: setting.fees,
    clumsy: setting.clumsy ?? false,
    digest: setting.real ? realDigest : fakeDigest,
    signatures,
    rootsEvery: 1000,
    ...watching,
    observers: [deterministic, hostileIsRefused, ...(watching.observers ?? [])],
  })
}

/** The real keys, whose signatures are taken for given: an event does not say by which names the keys are made. */
class KnownSignatures extends RealSignatures {
  override readonly verified: SignaturePort['verified'] = fakeSignatures.verified
}

/** What was asked by somebody who may not ask it is refused. */
const hostileIsRefused: Observer = {
  name: 'what is hostile is refused',
  applied: ({ hostile }) => hostile,
}

/** One act in sixteen is decided once more, and gives the same. */
const deterministic: Observer = {
  name: 'a decision is the same when it is made again',
  decided(step) {
    const { procedure, act, source, at, index, executed } = step
    if (index % 16 !== 0) return null
    const again = execute(procedure, withoutMemory(act), source, at, index)
    return JSON.stringify(again) === JSON.stringify(executed) ? null : 'it is another one'
  },
}

/** The same act as another object, of which nothing is remembered. */
function withoutMemory(act: Act): Act {
  return { ...act }
}

/** Wishes that come after the end. */
const LATE = 6

/** Play a history of so many acts; it ends early where the registry is handed over, or something is found. */
export function playHistory(seed: number, setting: Setting, acts: number, watching: Watching = {}): Played {
  const signatures = setting.real ? new RealSignatures() : fakeSignatures
  const engine = engineFor(setting, watching, signatures)
  const play = new Play(engine, new Chance(seed))
  const failure = caught(() => {
    while (engine.acts < acts && engine.registry?.state !== 'handed-over') play.step()
    // Whoever has not heard that the registry was handed over still asks it.
    if (engine.registry?.state === 'handed-over') for (let late = 0; late < LATE; late++) play.step()
  })
  return { engine, failure }
}

/** Let the events happen in a new registry, at the same times and indexes, whatever is missing between them. */
export function replayHistory(
  setting: Setting,
  events: readonly HistoryEvent[],
  watching: Watching = {},
): Played {
  const engine = engineFor(setting, watching, setting.real ? new KnownSignatures() : fakeSignatures)
  const failure = caught(() => {
    for (const event of events) engine.replay(event)
  })
  return { engine, failure }
}

function caught(run: () => void): Failure | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof Violation) return { found: error.observer, message: error.message }
    if (error instanceof ProcedureFault)
      return { found: `fault in ${error.procedure}`, message: error.message }
    throw error
  }
}

/** The events of a history that is played again from its seed: nothing is kept while all goes well. */
export function eventsOf(
  seed: number,
  setting: Setting,
  acts: number,
  watching: Watching = {},
): readonly HistoryEvent[] {
  const events: HistoryEvent[] = []
  playHistory(seed, setting, acts, { ...watching, onEvent: (event) => events.push(event) })
  return events
}

/** JSON lines: the setting, then one event a line. */
export function historyText(setting: Setting, events: readonly HistoryEvent[]): string {
  return `${[setting, ...events].map((line) => JSON.stringify(line)).join('\n')}\n`
}

/** Throws a SyntaxError on what is no history. */
export function parseHistory(text: string): {
  readonly setting: Setting
  readonly events: readonly HistoryEvent[]
} {
  const [first, ...rest] = text.split('\n').filter((line) => line !== '')
  const setting: Setting = JSON.parse(first ?? '')
  if (setting.profile !== 'community' && setting.profile !== 'national')
    throw new SyntaxError('the first line of a history is its setting')
  const events = rest.map((line): HistoryEvent => JSON.parse(line))
  return { setting, events }
}

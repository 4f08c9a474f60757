/**
 * The naive second model: a registry written once more from `docs/procedures`, by another hand, much simpler and without
 * sight of the code that it judges. It keeps a picture of its own, made from the acts alone: bodies, signers, times.
 * For each act it says beforehand whether it is accepted, and which refusal comes first; afterwards it compares the records
 * with its picture: at once where the act may have touched something, and all of them now and then.
 */

import { canonicalJson, type Json, type JsonObject } from '@cadastre/records'
import type { Applied, Observer, Step } from '../workload-registry.ts'
import { adverse } from './adverse.ts'
import { asRead } from './as-read.ts'
import { differs, keysIn } from './compare.ts'
import type { FeeNote } from './fees.ts'
import { ofDue, ofRequest } from './grounds.ts'
import { RULES } from './rules.ts'
import { isMalformed } from './shapes.ts'
import type { Asked, Statement, Verdict } from './verdict.ts'
import { World } from './world.ts'

export type ModelOptions = {
  /** All records are compared after as many acts; 200 where nothing is said. */
  readonly completeEvery?: number
}

export type Oracle = Observer & {
  /** Refusals that the registry gave and the model took its word for, such as `transfer/1 entry-too-large`. */
  readonly unjudged: ReadonlySet<string>
}

export function secondModel(options: ModelOptions = {}): Oracle {
  return new SecondModel(options.completeEvery ?? 200)
}

/** They travel beside the keys under a name that is not exported. */
function feeNotesIn(signatures: object): readonly FeeNote[] {
  const found: unknown[] = Object.getOwnPropertySymbols(signatures).map((name) =>
    Reflect.get(signatures, name),
  )
  return found.flatMap((notes) => (Array.isArray(notes) ? (notes as readonly FeeNote[]) : []))
}

class SecondModel implements Oracle {
  readonly name = 'second model'
  readonly unjudged: Set<string> = new Set()
  readonly world: World = new World()
  readonly #every: number
  #acts = 0
  #accept: (() => void) | null = null

  constructor(every: number) {
    this.#every = every
  }

  decided(step: Step): string | null {
    this.world.at = step.at
    this.world.index = step.index
    this.world.made = 0
    this.#accept = null
    this.world.maybe.clear()
    const { source } = step
    this.world.hashes = {
      memberHash: (member) => source.memberHash(member),
      digest: (text) => source.digest(text),
    }
    const verdict = this.#judge(step)
    const { outcome } = step.executed
    if (outcome.accepted) {
      const taken = this.#taken(step)
      if (taken !== null) return taken
      if ('refuse' in verdict) return `accepted; the model refuses it: ${verdict.refuse}`
      this.#accept = verdict.accept
      return null
    }
    const [code = ''] = outcome.refusals
    const mine = 'refuse' in verdict ? verdict.refuse : null
    if (mine === code) return null
    const open = 'refuse' in verdict ? verdict.or : verdict.unless
    if (!this.world.maybe.has(code) && open?.includes(code) !== true)
      return `refused with ${code}; the model ${mine === null ? 'accepts it' : `says ${mine}`}`
    this.unjudged.add(`${step.procedure.id} ${code}`)
    return null
  }

  applied(step: Applied): string | null {
    const { world } = this
    world.touched.clear()
    const records = step.after as ReadonlyMap<string, Json>
    world.nameIn = (key, member) => String((records.get(key) as JsonObject | undefined)?.[member])
    this.#accept?.()
    const { outcome } = step.executed
    const written = outcome.accepted ? outcome.stamped.map(({ key }) => key as string) : []
    const wrong = this.#compare([...world.touched, ...written], step)
    if (wrong !== null) return wrong
    this.#acts += 1
    return this.#acts % this.#every === 0
      ? this.#compare([...keysIn(world), ...step.after.keys()], step)
      : null
  }

  #compare(keys: readonly string[], { after }: Applied): string | null {
    const records = after as ReadonlyMap<string, Json>
    for (const key of new Set(keys)) {
      const wrong = differs(this.world, key, records.get(key) ?? null)
      if (wrong !== null) return wrong
    }
    return null
  }

  /** What the act takes from somebody without a ground: by the effects, whatever the model thinks of the decision. */
  #taken({ act, procedure, executed: { outcome } }: Step): string | null {
    const { world } = this
    if (!outcome.accepted) return null
    const grounds =
      act.kind === 'due' ? ofDue(world, act.subject) : ofRequest(world, act.request.body, act.signatures.keys)
    return adverse(world, procedure.id, outcome.stamped, grounds)
  }

  #judge({ act, procedure }: Step): Verdict {
    const { world } = this
    const rule = RULES[procedure.id]
    if (rule === undefined) throw new Error(`the model knows no ${procedure.id}`)
    if (world.registry()?.state === 'handed-over') return { refuse: 'handed-over' }
    if (act.kind === 'due')
      return rule.due?.({ world, procedure: procedure.id, subject: act.subject }) ?? { refuse: 'not-due' }
    const { request, signatures, received } = act
    const asked: Asked = {
      world,
      procedure: procedure.id,
      body: request.body,
      replaces: request.replaces,
      keys: signatures.keys,
      statements: (signatures.statements ?? []) as readonly Statement[],
      feeNotes: feeNotesIn(signatures),
      origin: request.origin,
      expires: request.expires,
      received,
      text: canonicalJson(asRead<Json>(request)),
    }
    return isMalformed(rule, request.body) ? { refuse: 'body-malformed' } : rule.request(asked)
  }
}

/** `apply-sanctions-act/1`: the act kinds that a legal act of the seat forbids to one holder. */

import type { BlockableAct, BlockedActs, HolderNotes, Instant } from '@cadastre/records'
import { after } from './business-days.ts'
import { staffFault, twoClerks } from './desk.ts'
import { saveHolderNotes } from './handing.ts'
import { poolsWaitedBy } from './pools.ts'
import {
  type Asked,
  firstOf,
  later,
  opening,
  parameters,
  paused,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import type { World } from './world.ts'

export const sanctions: Rule = {
  by: 'step',
  shape: {
    certify: 'holder:handle act evidence:hash kinds register? ruling:hash? staff',
    delay: 'holder:handle act evidence:hash kinds staff',
    lift: 'holder:handle act evidence:hash staff',
  },
  request: (asked) => (asked.body['step'] === 'lift' ? lift(asked) : apply(asked)),
  due({ world, subject }) {
    const handle = subject.split('/')[2] ?? ''
    const notes = world.holderNotes(handle)
    const ended = notes.blocked.filter(({ until }) => until !== null && until <= world.at)
    if (ended.length === 0) return refuse('not-due')
    return {
      accept: () =>
        saveBlocks(
          world,
          notes,
          notes.blocked.filter((one) => !ended.includes(one)),
        ),
    }
  },
}

function saveBlocks(world: World, notes: HolderNotes, blocked: readonly BlockedActs[]): void {
  saveHolderNotes(world, { ...notes, blocked })
  for (const pool of poolsWaitedBy(world, notes.holder)) world.toServe.add(pool)
}

function apply(asked: Asked): Verdict {
  const { world, body } = asked
  const staff = body['staff'] as readonly string[]
  const holder = world.holder(body['holder'])
  const notes = world.holderNotes(textOf(body, 'holder'))
  const act = textOf(body, 'act')
  const isDelay = body['step'] === 'delay'
  const first = firstOf(
    opening(asked),
    paused(asked),
    staffFault(asked, staff, ['clerk']),
    !twoClerks(asked, staff) && 'attestations-missing',
    holder === null && 'holder-unknown',
  )
  if (first !== null || holder === null) return refuse(first ?? '')
  const terms = parameters(world, 'apply-sanctions-act/1', asked.received)
  const register = world.get('identity', holder.identity)?.register ?? null
  const matches =
    body['ruling'] !== null ||
    (register !== null && JSON.stringify(body['register']) === JSON.stringify(register))
  const others = notes.blocked.filter((one) => one.act !== act)
  const code = firstOf(
    !isDelay && !matches && 'register-mismatch',
    isDelay && delayUsed(world, notes, act, terms['quietSeconds'] ?? 0) && 'delay-used',
    others.length >= 16 && 'notes-full',
  )
  if (code !== null) return refuse(code)
  return {
    accept() {
      const kinds = body['kinds'] as readonly BlockableAct[]
      const evidence = String(body['ruling'] ?? body['evidence'])
      const until = isDelay ? (after(world, world.at, terms, 'delay') as Instant) : null
      const match = isDelay ? 'partial' : 'exact'
      const blocked = {
        act,
        kinds,
        match,
        evidence,
        until,
        since: world.index,
      } as const
      const delayed = isDelay ? (world.at as Instant) : notes.delayed
      world.put('notes', holder.handle, { ...notes, delayed, blocked: [...others, blocked] })
    },
  }
}
function delayUsed(world: World, { blocked, delayed }: HolderNotes, act: string, quiet: number): boolean {
  if (blocked.some((one) => one.act === act)) return true
  return delayed !== null && later(delayed, quiet) > world.at
}

function lift(asked: Asked): Verdict {
  const { world, body } = asked
  const holder = world.holder(body['holder'])
  const notes = world.holderNotes(textOf(body, 'holder'))
  const left = notes.blocked.filter(({ act }) => act !== body['act'])
  const code = firstOf(
    opening(asked),
    staffFault(asked, [body['staff']].flat() as readonly string[], ['clerk']),
    holder === null && 'holder-unknown',
    left.length === notes.blocked.length && 'block-unknown',
  )
  return code !== null ? refuse(code) : { accept: () => saveBlocks(world, notes, left) }
}

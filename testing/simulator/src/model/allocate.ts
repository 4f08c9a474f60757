/** `allocate/1`: numbers out of a pool, in order of arrival. */

import type { Application, Holder, HolderNotes, Identity, Instant, JsonObject, Pool } from '@cadastre/records'
import { after } from './business-days.ts'
import { requestHash, settled, wordOn } from './fees.ts'
import { entryOf } from './founding.ts'
import { blocksOf, isBlocked } from './handing.ts'
import { fullSigned } from './keys.ts'
import { blockAt, inside, type Prefixed } from './numbers.ts'
import { registrationsAt } from './parts.ts'
import {
  dequeue,
  enqueue,
  holdsBlock,
  isFree,
  lowestFree,
  markExhausted,
  poolSpan,
  queueOf,
  sizesWaited,
} from './pools.ts'
import {
  type Asked,
  firstOf,
  later,
  openAndRunning,
  parameters,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, openApplication, wait } from './windows.ts'
import type { World } from './world.ts'

type Terms = ReturnType<typeof parameters>

export const allocate: Rule = {
  by: 'step',
  shape: {
    '': 'holder:handle pool length block:key?',
    fee: 'application',
    withdraw: 'application by:handle',
  },
  request(asked) {
    const { step } = asked.body
    if (step === 'withdraw') return withdraw(asked)
    return step === 'fee' ? feeSaid(asked) : apply(asked)
  },
  due({ world, subject }) {
    const pool = world.get('pool', subject.split('/')[2])
    return pool === null ? feeLapsed(world, subject) : served(world, pool)
  },
}

function withdraw(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, ['waiting', 'fee-due', 'cooling'])
  if (typeof application === 'string') return refuse(application)
  const holder = world.holder(body['by'])
  const fault = firstOf(
    body['by'] !== application.body['holder'] && 'not-party',
    holder === null && 'holder-unknown',
    !fullSigned(asked, holder) && 'consent-missing',
  )
  return fault !== null ? refuse(fault) : { accept: () => close(world, application, 'withdrawn') }
}

function apply(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const holder = world.holder(body['holder'])
  if (holder === null) return refuse('holder-unknown')
  const terms = parameters(world, 'allocate/1', asked.received)
  const pool = world.get('pool', body['pool'])
  const fault = firstOf(
    !fullSigned(asked, holder) && 'consent-missing',
    isBlocked(world, holder.handle, 'allocate') && 'act-blocked',
    pool === null && 'pool-unknown',
    pool !== null && sizeFault(pool, Number(body['length']), terms),
    pool !== null && quotaReached(world, holder, pool, Number(body['length']), terms) && 'quota-reached',
  )
  if (fault !== null || pool === null) return refuse(fault ?? '')
  const chosen = body['block'] === null ? null : chosenBlock(world, body, pool, terms)
  if (typeof chosen === 'string') return refuse(chosen)
  const length = Number(body['length'])
  const hash = requestHash(world, asked.text)
  const word = wordOn(asked, hash, holder.handle)
  const isAwaited = Boolean(terms['actFee']) && word === undefined
  if (terms['actFee'] && word !== undefined && word.refusal !== null) return refuse('fee-refused')
  const block = isAwaited ? null : blockFor(world, pool, length, chosen)
  if (block !== null && registrationsAt(world, block) >= 8) return refuse('cell-full')
  return {
    accept() {
      const consents = [holder.handle]
      world.touched.add(`obj/pool/${pool.handle}`)
      if (isAwaited) {
        const due = after(world, world.at, terms, 'fee') as Instant
        wait(world, 'allocate/1', body, {
          consents,
          due,
          state: 'fee-due',
          fee: { request: hash, settled: null },
        })
      } else if (block !== null) grant(world, holder, pool, block, terms)
      else {
        const { handle } = wait(world, 'allocate/1', body, { consents, due: null, state: 'waiting' })
        joinQueue(world, pool, length, handle)
      }
    },
  }
}

/** The chosen block; or the lowest that is free, unless others wait already. */
function blockFor(world: World, pool: Pool, length: number, chosen: Prefixed | null): Prefixed | null {
  if (chosen !== null) return chosen
  return queueOf(world, pool.handle, length).length > 0 ? null : lowestFree(world, pool, length)
}
function joinQueue(world: World, pool: Pool, length: number, handle: string): void {
  enqueue(world, pool.handle, length, handle)
  if (lowestFree(world, pool, length) === null) markExhausted(world, pool.handle, length)
}

/** What the fees' key says comes to an application that waits for it. */
function feeSaid(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = world.application(body['application'])
  if (application === null || application.procedure !== 'allocate/1') return refuse('application-unknown')
  const { fee, state, due } = application
  if (fee === null || state !== 'fee-due' || due === null || due <= world.at)
    return refuse('application-closed')
  const word = wordOn(asked, fee.request, String(application.body['holder']))
  if (word === undefined) return refuse('fee-note-missing')
  if (word.refusal !== null)
    return { accept: () => close(world, settled(application, 'refused'), 'failed', 'fee-refused') }
  return { accept: () => paidFor(world, settled(application, 'paid')) }
}

/** Once paid it takes its place behind all who asked before, and is served from there; a chosen block is granted. */
function paidFor(world: World, application: Application): void {
  const { body, opened, handle } = application
  const pool = world.get('pool', body['pool'])
  const holder = world.holder(body['holder'])
  if (pool === null || holder === null) throw new Error('an application has a pool and a holder')
  world.touched.add(`obj/pool/${pool.handle}`)
  const terms = parameters(world, 'allocate/1', opened)
  const length = Number(body['length'])
  const chosen = body['block'] === null ? null : blockAt(String(body['block']))
  if (chosen === null) {
    close(world, application, 'waiting')
    takesItsPlace(world, pool, length, handle)
    return
  }
  const blocks = blocksOf(world, holder.handle, 'allocate')
  if (blocks.length > 0) {
    standAside(world, application, blocks)
    return
  }
  const fault = firstOf(
    quotaReached(world, holder, pool, length, terms) && 'quota-reached',
    !isFree(world, chosen) && 'block-taken',
  )
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault === null) grant(world, holder, pool, chosen, terms)
}

function sizeFault({ space, ...pool }: Pool, length: number, terms: Terms): string | null {
  const { ip4Min = 0, ip4Max = 0, ip6Min = 0, ip6Max = 0, ip6Step = 1 } = terms
  const allowed =
    space === 'asn'
      ? length === 32
      : space === 'ip4'
        ? length >= ip4Min && length <= ip4Max
        : length >= ip6Min && length <= ip6Max && (length - ip6Min) % ip6Step === 0
  return allowed && holdsBlock({ space, ...pool }, length) ? null : 'size-not-allowed'
}

/** What one block of this size counts: addresses, or one. */
const countOf = ({ space }: Pool, length: number): number => (space === 'ip4' ? 2 ** (32 - length) : 1)
function quotaReached(world: World, holder: Holder, pool: Pool, length: number, terms: Terms): boolean {
  const quota = { ip4: terms['quotaIp4'], ip6: terms['quotaIp6'], asn: terms['quotaAsn'] }[pool.space] ?? 0
  const granted = world.get('identity', holder.identity)?.granted[pool.space] ?? 0
  return quota > 0 && granted + countOf(pool, length) > quota
}

function chosenBlock(world: World, body: JsonObject, pool: Pool, terms: Terms): Prefixed | string {
  const block = blockAt(textOf(body, 'block'))
  if (!pool.open || !terms['chooseBlock']) return 'block-not-open'
  if (block === null || block.space !== pool.space || block.length !== body['length'])
    return 'block-misaligned'
  if (!inside(block, poolSpan(pool))) return 'block-outside-pool'
  return isFree(world, block) ? block : 'block-taken'
}

function grant(world: World, { handle, identity }: Holder, pool: Pool, block: Prefixed, terms: Terms): void {
  const status = block.space === 'ip6' ? 'allocated' : 'assigned'
  const { space, first, last } = block
  const known = { kind: 'holding' as const, holder: handle, status, registered: world.at.slice(0, 10) }
  const entry = entryOf(world, 'allocate/1', known)
  world.add({ space, first, last, entry })
  const counted = world.get('identity', identity) as Identity
  const granted = { ...counted.granted, [space]: counted.granted[space] + countOf(pool, block.length) }
  world.put('identity', String(identity), { ...counted, granted })
  const { holdSeconds = 0 } = terms
  if (holdSeconds > 0)
    world.put('notes', entry.id, {
      ...world.notes(entry.id),
      heldUntil: later(world.at, holdSeconds) as Instant,
    })
}

/** Whoever came first is served, of the sizes that are not known to be gone. */
function served(world: World, pool: Pool): Verdict {
  if (!world.toServe.has(pool.handle)) return refuse('not-due')
  return {
    accept() {
      world.touched.add(`obj/pool/${pool.handle}`)
      const [next] = openHeads(world, pool)
      if (next !== undefined) serveSize(world, pool, Number(next.body['length']))
      if (openHeads(world, pool).length === 0) world.toServe.delete(pool.handle)
    },
  }
}
/** The heads of the queues of which something may be free, who came first first. */
function openHeads(world: World, pool: Pool): readonly Application[] {
  return sizesWaited(world, pool.handle)
    .filter((length) => world.exhausted.get(pool.handle)?.has(length) !== true)
    .flatMap((length) => queueOf(world, pool.handle, length).slice(0, 1))
    .sort((a, b) => a.since - b.since)
}
function serveSize(world: World, pool: Pool, length: number): void {
  const [head] = queueOf(world, pool.handle, length)
  if (head === undefined) return
  if (head.state !== 'waiting') {
    // Whoever withdrew is passed over in an act of its own.
    dequeue(world, pool.handle, length)
    return
  }
  const holder = world.holder(head.body['holder'])
  if (holder === null) throw new Error('an applicant is a holder')
  const blocks = blocksOf(world, holder.handle, 'allocate')
  if (blocks.length === 0 && lowestFree(world, pool, length) === null) {
    markExhausted(world, pool.handle, length)
    return
  }
  dequeue(world, pool.handle, length)
  if (blocks.length > 0) standAside(world, head, blocks)
  else serve(world, pool, head, holder)
}
/** A delay on a name is waited for, aside; who is blocked for good has failed. */
function standAside(world: World, head: Application, blocks: HolderNotes['blocked']): void {
  const ends = blocks.map(({ until }) => until)
  if (ends.includes(null)) {
    close(world, head, 'failed', 'act-blocked')
    return
  }
  const due =
    ends
      .filter((end) => end !== null)
      .sort()
      .at(-1) ?? null
  world.put('application', head.handle, { ...head, state: 'cooling', due })
}

function serve(world: World, pool: Pool, application: Application, holder: Holder): void {
  const length = Number(application.body['length'])
  const terms = parameters(world, 'allocate/1', application.opened)
  const block = lowestFree(world, pool, length)
  const fault = quotaReached(world, holder, pool, length, terms) ? 'quota-reached' : null
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault === null && block !== null) grant(world, holder, pool, block, terms)
}

/** By an act of the registrar it is looked whether something is free. */
function takesItsPlace(world: World, pool: Pool, length: number, handle: string): void {
  // While others wait it is known whether something is free.
  if (queueOf(world, pool.handle, length).length === 0) world.exhausted.get(pool.handle)?.delete(length)
  enqueue(world, pool.handle, length, handle)
  world.toServe.add(pool.handle)
}
/** Whoever stood aside is first again. */
function comesBack(world: World, application: Application): void {
  const pool = world.get('pool', application.body['pool'])
  if (pool === null) throw new Error('an application has a pool')
  if (application.body['block'] !== null) {
    paidFor(world, application)
    return
  }
  close(world, application, 'waiting')
  takesItsPlace(world, pool, Number(application.body['length']), application.handle)
}

function feeLapsed(world: World, subject: string): Verdict {
  const application = world.application(subject.split('/')[2])
  const { state, due } = application ?? {}
  if (application === null || due == null || due > world.at) return refuse('not-due')
  if (state === 'cooling') return { accept: () => comesBack(world, application) }
  if (state !== 'fee-due') return refuse('not-due')
  return { accept: () => paidFor(world, settled(application, 'unanswered')) }
}

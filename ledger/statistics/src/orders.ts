/**
 * The transparency report: orders by authority, effect and outcome, notice before effect, times, holds in force with
 * their age, seals, reversals. Zero is shown as zero. It is counted from the public entries alone, with no state behind
 * them, so that an audit counts the same.
 */

import {
  AUTHORITY_KINDS,
  type Authority,
  type AuthorityKind,
  type Desk,
  type Instant,
  type LoggedEffect,
  type OpEntry,
  ORDER_EFFECTS,
  ORDER_STATES,
  type OrderRecord,
  secondsOf,
  waitsForWindow,
} from '@cadastre/records'
import { Histogram } from './histogram.ts'
import { rounded } from './tally.ts'

type Counts = { readonly [name: string]: number }

export type NoticeShare = {
  readonly executed: number
  /** Of them, those with an attempt to notify the holder logged at or before the execution. */
  readonly noticed: number
  /** Null of nothing. */
  readonly share: number | null
}

type Times = { readonly n: number; readonly medianSeconds: number | null; readonly p95Seconds: number | null }

export type OrderGroup = {
  readonly served: number
  /** By effect, all of the vocabulary, and `outside`. */
  readonly effects: Counts
  /** By the state they have now, all states. */
  readonly outcomes: Counts
}

export type ActiveHold = {
  readonly order: string
  readonly authority: string
  readonly ranges: readonly string[]
  readonly since: Instant
  readonly ageSeconds: number
  /** Null: open-ended. */
  readonly until: Instant | null
  readonly askAgain: Instant | null
}

export type OrdersReport = OrderGroup & {
  /** Orders that the registry itself counts in its state; another number than `served` is a fault. */
  readonly counted: number
  readonly authorities: readonly (OrderGroup & {
    readonly authority: string
    readonly kind: AuthorityKind | null
  })[]
  /** Why orders went back, by code. */
  readonly returned: Counts
  readonly noticeBeforeEffect: {
    readonly all: NoticeShare
    /** What takes numbers, services or the say over them away. */
    readonly takes: NoticeShare
  }
  readonly times: {
    readonly servedToReceived: Times
    readonly receivedToVerified: Times
    readonly verifiedToNotified: Times
    readonly verifiedToExecuted: Times
  }
  /** Holds in force at the last state entry, the oldest first. */
  readonly activeHolds: readonly ActiveHold[]
  readonly seals: {
    readonly now: number
    readonly ever: number
    /** Ended, and nobody has shown what they hid. */
    readonly overdue: number
  }
  readonly reversed: number
  readonly objections: { readonly made: number; readonly upheld: number }
  readonly conflicts: number
}

const EFFECTS: readonly string[] = [...ORDER_EFFECTS, 'outside']

export class OrderCounts {
  readonly #orders = new Map<string, OrderRecord>()
  readonly #authorities = new Map<string, Authority>()
  #counted = 0
  #at: Instant | null = null

  /** A state entry of this time: ages are counted up to the last. */
  state(at: Instant): void {
    this.#at = at
  }

  add({ outcome }: Pick<OpEntry, 'outcome'>): void {
    if (outcome.accepted) for (const effect of outcome.effects) this.#follow(effect)
  }

  #follow({ key, next }: LoggedEffect): void {
    if (next === null) return
    const record: unknown = next
    if (key.startsWith('obj/order/')) this.#orders.set(key, record as OrderRecord)
    if (key.startsWith('obj/authority/')) this.#authorities.set(key, record as Authority)
    if (key === 'obj/desk/ORDERS') this.#counted = (record as Desk).served
  }

  /** Of orders received when `counts` says so; holds in force and seals are those of now. */
  report(counts: (received: Instant) => boolean = () => true): OrdersReport {
    const everything = [...this.#orders.values()]
    const orders = everything.filter(({ received }) => counts(received))
    const executed = orders.filter((order) => order.executed !== null)
    const takes = executed.filter(({ detail }) => waitsForWindow(detail.effect))
    return {
      ...groupOf(orders),
      counted: this.#counted,
      authorities: this.#byAuthority(orders),
      returned: codesOf(orders),
      noticeBeforeEffect: { all: noticeOf(executed), takes: noticeOf(takes) },
      times: {
        servedToReceived: timesOf(orders, 'served', 'received'),
        receivedToVerified: timesOf(orders, 'received', 'verified'),
        verifiedToNotified: timesOf(orders, 'verified', 'notified'),
        verifiedToExecuted: timesOf(orders, 'verified', 'executed'),
      },
      activeHolds: this.#holds(everything),
      seals: {
        now: everything.filter(({ seal }) => seal !== null && seal.opened === null).length,
        ever: everything.filter(({ seal }) => seal !== null).length,
        overdue: everything.filter(({ seal }) => seal?.overdue === true).length,
      },
      reversed: orders.filter(({ state }) => state === 'reversed').length,
      objections: {
        made: orders.filter(({ objection }) => objection !== null).length,
        upheld: orders.filter(({ objection }) => objection?.upheld === true).length,
      },
      conflicts: everything.filter(({ state }) => state === 'conflict').length,
    }
  }

  /** Everybody in the register, and whoever is not and was named all the same. */
  #byAuthority(orders: readonly OrderRecord[]): OrdersReport['authorities'] {
    const kinds = new Map<string, AuthorityKind | null>(orders.map(({ authority }) => [authority, null]))
    for (const { handle, terms } of this.#authorities.values())
      kinds.set(handle, AUTHORITY_KINDS.find((kind) => kind === terms.kind) ?? null)
    return [...kinds]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([authority, kind]) => {
        const own = orders.filter((order) => order.authority === authority)
        return { authority, kind, ...groupOf(own) }
      })
  }

  #holds(orders: readonly OrderRecord[]): readonly ActiveHold[] {
    const at = this.#at
    if (at === null) return []
    return orders
      .filter((order) => isHolding(order, at))
      .map(({ handle, authority, scope, executed, received, until, askAgain }) => {
        const since = executed ?? received
        const ranges = scope.map(({ range }) => range)
        const ageSeconds = secondsOf(at) - secondsOf(since)
        return { order: handle, authority, ranges, since, ageSeconds, until, askAgain }
      })
      .sort((one, other) => other.ageSeconds - one.ageSeconds || (one.order < other.order ? -1 : 1))
  }
}

/** Whether a hold stops transfers at `at`: one whose end has come does not, though that is not written yet. */
function isHolding({ detail, state, until }: OrderRecord, at: Instant): boolean {
  return detail.effect === 'hold' && IN_EFFECT.includes(state) && (until === null || until > at)
}
const IN_EFFECT: readonly string[] = ['executed', 'varied']

/** Each of the names, zero included, then any other. */
function countsOf(names: readonly string[], met: readonly string[]): Counts {
  const counts = new Map(names.map((name) => [name, 0]))
  for (const name of met) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries(counts)
}

function groupOf(orders: readonly OrderRecord[]): OrderGroup {
  return {
    served: orders.length,
    effects: countsOf(
      EFFECTS,
      orders.map(({ detail }) => detail.effect),
    ),
    outcomes: countsOf(
      ORDER_STATES,
      orders.map(({ state }) => state),
    ),
  }
}

function codesOf(orders: readonly OrderRecord[]): Counts {
  const codes = orders.flatMap(({ state, reason }) => (state === 'returned' ? [reason ?? 'unknown'] : []))
  return countsOf([], codes.sort())
}

function noticeOf(executed: readonly OrderRecord[]): NoticeShare {
  const noticed = executed.filter(
    (order) => order.notified !== null && order.executed !== null && order.notified <= order.executed,
  )
  const share = executed.length === 0 ? null : rounded(noticed.length / executed.length)
  return { executed: executed.length, noticed: noticed.length, share }
}

type Moment = 'served' | 'received' | 'verified' | 'notified' | 'executed'

function timesOf(orders: readonly OrderRecord[], from: Moment, to: Moment): Times {
  const seconds = new Histogram()
  for (const order of orders) {
    const [first, last] = [order[from], order[to]]
    if (first !== null && last !== null) seconds.add(secondsOf(last) - secondsOf(first))
  }
  return { n: seconds.size, medianSeconds: seconds.quantile(0.5), p95Seconds: seconds.quantile(0.95) }
}

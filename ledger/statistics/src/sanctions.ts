/** Acts on legal acts of the seat, counted by quarter: blocks, delays on a name alone, and how they ended. */

import type { Instant, OpEntry } from '@cadastre/records'

export type SanctionsQuarter = {
  /** `2026-Q4`, in UTC. */
  readonly quarter: string
  /** Blocked on an exact match or a ruling. */
  readonly blocks: number
  /** Delayed on a name alone. */
  readonly delays: number
  /** Ended by an exemption, a licence, a delisting, or because the name was another's. */
  readonly releases: number
  /** Delays that ran out without a certificate. */
  readonly lapsed: number
}

type Kind = Exclude<keyof SanctionsQuarter, 'quarter'>
const STEPS: { readonly [step: string]: Kind } = { certify: 'blocks', delay: 'delays', lift: 'releases' }

function quarterOf(at: Instant): string {
  return `${at.slice(0, 4)}-Q${Math.ceil(Number(at.slice(5, 7)) / 3)}`
}

export class Sanctions {
  readonly #quarters = new Map<string, { [K in Kind]: number }>()

  add({ at, procedure, request, outcome }: Pick<OpEntry, 'at' | 'procedure' | 'request' | 'outcome'>): void {
    if (!procedure.startsWith('apply-sanctions-act/') || !outcome.accepted) return
    const kind = request === null ? 'lapsed' : STEPS[String(request.body['step'])]
    if (kind === undefined) return
    const quarter = quarterOf(at)
    const counts = this.#quarters.get(quarter) ?? { blocks: 0, delays: 0, releases: 0, lapsed: 0 }
    this.#quarters.set(quarter, counts)
    counts[kind] += 1
  }

  /** Quarters in which something was done, the latest first. */
  report(): readonly SanctionsQuarter[] {
    return [...this.#quarters].map(([quarter, counts]) => ({ quarter, ...counts })).reverse()
  }
}

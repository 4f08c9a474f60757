/**
 * The registry's side of its other doors: fetches what was handed in at them and submits it at its own desk, so that
 * it is logged within the hour. What had been submitted before gets the receipt that it has.
 */

import { isArray, isObject, type Json } from '@cadastre/records'
import type { Desk } from '@cadastre/registrar'

export type DoorKeeperOptions = {
  /** Addresses of the doors, without a slash at the end. */
  readonly doors: readonly string[]
  readonly desk: Pick<Desk, 'submit'>
  readonly report: (message: string, error?: Error) => void
  readonly get?: typeof fetch
}

/** Far below the hour that the registrar has, so that one failure costs nothing. */
const EVERY_MILLISECONDS = 60_000
const TIMEOUT_MILLISECONDS = 10_000
const BODY_MAX = 8_000_000
/** Pages of one door in one round. */
const PAGES_MAX = 200

export class DoorKeeper {
  readonly #options: DoorKeeperOptions
  /** Last item fetched from each door. */
  readonly #after = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(options: DoorKeeperOptions) {
    this.#options = options
  }

  /** Fetch now, and from then on every minute. */
  start(): void {
    const round = (): void => {
      void this.fetchAll().finally(() => {
        if (this.#timer !== null) this.#timer = setTimeout(round, EVERY_MILLISECONDS).unref()
      })
    }
    this.#timer = setTimeout(round, 0).unref()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** One round; how many requests were submitted. A door that fails is reported and does not keep the others waiting. */
  async fetchAll(): Promise<number> {
    const counts = await Promise.all(
      this.#options.doors.map(async (door) => {
        try {
          return await this.#fetch(door)
        } catch (error) {
          if (!(error instanceof Error)) throw error
          this.#options.report(`the door ${door} does not answer`, error)
          return 0
        }
      }),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  async #fetch(door: string): Promise<number> {
    let submitted = 0
    for (let page = 0; page < PAGES_MAX; page++) {
      const items = await this.#page(door, this.#after.get(door) ?? 0)
      if (items.length === 0) break
      for (const { id, request, evidence } of items) {
        const result = await this.#options.desk.submit({ request, evidence, openings: [] })
        // Closed: they are asked for again. Anything else is that request's own fault.
        if (!result.ok && result.problem.code === 'closed') return submitted
        this.#after.set(door, id)
        submitted += result.ok ? 1 : 0
      }
    }
    return submitted
  }

  async #page(door: string, after: number): Promise<readonly Item[]> {
    const response = await (this.#options.get ?? fetch)(`${door}/requests?after=${after}`, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const text = await response.text()
    if (text.length > BODY_MAX) throw new Error('an answer that is too long')
    const value = JSON.parse(text) as Json
    const items = isObject(value) ? value['items'] : undefined
    return isArray(items) ? items.flatMap(readItem).filter(({ id }) => id > after) : []
  }
}

type Item = { readonly id: number; readonly request: string; readonly evidence: string }

function readItem(value: Json): readonly Item[] {
  const { id, request, evidence } = isObject(value) ? value : {}
  return typeof id === 'number' && typeof request === 'string' && typeof evidence === 'string'
    ? [{ id, request, evidence }]
    : []
}

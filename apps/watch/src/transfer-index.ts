/** Published transfers by the numbers that they name. */

import type { Range } from '@cadastre/numbers'
import type { History } from './history.ts'
import { IntervalTree } from './interval-tree.ts'
import type { PublishedTransfer } from './model.ts'
import { readTransferRow } from './transfer-log.ts'

export class TransferIndex {
  readonly #transfers: PublishedTransfer[] = []
  readonly #trees = {
    ip4: new IntervalTree<bigint>(),
    ip6: new IntervalTree<bigint>(),
    asn: new IntervalTree<bigint>(),
  }

  constructor(history: History) {
    const known = new Set<string>()
    for (const { id: source, kind, rows } of history.sources()) {
      if (kind !== 'transfers') continue
      for (const row of rows) {
        const raw = history.raw(row)
        // A transfer between registries stands in the logs of both; a row that came back stands in one twice.
        if (known.has(raw)) continue
        known.add(raw)
        const transfer = readTransferRow(raw, source, history.addedBy(row))
        if (transfer === null) continue
        const at = this.#transfers.push(transfer) - 1
        for (const { space, first, last } of transfer.ranges) this.#trees[space].add(first, last, at)
      }
    }
  }

  overlapping({ space, first, last }: Range): readonly PublishedTransfer[] {
    const found = new Set<PublishedTransfer>()
    this.#trees[space].overlapping(first, last, (at) => {
      const transfer = this.#transfers[at]
      if (transfer !== undefined) found.add(transfer)
    })
    return [...found]
  }
}

/** One move of numbers from one registry to the other, step by step. */

import { createHash } from 'node:crypto'
import type { Signer } from '@cadastre/crypto'
import { type JsonObject, objectKey, type Request, type Transit } from '@cadastre/records'
import type { TestHolder } from '@cadastre/simulator'
import type { Side } from './side.ts'

export const STEPS = ['init', 'accept', 'finalize', 'complete'] as const
export type Step = (typeof STEPS)[number] | 'cancel-out' | 'cancel-in'

type Prepared = {
  readonly side: Side
  readonly request: Request
  readonly signers: readonly Signer[]
  readonly word: ReturnType<Side['word']> | null
}

function peerHandleOf(origin: string): string {
  return createHash('sha256').update(origin).digest('hex').slice(0, 40).toUpperCase()
}

export class Move {
  readonly from: Side
  readonly to: Side
  readonly seller: TestHolder
  readonly buyer: TestHolder
  readonly block: string
  #handle: string | null = null

  constructor(parts: {
    readonly from: Side
    readonly to: Side
    readonly seller: TestHolder
    readonly buyer: TestHolder
    readonly block: string
  }) {
    this.from = parts.from
    this.to = parts.to
    this.seller = parts.seller
    this.buyer = parts.buyer
    this.block = parts.block
  }

  /** The source's handle of the move: the pending act of the registration. */
  get handle(): string {
    if (this.#handle === null) {
      const { id } = this.from.names(this.block)
      const notes = this.from.registry.reader.snapshot().object('notes', id) as JsonObject | null
      this.#handle = typeof notes?.['pending'] === 'string' ? notes['pending'] : null
    }
    if (this.#handle === null) throw new Error('the move has not begun')
    return this.#handle
  }
  get arrival(): string {
    return `${peerHandleOf(this.from.origin)}.${this.handle}`
  }
  get source(): Transit | null {
    return this.from.transit(this.handle)
  }
  get recipient(): Transit | null {
    return this.to.transit(this.arrival)
  }

  prepare(step: Step): Prepared {
    const { from, to, seller, buyer } = this
    switch (step) {
      case 'init': {
        const { id, ...replaced } = from.names(this.block)
        const body = {
          step,
          holder: seller.handle,
          registration: { key: this.block, id },
          range: this.block.replace(/^ip[46]\//, ''),
          recipient: { origin: to.origin, holder: buyer.handle },
        }
        return {
          side: from,
          request: from.request('move-out/1', body, [replaced]),
          signers: [seller.signer],
          word: null,
        }
      }
      case 'accept': {
        const range = this.block.replace(/^ip[46]\//, '')
        const body = { step, origin: from.origin, transit: this.handle, holder: buyer.handle, range }
        return {
          side: to,
          request: to.request('move-in/1', body),
          signers: [buyer.signer],
          word: this.sourceWord(),
        }
      }
      case 'finalize':
        return {
          side: from,
          request: from.request('move-out/1', { step, transit: this.handle }),
          signers: [],
          word: to.word(objectKey('transit', this.arrival)),
        }
      case 'cancel-out': {
        const body = { step: 'cancel', transit: this.handle, by: seller.handle }
        return { side: from, request: from.request('move-out/1', body), signers: [seller.signer], word: null }
      }
      case 'complete':
      case 'cancel-in': {
        const body = {
          step: step === 'complete' ? step : 'cancel',
          origin: from.origin,
          transit: this.handle,
        }
        return { side: to, request: to.request('move-in/1', body), signers: [], word: this.sourceWord() }
      }
    }
  }

  sourceWord(): ReturnType<Side['word']> {
    return this.from.word(objectKey('transit', this.handle))
  }

  /** The refusal, or null. */
  async do(step: Step): Promise<string | null> {
    const { side, request, signers, word } = this.prepare(step)
    return side.act(request, signers, word)
  }
}

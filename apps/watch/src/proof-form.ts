/**
 * The proof of what was published for a number on a day: a C2SP tlog-proof whose leaf is the state entry that followed
 * the day's file. Its `extra` holds two paths through that state: to the number, and to the record of the source, which
 * says of which day it is. Where the day asked for is not that day, or to show that nothing newer replaced it, a third
 * path leads through a later state of the same checkpoint in which the source names this day as the one before its
 * own; or, where no later file is logged, through the last entry of the checkpoint.
 */

import { pathJson, type Query } from '@cadastre/answers'
import { type Crypto, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { formatProof } from '@cadastre/notes'
import type { CalendarDate, JsonObject } from '@cadastre/records'
import type { TrieView } from '@cadastre/trie'
import { sourceLabel } from './state-cells.ts'

/** Names the form of `extra`. */
export const FORM: string = 'cadastre-watch-day/v1'

/** A state of the log: its entry, where it is, and its tries. */
export type LoggedState = {
  readonly text: string
  readonly index: number
  readonly inclusion: readonly Uint8Array[]
  readonly view: TrieView
}

/** The query for the record of a source. */
export function sourceQuery(crypto: Crypto, source: string): Query {
  return {
    key: `obj/source/${source.toUpperCase()}`,
    space: 'obj',
    label: sourceLabel(crypto, source),
    length: 256,
  }
}

function pathOf(view: TrieView, { space, label, length }: Query): JsonObject {
  return pathJson(view.prove(space, label, length))
}

/** Writes the proof. `later` is null where the day's own state is the last of the checkpoint. */
export function formatDayProof(
  crypto: Crypto,
  asked: { readonly query: Query; readonly source: string; readonly day: CalendarDate },
  state: LoggedState,
  later: LoggedState | null,
  checkpoint: string,
): string {
  const source = sourceQuery(crypto, asked.source)
  const extra: JsonObject = {
    form: FORM,
    key: asked.query.key,
    source: asked.source,
    day: asked.day,
    state: state.text,
    number: pathOf(state.view, asked.query),
    of: pathOf(state.view, source),
    later:
      later === null
        ? null
        : {
            state: later.text,
            index: later.index,
            inclusion: later.inclusion.map(encodeBase64),
            of: pathOf(later.view, source),
          },
  }
  return formatProof({
    extra: encodeUtf8(JSON.stringify(extra)),
    index: state.index,
    proof: state.inclusion,
    checkpoint,
  })
}

/** One entry with its inclusion proof: `extra` is the entry itself. */
export function formatEntryProof(
  entry: Uint8Array,
  index: number,
  proof: readonly Uint8Array[],
  checkpoint: string,
): string {
  return formatProof({ extra: entry, index, proof, checkpoint })
}

/**
 * Whether effects fit one entry. A request that does not fit is refused by the registrar; an act that falls due must
 * itself know, because it would come back for ever.
 */

import { canonicalJson, MAX_ENTRY_BYTES } from '@cadastre/records'
import type { Effect } from './procedure.ts'

/** What an entry holds besides effects and inputs: its own members, and a request's evidence. */
const RESERVED_BYTES = 2 * 1024
/** Around each effect: member names, the hash before, and what stamping adds. */
const BYTES_AROUND_EFFECT = 160
/** One input: its key, its hash, member names. */
const BYTES_OF_INPUT = 130

/** Upper estimate of what an effect takes in an entry, in bytes. Records of cells are ASCII. */
function bytesOf(effect: Effect): number {
  return canonicalJson(effect.next).length + effect.key.length + BYTES_AROUND_EFFECT
}

/** Whether the effects fit one entry beside this many inputs, on a cautious estimate. */
export function fitsEntry(effects: readonly Effect[], inputs: number): boolean {
  const around = RESERVED_BYTES + inputs * BYTES_OF_INPUT
  return effects.reduce((sum, effect) => sum + bytesOf(effect), around) <= MAX_ENTRY_BYTES
}

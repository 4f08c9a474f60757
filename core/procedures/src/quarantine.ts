/**
 * P7, the end of a quarantine: the numbers are free again. Inside a pool they are free as soon as nothing covers them
 * any more, and the pool is told; outside every pool they become one, so that the registry loses none.
 */

import { type Block, contains, formatAddress, lowerCursor, type Range } from '@cadastre/numbers'
import {
  cellKey,
  type Instant,
  type Pool,
  type RecordKey,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import { CellEdits } from './cell-edits.ts'
import { withoutRegistration, withRegistration } from './cells.ts'
import { blocksOf, isHandle, poolKey, poolOf, recordNeed } from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { cursorOf, poolBounds } from './lowest-fit.ts'
import type { Decision, Inputs, Need } from './procedure.ts'
import { blockOfKey, type Referred, referred } from './ranges.ts'

type Quarantined = Referred & { readonly block: Block; readonly range: Range }

/** The quarantined registration in the subject's own cell. */
function quarantinedAt(subject: RecordKey, known: Inputs): Quarantined | null {
  const block = blockOfKey(subject)
  if (block === null) return null
  const here = known.chain(block).at(-1)
  if (here === undefined || here.block.length !== block.length) return null
  const registration = here.cell.registrations.find((candidate) => candidate.kind === 'quarantined')
  const found = registration === undefined ? null : referred({ key: block, id: registration.id }, known)
  if (found === null) return null
  return { ...found, block, range: registrationRange(found.registration, block.space) }
}

/** Handles under which the pools around it may be found: a pool registration states its pool's as provenance. */
function poolHandles({ outer }: Referred): readonly string[] {
  return outer
    .toReversed()
    .map(({ kind, provenance }) => (kind === 'pool' ? provenance : null))
    .filter((handle) => handle !== null)
    .filter(isHandle)
}

export function quarantineNeeds(subject: RecordKey, known: Inputs): readonly Need[] {
  const found = quarantinedAt(subject, known)
  if (found === null) return []
  return [
    ...blocksOf(found.registration, found.block.space).map((block) => recordNeed(cellKey(block))),
    ...poolHandles(found).map((handle) => recordNeed(poolKey(handle))),
  ]
}

/** The innermost pool object whose numbers these are; null where only a pool registration covers them, or nothing. */
function poolAround(found: Quarantined, inputs: Inputs): Pool | null {
  for (const handle of poolHandles(found)) {
    const pool = poolOf(inputs, handle)
    if (pool === null || pool.space !== found.block.space) continue
    const { first, last } = poolBounds(pool)
    if (first <= found.range.first && found.range.last <= last) return pool
  }
  return null
}

/** The pool with its cursors no higher than the freed numbers; its queue, if there is one, is served at once. */
function withFreed(pool: Pool, range: Range, at: Instant): Pool {
  const { first } = poolBounds(pool)
  const cursors: Record<string, string> = {}
  for (const length of Object.keys(pool.cursors)) {
    const lowered = lowerCursor(cursorOf(pool, Number(length)), range.first, pool.space, Number(length))
    // A block that begins below the pool is none of the pool's.
    cursors[length] = formatAddress(pool.space, lowered < first ? first : lowered)
  }
  const waiting = Object.keys(pool.queues).length > 0
  return { ...pool, cursors, exhausted: [], serve: waiting ? at : pool.serve }
}

/** Numbers that no pool covers become one, with a pool object of their own. */
function newPool(
  registration: Registration,
  space: Block['space'],
): { registration: Registration; pool: Pool } {
  const { first, last } = registration
  return {
    registration: {
      ...registration,
      id: draftId(0),
      kind: 'pool',
      status: 'available',
      until: null,
      provenance: 'P-#',
      since: DRAFT_SINCE,
    },
    pool: {
      v: 1,
      handle: 'P-#',
      space,
      first,
      last,
      open: false,
      cursors: {},
      queues: {},
      exhausted: [],
      serve: null,
      since: DRAFT_SINCE,
    },
  }
}

export function decideQuarantineEnd(subject: RecordKey, inputs: Inputs, at: Instant): Decision {
  const found = quarantinedAt(subject, inputs)
  const until = found?.registration.until ?? null
  if (found === null || until === null || until > at) return refuse('not-due')
  const { registration, block: own, range } = found
  const edits = new CellEdits(inputs)
  for (const block of blocksOf(registration, own.space))
    edits.edit(block, (cell) => withoutRegistration(cell, registration.id))
  const covered = found.outer.some(
    (outer) => outer.kind === 'pool' && contains(registrationRange(outer, own.space), range),
  )
  if (covered) {
    const pool = poolAround(found, inputs)
    const told = pool === null ? [] : [put(poolKey(pool.handle), withFreed(pool, range, at))]
    return accept([...edits.effects(), ...told])
  }
  const made = newPool(registration, own.space)
  for (const block of blocksOf(registration, own.space)) {
    const cell = withRegistration(edits.cell(block), made.registration)
    if (cell === null) throw new Error('the quarantined registration has just left the cell')
    edits.set(block, cell)
  }
  return accept([...edits.effects(), put(poolKey('P-#'), made.pool)])
}

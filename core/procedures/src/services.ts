/**
 * Services in cells: declaring and removing one, and re-cutting those of a registration that loses part of its range.
 *
 *     serviceEffects(at: CoveringCell, service, under): Result<Cell, RefusalCode>
 *         the cell with the service declared; `under` is the id of the registration that authorises it
 *     recutNeeds(kept): readonly Need[]
 *     recut(edits, registration, kept, paths): void   (edits: see cell-edits.ts)
 *         `paths` to every moved block; `kept` are the ranges that stay with the registration
 */

import {
  type Block,
  blockRange,
  equalBlock,
  err,
  intersection,
  ok,
  type Range,
  type Result,
  rangeToBlocks,
  WIDTH,
} from '@cadastre/numbers'
import {
  array,
  asn,
  type Cell,
  type CoveringCell,
  cellKey,
  type DelegationSigner,
  integer,
  MAX_ROAS,
  MAX_ROUTES,
  object,
  type Registration,
  type Roa,
  type Schema,
  tagged,
  text,
} from '@cadastre/records'
import type { CellEdits } from './cell-edits.ts'
import { recordNeed } from './common.ts'
import { DRAFT_SINCE } from './effects.ts'
import type { Need } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

export type RdnsService = {
  readonly kind: 'rdns'
  readonly ns: readonly string[]
  readonly ds: readonly DelegationSigner[]
}
export type RouteService = { readonly kind: 'route'; readonly origin: number }
export type RoaService = { readonly kind: 'roa'; readonly asn: number; readonly maxLength: number }
export type Service = RdnsService | RouteService | RoaService

/** RFC 1035 section 2.3.1 with RFC 1123 section 2.1; stored in lower case and without the trailing dot. */
const hostName: Schema<string> = text({
  expected:
    'a lower-case host name of letters, digits and hyphens without trailing dot, such as ns1.example.net',
  maxLength: 253,
  pattern: '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$',
})

/** Hexadecimal digits of a digest by its type: SHA-1 (RFC 4034), SHA-256 (RFC 4509), SHA-384 (RFC 6605). */
const DIGEST_DIGITS: { readonly [digestType: number]: number } = { 1: 40, 2: 64, 4: 96 }

const dsMembers: Schema<DelegationSigner> = object({
  keyTag: integer(0, 65535),
  algorithm: integer(0, 255),
  digestType: integer(1, 4),
  digest: text({
    expected: 'the digest in lower-case hexadecimal',
    maxLength: 96,
    pattern: '^(?:[0-9a-f]{2}){20,48}$',
  }),
})
/** A DS record whose digest has the length that its type asks for. */
export const delegationSigner: Schema<DelegationSigner> = {
  json: dsMembers.json,
  read(value, pointer) {
    const read = dsMembers.read(value, pointer)
    if (!read.ok) return read
    const digits = DIGEST_DIGITS[read.value.digestType]
    if (digits === undefined)
      return err({
        pointer: `${pointer}/digestType`,
        value: String(read.value.digestType),
        expected: '1 (SHA-1), 2 (SHA-256) or 4 (SHA-384)',
      })
    if (read.value.digest.length !== digits)
      return err({
        pointer: `${pointer}/digest`,
        value: `${read.value.digest.length} digits`,
        expected: `${digits} hexadecimal digits`,
      })
    return read
  },
}

/** A service as requests state it: for `declare-service`, and staged by the buyer in a transfer. */
export const service: Schema<Service> = tagged('kind', {
  rdns: object({ ns: array(hostName, 13, 1), ds: array(delegationSigner, 8) }),
  route: object({ origin: asn }),
  roa: object({ asn, maxLength: integer(0, 128) }),
})

/**
 * Whether reverse DNS can be declared at the block: at an octet of IPv4 or a nibble of IPv6 (RFC 1035 section 3.5,
 * RFC 3596 section 2.5), and inside the last IPv4 octet, where RFC 2317 delegates by CNAME.
 */
export function isReverseBoundary(block: Block): boolean {
  if (block.space === 'asn' || block.length === 0) return false
  return block.space === 'ip6' ? block.length % 4 === 0 : block.length % 8 === 0 || block.length > 24
}

/**
 * The bits of the reverse zones that a cell's reverse DNS stands for. A re-cut leaves reverse DNS at a prefix that is
 * no zone of its own, such as a /17: it stands for each zone of this length inside the prefix (128 /24 zones), which
 * would not fit one entry. IPv4 prefixes longer than /24 keep their length (RFC 2317).
 */
export function reverseZoneLength(block: Block): number {
  if (block.space === 'ip6') return Math.ceil(block.length / 4) * 4
  return block.length > 24 ? block.length : Math.ceil(block.length / 8) * 8
}

/** What is wrong with the service at this block, whatever the cell holds; null where nothing is. */
export function serviceRefusal(block: Block, declared: Service): RefusalCode | null {
  if (block.space === 'asn') return 'not-for-numbers'
  if (declared.kind === 'rdns') return isReverseBoundary(block) ? null : 'not-on-boundary'
  if (declared.kind === 'route') return null
  return declared.maxLength >= block.length && declared.maxLength <= WIDTH[block.space]
    ? null
    : 'max-length-invalid'
}

/** The cell without services of other registrations: these are inert, so that nothing is lost with them. */
function withoutInert(cell: Cell, under: string): Cell {
  return {
    ...cell,
    rdns: cell.rdns?.under === under ? cell.rdns : null,
    routes: cell.routes.filter((route) => route.under === under),
    roas: cell.roas.filter((roa) => roa.under === under),
  }
}

function sameRoa(a: Pick<Roa, 'asn' | 'maxLength'>, b: Pick<Roa, 'asn' | 'maxLength'>): boolean {
  return a.asn === b.asn && a.maxLength === b.maxLength
}

function sameRdns(a: Omit<RdnsService, 'kind'>, b: Omit<RdnsService, 'kind'>): boolean {
  const print = ({ ns, ds }: Omit<RdnsService, 'kind'>): string =>
    JSON.stringify([ns, ds.map((one) => [one.keyTag, one.algorithm, one.digestType, one.digest])])
  return print(a) === print(b)
}

/**
 * The cell with the service declared under a registration (its id, a draft one included). Reverse DNS replaces what
 * stood there. Refuses what {@link serviceRefusal} refuses, `nothing-changed` and `cell-full`.
 */
export function serviceEffects(
  at: CoveringCell,
  declared: Service,
  under: string,
): Result<Cell, RefusalCode> {
  const refusal = serviceRefusal(at.block, declared)
  if (refusal !== null) return err(refusal)
  const cell = withoutInert(at.cell, under)
  const mark = { under, since: DRAFT_SINCE }
  if (declared.kind === 'rdns') {
    const { ns, ds } = declared
    if (cell.rdns !== null && sameRdns(cell.rdns, declared)) return err('nothing-changed')
    return ok({ ...cell, rdns: { ...mark, ns, ds } })
  }
  if (declared.kind === 'route') {
    const { origin } = declared
    if (cell.routes.some((route) => route.origin === origin)) return err('nothing-changed')
    if (cell.routes.length >= MAX_ROUTES) return err('cell-full')
    return ok({ ...cell, routes: [...cell.routes, { ...mark, origin }] })
  }
  const { asn: number, maxLength } = declared
  if (cell.roas.some((roa) => sameRoa(roa, { asn: number, maxLength }))) return err('nothing-changed')
  if (cell.roas.length >= MAX_ROAS) return err('cell-full')
  return ok({ ...cell, roas: [...cell.roas, { ...mark, asn: number, maxLength }] })
}

/** The cell with the service removed; `service-unknown` where exactly this one does not stand under `under`. */
export function withoutService(at: CoveringCell, removed: Service, under: string): Result<Cell, RefusalCode> {
  if (at.block.space === 'asn') return err('not-for-numbers')
  const cell = withoutInert(at.cell, under)
  if (removed.kind === 'rdns')
    return cell.rdns !== null && sameRdns(cell.rdns, removed)
      ? ok({ ...cell, rdns: null })
      : err('service-unknown')
  if (removed.kind === 'route') {
    const routes = cell.routes.filter((route) => route.origin !== removed.origin)
    return routes.length < cell.routes.length ? ok({ ...cell, routes }) : err('service-unknown')
  }
  const roas = cell.roas.filter((roa) => !sameRoa(roa, removed))
  return roas.length < cell.roas.length ? ok({ ...cell, roas }) : err('service-unknown')
}

/** Records that a re-cut may write: the cells at the minimal blocks that stay. */
export function recutNeeds(kept: readonly Range[]): readonly Need[] {
  return kept.flatMap(rangeToBlocks).map((block) => recordNeed(cellKey(block)))
}

/**
 * Re-cut the services of a registration that keeps only `kept`. `paths` are the chains of the blocks that it loses. Cells
 * on them that hold numbers of both sides lose the registration's services: reverse DNS and ROAs go on at each minimal
 * block that stays, unless something more specific stands there already; a route was stated for the whole prefix and
 * ends with it. A ROA's maximum length grows to the new prefix where it was shorter, so that what stays can still be
 * announced. May overfill a cell: ask `edits.overfull()` afterwards.
 */
export function recut(
  edits: CellEdits,
  registration: Registration,
  kept: readonly Range[],
  paths: readonly (readonly CoveringCell[])[],
): void {
  const met = new Map(paths.flat().map((found) => [cellKey(found.block), found]))
  edits.know([...met.values()])
  const straddling = [...met.values()].filter(({ block }) => reaches(block, kept))
  // The most specific first: what it leaves at a block takes precedence over what covered it.
  for (const { block } of straddling.toSorted((a, b) => b.block.length - a.block.length))
    recutCell(edits, registration, block, kept)
}

/** Whether the block, which lies on the way to what is lost, holds numbers that stay too. */
function reaches(block: Block, kept: readonly Range[]): boolean {
  return kept.some((range) => intersection(range, blockRange(block)) !== null)
}

function recutCell(edits: CellEdits, registration: Registration, block: Block, kept: readonly Range[]): void {
  const cell = edits.cell(block)
  const { id } = registration
  const rdns = cell.rdns?.under === id ? cell.rdns : null
  const roas = cell.roas.filter((roa) => roa.under === id)
  edits.set(block, {
    ...cell,
    rdns: rdns === null ? cell.rdns : null,
    routes: cell.routes.filter((route) => route.under !== id),
    roas: cell.roas.filter((roa) => roa.under !== id),
  })
  if (rdns === null && roas.length === 0) return
  const stays = kept
    .map((range) => intersection(range, blockRange(block)))
    .filter((range) => range !== null)
    .flatMap(rangeToBlocks)
  for (const target of stays) {
    const inner = edits.cell(target).registrations.at(-1)
    // Below a child that begins exactly here the holder's services are inert, and the child's own stand.
    if (inner !== undefined && inner.id !== id && !equalBlock(target, block)) continue
    edits.edit(target, (found) => {
      const before = withoutInert(found, id)
      const recutRdns = rdns === null ? null : { ...rdns, since: DRAFT_SINCE }
      return {
        ...before,
        rdns: before.rdns ?? recutRdns,
        roas: withRecutRoas(before.roas, roas, target.length, id),
      }
    })
  }
}

function withRecutRoas(
  here: readonly Roa[],
  from: readonly Roa[],
  length: number,
  id: string,
): readonly Roa[] {
  const next = [...here]
  for (const roa of from) {
    const maxLength = Math.max(length, roa.maxLength)
    const covered = next.some((other) => other.asn === roa.asn && other.maxLength >= maxLength)
    if (!covered) next.push({ under: id, since: DRAFT_SINCE, asn: roa.asn, maxLength })
  }
  return next
}

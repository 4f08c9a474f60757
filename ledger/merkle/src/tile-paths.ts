import { type EntryBundle, TILE_WIDTH, type Tile } from './tiles.ts'

/** What a path below the log's prefix names. */
export type TilePath =
  | { readonly kind: 'tile'; readonly tile: Tile }
  | { readonly kind: 'entries'; readonly bundle: EntryBundle }

const LEVEL_MAX = 63

function assertRange(value: number, low: number, high: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < low || value > high) throw new RangeError(`${what}: ${value}`)
}

function indexAndWidth(index: number, width: number): string {
  assertRange(index, 0, Number.MAX_SAFE_INTEGER, 'tile index')
  assertRange(width, 1, TILE_WIDTH, 'tile width')
  const digits = index.toString()
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

/**
 * `tile/<L>/<N>[.p/<W>]` (C2SP tlog-tiles), for example `tile/0/x001/x234/067.p/8`. A width of 256 is a full
 * tile. Throws a RangeError outside levels 0-63 and widths 1-256.
 */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  assertRange(level, 0, LEVEL_MAX, 'tile level')
  return `tile/${level}/${indexAndWidth(index, width)}`
}

/** `tile/entries/<N>[.p/<W>]`; limits as {@link tilePath}. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexAndWidth(index, width)}`
}

// At most six groups: 18 digits hold every safe integer, and bound what a stranger's path can cost.
const PATTERN = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/**
 * Parses a tile or entries path, without a leading slash. Null unless it is spelled exactly as
 * {@link tilePath} or {@link entriesPath} would: one resource, one path.
 */
export function parseTilePath(path: string): TilePath | null {
  const match = PATTERN.exec(path)
  if (match === null) return null
  const [, level, groups, partial] = match
  if (level === undefined || groups === undefined) return null
  const index = Number(groups.replace(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  if (!Number.isSafeInteger(index) || (partial !== undefined && width >= TILE_WIDTH)) return null
  if (level !== 'entries' && Number(level) > LEVEL_MAX) return null
  const parsed: TilePath =
    level === 'entries'
      ? { kind: 'entries', bundle: { index, width } }
      : { kind: 'tile', tile: { level: Number(level), index, width } }
  // Leading groups of zeros are the spellings the pattern cannot see.
  return formatTilePath(parsed) === path ? parsed : null
}

function formatTilePath(path: TilePath): string {
  return path.kind === 'entries'
    ? entriesPath(path.bundle.index, path.bundle.width)
    : tilePath(path.tile.level, path.tile.index, path.tile.width)
}

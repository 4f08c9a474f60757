/**
 * The rows of registries' files (not IANA's) of IPv4 on a day, in bytes for the map: for each, in order of numbers, first and last address (u32), the
 * registry's place in the list (u8), status (u8: 0 delegated, 1 available, 2 reserved), the year of the declared date
 * less 1980, 0 for none (u8), a byte of zero, and the day of the row's first file as days since 1970 (u32). Little-endian,
 * 16 bytes a row, after one line of JSON with `registries`, `day` and `rows`, and a newline, padded with spaces to a
 * multiple of 16.
 */

import { range, WIDTH } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { dayNumber } from '../days.ts'
import type { WatchedRow, WatchReader } from '../model.ts'
import { sourcesOn } from '../source-choice.ts'
import type { WatchedWorld } from '../world/watched-world.ts'

const ROW_BYTES = 16
const FIRST_YEAR = 1980

export function mapData(world: WatchedWorld, day: CalendarDate | null): Uint8Array<ArrayBuffer> {
  return world.kept(`map data ${day}`, () => made(world.watch, day))
}

function made(watch: WatchReader, day: CalendarDate | null): Uint8Array<ArrayBuffer> {
  const whole = range('ip4', 0n, (1n << BigInt(WIDTH.ip4)) - 1n)
  if (!whole.ok) throw new Error('the whole of IPv4 is a range')
  const registries = [...new Set(sourcesOn(watch, day).map(({ registry }) => registry))].sort()
  let [view, rows] = [new DataView(new ArrayBuffer(1 << 16)), 0]
  watch.eachOverlapping(whole.value, day, (row) => {
    if (row.registry === 'iana') return
    const at = rows++ * ROW_BYTES
    if (at === view.byteLength) view = new DataView(view.buffer.transfer(2 * at))
    writeRow(view, at, row, registries.indexOf(row.registry))
  })
  const head = JSON.stringify({ registries, day, rows })
  const headBytes = Math.ceil((head.length + 1) / ROW_BYTES) * ROW_BYTES
  const bytes = new Uint8Array(headBytes + rows * ROW_BYTES)
  new TextEncoder().encodeInto(`${head.padEnd(headBytes - 1)}\n`, bytes)
  bytes.set(new Uint8Array(view.buffer, 0, rows * ROW_BYTES), headBytes)
  return bytes
}

function writeRow(view: DataView, at: number, row: WatchedRow, registry: number): void {
  view.setUint32(at, Number(row.range.first), true)
  view.setUint32(at + 4, Number(row.range.last), true)
  view.setUint8(at + 8, registry)
  view.setUint8(at + 9, row.delegated ? 0 : row.status === 'available' ? 1 : 2)
  const year = row.registered === null ? 0 : Number(row.registered.slice(0, 4)) - FIRST_YEAR
  view.setUint8(at + 10, Math.min(255, Math.max(0, year)))
  view.setUint32(at + 12, dayNumber(row.from), true)
}

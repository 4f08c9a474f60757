// A delegated-extended file of any size, made from documentation-style names: load, never a statement about anyone.

import { appendFileSync, writeFileSync } from 'node:fs'

/** Addresses between the starts of two delegations; 3.7 billion of them hold five million. */
const STEP = 256
const ROWS_A_WRITE = 50_000

const dotted = (value: number): string =>
  [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')

/** Writes `count` IPv4 rows, a /24 each in turn from 1.0.0.0; a holder has about four. At most 14 million. */
export function writeDelegations(file: string, count: number): void {
  writeFileSync(file, `2.3|example|20260101|${count}|19830101|20260101|+0000\n*|ipv4|*|${count}|summary\n`)
  const rows: string[] = []
  for (let n = 0; n < count; n++) {
    const start = dotted(2 ** 24 + n * STEP)
    rows.push(`example|ZZ|ipv4|${start}|${STEP}|20200101|allocated|holder-${Math.floor(n / 4)}\n`)
    if (rows.length < ROWS_A_WRITE) continue
    appendFileSync(file, rows.join(''))
    rows.length = 0
  }
  appendFileSync(file, rows.join(''))
}

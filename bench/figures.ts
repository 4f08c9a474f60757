// Figures beside their limits. Each benchmark prints its own; `npm run bench` (scripts/bench.ts) collects them from the
// file that CADASTRE_BENCH_FIGURES names, one JSON object a line, and prints one table at the end.

import { appendFileSync } from 'node:fs'

export type Figure = {
  /** What was measured. */
  readonly what: string
  readonly value: number
  /** `s`, `/s a core`, `%`, … */
  readonly unit: string
  /** Whether the limit is a ceiling or a floor; null where nothing is promised. */
  readonly limit: { readonly atMost: number } | { readonly atLeast: number } | null
}

/** How far the figure is inside its limit: 1 is at the limit, 2 twice as good, below 1 missed. Null without limit. */
export function ratioOf({ value, limit }: Figure): number | null {
  if (limit === null) return null
  return 'atMost' in limit ? limit.atMost / value : value / limit.atLeast
}

const number = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 })

function limitText({ limit, unit }: Figure): string {
  if (limit === null) return ''
  return 'atMost' in limit ? `<= ${number(limit.atMost)} ${unit}` : `>= ${number(limit.atLeast)} ${unit}`
}

/** The columns of a figure: what, figure, limit, ratio, ok. */
export function columnsOf(figure: Figure): readonly string[] {
  const ratio = ratioOf(figure)
  return [
    figure.what,
    `${number(figure.value)} ${figure.unit}`,
    limitText(figure),
    ratio === null ? '' : ratio.toFixed(2),
    ratio === null ? '' : ratio >= 1 ? 'ok' : 'MISSED',
  ]
}

/** Print one figure beside its limit, and hand it to `npm run bench`. */
export function report(figure: Figure): void {
  const [what = '', value = '', limit = '', ratio = '', ok = ''] = columnsOf(figure)
  console.log(`${what.padEnd(64)} ${value.padStart(16)}   ${limit.padEnd(20)} ${ratio.padStart(6)} ${ok}`)
  record(figure)
}

/** Only hand it over: for benchmarks that print a table of their own. */
export function record(figure: Figure): void {
  const file = process.env['CADASTRE_BENCH_FIGURES']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}

/** How far an audit is, in one line for a terminal. */

import { performance } from 'node:perf_hooks'

/** Says entries done, the rate since the first call, and the time left at that rate. `clock`: seconds. */
export function progressLine(
  clock: () => number = () => performance.now() / 1000,
): (entries: number, size: number) => string {
  let start: { readonly entries: number; readonly at: number } | null = null
  return (entries, size) => {
    const now = clock()
    start ??= { entries, at: now }
    const percent = size === 0 ? 100 : Math.floor((100 * entries) / size)
    const seconds = now - start.at
    const rate = seconds > 0 ? (entries - start.entries) / seconds : 0
    const left = rate > 0 ? `, ${Math.round(rate)} entries/s, ${duration((size - entries) / rate)} left` : ''
    return `${entries} of ${size} entries (${percent} %)${left}`
  }
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.ceil(whole / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

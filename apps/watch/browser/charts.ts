/** Charts of a registry's page, from the data in the page: holdings over time, and changes by month and kind. */

import uPlot from 'uplot'

type Data = {
  readonly holdings: {
    readonly days: readonly string[]
    readonly ip4: readonly number[]
    readonly ip6: readonly number[]
    readonly asn: readonly number[]
  }
  readonly changes: {
    readonly months: readonly string[]
    readonly kinds: readonly {
      readonly kind: string
      readonly says: string
      readonly counts: readonly number[]
    }[]
  }
}

/** Told apart by eyes that see few colours: after Okabe and Ito. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#8c564b']
const HEIGHT = 220

const seconds = (day: string): number => Date.parse(`${day}T00:00:00Z`) / 1000
const ink = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

function axes(): uPlot.Axis[] {
  const axis = { stroke: ink('--muted'), grid: { stroke: ink('--rule'), width: 1 } }
  return [axis, { ...axis, size: 96, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString('en')) }]
}

function width(place: HTMLElement): number {
  return Math.max(280, place.clientWidth)
}

function draw(
  place: HTMLElement,
  title: string,
  days: readonly string[],
  lines: readonly uPlot.Series[],
  values: readonly (readonly number[])[],
): void {
  const holder = document.createElement('figure')
  const caption = document.createElement('figcaption')
  caption.textContent = title
  holder.append(caption)
  place.append(holder)
  const options: uPlot.Options = {
    width: width(holder),
    height: HEIGHT,
    tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), 'Etc/UTC'),
    axes: axes(),
    series: [{ value: '{YYYY}-{MM}-{DD}' }, ...lines],
  }
  const plot = new uPlot(options, [days.map(seconds), ...values.map((line) => [...line])], holder)
  addEventListener('resize', () => plot.setSize({ width: width(holder), height: HEIGHT }))
}

function line(label: string, index: number): uPlot.Series {
  const stroke = COLOURS[index % COLOURS.length] ?? '#000'
  return {
    label,
    stroke,
    width: 2,
    points: { show: false },
    value: (_, value) => (value ?? '').toLocaleString('en'),
  }
}

function holdings(place: HTMLElement, { days, ip4, ip6, asn }: Data['holdings']): void {
  draw(place, 'IPv4 addresses', days, [line('IPv4 addresses', 0)], [ip4])
  draw(place, 'IPv6 blocks of a /48', days, [line('IPv6 /48s', 1)], [ip6])
  draw(place, 'AS numbers', days, [line('AS numbers', 2)], [asn])
}

/** One small chart a kind: kinds differ in size by hundreds, and lines over each other say nothing. */
function changes(place: HTMLElement, { months, kinds }: Data['changes']): void {
  const bars = uPlot.paths.bars?.({ size: [0.8, 40] })
  const days = months.map((month) => `${month}-01`)
  for (const [index, { says, counts }] of kinds.entries()) {
    const series = { ...line(says, index), fill: COLOURS[index % COLOURS.length] ?? '#000' }
    draw(place, says, days, [bars === undefined ? series : { ...series, paths: bars }], [counts])
  }
}

const text = document.getElementById('chart-data')?.textContent
if (text != null) {
  const data: Data = JSON.parse(text)
  const [held, changed] = [
    document.getElementById('holdings-charts'),
    document.getElementById('changes-chart'),
  ]
  if (held !== null) holdings(held, data.holdings)
  if (changed !== null) changes(changed, data.changes)
}

/** The map of IPv4: rows of a day on a Hilbert curve, coloured by what is asked, zoomed and moved. */

import { addressAt, SIDE } from './hilbert.ts'

const ROW_WORDS = 4
const STATUS = ['delegated', 'available', 'reserved']
const FIRST_YEAR = 1980
/** Told apart by eyes that see few colours: after Okabe and Ito. */
const PALETTE = [0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x8c564b]
const STATUS_COLOURS = [0x0072b2, 0x009e73, 0xe69f00]
const SMALLEST = 64

type Rows = {
  readonly registries: readonly string[]
  readonly count: number
  readonly words: Uint32Array
  readonly bytes: Uint8Array
}

type View = { x: number; y: number; size: number }

function read(buffer: ArrayBuffer): Rows {
  const bytes = new Uint8Array(buffer)
  const end = bytes.indexOf(10) + 1
  const head: { registries: string[]; rows: number } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(0, end)),
  )
  return {
    registries: head.registries,
    count: head.rows,
    words: new Uint32Array(buffer, end),
    bytes: bytes.subarray(end),
  }
}

/** The row that holds one of the addresses; -1 where none does. Of several the one that begins last. */
function rowIn({ words, count }: Rows, from: number, to: number): number {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((words[middle * ROW_WORDS] ?? 0) <= to) low = middle + 1
    else high = middle
  }
  for (let row = low - 1; row >= 0 && row > low - 4; row--)
    if ((words[row * ROW_WORDS + 1] ?? 0) >= from) return row
  return -1
}

const field = ({ bytes }: Rows, row: number, at: number): number => bytes[row * 16 + at] ?? 0

/** From cold to warm, old to new. */
function shade(part: number): number {
  const at = Math.min(1, Math.max(0, part))
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * at)
  return (mix(30, 255) << 16) | (mix(60, 190) << 8) | mix(140, 60)
}

type Scale = {
  readonly colour: (row: number) => number
  readonly legend: readonly (readonly [number, string])[]
}

function scaleOf(rows: Rows, by: string): Scale {
  if (by === 'status')
    return {
      colour: (row) => STATUS_COLOURS[field(rows, row, 9)] ?? 0,
      legend: STATUS.map((says, at) => [STATUS_COLOURS[at] ?? 0, says] as const),
    }
  if (by === 'age') {
    const year = new Date().getUTCFullYear() - FIRST_YEAR
    return {
      colour: (row) => (field(rows, row, 10) === 0 ? 0x999999 : shade(field(rows, row, 10) / year)),
      legend: [
        [shade(0), '1980 or before'],
        [shade(0.5), String(FIRST_YEAR + Math.round(year / 2))],
        [shade(1), 'this year'],
        [0x999999, 'no date'],
      ],
    }
  }
  if (by === 'change') return changeScale(rows)
  return {
    colour: (row) => PALETTE[field(rows, row, 8) % PALETTE.length] ?? 0,
    legend: rows.registries.map((says, at) => [PALETTE[at % PALETTE.length] ?? 0, says] as const),
  }
}

function changeScale(rows: Rows): Scale {
  let [first, last] = [Number.POSITIVE_INFINITY, 0]
  for (let row = 0; row < rows.count; row++) {
    const day = rows.words[row * ROW_WORDS + 3] ?? 0
    first = Math.min(first, day)
    last = Math.max(last, day)
  }
  const days = Math.max(1, last - first)
  const text = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10)
  return {
    colour: (row) => shade(((rows.words[row * ROW_WORDS + 3] ?? 0) - first) / days),
    legend:
      rows.count === 0
        ? []
        : [
            [shade(0), `there since the first file, ${text(first)}`],
            [shade(1), `newest row, ${text(last)}`],
          ],
  }
}

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')

class HilbertMap {
  readonly #canvas: HTMLCanvasElement
  readonly #rows: Rows
  readonly #said: HTMLElement
  readonly #legend: HTMLElement
  readonly #view: View = { x: 0, y: 0, size: SIDE }
  #by = 'registry'
  #waiting = false

  constructor(canvas: HTMLCanvasElement, rows: Rows, said: HTMLElement, legend: HTMLElement) {
    this.#canvas = canvas
    this.#rows = rows
    this.#said = said
    this.#legend = legend
  }

  colourBy(by: string): void {
    this.#by = by
    this.draw()
  }

  /** Zooms by a factor about a place given in parts of the picture. */
  zoom(factor: number, partX = 0.5, partY = 0.5): void {
    const view = this.#view
    const size = Math.min(SIDE, Math.max(SMALLEST, view.size * factor))
    this.#show(view.x + (view.size - size) * partX, view.y + (view.size - size) * partY, size)
  }

  move(partX: number, partY: number): void {
    const { x, y, size } = this.#view
    this.#show(x + partX * size, y + partY * size, size)
  }

  all(): void {
    this.#show(0, 0, SIDE)
  }

  #show(x: number, y: number, size: number): void {
    const within = (value: number): number => Math.min(SIDE - size, Math.max(0, value))
    Object.assign(this.#view, { x: within(x), y: within(y), size })
    this.draw()
  }

  /** Draws once a frame, however often it is asked to. */
  draw(): void {
    if (this.#waiting) return
    this.#waiting = true
    requestAnimationFrame(() => {
      this.#waiting = false
      this.#paint()
    })
  }

  #paint(): void {
    const context = this.#canvas.getContext('2d')
    if (context === null) return
    const { width } = this.#canvas
    const image = context.createImageData(width, width)
    const pixels = new Uint32Array(image.data.buffer)
    const { colour, legend } = scaleOf(this.#rows, this.#by)
    const ground = groundColour()
    const { x, y, size } = this.#view
    const step = size / width
    for (let row = 0; row < width; row++)
      for (let column = 0; column < width; column++) {
        const found = this.#row(addressAt(Math.floor(x + column * step), Math.floor(y + row * step)), step)
        pixels[row * width + column] = found < 0 ? ground : abgr(colour(found))
      }
    context.putImageData(image, 0, 0)
    this.#legend.replaceChildren(...legend.map(([value, says]) => legendItem(value, says)))
    const side = Math.round(32 - 2 * Math.log2(size))
    this.#say(size === SIDE ? 'All of IPv4.' : `About a /${side} around ${dotted(this.#middle())}.`)
  }

  /** What to paint: the row at the place itself, else one within the square that the pixel stands for. */
  #row(address: number, step: number): number {
    const there = rowIn(this.#rows, address, address)
    if (there >= 0 || step < 2) return there
    const square = 4 ** Math.floor(Math.log2(step))
    const first = address - (address % square)
    return rowIn(this.#rows, first, first + square - 1)
  }

  #middle(): number {
    return this.at(0.5, 0.5)
  }

  /** Address at a place of the picture, given in parts of it. */
  at(partX: number, partY: number): number {
    const { x, y, size } = this.#view
    const place = (from: number, part: number): number => Math.min(SIDE - 1, Math.floor(from + part * size))
    return addressAt(place(x, partX), place(y, partY))
  }

  #say(text: string): void {
    this.#said.textContent = text
  }

  /** Says what is there. */
  tell(partX: number, partY: number): void {
    const address = this.at(partX, partY)
    const row = rowIn(this.#rows, address, address)
    if (row < 0) {
      this.#say(`${dotted(address)}: in no file that is followed here`)
      return
    }
    const { words, registries } = this.#rows
    const year = field(this.#rows, row, 10)
    const parts = [
      `${dotted(words[row * ROW_WORDS] ?? 0)} - ${dotted(words[row * ROW_WORDS + 1] ?? 0)}`,
      registries[field(this.#rows, row, 8)] ?? '',
      STATUS[field(this.#rows, row, 9)] ?? '',
      year === 0 ? 'no date' : `declared ${FIRST_YEAR + year}`,
    ]
    this.#say(parts.join(' · '))
  }
}

const abgr = (rgb: number): number =>
  (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16)) >>> 0

function groundColour(): number {
  const text = getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()
  return abgr(Number.parseInt(text.slice(1), 16))
}

function legendItem(colour: number, says: string): HTMLElement {
  const item = document.createElement('li')
  const swatch = document.createElement('span')
  swatch.className = 'swatch'
  swatch.style.backgroundColor = `#${colour.toString(16).padStart(6, '0')}`
  item.append(swatch, says)
  return item
}

const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no ${id}`)
  return element
}

const STEP = 0.25
const CLICK_PIXELS = 4

function listen(map: HilbertMap, canvas: HTMLCanvasElement): void {
  const part = (event: MouseEvent): readonly [number, number] => {
    const box = canvas.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  }
  const open = (partX: number, partY: number): void => location.assign(`/?q=${dotted(map.at(partX, partY))}`)
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      map.zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, ...part(event))
    },
    { passive: false },
  )
  let from: PointerEvent | null = null
  let moved = 0
  canvas.addEventListener('pointerdown', (event) => {
    from = event
    moved = 0
    canvas.setPointerCapture(event.pointerId)
  })
  canvas.addEventListener('pointermove', (event) => {
    if (from === null) return map.tell(...part(event))
    const box = canvas.getBoundingClientRect()
    const [x, y] = [from.clientX - event.clientX, from.clientY - event.clientY]
    moved += Math.abs(x) + Math.abs(y)
    from = event
    map.move(x / box.width, y / box.height)
  })
  canvas.addEventListener('pointerup', (event) => {
    if (from !== null && moved < CLICK_PIXELS) open(...part(event))
    from = null
  })
  const keys: { readonly [key: string]: () => void } = {
    '+': () => map.zoom(0.5),
    '=': () => map.zoom(0.5),
    '-': () => map.zoom(2),
    ArrowLeft: () => map.move(-STEP, 0),
    ArrowRight: () => map.move(STEP, 0),
    ArrowUp: () => map.move(0, -STEP),
    ArrowDown: () => map.move(0, STEP),
    Enter: () => open(0.5, 0.5),
  }
  canvas.addEventListener('keydown', (event) => {
    const act = keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
  byId('map-in').addEventListener('click', () => map.zoom(0.5))
  byId('map-out').addEventListener('click', () => map.zoom(2))
  byId('map-all').addEventListener('click', () => map.all())
  const choice = byId('map-colour')
  if (choice instanceof HTMLSelectElement) choice.addEventListener('change', () => map.colourBy(choice.value))
}

async function start(canvas: HTMLCanvasElement): Promise<void> {
  const said = byId('map-said')
  const response = await fetch(canvas.dataset['source'] ?? '')
  if (!response.ok) {
    said.textContent = `The map's data could not be loaded (${response.status}); the list below says the same in words.`
    return
  }
  const map = new HilbertMap(canvas, read(await response.arrayBuffer()), said, byId('map-legend'))
  listen(map, canvas)
  map.draw()
}

const canvas = document.getElementById('map')
if (canvas instanceof HTMLCanvasElement) void start(canvas)

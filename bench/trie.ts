/**
 * The state trie at the size of design.md section 7: nested IPv4 prefixes with 350-byte records. Each figure is
 * printed beside its limit. Run: `node bench/trie.ts [prefixes, default 1300000]`.
 */
import { nodeCrypto } from '@cadastre/crypto/node'
import { createTrieMemory, memoryUse, TrieReader, TrieWriter, type Version } from '@cadastre/trie'
import { record as hand } from './figures.ts'

const RECORD_BYTES = 350
const total = Number(process.argv[2] ?? 1_300_000)

let seed = 7
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}

function label(first: number): Uint8Array {
  return Uint8Array.of(first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255, first & 255)
}

/** Distinct nested prefixes, sorted by first address, then shorter first. Lengths 8 to 29, most of them 24. */
function nestedPrefixes(count: number): Float64Array {
  const keys = new Set<number>()
  while (keys.size < count) {
    const length = random(2) === 0 ? 24 : 8 + random(22)
    const first = (random(2 ** 32) & (0xffffffff << (32 - length))) >>> 0
    keys.add(first * 64 + length)
  }
  return Float64Array.from(keys).sort()
}

function report(what: string, figure: string, limit: string): void {
  console.log(`${what.padEnd(52)} ${figure.padStart(16)}   ${limit}`)
}

function timed(count: number, act: (index: number) => void): { seconds: number; rate: number } {
  const start = performance.now()
  for (let i = 0; i < count; i++) act(i)
  const seconds = (performance.now() - start) / 1000
  return { seconds, rate: count / seconds }
}

const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en')}/s`
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

const keys = nestedPrefixes(total)
const key = (index: number): { at: Uint8Array; length: number } => {
  const packed = keys[index] as number
  return { at: label(Math.floor(packed / 64)), length: packed % 64 }
}
const record = new Uint8Array(RECORD_BYTES)
const stamp = new DataView(record.buffer)

const memory = createTrieMemory()
const writer = new TrieWriter(memory, nodeCrypto)

report('figure', `${total.toLocaleString('en')} cells`, 'limit')
const build = timed(total, (index) => {
  const { at, length } = key(index)
  stamp.setUint32(0, index)
  writer.set('ip4', at, length, record)
})
const hashingStart = performance.now()
const first = writer.commit()
const hashing = { seconds: (performance.now() - hashingStart) / 1000 }
report('build, sorted keys, record hashes included', `${build.seconds.toFixed(1)} s`, perSecond(build.rate))
report('hash all nodes', `${hashing.seconds.toFixed(1)} s`, '')
const boot = ((build.seconds + hashing.seconds) / total) * 5e6
report('the same for 5 M cells', `${boot.toFixed(0)} s`, 'boot of 5 M cells in all <= 45 s')
const { nodes, recordBytes } = writer.usage()
hand({ what: 'trie: build and hash 5 M cells', value: boot, unit: 's', limit: { atMost: 45 } })
report('nodes', nodes.toLocaleString('en'), `${(nodes / total).toFixed(2)} a cell`)
report('node bytes', '52', '<= 120')
report(
  'records with headers and rounding',
  megabytes(recordBytes),
  `${Math.round(recordBytes / total)} bytes a cell`,
)
report('RSS', megabytes(process.memoryUsage().rss), '1.3 M nested prefixes <= 1,500 MB')

const kept: Version[] = [first]
function batches(size: number, count: number): number {
  const { seconds } = timed(count, () => {
    for (let i = 0; i < size; i++) {
      const { at, length } = key(random(total))
      stamp.setUint32(0, random(2 ** 32))
      writer.set('ip4', at, length, record)
    }
    kept.push(writer.commit())
    if (kept.length > 64) writer.release(kept.shift() as Version)
  })
  return (size * count) / seconds
}
report('updates, random keys, batches of 1', perSecond(batches(1, 20_000)), 'acts >= 5,000/s')
report(
  'updates, random keys, batches of 1,000',
  perSecond(batches(1000, 200)),
  'background: 30,500/CPU-s unbatched',
)
report(
  'nodes after 220,000 updates',
  writer.usage().nodes.toLocaleString('en'),
  `was ${nodes.toLocaleString('en')}`,
)

const view = new TrieReader(memory).at(writer.commit())
const addresses = Array.from({ length: 65_536 }, () => label(random(2 ** 32)))
const address = (index: number): Uint8Array => addresses[index & 65_535] as Uint8Array
const some = Array.from({ length: 65_536 }, () => key(random(total)))
const cell = (index: number): { at: Uint8Array; length: number } => some[index & 65_535] as (typeof some)[0]
let found = 0
const has = timed(1_000_000, (i) => {
  if (view.has('ip4', cell(i).at, cell(i).length)) found++
})
report('has, existing keys', `${((has.seconds / 1e6) * 1e9).toFixed(0)} ns`, '1,000-2,000 ns')
const get = timed(1_000_000, (i) => {
  found += view.get('ip4', cell(i).at, cell(i).length)?.length ?? 0
})
report('get, existing keys, record copied', `${((get.seconds / 1e6) * 1e9).toFixed(0)} ns`, '1,000-2,000 ns')
const covering = timed(500_000, (i) => {
  found += view.covering('ip4', address(i), 32).length
})
report('covering, random addresses', perSecond(covering.rate), '')
const proofs = timed(200_000, (i) => {
  found += view.prove('ip4', address(i), 32).nodes.length
})
report('prove, random addresses', perSecond(proofs.rate), '>= 50,000/s')
hand({ what: 'trie: paths proved', value: proofs.rate, unit: '/s', limit: { atLeast: 50_000 } })
const use = memoryUse(memory)
report('reserved: nodes, records', `${megabytes(use.nodes)}, ${megabytes(use.records)}`, '')
report('(checksum of work done)', String(found), '')

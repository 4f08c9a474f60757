import { formatPrefix } from '@cadastre/numbers'
import { parseKey, type RecordKey } from '@cadastre/records'

/** Where the proof document of a record is served. One AS number is asked for by itself. */
export function proofPath(key: RecordKey): string {
  const parsed = parseKey(key)
  if (parsed === null) throw new TypeError(`not a record key: ${key}`)
  if (parsed.kind === 'object') return `/proof/object/${parsed.type}/${parsed.handle}`
  const { block } = parsed
  return block.space === 'asn' ? `/proof/autnum/${block.first}` : `/proof/ip/${formatPrefix(block)}`
}

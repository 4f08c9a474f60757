/** Distinguished names as people read them (RFC 4514). Compared as bytes, never as these texts. */

import { RelativeDistinguishedNames } from 'pkijs'
import { attempt, type Node } from './asn1.ts'

const SHORT: { readonly [oid: string]: string } = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.97': 'organizationIdentifier',
  '1.2.840.113549.1.9.1': 'emailAddress',
}
const TEXT_MAX = 400

/** RFC 4514 section 2.4, and what does not belong on one line left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
    .replaceAll(/[,+"\\<>;=]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
}

/** The text of a Name, last component first; null where it is none. */
export function nameText(node: Node | undefined): string | null {
  if (node === undefined) return null
  const name = attempt(() => new RelativeDistinguishedNames({ schema: node }))
  if (name === null) return null
  const parts = name.typesAndValues.map(({ type, value }) => {
    const text: unknown = value.valueBlock.value
    return `${SHORT[type] ?? type}=${escaped(typeof text === 'string' ? text : '?')}`
  })
  return parts.reverse().join(',').slice(0, TEXT_MAX)
}

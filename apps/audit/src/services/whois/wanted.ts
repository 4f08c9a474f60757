/** What a WHOIS reply must hold, and the comparison both ways. */

import type { Difference, Judgement } from '../finding.ts'
import { type Attribute, keyOf, type WhoisReply } from './reply.ts'

/** `value` null: some text that the record only commits to. */
export type WantedAttribute = {
  readonly name: string
  readonly value: string | null
  /** It may be left out: what opens it may have been erased. */
  readonly perhaps?: true
  /** It may stand more than once. */
  readonly many?: true
}

/** Attributes in any order; those of the key first. */
export type WantedObject = {
  readonly attributes: readonly WantedAttribute[]
  /** Beside what was asked for: without a line of its own before it. */
  readonly related?: true
  /** Of very many it may be one that is not listed. */
  readonly perhaps?: true
}

export type WantedReply = {
  readonly comments: readonly string[]
  readonly objects: readonly WantedObject[]
  /** There may be others that are not known here. */
  readonly others?: true
}

export const line = (name: string, value: string): WantedAttribute => ({ name, value })
export const remark = (value: string): WantedAttribute => line('remarks', value)
/** An attribute of a value that there need not be. */
export const given = (name: string, value: string | null): readonly WantedAttribute[] =>
  value === null ? [] : [line(name, value)]

// Line separators and other controls would let a value begin a line of its own.
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu
/** A declared text as one line. */
export const oneLine = (text: string): string => text.replaceAll(CONTROLS, ' ').trim()

export function wantedKey({ attributes }: WantedObject): string {
  return keyOf(attributes.map(({ name, value }): Attribute => [name, value ?? '']))
}

/** `203.0.113.0/24AS64500`: the key as the line before an object names it. */
function primaryKey(object: WantedObject): string {
  const key = wantedKey(object)
  return key.slice(key.indexOf(' ') + 1)
}

export function matchReply(wanted: WantedReply, reply: WhoisReply): Judgement {
  const match = new Match()
  const related = wanted.objects.flatMap((one) => (one.related === true ? [] : [one]))
  const before = related.map((one) => `${GROUP}'${primaryKey(one)}'`)
  const maybe = related.filter(({ perhaps }) => perhaps === true)
  const others = wanted.others === true
  const comments = others
    ? reply.comments.filter((one) => before.includes(one) || !one.startsWith(GROUP))
    : reply.comments
  match.lines(
    'comment',
    [...wanted.comments, ...before],
    comments,
    new Set(maybe.map((one) => `${GROUP}'${primaryKey(one)}'`)),
  )
  match.lines('line', [], reply.stray)
  match.objects(wanted.objects, reply.objects, others)
  return match
}

const GROUP = '% Information related to '

class Match implements Judgement {
  readonly differences: Difference[] = []
  unopened = 0

  lines(
    where: string,
    wanted: readonly string[],
    served: readonly string[],
    perhaps: ReadonlySet<string> = new Set(),
  ): void {
    const left = counted(wanted)
    for (const one of served)
      if (!take(left, one)) this.differences.push({ where, what: 'unexplained', record: null, served: one })
    for (const [one, count] of left)
      if (count > 0 && !perhaps.has(one))
        this.differences.push({ where, what: 'missing', record: one, served: null })
  }

  objects(wanted: readonly WantedObject[], served: readonly (readonly Attribute[])[], others: boolean): void {
    const left = new Map<string, WantedObject[]>()
    for (const one of wanted) {
      const key = namingKey(one)
      left.set(key, [...(left.get(key) ?? []), one])
    }
    for (const object of served) {
      const key = keyOf(object)
      const same = left.get(key) ?? left.get(roleKey(object)) ?? []
      // Registrations that are nested in one prefix have one key.
      const found = same.find((one) => isAllServed(one, object)) ?? same[0]
      if (found === undefined) {
        if (!others)
          this.differences.push({ where: key, what: 'unexplained', record: null, served: textOf(object) })
      } else {
        left.set(
          namingKey(found),
          same.filter((one) => one !== found),
        )
        this.#attributes(key, found.attributes, object)
      }
    }
    for (const [key, objects] of left)
      for (const one of objects)
        if (one.perhaps !== true)
          this.differences.push({ where: key, what: 'missing', record: wantedText(one), served: null })
  }

  #attributes(where: string, wanted: readonly WantedAttribute[], served: readonly Attribute[]): void {
    const exact = wanted.filter(({ value }) => value !== null)
    const open = wanted.filter(({ value }) => value === null)
    const left = counted(exact.map(({ name, value }) => `${name}: ${value}`))
    const strange: Attribute[] = []
    const seen = new Set<string>()
    for (const [name, value] of served) {
      if (take(left, `${name}: ${value}`)) continue
      const unopened = open.find((one) => one.name === name && (one.many === true || !seen.has(name)))
      if (unopened === undefined) strange.push([name, value])
      else this.unopened += 1
      seen.add(name)
    }
    for (const [text, count] of left) {
      if (count === 0) continue
      const name = text.slice(0, text.indexOf(': '))
      const instead = strange.findIndex(([other]) => other === name)
      const value = instead < 0 ? null : (strange.splice(instead, 1)[0]?.[1] ?? null)
      this.differences.push({
        where: `${where} ${name}`,
        what: value === null ? 'missing' : 'differs',
        record: text.slice(name.length + 2),
        served: value,
      })
    }
    for (const { name, perhaps } of open)
      if (perhaps !== true && !seen.has(name))
        this.differences.push({
          where: `${where} ${name}`,
          what: 'missing',
          record: 'some text',
          served: null,
        })
    for (const [name, value] of strange)
      this.differences.push({ where: `${where} ${name}`, what: 'unexplained', record: null, served: value })
  }
}

/** Contacts are named by their handle, since what stands first is a name that the record only commits to. */
function namingKey(object: WantedObject): string {
  const handle = object.attributes.find(({ name }) => name === 'nic-hdl')?.value
  return handle === undefined || handle === null ? wantedKey(object) : `nic-hdl ${handle}`
}
function roleKey(object: readonly Attribute[]): string {
  return `nic-hdl ${object.find(([name]) => name === 'nic-hdl')?.[1] ?? ''}`
}

function isAllServed({ attributes }: WantedObject, object: readonly Attribute[]): boolean {
  return attributes.every(
    ({ name, value, perhaps }) =>
      perhaps === true || object.some((one) => one[0] === name && (value === null || one[1] === value)),
  )
}

function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

function take(left: Map<string, number>, text: string): boolean {
  const count = left.get(text) ?? 0
  if (count > 0) left.set(text, count - 1)
  return count > 0
}

const textOf = (object: readonly Attribute[]): string =>
  object.map(([name, value]) => `${name}: ${value}`).join('; ')
const wantedText = ({ attributes }: WantedObject): string =>
  attributes.map(({ name, value }) => `${name}: ${value ?? '…'}`).join('; ')

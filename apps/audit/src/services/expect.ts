/**
 * Comparing JSON both ways with what it must be: every fact wanted is served, and everything served is wanted. Arrays
 * whose order says nothing are compared as sets of parts with names.
 */

import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import type { Difference, Judgement } from './finding.ts'

export type Want =
  | { readonly kind: 'is'; readonly json: Json }
  | { readonly kind: 'object'; readonly members: Members }
  /** Parts in any order, each with a name; `nameOf` names a part that was served. */
  | { readonly kind: 'set'; readonly parts: readonly Part[]; readonly nameOf: (part: Json) => string }
  | { readonly kind: 'list'; readonly items: readonly Want[] }
  /** A value that the record only commits to. `wrong`: what it should be all the same; null where it may be that. */
  | { readonly kind: 'unopened'; readonly wrong: (served: Json) => string | null }
  /** A value that is not of the record; `wrong` as above. */
  | { readonly kind: 'own'; readonly wrong: (served: Json) => string | null }
  /** It may be left out. */
  | { readonly kind: 'perhaps'; readonly want: Want }

/** Members without a want (null) must not be there. */
export type Members = { readonly [name: string]: Want | null }
export type Part = { readonly name: string; readonly want: Want }

export const is = (json: Json): Want => ({ kind: 'is', json })
export const object = (members: Members): Want => ({ kind: 'object', members })
export const list = (...items: readonly Want[]): Want => ({ kind: 'list', items })
export const perhaps = (want: Want): Want => ({ kind: 'perhaps', want })
/** A set; null where it has no parts, since RDAP leaves empty arrays out (RFC 9083 section 2.1). */
export function set(parts: readonly Part[], nameOf: (part: Json) => string): Want | null {
  return parts.length === 0 ? null : { kind: 'set', parts, nameOf }
}
/** The name that a part was served with, whatever it is: never throws. */
export function nameIn(served: Json | undefined): string {
  return typeof served === 'string' ? served : (JSON.stringify(served) ?? '')
}
/** A set of texts. */
export function texts(values: readonly string[]): Want | null {
  return set(
    values.map((value) => ({ name: value, want: is(value) })),
    nameIn,
  )
}
/** Some text that the record only commits to. */
export const unopenedText: Want = {
  kind: 'unopened',
  wrong: (served) => (typeof served === 'string' && served !== '' ? null : 'a text'),
}

/** What nobody here knows anything of. */
export const anything: Want = { kind: 'own', wrong: () => null }

export function matchJson(want: Want, served: Json): Judgement {
  const match = new Match()
  match.compare('', want, served)
  return match
}

const MAX_TEXT = 400

/** JSON for a sentence. */
function shown(json: Json): string {
  const text = JSON.stringify(json)
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

class Match implements Judgement {
  readonly differences: Difference[] = []
  unopened = 0

  compare(where: string, want: Want, served: Json): void {
    switch (want.kind) {
      case 'is':
        if (!equal(want.json, served)) this.#differs(where, shown(want.json), served)
        return
      case 'object':
        if (isObject(served)) this.#members(where, want.members, served)
        else this.#differs(where, 'an object', served)
        return
      case 'set':
        if (isArray(served)) this.#parts(where, want, served)
        else this.#differs(where, 'an array', served)
        return
      case 'list':
        if (!isArray(served) || served.length !== want.items.length)
          this.#differs(where, `an array of ${want.items.length}`, served)
        else
          for (const [at, item] of want.items.entries())
            this.compare(`${where}/${at}`, item, served[at] ?? null)
        return
      case 'own':
      case 'unopened': {
        if (want.kind === 'unopened') this.unopened += 1
        const wrong = want.wrong(served)
        if (wrong !== null) this.#differs(where, wrong, served)
        return
      }
      case 'perhaps':
        this.compare(where, want.want, served)
    }
  }

  #members(where: string, members: Members, served: JsonObject): void {
    for (const name of Object.keys(members)) {
      const want = members[name] ?? null
      const value = served[name]
      if (want === null) continue
      if (value !== undefined) this.compare(`${where}/${name}`, want, value)
      else if (want.kind !== 'perhaps') this.#missing(`${where}/${name}`, want)
    }
    for (const [name, value] of Object.entries(served))
      if ((members[name] ?? null) === null) this.#unexplained(`${where}/${name}`, value)
  }

  #parts(where: string, want: Extract<Want, { kind: 'set' }>, served: readonly Json[]): void {
    const left = new Map<string, Want>()
    for (const { name, want: part } of want.parts) left.set(name, part)
    for (const part of served) {
      const name = want.nameOf(part)
      const wanted = left.get(name)
      if (wanted === undefined) this.#unexplained(`${where}/${name}`, part)
      else this.compare(`${where}/${name}`, wanted, part)
      left.delete(name)
    }
    for (const [name, part] of left) if (part.kind !== 'perhaps') this.#missing(`${where}/${name}`, part)
  }

  #differs(where: string, record: string, served: Json): void {
    this.differences.push({ where, what: 'differs', record, served: shown(served) })
  }
  #missing(where: string, want: Want): void {
    this.differences.push({ where, what: 'missing', record: textOf(want), served: null })
  }
  #unexplained(where: string, served: Json): void {
    this.differences.push({ where, what: 'unexplained', record: null, served: shown(served) })
  }
}

/** What is wanted, for a sentence. */
function textOf(want: Want): string {
  switch (want.kind) {
    case 'is':
      return shown(want.json)
    case 'object': {
      const { handle, ldhName, title, description } = want.members
      const name = [handle, ldhName, description, title].find(
        (one) => one?.kind === 'is' || one?.kind === 'list',
      )
      return name === undefined || name === null ? 'an object' : textOf(name)
    }
    case 'set':
      return want.parts.map(({ name }) => name).join(', ')
    case 'list':
      return want.items.map(textOf).join(', ')
    case 'own':
    case 'unopened':
      return 'some value'
    case 'perhaps':
      return textOf(want.want)
  }
}

function equal(one: Json, other: Json): boolean {
  if (one === other) return true
  if (isArray(one))
    return (
      isArray(other) && one.length === other.length && one.every((item, at) => equal(item, other[at] ?? null))
    )
  if (!isObject(one) || !isObject(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => equal(one[name] ?? null, other[name] ?? null))
  )
}

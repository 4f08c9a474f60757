/**
 * Whether a body has exactly the members that its page lists, each of the right kind. `name` alone: anything but null;
 * `name:kind`: of that kind; `name?`: or null. What is inside lists and objects is read by few kinds only.
 */

import type { JsonObject } from '@cadastre/records'
import { blockAt, spanOf } from './numbers.ts'
import type { Rule } from './verdict.ts'

const HASH = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/
const HANDLE = /^[A-Z0-9][A-Z0-9._-]{0,99}$/
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'

const KINDS: { readonly [kind: string]: (value: unknown) => boolean } = {
  any: () => true,
  text: isText,
  handle: (value) => isText(value) && HANDLE.test(value),
  hash: (value) => isText(value) && HASH.test(value),
  instant: (value) =>
    isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && !Number.isNaN(Date.parse(value)),
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  list: Array.isArray,
  filled: (value) => Array.isArray(value) && value.length > 0,
  object: isObject,
  key: (value) => isText(value) && (value.startsWith('obj/') || blockAt(value) !== null),
  range: (value) => spanOf(value) !== null,
  named: (value) =>
    isObject(value) &&
    isText(value['key']) &&
    blockAt(value['key']) !== null &&
    isText(value['id']) &&
    HANDLE.test(value['id']),
  policy: (value) =>
    isObject(value) &&
    Number(value['m']) >= 1 &&
    isFilled(value['keys']) &&
    Array.isArray(value['guardians']),
}
const isFilled = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.length <= 16

function fits(body: JsonObject, shape: string, by: string | undefined): boolean {
  const members = shape.split(/\s+/).filter((one) => one !== '')
  const names = members.map((member) => member.replace(/[:?].*$/, ''))
  const own = Object.keys(body).filter((name) => name !== by || !(by in body))
  if (own.length !== names.length || !names.every((name) => own.includes(name))) return false
  return members.every((member) => {
    const [name = '', kind = 'any'] = member.replace('?', '').split(':')
    const value = body[name]
    if (value === null) return member.endsWith('?')
    return KINDS[kind]?.(value) === true
  })
}

/** `body-malformed` by what the model can see of it. */
export function isMalformed(rule: Rule, body: JsonObject): boolean {
  const { shape, by } = rule
  if (typeof shape === 'string') return shape !== '' && !fits(body, shape, undefined)
  const step = by === undefined || !(by in body) ? '' : String(body[by])
  const own = shape[step]
  if (own === undefined) return Object.keys(shape).length > 0
  return !fits(body, own, by)
}

/**
 * Closed schemas for what comes from outside. Core has no npm package, and `decide` is re-executed by auditors on
 * whatever bytes a log holds, so reading a body must be total and part of core. A schema reads a value, and
 * describes itself as JSON Schema (draft 2020-12) for the API description and the published declared inputs.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import { isArray, isObject, type Json, type JsonObject } from './json.ts'

/** Where a value does not fit: RFC 6901 pointer, the offending value in short, what would be right. */
export type SchemaError = { readonly pointer: string; readonly value: string; readonly expected: string }

export interface Schema<T> {
  readonly json: JsonObject
  /**
   * Whether the value fits, and reading it gives this value itself. False says nothing: {@link Schema.read} decides. It makes
   * nothing, which for entries and requests, most of which are right, is half the price of reading.
   */
  fits?(value: Json | undefined): boolean
  read(value: Json | undefined, pointer: string): Result<T, SchemaError>
}

export type SchemaType<S> = S extends Schema<infer T> ? T : never

/** A schema's answer to what does not fit, seen from the object or list around it. */
function inside(pointer: string, { error }: { readonly error: SchemaError }): Result<never, SchemaError> {
  return err({ ...error, pointer: pointer + error.pointer })
}

/** The member `fits` of a schema around others, made of theirs; none where one of them has none. */
function fitting(
  inner: readonly Schema<unknown>[],
  fits: (value: Json | undefined) => boolean,
): Pick<Schema<unknown>, 'fits'> {
  return inner.every((schema) => schema.fits !== undefined) ? { fits } : {}
}

function refusal(pointer: string, value: Json | undefined, expected: string): Result<never, SchemaError> {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return err({
    pointer,
    value: text.length > 80 ? `${text.slice(0, 77)}...` : text,
    expected,
  })
}

/** The pointer to a member; RFC 6901 section 3 escapes `~` and `/`. */
function below(pointer: string, name: string): string {
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

type TextOptions = { readonly expected: string; readonly maxLength: number; readonly pattern?: string }

/** A string of a pattern, and of at most `maxLength` UTF-16 code units. */
export function text(options: TextOptions): Schema<string> {
  return keptText({ ...options, parse: (value) => value })
}

/** A string that `parse` accepts, and gives back as it is. */
export function keptText<T extends string>(
  options: TextOptions & { readonly parse: (value: string) => T | null },
): Schema<T> {
  const pattern = patternOf(options)
  return {
    ...parsedText(options),
    fits: (value) =>
      typeof value === 'string' &&
      value.length <= options.maxLength &&
      (pattern === null || pattern.test(value)) &&
      options.parse(value) === value,
  }
}

function patternOf({ pattern }: TextOptions): RegExp | null {
  return pattern === undefined ? null : new RegExp(pattern, 'u')
}

/** A string that `parse` accepts (it returns null where it does not). */
export function parsedText<T>(
  options: TextOptions & { readonly parse: (value: string) => T | null },
): Schema<T> {
  const pattern = patternOf(options)
  return {
    json: {
      type: 'string',
      description: options.expected,
      maxLength: options.maxLength,
      ...(options.pattern === undefined ? {} : { pattern: options.pattern }),
    },
    read(value, pointer) {
      if (typeof value !== 'string' || value.length > options.maxLength)
        return refusal(pointer, value, options.expected)
      if (pattern !== null && !pattern.test(value)) return refusal(pointer, value, options.expected)
      const parsed = options.parse(value)
      return parsed === null ? refusal(pointer, value, options.expected) : ok(parsed)
    },
  }
}

/** A whole number from `minimum` to `maximum`, both included. */
export function integer(minimum: number, maximum: number): Schema<number> {
  const isInside = (value: Json | undefined): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum
  return {
    json: { type: 'integer', minimum, maximum },
    fits: isInside,
    read: (value, pointer) =>
      isInside(value) ? ok(value) : refusal(pointer, value, `a whole number from ${minimum} to ${maximum}`),
  }
}

export const bool: Schema<boolean> = {
  json: { type: 'boolean' },
  fits: (value) => typeof value === 'boolean',
  read: (value, pointer) =>
    typeof value === 'boolean' ? ok(value) : refusal(pointer, value, 'true or false'),
}

export function nullable<T>(inner: Schema<T>): Schema<T | null> {
  return {
    json: { oneOf: [inner.json, { type: 'null' }] },
    ...fitting([inner], (value) => value === null || inner.fits?.(value) === true),
    read: (value, pointer) => (value === null ? ok(null) : inner.read(value, pointer)),
  }
}

export function oneOf<const T extends string>(values: readonly T[]): Schema<T> {
  return {
    json: { type: 'string', enum: values },
    fits: (value) => values.some((candidate) => candidate === value),
    read(value, pointer) {
      const found = values.find((candidate) => candidate === value)
      return found === undefined ? refusal(pointer, value, `one of ${values.join(', ')}`) : ok(found)
    },
  }
}

export function array<T>(inner: Schema<T>, maxItems: number, minItems = 0): Schema<readonly T[]> {
  const isBounded = (value: Json | undefined): value is readonly Json[] =>
    isArray(value) && value.length >= minItems && value.length <= maxItems
  return {
    json: { type: 'array', items: inner.json, minItems, maxItems },
    ...fitting([inner], (value) => {
      if (!isBounded(value)) return false
      for (let index = 0; index < value.length; index++) if (inner.fits?.(value[index]) !== true) return false
      return true
    }),
    read(value, pointer) {
      if (!isBounded(value)) return refusal(pointer, value, `a list of ${minItems} to ${maxItems} items`)
      const items: T[] = []
      for (let index = 0; index < value.length; index++) {
        const item = inner.read(value[index], '')
        if (!item.ok) return inside(`${pointer}/${index}`, item)
        items.push(item.value)
      }
      return ok(items)
    },
  }
}

type Members = { readonly [name: string]: Schema<unknown> }
export type ObjectOf<M extends Members> = { readonly [N in keyof M]: SchemaType<M[N]> }

/** A closed object: every member is required, and no other is allowed. */
export function object<M extends Members>(members: M): Schema<ObjectOf<M>> {
  const names = Object.keys(members)
  const properties: Record<string, Json> = {}
  const schemas = Object.entries(members)
  for (const [name, schema] of schemas) properties[name] = schema.json
  const fit = fitting(Object.values(members), (value) => {
    // As many members as there should be, and each that should be there: there is no other.
    if (!isObject(value) || Object.keys(value).length !== schemas.length) return false
    for (const [name, schema] of schemas)
      if (!Object.hasOwn(value, name) || schema.fits?.(value[name]) !== true) return false
    return true
  })
  const isKept = (value: Json | undefined): value is Json & ObjectOf<M> => fit.fits?.(value) === true
  return {
    json: { type: 'object', additionalProperties: false, required: names, properties },
    ...fit,
    read(value, pointer) {
      if (isKept(value)) return ok(value)
      if (!isObject(value)) return refusal(pointer, value, `an object with ${names.join(', ')}`)
      for (const name of Object.keys(value))
        if (!Object.hasOwn(members, name))
          return refusal(below(pointer, name), value[name], `only the members ${names.join(', ')}`)
      const result: Record<string, unknown> = {}
      for (const [name, schema] of schemas) {
        const own = Object.hasOwn(value, name) ? value[name] : undefined
        const member = schema.read(own, '')
        if (!member.ok) return inside(`${pointer}/${name}`, member)
        result[name] = member.value
      }
      return ok(result as ObjectOf<M>)
    },
  }
}

/** An object whose member names match a pattern and whose values share one schema. */
export function map<T>(
  inner: Schema<T>,
  options: { readonly pattern: string; readonly maxMembers: number; readonly expected: string },
): Schema<{ readonly [name: string]: T }> {
  const pattern = new RegExp(options.pattern, 'u')
  return {
    json: {
      type: 'object',
      description: options.expected,
      maxProperties: options.maxMembers,
      propertyNames: { pattern: options.pattern },
      additionalProperties: inner.json,
    },
    read(value, pointer) {
      if (!isObject(value) || Object.keys(value).length > options.maxMembers)
        return refusal(pointer, value, options.expected)
      const result: Record<string, T> = {}
      for (const [name, member] of Object.entries(value)) {
        if (!pattern.test(name)) return refusal(below(pointer, name), name, options.expected)
        const read = inner.read(member, '')
        if (!read.ok) return inside(`${pointer}/${name}`, read)
        result[name] = read.value
      }
      return ok(result)
    },
  }
}

/** The plain object where the member `tag` is missing, else one of the variants. */
export function untaggedOr<A extends object, B extends object>(
  tag: string,
  plain: Schema<A>,
  variants: Schema<B>,
): Schema<A | B> {
  const described = isArray(variants.json['oneOf']) ? variants.json['oneOf'] : []
  return {
    json: { oneOf: [plain.json, ...described] },
    read(value, pointer) {
      return isObject(value) && Object.hasOwn(value, tag)
        ? variants.read(value, pointer)
        : plain.read(value, pointer)
    },
  }
}

/** One of several closed objects, told apart by the string member `tag`. */
export function tagged<const Tag extends string, M extends { readonly [name: string]: Schema<object> }>(
  tag: Tag,
  variants: M,
): Schema<{ [N in keyof M & string]: { readonly [T in Tag]: N } & SchemaType<M[N]> }[keyof M & string]> {
  const names = Object.keys(variants)
  const described: Json[] = names.map((name) => {
    const inner = variants[name]?.json ?? {}
    const properties = isObject(inner['properties']) ? inner['properties'] : {}
    const required = isArray(inner['required']) ? inner['required'] : []
    return { ...inner, required: [tag, ...required], properties: { [tag]: { const: name }, ...properties } }
  })
  return {
    json: { oneOf: described },
    read(value, pointer) {
      if (!isObject(value)) return refusal(pointer, value, `an object with ${tag}`)
      const name = Object.hasOwn(value, tag) ? value[tag] : undefined
      if (typeof name !== 'string' || !Object.hasOwn(variants, name))
        return refusal(`${pointer}/${tag}`, name, `one of ${names.join(', ')}`)
      // fromEntries defines members; an assignment would lose one that is called __proto__.
      const rest: JsonObject = Object.fromEntries(Object.entries(value).filter(([member]) => member !== tag))
      const read = variants[name]?.read(rest, pointer)
      if (read === undefined) throw new Error('unreachable: variant vanished')
      if (!read.ok) return read
      return ok({ [tag]: name, ...read.value } as never)
    },
  }
}

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
  read(value: Json | undefined, pointer: string): Result<T, SchemaError>
}

export type SchemaType<S> = S extends Schema<infer T> ? T : never

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
  return parsedText({ ...options, parse: (value) => value })
}

/** A string that `parse` accepts (it returns null where it does not). */
export function parsedText<T>(
  options: TextOptions & { readonly parse: (value: string) => T | null },
): Schema<T> {
  const pattern = options.pattern === undefined ? null : new RegExp(options.pattern, 'u')
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
  return {
    json: { type: 'integer', minimum, maximum },
    read(value, pointer) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum)
        return refusal(pointer, value, `a whole number from ${minimum} to ${maximum}`)
      return ok(value)
    },
  }
}

export const bool: Schema<boolean> = {
  json: { type: 'boolean' },
  read: (value, pointer) =>
    typeof value === 'boolean' ? ok(value) : refusal(pointer, value, 'true or false'),
}

export function nullable<T>(inner: Schema<T>): Schema<T | null> {
  return {
    json: { oneOf: [inner.json, { type: 'null' }] },
    read: (value, pointer) => (value === null ? ok(null) : inner.read(value, pointer)),
  }
}

export function oneOf<const T extends string>(values: readonly T[]): Schema<T> {
  return {
    json: { type: 'string', enum: values },
    read(value, pointer) {
      const found = values.find((candidate) => candidate === value)
      return found === undefined ? refusal(pointer, value, `one of ${values.join(', ')}`) : ok(found)
    },
  }
}

export function array<T>(inner: Schema<T>, maxItems: number, minItems = 0): Schema<readonly T[]> {
  return {
    json: { type: 'array', items: inner.json, minItems, maxItems },
    read(value, pointer) {
      if (!isArray(value) || value.length < minItems || value.length > maxItems)
        return refusal(pointer, value, `a list of ${minItems} to ${maxItems} items`)
      const items: T[] = []
      for (let index = 0; index < value.length; index++) {
        const item = inner.read(value[index], `${pointer}/${index}`)
        if (!item.ok) return item
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
  for (const [name, schema] of Object.entries(members)) properties[name] = schema.json
  return {
    json: { type: 'object', additionalProperties: false, required: names, properties },
    read(value, pointer) {
      if (!isObject(value)) return refusal(pointer, value, `an object with ${names.join(', ')}`)
      for (const name of Object.keys(value))
        if (!Object.hasOwn(members, name))
          return refusal(below(pointer, name), value[name], `only the members ${names.join(', ')}`)
      const result: Record<string, unknown> = {}
      for (const [name, schema] of Object.entries(members)) {
        const own = Object.hasOwn(value, name) ? value[name] : undefined
        const member = schema.read(own, `${pointer}/${name}`)
        if (!member.ok) return member
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
        const read = inner.read(member, `${pointer}/${name}`)
        if (!read.ok) return read
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

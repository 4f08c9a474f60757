// What a worker needs to know: modules ready to be evaluated again and again in one process, and the mutants in them.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { instrument, type Mutant } from './instrument.ts'

/** A module as the text of a function of `exports`, `require` and the two switches of the instrumenter. */
export interface CompiledModule {
  readonly path: string
  readonly code: string
  /** Specifier to the path of another compiled module, or to what Node imports itself. */
  readonly imports: Readonly<Record<string, { readonly path: string } | { readonly outside: string }>>
}

export interface Plan {
  readonly modules: readonly CompiledModule[]
  /** Paths of the test files. */
  readonly tests: readonly string[]
  readonly mutants: readonly Mutant[]
}

interface Node {
  readonly path: string
  readonly text: string
  /** Specifier to absolute path; null: Node's own or an installed package. */
  readonly imports: ReadonlyMap<string, string | null>
}

function read(path: string): Node {
  const text = readFileSync(path, 'utf8')
  const require = createRequire(path)
  const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    if (fileName.startsWith('node:')) return [fileName, null] as const
    const found = require.resolve(fileName)
    return [fileName, found.includes('/node_modules/') ? null : found] as const
  })
  return { path, text, imports: new Map(imports) }
}

/** Every module of this project that the entries reach. */
function graphOf(entries: readonly string[]): ReadonlyMap<string, Node> {
  const graph = new Map<string, Node>()
  const waiting = [...entries]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (graph.has(path)) continue
    const node = read(path)
    graph.set(path, node)
    for (const target of node.imports.values()) if (target !== null) waiting.push(target)
  }
  return graph
}

/** The modules from which a mutated one can be reached: these are evaluated by us, the others by Node, once. */
function reaching(graph: ReadonlyMap<string, Node>, mutated: ReadonlySet<string>): ReadonlySet<string> {
  const importers = new Map<string, string[]>()
  for (const { path, imports } of graph.values())
    for (const target of imports.values())
      if (target !== null) importers.set(target, [...(importers.get(target) ?? []), path])
  const found = new Set<string>()
  const waiting = [...mutated]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path)) continue
    found.add(path)
    waiting.push(...(importers.get(path) ?? []))
  }
  return found
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ESNext,
  isolatedModules: true,
  esModuleInterop: false,
}

function compile(node: Node, text: string, ours: ReadonlySet<string>): CompiledModule {
  const renamed = text.replaceAll('import.meta', '__meta')
  const code = ts.transpileModule(renamed, { fileName: node.path, compilerOptions: OPTIONS }).outputText
  const imports = [...node.imports].map(([specifier, target]) => {
    if (target === null) return [specifier, { outside: specifier }]
    return [specifier, ours.has(target) ? { path: target } : { outside: pathToFileURL(target).href }]
  })
  return { path: node.path, code, imports: Object.fromEntries(imports) }
}

/** Instrument the sources, and compile all that leads from the tests to them. */
export async function makePlan(sources: readonly string[], tests: readonly string[]): Promise<Plan> {
  const graph = graphOf(tests)
  const files = sources.map((path) => ({ path, text: readFileSync(path, 'utf8') }))
  const { texts, mutants } = await instrument(files)
  const ours = new Set([...reaching(graph, new Set(sources)), ...tests])
  const modules = [...graph.values()]
    .filter(({ path }) => ours.has(path))
    .map((node) => compile(node, texts.get(node.path) ?? node.text, ours))
  return { modules, tests, mutants }
}
